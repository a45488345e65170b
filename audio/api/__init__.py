"""/api/audio/: recordings, what was heard in them, and their bytes."""
