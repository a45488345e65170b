"""The transcript of a recording: its segments, what people change in them, the document and the files that are made of it."""
