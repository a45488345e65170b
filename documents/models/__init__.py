"""The text: documents and their readings, passages and what search keeps of them, citations found."""

from documents.models.alerts import AlertDelivery, AlertHit, AlertNotice, DocumentArrival, SearchAlert
from documents.models.chat import (
    Conversation,
    Message,
    MessageSentence,
    MessageSource,
    ReviewCell,
    ReviewQuestion,
    ReviewRow,
    ReviewTable,
)
from documents.models.citations import AuthorityCheck, Citation, CitationDecision, TreatmentCue
from documents.models.documents import Document, TextVersion, Upload
from documents.models.events import EventSource
from documents.models.facts import DocumentFact, FactDecision
from documents.models.findings import PageIndex, RedactionFinding
from documents.models.library import LawImport
from documents.models.notes import Note
from documents.models.organising import BatesNumbering, DocumentTag, Download, SavedFilter, Tag
from documents.models.papers import Paper, PaperFormat, PaperKind, PaperTemplate
from documents.models.passages import Chunk, ChunkEmbedding, ChunkWords, EmbeddingModel, Page, RecognisedPage
from documents.models.searches import PastSearch, SavedSearch, SearchHabits
from documents.models.similarity import TextSignature
from documents.models.sources import Source, SourceItem
from documents.models.statistics import CaseVocabulary, PassageCount, PassageCountDelta, Vocabulary, VocabularyDelta
from documents.models.storage import StorageCheck

__all__ = [
    "AlertDelivery",
    "AlertHit",
    "AlertNotice",
    "AuthorityCheck",
    "BatesNumbering",
    "CaseVocabulary",
    "Chunk",
    "ChunkEmbedding",
    "ChunkWords",
    "Citation",
    "CitationDecision",
    "Conversation",
    "Document",
    "DocumentArrival",
    "DocumentFact",
    "DocumentTag",
    "Download",
    "EmbeddingModel",
    "EventSource",
    "FactDecision",
    "LawImport",
    "Message",
    "MessageSentence",
    "MessageSource",
    "Note",
    "Page",
    "PageIndex",
    "Paper",
    "PaperFormat",
    "PaperKind",
    "PaperTemplate",
    "PassageCount",
    "PassageCountDelta",
    "PastSearch",
    "RecognisedPage",
    "RedactionFinding",
    "ReviewCell",
    "ReviewQuestion",
    "ReviewRow",
    "ReviewTable",
    "SavedFilter",
    "SavedSearch",
    "SearchAlert",
    "SearchHabits",
    "Source",
    "SourceItem",
    "StorageCheck",
    "Tag",
    "TextSignature",
    "TextVersion",
    "TreatmentCue",
    "Upload",
    "Vocabulary",
    "VocabularyDelta",
]
