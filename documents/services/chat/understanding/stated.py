"""What a question itself states: names, figures, dates, quotations, and what it takes for granted. Nothing of it is thereby known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from documents.services.chat.contracts import Premise
from documents.services.chat.understanding.kinds import FORMS
from documents.services.chat.understanding.types import without_lead_in
from documents.services.timeline.dates import dates_in

MOST = 20
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.|Feb\."
    r"|Mar\.|Apr\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
_LOOSE_DATE = re.compile(
    rf"\b{_MONTH}\s+[0-3]?\d(?:st|nd|rd|th)?\b(?!\d)|\b[0-3]?\d(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?!\w)|\b(?:1[89]|20)\d\d\b(?![\d-])"
    rf"|(?<=\b[Ii]n )(?:{_MONTH})(?!\w)|(?<=\b[Aa]fter )(?:{_MONTH})(?!\w)|(?<=\b[Bb]efore )(?:{_MONTH})(?!\w)"
    rf"|(?<=\b[Ss]ince )(?:{_MONTH})(?!\w)"
)
_QUOTED = re.compile(r"[\"“„]([^\"“”„]{2,300})[\"”“]|(?<!\w)['‘]([^'‘’\n]{2,200})['’](?!\w)|«([^»]{2,300})»")
_CITED = re.compile(r"\b\d+\s+(?:[A-Z][\w.]*\s?)+(?:§+\s*)?\d[\w.()-]*|§+\s*\d[\w.()-]*")
_NUMBERED = (
    "section",
    "article",
    "exhibit",
    "schedule",
    "rule",
    "count",
    "no",
    "paragraph",
    "page",
    "appendix",
    "annex",
    "clause",
    "chapter",
)
_NUMBER = re.compile(r"\.?\s(?:\d[\w.()-]*[\w)]|\d|[A-Z]\b|[IVX]+\b)")
_WITH_NUMBER = re.compile(rf"\b(?i:{'|'.join(_NUMBERED)})(?:{_NUMBER.pattern})")
_FIGURE = re.compile(
    r"(?<![\w.,-])(?:(?:US\$|[$€£]|USD|EUR)\s?)?\d[\d,]*(?:\.\d+)?(?:\s?(?:%|per\s?cent|percent|million|billion"
    r"|thousand|hundred|dollars?|euros?|pounds?))*(?![\w])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_](?:[\w&’'-]*[^\W_])?(?:\.(?=\s?[A-Z]))?")
_JOINED = re.compile(
    r"(?i:agreement|contract|act|code|company|corporation|inc|llc|ltd|corp|co|partners|sons|brothers|associates|order|motion|complaint|report|memorandum"
    r"|letter|lease|commission|committee|board|department|office|policy|rules?|services|systems|securities|industries)\.?$"
)
_STARTERS = frozenset((
    "a", "an", "the", "this", "that", "these", "those", "who", "whom", "whose", "what", "which", "when", "where", "why", "how",
    "is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could", "may", "might", "must", "shall",
    "should", "will", "would", "what's", "who's", "where's", "when's", "how's", "that's", "it's", "let's", "whether", "if",
    "please", "tell", "give", "show", "list", "name", "find", "explain", "i", "we", "you", "he", "she", "it", "they", "my", "our",
    "your", "his", "her", "its", "their", "in", "on", "at", "by", "for", "from", "to", "of", "with", "about", "after", "before",
    "since", "until", "between", "under", "and", "or", "but", "not", "no", "there", "any", "all", "every", "did", "hello", "hi",
    "according", "regarding", "concerning", "let", "need", "want", "say", "says", "also", "then", "yes", "count", "number",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may",
    "june", "july", "august", "september", "october", "november", "december",
))  # fmt: skip
_TITLES = frozenset((
    "mr", "mrs", "ms", "dr", "prof", "judge", "justice", "hon",
))  # fmt: skip
_JOINTS = frozenset((
    "of", "and", "the", "for", "de", "van", "von", "der", "la", "le", "du", "&", "v.", "v", "vs.",
))  # fmt: skip
_AUX = re.compile(
    r"(?P<wh>.*?)\b(?P<aux>did|does|do|has|have|had|will|would|was|were|is|are|could|can|may|must|should)\s+(?P<rest>.+)", re.I | re.S
)
_WHO = re.compile(
    r"who\s+(?:(?:has|have|had|was|were|is|are|will|would)\s+)?(?:\w+ly\s+)?(?P<verb>[a-z][a-z'’-]+)\b\s*(?P<object>.*)", re.I | re.S
)
_BE = ("was", "were", "is", "are")
_ADVERB = frozenset((
    "not", "never", "ever", "first", "also", "finally", "actually", "then", "always", "still", "already", "again", "just",
))  # fmt: skip
_VERBS = frozenset((
    "acknowledge", "accept", "accuse", "acquire", "address", "admit", "advise", "agree", "allege", "announce", "answer",
    "apologise", "apologize", "appeal",
    "appear", "approve", "argue", "arrive", "ask", "assert", "assign", "assume", "attach", "attend", "authorise", "authorize",
    "award", "be", "become",
    "begin", "believe", "breach", "break", "bring", "buy", "call", "cancel", "cease", "change", "choose", "cite", "claim",
    "commit", "complain", "comply",
    "concede", "conclude", "confess", "confirm", "consent", "contact", "contend", "continue", "copy", "cost", "cover", "decide",
    "decline", "deliver", "demand",
    "deny", "deposit", "describe", "destroy", "determine", "disclose", "discover", "dismiss", "dispute", "draft", "drop",
    "employ", "end", "enter",
    "establish", "exceed", "execute", "expect", "expire", "explain", "fail", "file", "find", "fire", "follow", "forbid",
    "forward", "get", "give", "grant",
    "guarantee", "hand", "happen", "have", "hear", "hire", "hold", "ignore", "inform", "injure", "inspect", "instruct", "invoice",
    "issue", "join", "keep",
    "know", "last", "lead", "learn", "lease", "leave", "lend", "lie", "lose", "make", "mean", "meet", "mention", "misappropriate",
    "need", "notice", "notify",
    "object", "obtain", "occur", "offer", "open", "oppose", "order", "overrule", "owe", "own", "pay", "plead", "prepare",
    "produce", "prohibit", "promise",
    "propose", "prove", "provide", "publish", "purchase", "put", "read", "receive", "refuse", "reject", "remain", "release",
    "rely", "remove", "rent", "repay",
    "repeat", "replace", "reply", "report", "represent", "request", "require", "resign", "respond", "retain", "return", "reveal",
    "review", "rule", "say",
    "see", "seek", "sell", "send", "serve", "settle", "ship", "show", "sign", "solicit", "spend", "start", "state", "steal",
    "stop", "sue", "submit",
    "supply", "survive", "suspend", "take", "tell", "terminate", "test", "testify", "think", "threaten", "transfer", "use",
    "violate", "visit", "waive", "want", "warn",
    "withdraw", "withhold", "work", "write",
))  # fmt: skip


def quoted_in(text: str) -> tuple[str, ...]:
    found = (next(filter(None, match.groups())).strip() for match in _QUOTED.finditer(text))
    return _few(one for one in found if one)


def _date_spans(text: str) -> list[tuple[int, int]]:
    spans = [(one.start, one.end) for one in dates_in(text)]
    for match in _LOOSE_DATE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in spans) and not _CITED.search(
            text[: match.end() + 1][-30:]
        ):
            spans.append(match.span())
    return sorted(spans)


def dates_stated(text: str) -> tuple[str, ...]:
    """As they are written, days as well as months and years."""
    return _few(text[start:end] for start, end in _date_spans(text))


def figures_in(text: str) -> tuple[str, ...]:
    """Numbers and amounts, as they are written, without those of dates, citations and names."""
    taken = [*_date_spans(text), *(match.span() for pattern in (_CITED, _WITH_NUMBER) for match in pattern.finditer(text))]
    free = (match for match in _FIGURE.finditer(text) if not any(start < match.end() and match.start() < end for start, end in taken))
    return _few(match[0].rstrip(",.") for match in free)


def names_in(text: str) -> tuple[str, ...]:
    """Runs of words with a capital ("Priya Raman", "Court of Appeals", "Halden-7"), but for what begins a sentence and is no name."""
    return _few(_names(text))


def _names(text: str) -> Iterator[str]:
    spans = [*_date_spans(text), *(match.span() for match in _CITED.finditer(text))]
    run: list[re.Match[str]] = []
    for match in [*_WORD.finditer(text), None]:
        if match is not None and _continues(match, run, text, spans):
            run.append(match)
            continue
        while run and run[-1][0].lower() in _JOINTS:
            run.pop()
        if run and not all(one[0].lower().rstrip(".") in _STARTERS | _TITLES or one[0].lower() in FORMS for one in run):
            for part in _apart(run):
                end = part[-1].end()
                numbered = _NUMBER.match(text, end) if part[-1][0].lower() in _NUMBERED else None
                yield re.sub(r"['’]s$", "", text[part[0].start() : numbered.end() if numbered else end])
        run = [match] if match is not None and _is_capital(match, spans) and not _begins(match, text) else []


def _apart(run: list[re.Match[str]]) -> list[list[re.Match[str]]]:
    """ "Raman and Okonkwo" are two, a "Supply and Confidentiality Agreement" is one."""
    if not _JOINED.search(run[-1][0]):
        for at, one in enumerate(run):
            if one[0].lower() == "and":
                return [run[:at], *_apart(run[at + 1 :])]
    return [run]


def _continues(match: re.Match[str], run: list[re.Match[str]], text: str, spans: Iterable[tuple[int, int]]) -> bool:
    if not run or re.search(r"['’]s$", run[-1][0]):
        return False
    gap = text[run[-1].end() : match.start()]
    if gap.strip(" ") != "":
        return False
    after = text[match.end() : match.end() + 30]
    joint = match[0].lower() in _JOINTS and re.match(r"\s+(?:the\s+)?[A-Z]", after) is not None and match[0].lower() not in ("the",)
    return joint or (match[0] == "the" and run[-1][0].lower() in _JOINTS) or _is_capital(match, spans)


def _is_capital(match: re.Match[str], spans: Iterable[tuple[int, int]]) -> bool:
    word = match[0]
    if any(start < match.end() and match.start() < end for start, end in spans):
        return False
    return (word[0].isupper() and word not in ("I", "AND", "OR", "NOT")) or (
        any(map(str.isdigit, word)) and any(map(str.isalpha, word)) and word[0].isalpha()
    )


def _begins(match: re.Match[str], text: str) -> bool:
    """Whether it begins a sentence and is a word that is no name."""
    return match[0].lower() in _STARTERS and (match.start() == 0 or text[: match.start()].rstrip()[-1:] in '.?!:;\n,“"(-')


def premise_of(question: str) -> Premise | None:
    """None for what asks whether something is so, and where no clause can be told."""
    said = without_lead_in(question).rstrip("?!. \n")
    if not re.match(
        r"(?:(?:on|in|at|by|to|for|from|with|since|until)\s+)?(?:wh\w+|how|why)\b|the\s+(?:date|day|time|amount|reason|place)\b", said, re.I
    ):
        return None
    clause = re.sub(
        r"^(?:what|which)?\s*(?:is|was)?\s*the\s+(?:date|day|time|amount|reason|place)s?\s+(?:(?:on|in|at|for"
        r"|by)\s+which|when|why|that|where)\s+",
        "", said, flags=re.I,
    )  # fmt: skip
    if clause != said or not re.match(r"who\b", said, re.I) or _AUX.match(said):
        found = _after_auxiliary(clause) if clause == said else _clause(clause)
        if found is not None:
            return found
    if found_who := _WHO.match(said):
        if _base(found_who["verb"]) is not None:
            return Premise("", found_who["verb"], _object(found_who["object"]))
        return None
    indirect = re.match(r"(?:when|where|why|how)\s+(?P<clause>.+)", said, re.I | re.S)
    return _clause(indirect["clause"]) if indirect else None


def _after_auxiliary(said: str) -> Premise | None:
    match = _AUX.match(said)
    if match is None or len(match["wh"].split()) > 6:
        return None
    wh = re.sub(r"^(?:what|which|how many|how much)\s+", "", match["wh"].strip(), flags=re.I)
    wanted = wh if wh != match["wh"].strip() else ""
    found = _clause(match["rest"])
    if found is None or (match["aux"].lower() in _BE and _base(found.verb) == found.verb.lower()):
        return None
    return Premise(found.subject, found.verb, found.object or wanted)


def _clause(rest: str) -> Premise | None:
    """Subject, verb, object of "Castellan finally admit the breach"."""
    words = rest.split()
    at = next((n for n, word in enumerate(words[:12]) if n and _base(word.strip(",.;:")) is not None and _may_be_verb(words, n)), None)
    if at is None:
        return None
    subject = [word for word in words[:at] if word.lower() not in _ADVERB]
    if not subject:
        return None
    return Premise(" ".join(subject).strip(",;:"), words[at].strip(",.;:"), _object(" ".join(words[at + 1 :])))


def _object(text: str) -> str:
    return re.sub(r"^that\s+", "", text.strip(" ,.;:?!\n"), flags=re.I)


def _may_be_verb(words: list[str], at: int) -> bool:
    """ "the order" and "lease of" are no verbs."""
    before, after = words[at - 1].lower(), words[at + 1].lower() if at + 1 < len(words) else ""
    return before not in ("the", "a", "an", "this", "that", "his", "her", "its", "their", "of", "to", "in", "on", "by", "for") and (
        after != "of" or words[at].lower().endswith("ed")
    )


def _base(word: str) -> str | None:
    """The verb that a form is of, of those that are known."""
    word = word.lower().replace("’", "'")
    if not word.isalpha():
        return None
    forms = [word]
    for ending in ("ed", "d", "s", "es", "ing"):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            forms += [stem, stem + "e", stem + "y", stem[:-1] if stem[-1:] == stem[-2:-1] else stem]
    if word.endswith("ied"):
        forms.append(word[:-3] + "y")
    forms.append(_IRREGULAR.get(word, word))
    return next((form for form in forms if form in _VERBS), None)


_IRREGULAR = {
    "said": "say", "paid": "pay", "sent": "send", "wrote": "write", "written": "write", "made": "make", "gave": "give", "given":
    "give", "took": "take",
    "taken": "take", "left": "leave", "told": "tell", "sold": "sell", "bought": "buy", "brought": "bring", "began": "begin",
    "begun": "begin",
    "broke": "break", "broken": "break", "knew": "know", "known": "know", "held": "hold", "heard": "hear", "found": "find",
    "lost": "lose", "met": "meet",
    "kept": "keep", "got": "get", "meant": "mean", "stole": "steal", "stolen": "steal", "sought": "seek", "spent": "spend", "saw":
    "see", "seen": "see",
    "withdrew": "withdraw", "withdrawn": "withdraw", "withheld": "withhold", "chose": "choose", "chosen": "choose", "became":
    "become", "led": "lead",
}  # fmt: skip


def _few(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MOST]
