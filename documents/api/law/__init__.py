"""The law library as JSON."""
