"""What a list of results shows of a hit in place."""
