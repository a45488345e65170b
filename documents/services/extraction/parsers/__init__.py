"""The parsers, one module per format. A new format is a new module and a line in `PARSERS`."""

from __future__ import annotations

from documents.services.extraction.errors import Unreadable
from documents.services.extraction.parsers.base import Job, Parsed, Parser, RawPage
from documents.services.extraction.parsers.docx import DocxParser
from documents.services.extraction.parsers.html import HtmlParser
from documents.services.extraction.parsers.mail import MailParser
from documents.services.extraction.parsers.pdf import PdfParser
from documents.services.extraction.parsers.text import TextParser

PARSERS: tuple[Parser, ...] = (PdfParser(), DocxParser(), HtmlParser(), MailParser(), TextParser())

__all__ = ["PARSERS", "Job", "Parsed", "Parser", "RawPage", "parser_for"]


def parser_for(mime: str) -> Parser:
    """The parser with the highest score for a type. Raises Unreadable(unsupported_type) where none wants it."""
    best = max(PARSERS, key=lambda parser: parser.score(mime))
    if best.score(mime) <= 0:
        raise Unreadable("unsupported_type", mime=mime)
    return best
