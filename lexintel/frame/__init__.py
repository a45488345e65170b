"""The frame of pages and API: what every page knows, how lists are divided, how errors look, how files are served."""
