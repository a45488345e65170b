"""Who somebody is, and what something is: sentences that say so are known by how they say it. No Django here."""

from __future__ import annotations

import re

from documents.services.chat.extractive import names

_ASKED = re.compile(
    r"^\W*(?:(?:and|so|but)\W+)?(?:who|what)(?:\s+(?:is|was|are|were)|['’]s)\s+(?:meant\s+by\s+)?(?:the\s+|an?\s+)?"
    r"[\"“]?(?P<name>[^?\"”]+?)[\"”]?\s*\??\s*$",
    re.IGNORECASE,
)
_ARTICLE = r"(?:an?|the|its|his|her|their|our|one\s+of|[A-Z][\w&.]*['’]s|then|now|formerly|until\s+\w+)"
_ROLES = (
    "president director counsel attorney lawyer engineer officer manager expert witness judge foreman secretary founder "
    "chairman chairwoman employee partner agent inventor owner plaintiff defendant professor captain master surveyor "
    "architect accountant physician doctor nurse trustee broker buyer seller supplier tenant landlord arbitrator mediator "
    "consultant adviser advisor treasurer assistant clerk"
)
_ROLE = rf"(?:{'|'.join(_ROLES.split())})"


def described(question: str) -> str:
    """The name of whom or what the question wants described: "Priya Raman" of "Who is Priya Raman?"; "" where it asks for anything else."""
    match = _ASKED.match(" ".join(question.split()))
    if match is None:
        return ""
    found = names.names_in(question, products=True)
    whole = _bare(match["name"])
    return whole if any(_bare(one.text) == whole for one in found) else ""


def describes(line: str, name: str) -> bool:
    """Whether a sentence says who or what that is: in an apposition, by a verb, or where the name is given to it."""
    person = name.split()
    called = re.escape(name).replace(r"\ ", r"\s+")
    if len(person) in (2, 3):
        called = rf"(?:{called}|(?:Mr|Ms|Mrs|Dr|Prof)\.\s+{re.escape(person[-1])})"
    aside = r"(?:\s*\([^()]{1,60}\))?"
    return any(
        re.search(pattern, line)
        for pattern in (
            rf"\b{called}{aside},?\s+(?:is|was|are|were|has\s+been)\s+(?:not\s+)?(?:{_ARTICLE}|employed|engaged|appointed|known|made|based)\b",
            rf"\b{called}{aside}\s+(?:serves?|served|acts?|acted|works?|worked)\s+(?:as|for|at)\b",
            rf"\b{called}{aside}\s+(?:means|refers\s+to|consists?\s+of|comprises?|consisted\s+of)\b",
            rf"\b{called}{aside},\s+(?:{_ARTICLE}\s+){{1,2}}[\w'’-]+",
            rf"\b(?:{_ARTICLE}\s+)(?:[\w'’-]+\s+){{0,4}}?{_ROLE}(?:\s+of\s+[\w ]{{2,30}}?)?,?\s+{called}\b",
            rf"(?:\((?:the\s+)?|\b(?:called|named|known\s+as|term(?:ed)?)\s+(?:the\s+)?)[\"“]{called}[,.]?[\"”]",
            rf"^{called}\s*[:\u2013\u2014-]\s+\w",
        )
    )


def _bare(name: str) -> str:
    return re.sub(r"^(?:Mr|Ms|Mrs|Dr|Prof)\.\s+", "", " ".join(name.split()).strip(" .,"))
