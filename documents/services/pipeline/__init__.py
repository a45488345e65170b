"""The pipeline: which stages a document passes, what each of them does, and what people may do to its passage."""

from documents.services.pipeline.lifecycle import process_document_pipeline

__all__ = ["process_document_pipeline"]
