"""Passages: pages divided into what is embedded, found and cited, each with its exact places."""

from documents.services.chunking.chunker import ChunkSpec, chunk_pages

__all__ = ["ChunkSpec", "chunk_pages"]
