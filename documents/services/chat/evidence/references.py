"""References are followed: "see Schedule 2 to the lease", "as set out in Exhibit B", "Section 4.2 of the Agreement", "Dkt. 45" lead to the
text that is meant, within the case and what may be seen of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from cases.services.citations.grammars.records import exhibit_key
from documents.models import Chunk, Citation, Document
from documents.services.chat.contracts import Question
from documents.services.chat.evidence.statements import Statement
from documents.services.chat.words import stems_in
from documents.services.search.text.words import words_in

MOST = 4
"""References that are followed for one question."""
MOST_CHUNKS = 2
"""Of what each leads to."""

_MARK = r"(?P<mark>\d{1,3}(?:\.\d{1,3})*|[A-Z](?:-\d{1,3})?|[IVX]{1,5})(?![\w])"
_PAPER = r"(?:[A-Z][\w'’-]*|lease|agreement|contract|complaint|answer|report|letter)(?:\s+(?:and\s+|of\s+)?[A-Z][\w'’-]*){0,4}"
_OF = rf"(?:\s*\([a-z0-9]+\))*(?:\s+(?:of|to|in|under)\s+(?:the|this|our|its|that|said)\s+(?P<paper>{_PAPER}))?"
_REFERENCE = re.compile(
    r"\b(?P<part>Schedule|Exhibit|Appendix|Annex|Attachment|Section|Article|Clause|Paragraph|section|schedule|exhibit|appendix|annex|clause)"
    rf"\s+{_MARK}{_OF}"
)
_PAPER_BEFORE = re.compile(r"\b(?P<paper>(?:[A-Z][\w'’-]*\s+){0,2}(?i:report|letter|lease|agreement|contract|complaint|answer)),?\s+$")
_PARAGRAPH = re.compile(r"\b(?P<paper>Complaint|Answer|Report|Declaration|Affidavit|Compl\.|Decl\.),?\s+¶+\s*(?P<mark>\d{1,3})\b")
_ONLY_REFERS = re.compile(
    r"\b(?:(?:is|are|as)\s+(?:\w+\s+)?(?:set\s+(?:out|forth)|stated|specified|listed|named|identified|defined|found|described|provided|shown|given|laid\s+down|contained|"
    r"governed|determined|in)\b"
    r"|see\b|refer(?:s|red)?\s+to\b|in\s+accordance\s+with|pursuant\s+to|according\s+to|as\s+in\b|governed\s+by|attached\s+as)",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"^(?:I|We)\s+(?:attach|enclose)\b|\b(?:is|are)\s+(?:attached|enclosed)\b|^(?:please\s+)?(?:find|see)\s+(?:the\s+)?attached\b",
    re.IGNORECASE,
)
SECTIONS = frozenset(["section", "article", "clause", "paragraph"])


class Reference(NamedTuple):
    """`part` and `mark` as Schedule and 2, `paper` is the document that is named with it, "" where it is the same."""

    part: str
    mark: str
    paper: str
    document: uuid.UUID | None


class Followed(NamedTuple):
    """A chunk that was referred to, and by which words."""

    chunk: int
    by: str


def references_in(text: str, document: uuid.UUID | None = None) -> Iterator[Reference]:
    for match in _REFERENCE.finditer(text):
        if not re.match(r"\s*(?:U\.S\.C|C\.F\.R)", text[match.end() :]):
            before = _PAPER_BEFORE.search(text[: match.start()])
            yield Reference(match["part"].lower(), match["mark"], match["paper"] or (before["paper"] if before else ""), document)
    for match in _PARAGRAPH.finditer(text):
        yield Reference("paragraph", match["mark"], match["paper"], document)


def only_refers(text: str) -> bool:
    """ "The rent is set out in Schedule 2": it says where something stands, and not what."""
    line = " ".join(text.split())
    return (
        bool(_REFERENCE.search(line) and _ONLY_REFERS.search(line))
        and len(line) < 160
        and not re.search(r"[$€£]|\bshall\b|\bmay\b|\bnot\b", line)
    )


def follow(question: Question, statements: Sequence[Statement]) -> list[Followed]:
    """What the question itself refers to, and what these sentences do."""
    wanted: dict[Reference, str] = {}
    for reference in references_in(question.asked):
        wanted.setdefault(reference, question.asked)
    asked = stems_in(question.asked)
    near = [statement for statement in statements if asked & stems_in(statement.line)]
    for statement in sorted(near, key=lambda one: -len(asked & stems_in(one.line))):
        for reference in references_in(statement.line, statement.passage.document):
            wanted.setdefault(reference, statement.line)
    found: dict[int, Followed] = {}
    if wanted:
        papers = list(_papers(question))
        for reference, by in list(wanted.items())[:MOST]:
            for chunk in _chunks_of(reference, papers):
                found.setdefault(chunk, Followed(chunk, by))
    for chunk, by in _of_record(question, near):
        found.setdefault(chunk, Followed(chunk, by))
    for chunk, by in _attached(question, near):
        found.setdefault(chunk, Followed(chunk, by))
    return list(found.values())


def _attached(question: Question, statements: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    """What came with the e-mails in which these sentences say that something is attached."""
    attaching = [statement for statement in statements if _ATTACHED.search(statement.line)]
    by: dict[uuid.UUID | None, str] = {statement.passage.document: statement.line for statement in attaching}
    if not by:
        return
    visible = _looked_at(question).filter(parent__in=list(by))
    for parent, version in visible.order_by("pk").values_list("parent", "text_version")[:MOST]:
        for chunk in Chunk.objects.filter(text_version=version).order_by("index").values_list("pk", flat=True)[:MOST_CHUNKS]:
            yield chunk, by[parent]


def _looked_at(question: Question) -> QuerySet[Document]:
    """What was read of the case; of a question about some documents only these, and those that they are copies of."""
    visible = Document.objects.visible_to(question.user).filter(case=question.case).exclude(text_version=None)
    if not question.documents:
        return visible
    copied = Document.objects.filter(pk__in=question.documents).exclude(duplicate_of=None).values("duplicate_of")
    return visible.filter(Q(pk__in=question.documents) | Q(pk__in=copied))


def _papers(question: Question) -> Iterable[Document]:
    visible = _looked_at(question).filter(duplicate_of=None)
    return visible.only("pk", "title", "name", "kind", "record_keys", "text_version_id").order_by("created")[:2000]


def _chunks_of(reference: Reference, papers: Sequence[Document]) -> list[int]:
    holders = list(_holders(reference, papers))
    if not holders:
        return []
    versions = [paper.text_version_id for paper in holders]
    if reference.part == "exhibit" and any(exhibit_key(None, reference.mark) in (paper.record_keys or []) for paper in holders):
        return list(
            Chunk.objects.filter(text_version__in=versions).order_by("text_version", "index").values_list("pk", flat=True)[:MOST_CHUNKS]
        )
    mark = re.escape(reference.mark)
    heading = rf"(^|\n)[ \t#]*{reference.part}[ \t]+{mark}(?![\w.]*\d)[^\n]{{0,80}}(\n|$)"
    if reference.part in SECTIONS:
        heading = rf"(^|\n)[ \t#]*(({reference.part}|§)[ \t]*)?{mark}\.?[ \t]+[^\n.…]"
    chunks = Chunk.objects.filter(text_version__in=versions, text__iregex=heading).order_by("text_version", "index")
    leaders = re.compile(heading.replace("(^|\\n)", "(?:^|\\n)") + r"[^\n]*", re.IGNORECASE)
    real = [chunk for chunk in chunks[:20] if any(".." not in match[0] and "…" not in match[0] for match in leaders.finditer(chunk.text))]
    return [chunk.pk for chunk in real[:MOST_CHUNKS]]


def _holders(reference: Reference, papers: Sequence[Document]) -> Iterator[Document]:
    """Which documents may have it: that which is named, or is an exhibit of that name; else the one that refers."""
    if reference.part == "exhibit":
        key = exhibit_key(None, reference.mark)
        if named := [paper for paper in papers if key in (paper.record_keys or [])]:
            yield from named
            return
    own = [paper for paper in papers if paper.pk == reference.document]
    words = {word.folded for word in words_in(reference.paper)}
    contracts = [paper for paper in papers if paper.kind == "contract"]
    if words:
        titled = [paper for paper in papers if words <= {word.folded for word in words_in(f"{paper.title} {paper.name} {paper.kind}")}]
        yield from [paper for paper in titled if paper.kind == "contract"] or titled or own or contracts
    else:
        yield from own
        if not own or own[0].kind != "contract":
            yield from contracts


def _of_record(question: Question, statements: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    """(chunk, words) of the documents that record citations in these sentences mean: their first passages, or those of the page named."""
    by_chunk = {statement.passage.chunk: statement for statement in statements}
    if not by_chunk:
        return
    mentions = Citation.objects.filter(
        chunk__in=list(by_chunk), role=Citation.Role.RECORD, target__case=F("text_version__document__case")
    ).exclude(target=None)
    targets: dict[uuid.UUID | None, str] = {}
    for mention in mentions.order_by("pk")[:50]:
        for statement in statements:
            if statement.passage.chunk == mention.chunk_id and " ".join(mention.text.split()) in statement.line:
                targets.setdefault(mention.target_id, statement.line)
    visible = _looked_at(question).filter(Q(pk__in=list(targets)[:MOST]))
    for document, version in visible.values_list("pk", "text_version"):
        for chunk in Chunk.objects.filter(text_version=version).order_by("index").values_list("pk", flat=True)[:MOST_CHUNKS]:
            yield chunk, targets[document]
