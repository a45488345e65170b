"""American reporters, state codes and journals by the names that reporters-db knows (through eyecite's patterns); short forms, Id. and supra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from eyecite.models import CitationToken, Edition
from eyecite.tokenizers import EDITIONS_LOOKUP
from eyecite.utils import REPORTERS_THAT_NEED_PAGE_CORRECTION

from cases.services.citations import history, pins
from cases.services.citations.courts import court_of
from cases.services.citations.keys import key, slug
from cases.services.citations.mentions import Found
from cases.services.citations.names import name_before, short_name_before
from cases.services.citations.tokens import NearbyTokenizer

# "supra Part II", "supra § 3", "supra at 5" point into the same paper, not to an authority.
_INSIDE = re.compile(r"\s*,?\s*(?:part|section|sec\.|pp?\.|page|at|chapter|ch\.|fig|table|discussion)\b|\s*,?\s*[§¶]", re.I)
_SUPRA = re.compile(r"(?<![\w-])supra(?![\w-])")
_SUPRA_NOTE = re.compile(r",? (?:at )?(?P<note>(?:note|nn?\.) ?\d{1,4})")
_ID = re.compile(r"(?<![\w.-])(?:(?:[Ii]d|[Ii]bid|IBID)\.(?! ?(?:[Nn]os?\.|#))|ID\.(?= ?(?:at|§)|$)|[Ii]d(?= at \d)|[Ii]d, (?=at \d))")
_ID_SECTION = re.compile(
    r",? ?(?:(?:at )?§§? ?|(?=\d{2,5}[a-z]?\([a-z\d]))(\d+[a-zA-Z]{0,3}(?:[.-](?:\d+[a-zA-Z]{0,3}|[a-z]{1,4}(?!\w)))*)((?:\([0-9A-Za-z]{1,5}\))*(?:-(?:\([0-9A-Za-z]{1,5}\))+)?)"
)
_STAR_PAGE = re.compile(r"(?<!\w)(\d{1,4}) \*$")
_SENTENCE = re.compile(r"\. [A-Z][a-z]+ [a-z]")
_CASE_NAMES = re.compile(r" [vV][sS]?\. ")
_YEAR_BEFORE = re.compile(
    r"\((?P<inside>[^()]*? )?(?P<year>1[6-9]\d\d|20\d\d)\) (?:\d+ [\w. ]+?\d+(?:, \d+(?:-\d+)?)? ?\[)?(?:\d{1,4} \*)?\[?$"
)
_LONGER_SECTION = re.compile(r"(?:[-:.]\d{1,5}[a-zA-Z]{0,3})+(?![\w])")
_SUBSECTIONS = re.compile(r"(?:\([0-9A-Za-z]{1,5}\))*")
_LAW_YEAR = re.compile(r"[^();]{0,30}\((?:[^()]{0,40}? )?(1[6-9]\d\d|20\d\d)[^()]{0,20}\)")
# Between the parts of "410 U.S. 113, 153, 93 S. Ct. 705" stand only pages; in California "661 [92 Cal.Rptr.3d 784]".
_PARALLEL = re.compile(rf"(?:{pins.PINS}){{0,12}}+,? ?[\[(]?")
_EXPLAINS = re.compile(
    r"\((?:quoting|citing|alteration|internal|discussing|describing|relying on|accord|distinguishing|collecting|applying|following|see|holding|quotation)"
    r"\b[^()]*(?:\([^()]*\)[^()]*)*$",
    re.I,
)
_CITE_AS = re.compile(r"[Cc](?:ite|ITE) (?:as|AS):? ?$")
_PAGE = re.compile(r" ?,? ?at (?:p(?:\.|age) ?)?")
_TYPED = re.compile(r"(?<!\w)(\d{1,4}) ?([A-Za-z][A-Za-z. ']{0,30}?(?:\d[a-z]{1,2}\.?)?) ?(?<!\d)(\d{1,5})(?!\w)")
_DATABASES = re.compile(r"wl|.*lexis")


class UnitedStates:
    name, rank = "us", 30

    def __init__(self) -> None:
        self.tokenizer = NearbyTokenizer()

    def find(self, text: str) -> list[Found]:
        found = [mention for token in self.tokenizer.citations(text) if (mention := _found(token, text)) is not None]
        _joined(found, text)
        references = [mention for word in _ID.finditer(text) if (mention := _id(word, text)) is not None]
        references += [Found(word.start(), word.end(), kind="supra") for word in _SUPRA.finditer(text)]
        found = sorted([*found, *references], key=lambda mention: mention.start)
        floor, name = 0, ""
        for mention in found:
            if mention.kind in ("case", "short", "supra") and not mention.own and not mention.parallel:
                before = name_before if mention.kind == "case" else short_name_before
                mention.name = before(text, mention.start, floor)
            elif mention.parallel:
                mention.name = name
            if mention.kind == "supra" and not _is_supra(mention, text):
                mention.kind = ""
                continue
            mention.nested = bool(_EXPLAINS.search(text, max(0, mention.start - 300), mention.start))
            floor, name = mention.end, mention.name
        return [mention for mention in found if mention.kind]

    def keys(self, query: str) -> list[str]:
        """Full citations, and looser ones as "925 f3d 1339"."""
        keys = [mention.key for mention in self.find(query) if not mention.history]
        if not any(keys):
            keys = [key(edition, volume, page) for volume, name, page in _TYPED.findall(query) if (edition := _editions().get(slug(name)))]
        return keys


def _joined(found: Sequence[Found], text: str) -> None:
    """What each citation is to the one before it: the same decision in another reporter, or what became of that decision."""
    before: Found | None = None
    for mention in found:
        if mention.kind == "case" and before is not None:
            gap_from = before.end
            if (
                _PARALLEL.fullmatch(text, gap_from, mention.start)
                and mention.key.rpartition(":")[0].split(":")[0] != before.key.split(":")[0]
            ):
                mention.parallel = True
                mention.history, mention.became = before.history, before.became
            else:
                became = history.between(text, max(gap_from, mention.start - history.LONGEST), mention.start)
                mention.history, mention.became = became == history.ORDER, "" if became == history.ORDER else became
        elif mention.kind == "case":
            mention.history = history.between(text, max(0, mention.start - history.LONGEST), mention.start) == history.ORDER
        if mention.became:
            mention.method = f"{mention.method}/{mention.became}"
        if mention.kind in ("case", "short"):
            before = mention if mention.kind == "case" else None


def _found(token: CitationToken, text: str) -> Found | None:
    """A citation of eyecite's as a mention, or None where it is none."""
    edition, certainty, sources = _edition(token, None)
    mention = Found(token.start, token.end, kind="", confidence=certainty)
    if token.short:
        return _short(token, mention, text) if "reporters" in sources else None
    if "reporters" in sources:
        return _case(token, mention, text)
    if "laws" in sources:
        # The United States Code and the federal regulations are left to their own grammars, which also know their lists.
        return None if edition in ("usc", "cfr") else _law(token, mention, text)
    return _journal(token, mention, text)


def _case(token: CitationToken, mention: Found, text: str) -> Found | None:
    mention.kind, mention.method = "case", "us/full"
    groups = token.groups
    volume, page = groups.get("volume") or groups.get("year"), groups.get("page") or ""
    if star := _STAR_PAGE.search(text, max(0, mention.start - 8), mention.start):
        # "135 *355 Mass. 147": the number with the asterisk says where a page of another print began.
        volume, mention.start = star[1], star.start()
    tail = pins.TAIL.match(text, mention.end)
    if tail and (_CASE_NAMES.search(tail["parallel"]) or _SENTENCE.search(tail["parallel"])):
        tail = None
    written = tail or pins.AFTER.match(text, mention.end)
    mention.pin = pins.plain(written["pin"]) if written else ""
    year = int(tail["year"]) if tail else None
    inside = tail["inside"] if tail else ""
    if tail is None and (alone := pins.COURT_ALONE.match(text, mention.end)):
        inside = alone["inside"]
    if tail is None and (before := _YEAR_BEFORE.search(text, max(0, mention.start - 120), mention.start)):
        year, inside = int(before["year"]), before["inside"] or ""
    edition, mention.confidence, _ = _edition(token, year)
    if volume and re.fullmatch(r"(?:1[6-9]|20)\d\d", volume) and (year is None or _DATABASES.fullmatch(edition) or edition == "us"):
        # Databases and neutral citations are numbered by year.
        year = int(volume) if edition != "us" else year
    mention.year = year
    mention.court = court_of(inside, edition)
    mention.own = bool(_CITE_AS.search(text, max(0, mention.start - 12), mention.start))
    if page.strip("_"):
        mention.key = key(edition, volume, _standard(page, groups.get("reporter") or "", edition))
    elif mention.own:
        return None
    return mention


def _standard(page: str, reporter: str, edition: str) -> str:
    if {slug(reporter), edition} & _corrected():
        return page.replace("[U]", "(U)").replace("[A]", "(A)")
    return page


@cache
def _corrected() -> frozenset[str]:
    return frozenset(slug(name) for name in REPORTERS_THAT_NEED_PAGE_CORRECTION)


def _law(token: CitationToken, mention: Found, text: str) -> Found:
    editions = [*token.exact_editions, *token.variation_editions]
    mention.kind = "regulation" if any(edition.reporter.cite_type.startswith("admin") for edition in editions) else "statute"
    mention.method = "us/full"
    groups = token.groups
    whole = groups.get("title") or groups.get("volume") or groups.get("chapter")
    part = groups.get("section") or groups.get("page") or groups.get("law_section")
    subject = slug(groups["subject"]) if groups.get("subject") else None
    if part:
        at = text.rfind(part, mention.start, mention.end)
        end = at + len(part) if at >= 0 else mention.end
        if longer := _LONGER_SECTION.match(text, end):
            part, end = part + longer[0], longer.end()  # 42-110b
        mention.end = max(mention.end, end)
        subsections = _SUBSECTIONS.match(text, mention.end)
        mention.pin = subsections[0][:60] if subsections else ""
    if dated := _LAW_YEAR.match(text, mention.end):
        mention.year = int(dated[1])
    edition, mention.confidence, _ = _edition(token, mention.year)
    mention.key = key(edition, subject, whole, part) if part else ""
    return mention


def _journal(token: CitationToken, mention: Found, text: str) -> Found:
    mention.kind, mention.method = "other", "us/full"
    tail = pins.TAIL.match(text, mention.end)
    written = tail or pins.AFTER.match(text, mention.end)
    mention.year = int(tail["year"]) if tail else None
    mention.pin = pins.plain(written["pin"]) if written else ""
    edition, mention.confidence, _ = _edition(token, mention.year)
    page = token.groups.get("page") or ""
    mention.key = key(edition, token.groups.get("volume"), page) if page.strip("_") else ""
    return mention


def _short(token: CitationToken, mention: Found, text: str) -> Found:
    mention.kind = "short"
    edition, mention.confidence, _ = _edition(token, None)
    mention.reporter = key(edition, token.groups.get("volume") or token.groups.get("year"))
    mention.pin = token.groups.get("page") or ""
    if longer := pins.LONGER.match(text, mention.end):
        mention.end, mention.pin = longer.end(), (mention.pin + longer["pin"])[:60]
    return mention


def _id(word: re.Match[str], text: str) -> Found | None:
    mention = Found(word.start(), word.end(), kind="id")
    if word[0].endswith(", "):
        mention.end -= 2
    if section := _ID_SECTION.match(text, mention.end):
        mention.section, mention.pin, mention.end = section[1], section[2], section.end()
    elif pin := pins.AFTER.match(text, mention.end):
        mention.pin, mention.end = pins.plain(pin["pin"]), pin.end()
    return mention


def _is_supra(mention: Found, text: str) -> bool:
    """Completes what stands behind the word; False where it points into the same paper."""
    if not mention.name[:1].isupper():
        return False
    if note := _SUPRA_NOTE.match(text, mention.end):
        mention.pin, mention.end = note["note"], note.end()
    if pin := pins.AFTER.match(text, mention.end):
        mention.pin, mention.end = ((f"{mention.pin}, " if mention.pin else "") + pins.plain(pin["pin"]))[:60], pin.end()
        return True
    return bool(mention.pin) or not _INSIDE.match(text, mention.end)


def _edition(token: CitationToken, year: int | None) -> tuple[str, float, set[str]]:
    """The slug of the edition that is meant (as written where it cannot be told), how certain it is, and in which lists it stands."""
    editions: Sequence[Edition] = token.exact_editions or token.variation_editions
    sources = {edition.reporter.source for edition in editions}
    if len(editions) > 1 and year:
        editions = [edition for edition in editions if edition.includes_year(year)]
    if len(editions) == 1:
        return slug(editions[0].short_name), 0.98 if token.exact_editions else 0.95, sources
    return slug(token.groups.get("reporter") or ""), 0.6, sources


@cache
def _editions() -> dict[str, str]:
    """The edition meant by each slug that means only one, as f3d or uscode."""
    known: dict[str, set[str]] = {}
    for name, editions in EDITIONS_LOOKUP.items():
        known.setdefault(slug(name), set()).update(slug(edition.short_name) for edition in editions)
    own = {slug(edition.short_name) for editions in EDITIONS_LOOKUP.values() for edition in editions}
    return {name: name if name in own else next(iter(editions)) for name, editions in known.items() if name in own or len(editions) == 1}


GRAMMAR = UnitedStates()
