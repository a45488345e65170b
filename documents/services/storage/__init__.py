"""Where the bytes lie, and what files are called."""
