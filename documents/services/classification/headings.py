"""What kind of paper a heading or a file name announces. Headings are read in English, German and French."""

from __future__ import annotations

import re

# Where the whole phrase says it, whatever stands first in it.
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"^\W*(?:(?:plaintiff|defendant|trial|government|joint)['’]?s?\s+)?(?:exhibit|ex\.?|exh\.?|attachment|appendix|annex|anlage|beilage|pièce|annexe)\s*(?:no\.?\s*|n°\s*)?(?:[A-Z]{1,3}|\d{1,4}|[A-Z]{1,3}-?\d{1,4}|[IVX]+)\b(?!\s+to\s+compel)", "exhibit"),
    (r"\b(?:interrogator(?:y|ies)|requests?\s+for\s+(?:the\s+)?(?:production|admissions?)|initial\s+disclosures|(?:responses?|objections?)\s+(?:and\s+\w+\s+)?to\s+.{0,60}(?:requests|interrogatories|discovery)|privilege\s+log)\b(?!.{0,40}\bmotion)", "discovery"),
    (r"\bnotice\s+of\s+(?:\w+\s+){0,3}(?:motion|application)\b", "motion"),
    (r"\b(?:transcript\s+of|(?:reporter['’]?s|hearing|trial|deposition|rough)\s+transcript|transcript$|videotaped\s+deposition\s+of|^deposition\s+of)", "transcript"),
    (r"\bmemorandum\s+(?:opinion|and\s+order|decision|disposition|order)\b|\bopinion\s+and\s+order\b|\bslip\s+opinion\b|\bper\s+curiam\b|\bfindings\s+of\s+fact\b|\breport\s+and\s+recommendation\b", "ruling"),
    (r"\bmemorandum\s+(?:of\s+(?:law|points|authorities)|in\s+(?:support|opposition)|of\s+\w+\s+in)|\b(?:reply|response|opposition)\s+(?:memorandum|brief)|^(?:\S+\s+){0,8}(?:opposition\s+to|response\s+(?:in\s+opposition\s+)?to|reply\s+(?:in\s+support|to))\s+(?!.{0,40}\bcomplaint)", "brief"),
    (r"\bminutes\s+of\b|\bmeeting\s+minutes\b|\bboard\s+minutes\b|\b(?:sitzungs|gesprächs|verhandlungs)?protokoll\b|\bprocès[- ]verbal\b|\bcompte[- ]rendu\b", "minutes"),
    (r"\b(?:expert|medical|police|incident|audit|status|annual|inspection)\s+report\b|\breport\s+of\b|\bgutachten\b|\brapport\s+d['’]expertise\b", "report"),
    (r"\b(?:certificate|proof)\s+of\s+service\b|\bcivil\s+cover\s+sheet\b", "filing"),
    (r"\b(?:answer|response)\s+(?:\w+\s+){0,6}to\s+(?:\S+\s+){0,6}complaint\b", "answer"),
)  # fmt: skip
# Else the first of these words says it: an order granting a motion is an order.
_FIRST: tuple[tuple[str, str], ...] = (
    (r"complaint|indictment|anklageschrift|statement\s+of\s+claim|klageschrift|klage|assignation", "complaint"),
    (r"answer|affirmative\s+defenses|statement\s+of\s+defen[cs]e|klageerwiderung", "answer"),
    (r"motion|(?<!patent )(?<!matter of the )application|antrag", "motion"),
    (r"brief|memorandum\s+of|opposition|reply|schriftsatz|conclusions|traverse", "brief"),
    (r"(?<!purchase )(?<!work )(?<!change )(?<!of )order|(?:standing|general) orders|beschluss|ordonnance", "order"),
    (r"judge?ment|urteil|jugement|decree|verdict|arrêt", "judgment"),
    (r"opinion|ruling|decision|syllabus", "ruling"),
    (r"notice|bekanntmachung|docketing\s+statement", "notice"),
    (r"petition|writ|habeas", "petition"),
    (r"affidavit|declaration|affirmation|eidesstattliche|attestation|witness\s+statement|verification", "declaration"),
    (r"subpoena", "subpoena"),
    (r"summons|ladung|citation\s+to\s+appear", "summons"),
    (r"stipulation|consent\s+decree|joint\s+report", "stipulation"),
    (r"invoice|receipt|rechnung|facture|quittung|factura|fattura", "invoice"),
    (r"agreement|contract|lease|nda|addendum|amendment|deed|bill\s+of\s+sale|\w*vertrag|vereinbarung|contrat|bail|promissory\s+note|power\s+of\s+attorney|terms\s+and\s+conditions|vollmacht", "contract"),
    (r"transcript|deposition", "transcript"),
    (r"minutes|agenda", "minutes"),
    (r"letter|correspondence|lettre|schreiben|brief\s+an", "letter"),
    (r"e-?mail", "email"),
    (r"memo|memorandum|aktenvermerk|vermerk|note\s+de\s+service", "memo"),
    (r"report|gutachten", "report"),
    (r"exhibits?", "exhibit"),
)  # fmt: skip
_IN_NAMES = (
    (r"hearing", "transcript"),
    (r"notes?|outline", "memo"),
    (r"evidence|photos?|scan|beweis", "evidence"),
    (r"filing|pleading|docket", "filing"),
    (r"statutes?|code|act|gesetz|loi", "statute"),
)
"""Words that say it in a file's name, and too little in a heading."""
_COMPILED_PHRASES = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _PHRASES)
_COMPILED_FIRST, _COMPILED_NAMES = (
    tuple((re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), kind) for pattern, kind in words)
    for words in (_FIRST, (*_FIRST, *_IN_NAMES))
)
HEADS = frozenset(
    [
        "complaint",
        "answer",
        "motion",
        "brief",
        "order",
        "judgment",
        "ruling",
        "notice",
        "petition",
        "declaration",
        "subpoena",
        "summons",
        "stipulation",
        "discovery",
        "filing",
        "transcript",
        "exhibit",
    ]
)
"""Kinds whose name stands as a heading of a paper in court."""


def kind_of_words(words: str, *, of_a_name: bool = False) -> str:
    """The kind that a heading or a title, or a file's name, announces; "" for none."""
    words = " ".join(words.split())
    for phrase, kind in _COMPILED_PHRASES:
        if phrase.search(words):
            return kind
    found = [
        (match.start(), order, kind)
        for order, (word, kind) in enumerate(_COMPILED_NAMES if of_a_name else _COMPILED_FIRST)
        if (match := word.search(words))
    ]
    return min(found)[2] if found else ""
