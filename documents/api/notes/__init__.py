"""Notes as JSON, and as files to take along."""
