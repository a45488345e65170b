"""The text: documents and their readings, passages and what search keeps of them, citations found."""

from documents.models.citations import Citation
from documents.models.documents import Document, TextVersion, Upload
from documents.models.findings import RedactionFinding
from documents.models.passages import Chunk, ChunkEmbedding, ChunkWords, EmbeddingModel, Page, RecognisedPage
from documents.models.production import BatesNumbering
from documents.models.statistics import PassageCount, PassageCountDelta, Vocabulary, VocabularyDelta

__all__ = [
    "BatesNumbering",
    "Chunk",
    "ChunkEmbedding",
    "ChunkWords",
    "Citation",
    "Document",
    "EmbeddingModel",
    "Page",
    "PassageCount",
    "PassageCountDelta",
    "RecognisedPage",
    "RedactionFinding",
    "TextVersion",
    "Upload",
    "Vocabulary",
    "VocabularyDelta",
]
