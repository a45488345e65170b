"""What a reader sees of a document: its pages, its metadata, its history, its authorities, and the case from above."""
