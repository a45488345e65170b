"""The way in: a file becomes a document of a case, durably, and its processing is submitted with it."""

from documents.services.ingest.acceptance import Accepted, accept, accept_many, examine, limit_bytes
from documents.services.storage.names import clean_name, title_of

__all__ = ["Accepted", "accept", "accept_many", "clean_name", "examine", "limit_bytes", "title_of"]
