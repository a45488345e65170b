"""Copies of documents that can be handed out: scrubbed of what is not shown, or stamped with Bates numbers."""
