"""What a sentence is about by its form: who speaks in it, and who may do what. No Django here."""

from __future__ import annotations

import re

from documents.services.chat.words import stems_in

_FIRST = re.compile(r"\bI(?=\s+[a-z]|['’])|\b(?:[Ww]e|us|[Oo]urs?|[Mm]y|me)\b")
_WRITTEN_BY = re.compile(
    r"\b(?:letter|e-?mail|message|memo\w*|declaration|affidavit|statement)\s+(?:of|from|by)\s+(?P<who>.+)", re.IGNORECASE
)
_TITLE_ENDS = re.compile(r"\s(?:to|on|of|re|about|dated|concerning|regarding|at)\s|[,;:(]", re.IGNORECASE)
_FROM = re.compile(r"^\s*(?:From|Von|De)\s*:\s*(?P<who>.+)$", re.MULTILINE)
_SALUTED = re.compile(r"^\s*(?:Dear|To|Sehr\s+geehrte\w*)\b.*$", re.MULTILINE)
_CLOSED = re.compile(
    r"^\s*(?:Yours|(?:Very\s+)?[Tt]ruly|Sincerely|(?:Kind|Best|Warm)?\s*[Rr]egards|Respectfully|Mit\s+freundlichen)\b", re.MULTILINE
)
_DOES = r"(?:did|does|do|has|have|had|was|were|is|are|will|would|can|could|may|must|shall|should)"
_MODAL = re.compile(r"\b(?:may|shall|must|can|should|will)\b", re.IGNORECASE)
_ALLOWS = re.compile(
    r"\b(?:may|shall|must|can|cannot|should|will|is\s+to|are\s+to|allow\w*|permit\w*|permission|entitle\w*|prohibit\w*|forbid\w*|forbidden|"
    r"requir\w*|oblig\w*|rights?|consent\w*|free\s+to|unlawful|lawful|bound\s+to|agrees?|undertakes?|not\s+be)\b",
    re.IGNORECASE,
)
_ASKS_LEAVE = re.compile(
    r"^\W*(?:and\s+)?(?:(?P<modal>may|must|shall|can)\s+(?:the\s+)?(?P<who>[\w'’-]+)|(?:is|are)\s+(?:the\s+)?(?P<whose>[\w'’-]+)\s+"
    r"(?:\w+\s+){0,2}?(?:allowed|permitted|entitled|obliged|required|bound|forbidden|prohibited)\b)",
    re.IGNORECASE,
)
_DOER = re.compile(
    r"(?<!\bwho )(?<!\bwhom )\b(?:may|must|shall|can|should|will)\s+(?:the\s+)?(?P<who>[\w'’-]+)(?!.*\bbe\s+\w)", re.IGNORECASE | re.DOTALL
)
_IDENTITY = re.compile(r"^\W*who\s+(?:is|was|are|were)\s+(?:the|an?)\s", re.IGNORECASE)
OF_LEAVE = frozenset(
    stem for word in ("allowed", "permitted", "entitled", "obliged", "required", "bound", "forbidden") for stem in stems_in(word)
)


def may_speak_of(question: str, name: str, sentence: str, near: str, text: str, title: str) -> bool:
    """False where a sentence says "we" and its author, whom the letter names, is another than who did it by the question. `near` is what
    stands right before the sentence, `text` the passage."""
    last = name.split()[-1].removesuffix("'s").removesuffix("’s")
    if not _FIRST.search(sentence) or re.search(rf"\b{re.escape(last)}\b", f"{sentence} {near}"):
        return True
    if not re.search(rf"\b{_DOES}\s+(?:the\s+)?(?:\w+\.?\s+){{0,2}}?{re.escape(last)}\b", question, re.IGNORECASE):
        return True
    author = _author(text, title)
    said = re.search(rf"\b(?:at|for|behalf\s+of)\s+(?:\w+\s+)?{re.escape(last)}\b", text)
    return not author or last.lower() in author.lower() or said is not None


def _author(text: str, title: str) -> str:
    """What a letter says of who wrote it; "" where it does not say."""
    found = []
    if titled := _WRITTEN_BY.search(title):
        found.append(_TITLE_ENDS.split(titled["who"])[0])
    found += [match["who"] for match in _FROM.finditer(text)]
    if saluted := _SALUTED.search(text):
        found.append(text[: saluted.start()])
    if closed := _CLOSED.search(text):
        found.append(text[closed.end() : closed.end() + 200])
    return "\n".join(one for one in found if one.strip())


def answers_leave(question: str, sentence: str) -> bool:
    """Whether a sentence can say what somebody may or must do, where that is asked."""
    return _ASKS_LEAVE.match(question) is None or _ALLOWS.search(sentence) is not None


def leave_asked(question: str) -> set[str]:
    """Stem of what is asked whether somebody may do it."""
    asked = _ASKS_LEAVE.match(question)
    behind = re.match(r"\s+(?:to\s+)?([\w'’-]+)", question[asked.end() :]) if asked else None
    return stems_in(behind[1]) if behind else set()


def may_be_done_by(question: str, sentence: str, beside: set[str], text: str) -> bool:
    """False where a sentence says what another may or must do than whom the question names: who that is has a sentence of its own in the
    passage, or stands in this one without being the one who does it."""
    asked = _DOER.search(question)
    modal = _MODAL.search(sentence)
    if asked is None or modal is None or not stems_in(asked["who"]):
        return True
    who = stems_in(asked["who"])
    doer = re.split(r"[,;:]\s+(?=[a-zT]h?e?\s)|\b(?:if|where|when|unless|that)\b", sentence[: modal.start()])[-1]
    if not re.match(r"\W*(?:[Tt]he\s+)?[A-Z]", doer) or who & stems_in(doer):
        return True
    if who <= stems_in(sentence):
        return False
    own = rf"\b{re.escape(asked['who'])}\b[^.;\n]{{0,60}}?\b(?:shall|may|must|will)\b"
    return bool(who & beside) or not re.search(own, text, re.IGNORECASE)


def asks_identity(question: str) -> bool:
    """Who is the owner: nothing is taken for granted that could be denied."""
    return _IDENTITY.match(question) is not None
