"""Authorities and where they are mentioned: resolution, counts, who cites whom."""
