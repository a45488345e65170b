"""The timeline of a case as JSON and as a calendar."""
