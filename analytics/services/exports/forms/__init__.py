"""Forms of files: each writes tables one after the other into an open file, in memory that does not grow with them."""
