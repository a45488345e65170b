"""What kind of paper it is: by its format, its heading, what it says where, and its file's name. What agrees grows surer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.services.classification.headings import kind_of_words
from documents.services.classification.material import HEAD, Material, Proposal, Sheet, found_at
from documents.services.classification.titles import headings_of

_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")
_FLAGS = re.IGNORECASE | re.MULTILINE

# (kind, confidence, pattern, where: "head" the top of the first page, "text" all that is looked at, "end" the last page)
_SIGNS: tuple[tuple[str, float, str, str], ...] = (
    ("ruling", 0.9, r"\bdelivered\s+the\s+opinion\s+of\s+the\s+court\b|^[^\w\n]*\(?slip\s+opinion\)?|^[^\w\n]*per\s+curiam\b|\bopinion\s+for\s+the\s+court\s+filed\b|\bt\.\s?c\.\s+(?:memo|summary)\b", "text"),
    ("ruling", 0.85, r"^[^\w\n]*[A-Z][\w.' -]{2,30},\s+(?:(?:chief|associate|senior|presiding|circuit|district|vice)\s+)*(?:justice|judge|[CPJ]\.?\s?J\.)\s*[.:]?\s*$|^[^\w\n]*before:?\s[\s\S]{3,120}?\bjudges?\b|,\s+P\.J\.,.{3,80}\bJ\.", "head"),
    ("ruling", 0.5, r"\b(?:we|i)\s+(?:therefore\s+)?(?:affirm|reverse|vacate|remand)\b|\b(?:affirmed|reversed|vacated)\.\s*$", "end"),
    ("order", 0.7, r"^[^\w\n]*by\s+the\s+court:|\bit\s+is\s+(?:so|hereby|therefore|further)?,?\s*ordered\b|^[^\w\n]*so\s+ordered\b|\bORDERED\s+that\b", "text"),
    ("complaint", 0.8, r"\balleges?\s+(?:as\s+follows|upon\s+(?:knowledge|information))|\bbrings?\s+this\s+(?:action|complaint)\b|\bcomplains?\s+(?:of|against)\b", "head"),
    ("complaint", 0.5, r"\bprayer\s+for\s+relief\b|\bcauses?\s+of\s+action\b|\bcount\s+(?:one|i)\b", "text"),
    ("answer", 0.75, r"\b(?:answers?|responds?\s+to)\s+(?:the\s+|plaintiff\S*\s+)?(?:\w+\s+){0,3}complaint\b", "head"),
    ("answer", 0.5, r"\baffirmative\s+defenses?\b[\s\S]*\bden(?:y|ies|ied)\b", "text"),
    ("motion", 0.7, r"\b(?:hereby\s+)?(?:moves?|move)\s+(?:this|the)\s+(?:honorable\s+)?court\b|\brespectfully\s+moves?\b", "text"),
    ("petition", 0.7, r"\bpetitions?\s+(?:this|the)\s+(?:honorable\s+)?court\b|\bpetitioner\s+(?:respectfully\s+)?(?:requests|prays)\b", "head"),
    ("declaration", 0.85, r"\bdeclare\s+under\s+(?:the\s+)?penalt(?:y|ies)\s+of\s+perjury\b|\b(?:being\s+)?(?:first\s+)?duly\s+sworn\b[\s\S]{0,60}\b(?:deposes?|states?|says?)\b|\bversichere\s+(?:ich\s+)?an\s+eides\s+statt\b", "text"),
    ("subpoena", 0.85, r"\byou\s+are\s+(?:hereby\s+)?commanded\b", "head"),
    ("summons", 0.85, r"\byou\s+are\s+hereby\s+summoned\b|\ba\s+lawsuit\s+has\s+been\s+filed\s+against\s+you\b", "head"),
    ("stipulation", 0.8, r"\bit\s+is\s+hereby\s+stipulated\b|\bparties\s+(?:hereby\s+)?stipulate\b", "text"),
    ("notice", 0.75, r"\bplease\s+take\s+notice\b", "head"),
    ("discovery", 0.8, r"\binterrogatory\s+(?:no\.?\s*)?1\b|\brequest\s+for\s+(?:production|admission)\s+(?:no\.?\s*)?1\b", "text"),
    ("contract", 0.85, r"\b(?:this|the)\s+[\w ,&()\"“”-]{0,60}(?:agreement|contract|lease|deed|amendment)[\s\S]{0,60}?\b(?:is\s+)?(?:made|entered|executed|dated|effective)\b|\bnow,?\s+therefore\b[\s\S]{0,160}\bagree\b|\b(?:wird|schließen)\s+[\s\S]{0,60}?(?:vertrag|vereinbarung)\b|\bil\s+a\s+été\s+convenu\b", "head"),
    ("contract", 0.6, r"\bin\s+witness\s+whereof\b|\bgoverning\s+law\b[\s\S]*\bentire\s+agreement\b|\bsalvatorische\s+klausel\b", "text"),
    ("letter", 0.75, r"^[^\w\n]*(?:dear\s+[A-Z][\w.]*|to\s+whom\s+it\s+may\s+concern|sehr\s+geehrte|liebe[r]?\s+(?:frau|herr)|madame,?\s+monsieur|(?:chère?\s+)?(?:madame|monsieur|maître)\s*,|gentlemen\s*:|ladies\s+and\s+gentlemen\s*:|estimad[oa]s?\s)", "head"),
    ("letter", 0.65, r"^[^\w\n]*(?:(?:very\s+truly|sincerely|respectfully|truly|faithfully)\s+yours|yours\s+(?:very\s+)?(?:truly|sincerely|faithfully)|sincerely|(?:kind|best|warm)\s+regards|mit\s+freundlichen\s+grü(?:ß|ss)en|hochachtungsvoll|veuillez\s+agréer|cordialement|je\s+vous\s+prie|atentamente)\b", "text"),
    ("invoice", 0.8, r"\binvoice\s*(?:no|number|#|date)\b|\b(?:amount|balance|total)\s+due\b|\brechnungs-?(?:nr|nummer|datum)\b|\bfacture\s*n", "head"),
    ("minutes", 0.85, r"\bmeeting\s+was\s+called\s+to\s+order\b|\bminutes\s+of\s+(?:the|a)\b|\b(?:members|directors|persons)\s+present\s*:|\btagesordnung\b|\bordre\s+du\s+jour\b", "head"),
    ("memo", 0.85, r"^[^\w\n]*(?:memorandum|memo)\W*$[\s\S]{0,400}^[^\w\n]*(?:to|from|date|re)\s*:", "head"),
    ("memo", 0.6, r"\battorney\s+work\s+product\b", "head"),
    ("email", 0.85, r"^[^\w\n]*(?:from|von|de)\s*:[^\n]*\n(?:[^\n]*\n){0,5}?[^\w\n]*(?:subject|betreff|objet)\s*:", "head"),
    ("statute", 0.7, r"^[^\w\n]*TITLE\s+\d+\s*[—–-]\s*[A-Z][A-Z ,]+$|\bbe\s+it\s+enacted\b|^[^\w\n]*§\s*\d+[\w.-]*\s", "head"),
    ("statute", 0.5, r"\b\d+\s+Stat\.\s+\d+[\s\S]*\bPub\.\s*L\.", "text"),
    ("report", 0.7, r"\bthis\s+report\s+is\s+submitted\b|\bexecutive\s+summary\b|\breasonable\s+degree\s+of\s+(?:scientific|medical|professional)\b", "text"),
)  # fmt: skip
_COMPILED = tuple((kind, sure, re.compile(pattern, _FLAGS), where) for kind, sure, pattern, where in _SIGNS)
_QUESTIONS = re.compile(r"^\s*(?:\d+\s+)?Q[.:]?\s+\S", re.MULTILINE)
_ANSWERS = re.compile(r"^\s*(?:\d+\s+)?A[.:]?\s+\S", re.MULTILINE)
ONLY_IN_COURT = frozenset(["order", "complaint", "answer", "motion", "petition", "notice", "stipulation", "ruling"])


def kind_by_name(name: str) -> str:
    """The kind that a file's name announces; "" for none."""
    return kind_of_words(" ".join(re.findall(r"[^\W_]+", _SUFFIX.sub("", name))), of_a_name=True)


def kind_of(material: Material, *, in_court: bool) -> list[Proposal]:
    """One proposal for each kind that anything speaks for, the surest first."""
    by_kind: dict[str, list[Proposal]] = {}
    for one in _signs(material, in_court=in_court):
        by_kind.setdefault(one.value, []).append(one)
    return sorted((_together(found) for found in by_kind.values()), key=lambda one: -one.confidence)


def _together(found: list[Proposal]) -> Proposal:
    """Independent signs of the same kind; the strongest of each reason counts, and gives its reason and place."""
    strongest: dict[str, Proposal] = {}
    for one in sorted(found, key=lambda one: -one.confidence):
        strongest.setdefault(one.reason, one)
    doubt = 1.0
    for one in strongest.values():
        doubt *= 1 - one.confidence
    best = next(iter(strongest.values()))
    return best._replace(confidence=round(min(0.98, 1 - doubt), 2))


def _signs(material: Material, *, in_court: bool) -> Iterator[Proposal]:
    if material.kind:
        yield Proposal("kind", material.kind, 0.97, "format")
    if named := kind_by_name(material.name):
        yield Proposal("kind", named, 0.5, "file_name", material.name)
    if not material.sheets:
        return
    yield from _of_headings(material, in_court=in_court)
    yield from _of_the_wording(material, in_court=in_court)
    sheet = next(
        (sheet for sheet in material.sheets if len(_QUESTIONS.findall(sheet.text)) >= 4 and len(_ANSWERS.findall(sheet.text)) >= 4), None
    )
    if sheet is not None and (question := _QUESTIONS.search(sheet.text)):
        yield found_at("kind", "transcript", 0.88, "questions", sheet, *question.span())


def _of_headings(material: Material, *, in_court: bool) -> Iterator[Proposal]:
    for order, (sheet, block) in enumerate(headings_of(material)[:2]):
        text = " ".join(line.text for line in block)
        kind = kind_of_words(text)
        if not kind:
            continue
        sure = 0.88 if in_court or kind not in ONLY_IN_COURT else 0.6
        sure -= 0.25 * order + (0.1 if len(text.split()) > 30 else 0)
        yield found_at("kind", kind, sure, "heading", sheet, block[0].start, block[-1].end)


def _of_the_wording(material: Material, *, in_court: bool) -> Iterator[Proposal]:
    for kind, sure, pattern, where in _COMPILED:
        for sheet in _where(material, where):
            text = sheet.text[:HEAD] if where == "head" else sheet.text
            if found := pattern.search(text):
                lessened = 0.3 if kind in ONLY_IN_COURT and not in_court else 0
                yield found_at("kind", kind, sure - lessened, f"wording_{where}", sheet, *_short(found.span()))
                break


def _short(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], min(span[1], span[0] + 200)


def _where(material: Material, where: str) -> list[Sheet]:
    if where == "head":
        return list(material.sheets[:1])
    return [material.last] if where == "end" else list(material.sheets)
