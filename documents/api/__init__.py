"""Documents as JSON, their files, their progress, and resumable uploads."""
