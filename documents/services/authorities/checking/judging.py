"""What is said of a citation: whether the library has what it names, and whether name, year, court and page belong to the number.

The sentences state facts of this library. What the library does not have is not wrong, and what can't be looked up here is not, either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from cases.models import DatePrecision, Ruling, Statute
from cases.services.authorities import authorities_for, court_name
from cases.services.citations import Mention, courts, keys_in
from documents.services.authorities.checking.names import one_side_fits, same_case
from documents.services.authorities.checking.possible import FRONT_MATTER, first_page, impossible, pages_of
from documents.services.authorities.checking.texts import captions_of

FOUND, NOT_IN_LIBRARY, NAME_MISMATCH, UNKNOWN_REPORTER = "found", "not_in_library", "name_mismatch", "unknown_reporter"
DOUBTFUL_BELOW = 0.75
FULL = frozenset({"case", "statute", "regulation", "rule", "constitution", "other"})
POINTERS = frozenset({"id", "supra", "short"})
NOBODY_CHECKS = ("wl:", "uslexis:", "lexis:", "restatement", "treatise", "docket:")
# Findings in the order in which they are told; the first group is what a person looks at first.
LOOK = frozenset({"name_mismatch", "impossible", "year_mismatch", "court_mismatch", "pin_outside", "parallel_differs"})
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.(?!\.)")  # a name that ends with one, at the end of a sentence
_ONLY_PINS = re.compile(r"(?:,\s*(?:at\s+)?\*?\d+(?:\s?[-\u2013]\s?\d+)?(?:\s?&?\s?nn?\.\s?\d+)?)*,\s*")
_PINS_TRIED = 400
# Where no page of a text is known: printed pages hold some 2,500 characters of an opinion and hardly ever less than 900, and before it
# stand at most so many pages with syllabus, headnotes and counsel.
USUAL_ON_A_PAGE, FEWEST_ON_A_PAGE = 2_500, 900
# Behind a number stand only pins and parallel citations before its own parenthesis.
_COURT = re.compile(
    r"(?:,\s*(?:at\s+)?[\d*]+(?:[-\u2013]\d+)?(?:\s?&?\s?n+\.\s?\d+)?(?!\s[A-Z])|,\s*\d{1,4}\s[A-Z][\w.' ]{0,20}?\s\d{1,5})*"
    r"\s*\((?P<court>[^()\d]{0,40}?(?:\d{1,2}(?:st|d|nd|rd|th) Cir\.)?[^()\d]{0,20}?),?\s*"
    r"(?:[A-Z][a-z]{2,8}\.?\s\d{1,2},\s)?(?:1[6-9]|20)\d\d\)"
)
_NOT_COURT = re.compile(r"\b(?:per curiam|en banc|plurality|mem|table|dissenting|concurring|unpublished|slip|opinion)\b\.?", re.I)


@dataclass
class Verdict:
    """`findings` are [(code, sentence)]; `authorities` are the candidates where several begin on the page."""

    status: str
    ruling: Ruling | None = None
    statute: Statute | None = None
    name_given: str = ""
    name_found: str = ""
    findings: list[tuple[str, str]] = field(default_factory=list)
    candidates: list[Ruling] = field(default_factory=list)
    checkable: bool = True

    def codes(self) -> list[str]:
        return [code for code, _sentence in self.findings]

    def tell(self, code: str, sentence: str) -> None:
        if code not in self.codes():
            self.findings.append((code, _DOUBLE_STOP.sub(".", sentence)))


class Library:
    """What the library has of the keys of a text; two queries, and one more for pages behind a ruling's end."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._found: dict[str, list[Ruling | Statute]] = authorities_for(keys)
        self._later: dict[str, list[Ruling]] = {}
        self.named: set[str] = set()
        """Keys that the library does not know, led by court, year and name."""
        self.elsewhere: dict[str, Ruling] = {}
        """Keys whose reporter has the one ruling of that court, year and name at another place."""

    def lead(self, key: str, ruling: Ruling) -> None:
        """What a key means that the library does not know."""
        self._found.setdefault(key, [ruling])
        self.named.add(key)

    def rulings(self, key: str) -> list[Ruling]:
        return [one for one in self._found.get(key, ()) if isinstance(one, Ruling)]

    def statute(self, key: str) -> Statute | None:
        """The newest version of a section; of a subdivision (12(b)(6)) the section's own key."""
        for known in (key, key.partition("(")[0]):
            for one in self._found.get(known, ()):
                if isinstance(one, Statute):
                    return one
        return None

    def look_behind(self, wanted: Mapping[str, int]) -> None:
        """Which rulings begin between the first page of these keys and a page of their volume."""
        keys = {
            f"{volume}:{page}"
            for key, upto in wanted.items()
            if (first := first_page(key)) is not None and first < upto <= first + _PINS_TRIED
            for volume in [key.rpartition(":")[0]]
            for page in range(first + 1, upto)
        }
        for key, found in authorities_for(keys).items():
            self._later[key] = [one for one in found if isinstance(one, Ruling)]

    def begins_before(self, key: str, ruling: Ruling, page: int) -> tuple[Ruling, int] | None:
        """The ruling of the same volume that begins behind this one's first page and before that page: (ruling, its page)."""
        first = first_page(key)
        if first is None:
            return None
        volume = key.rpartition(":")[0]
        for begins in range(min(page - 1, first + _PINS_TRIED), first, -1):
            for other in self._later.get(f"{volume}:{begins}", ()):
                if other.pk != ruling.pk and key not in other.keys:
                    return other, begins
        return None


def keys_of(mentions: Sequence[Mention]) -> set[str]:
    keys = {key for mention in mentions for key in (own_key(mention), mention.cluster) if key}
    return keys | {key.partition("(")[0] for key in keys if "(" in key}


def own_key(mention: Mention) -> str:
    """The key of what a mention names; of an order in the history of a decision its own, for the mention has that of the decision."""
    if mention.role != "history":
        return mention.key
    found = keys_in(mention.text)
    return found[0] if found else ""


def judge(
    mentions: Sequence[Mention], text: str, library: Library, last_pages: Mapping[object, int], lengths: Mapping[object, int]
) -> list[Verdict]:
    """A verdict for each mention of a text. `last_pages`: the last page of a ruling's text by (ruling, reporter), where it is known;
    `lengths`: the characters of each ruling's texts."""
    wanted: dict[str, int] = {}
    for mention in mentions:
        pages = pages_of(mention.pin)
        if pages and mention.key:
            wanted[mention.key] = max(wanted.get(mention.key, 0), pages[1])
    library.look_behind({key: page for key, page in wanted.items() if library.rulings(key)})
    verdicts: list[Verdict] = []
    leaders: dict[str, int] = {}
    for place, mention in enumerate(mentions):
        leader = verdicts[leaders[mention.cluster]] if mention.cluster != mention.key and mention.cluster in leaders else None
        verdict = _judged(mention, text, library, leader)
        _of_pin(verdict, mention, library, last_pages, lengths)
        if mention.confidence < DOUBTFUL_BELOW:
            verdict.tell("doubtful", _doubt(mention))
        if mention.key in library.named and mention.kind == "case" and verdict.ruling is not None:
            verdict.tell("doubtful", _("The library knows it by court, year and name, not at this place in print."))
        if place and _beside(mentions[place - 1], mention, text):
            _of_one_before(verdicts[-1], mentions[place - 1], verdict)
        if mention.kind in FULL and mention.key:
            leaders[mention.key] = place
        verdicts.append(verdict)
    return verdicts


def _judged(mention: Mention, text: str, library: Library, leader: Verdict | None) -> Verdict:
    key = own_key(mention)
    if not key:
        return _unread(mention)
    given = mention.name or (leader.name_given if leader and mention.kind == "case" else "")
    verdict = Verdict(NOT_IN_LIBRARY, name_given=given)
    rulings = library.rulings(key)
    if key in library.named:  # by the name of a citation, which tells nothing of one with another name
        rulings = [one for one in rulings if same_case(given, captions_of(one))]
    if rulings:
        _of_rulings(verdict, mention, rulings, given)
    elif (statute := library.statute(key)) is not None:
        verdict.status, verdict.statute, verdict.name_found = FOUND, statute, str(statute)
    elif key.startswith(NOBODY_CHECKS) or mention.kind == "other":
        verdict.checkable = False
    if mention.role == "authority":
        for sentence in impossible(with_court(mention, text), key):
            verdict.tell("impossible", sentence)
        if verdict.ruling is not None:
            _of_facts(verdict, mention, text)
        if leader is not None and leader.ruling is not None:
            _of_parallel(verdict, mention, leader)
        elif (other := library.elsewhere.get(key)) is not None and same_case(given, captions_of(other)):
            _of_place(verdict, mention, other, by_name=True)
    return verdict


def _unread(mention: Mention) -> Verdict:
    verdict = Verdict(NOT_IN_LIBRARY if mention.kind in POINTERS else UNKNOWN_REPORTER, name_given=mention.name)
    if mention.kind in POINTERS:
        verdict.tell("unresolved", _("It is not clear which authority this refers to."))
    else:
        verdict.tell("not_understood", _("This looks like a citation, but it is not understood."))
    return verdict


def _of_rulings(verdict: Verdict, mention: Mention, rulings: Sequence[Ruling], given: str) -> None:
    """The ruling that is meant: told by name, then by year; of several that both fit none is chosen."""
    named = [one for one in rulings if same_case(given, captions_of(one))] if mention.role == "authority" else list(rulings)
    fitting = [one for one in named if mention.year is not None and one.date and one.date.year == mention.year]
    chosen = named if len(named) == 1 else fitting if len(fitting) == 1 else []
    if not named:
        verdict.status = NAME_MISMATCH
        verdict.ruling = rulings[0] if len(rulings) == 1 else None
        verdict.candidates = list(rulings) if len(rulings) > 1 else []
        verdict.name_found = "; ".join(one.name for one in rulings)
        verdict.tell("name_mismatch", _other_case(mention, rulings, given))
        return
    verdict.status = FOUND
    if chosen:
        verdict.ruling, verdict.name_found = chosen[0], chosen[0].name
        return
    verdict.candidates, verdict.name_found = list(named), "; ".join(one.name for one in named)
    verdict.tell(
        "ambiguous",
        _("%(count)d rulings of this library begin here: %(names)s. Which is meant is not clear.")
        % {"count": len(named), "names": "; ".join(map(described, named))},
    )


def _other_case(mention: Mention, rulings: Sequence[Ruling], given: str) -> str:
    values = {"cite": _cite(mention), "found": "; ".join(one.name for one in rulings), "given": given}
    if len(rulings) == 1 and one_side_fits(given, captions_of(rulings[0])):
        return _("%(cite)s has another name in this library: %(found)s. The text names %(given)s.") % values
    return _("%(cite)s is another case in this library: %(found)s. The text names %(given)s.") % values


def _cite(mention: Mention) -> str:
    """The number as written, of a short form the key's number."""
    return " ".join(mention.text.split())


def described(ruling: Ruling) -> str:
    """Name and year, for a sentence."""
    return f"{ruling.name} ({ruling.date.year})" if ruling.date else ruling.name


def _of_facts(verdict: Verdict, mention: Mention, text: str) -> None:
    ruling = verdict.ruling
    if ruling is None or verdict.status != FOUND:
        return
    if mention.year is not None and ruling.date and ruling.date.year != mention.year:
        verdict.tell(
            "year_mismatch",
            _("The text dates it %(given)d; in this library %(name)s is of %(found)s.")
            % {
                "given": mention.year,
                "name": ruling.name,
                "found": ruling.dated if ruling.date_precision != DatePrecision.YEAR else ruling.date.year,
            },
        )
    court = mention.court or court_of(mention, text)
    if court and ruling.court_id and court != ruling.court_id and court_name(ruling.court_id):
        verdict.tell(
            "court_mismatch",
            _("The text gives %(given)s as its court; in this library %(name)s is of %(found)s.")
            % {"given": court_name(court) or court, "name": ruling.name, "found": court_name(ruling.court_id)},
        )


def with_court(mention: Mention, text: str) -> Mention:
    """With the court that its parenthesis names, where the grammar did not tell it."""
    court = mention.court or (court_of(mention, text) if mention.kind == "case" else "")
    return replace(mention, court=court) if court != mention.court else mention


def court_of(mention: Mention, text: str) -> str:
    """The court that the citation's own parenthesis names, by the id of courts-db; "" where it names none that is known."""
    if mention.kind != "case":
        return ""
    found = _COURT.match(text, mention.end)
    if not found:
        return ""
    name = _NOT_COURT.sub("", found["court"]).strip(" ,.")
    return courts.court_of(name, "")


def _of_parallel(verdict: Verdict, mention: Mention, leader: Verdict) -> None:
    """A parallel citation names the decision of the citation before it."""
    first = leader.ruling
    if first is None or mention.key in first.keys:
        return
    if verdict.ruling is not None and verdict.ruling.pk != first.pk and verdict.status == FOUND:
        verdict.tell(
            "parallel_differs",
            _("%(cite)s is %(found)s in this library, and the citation before it %(first)s.")
            % {"cite": _cite(mention), "found": described(verdict.ruling), "first": described(first)},
        )
        return
    reporter = mention.key.partition(":")[0]
    known = [cite for cite, key in zip(first.citations, first.keys, strict=False) if key.partition(":")[0] == reporter]
    if verdict.ruling is None and known and any(key.partition(":")[0] == reporter for key in first.keys):
        verdict.tell(
            "parallel_differs",
            _("In this library %(name)s stands at %(known)s, not at %(cite)s.")
            % {"name": first.name, "known": ", ".join(known), "cite": _cite(mention)},
        )


def _beside(before: Mention, mention: Mention, text: str) -> bool:
    """Whether a citation stands behind another one with nothing but its pin between them, so that both are of one decision."""
    return (
        before.kind == mention.kind == "case"
        and before.role == mention.role == "authority"
        and before.name == mention.name != ""
        and _ONLY_PINS.fullmatch(text, before.end, mention.start) is not None
    )


def _of_one_before(before: Verdict, mention: Mention, verdict: Verdict) -> None:
    """Of a citation that the library does not know, before a parallel one whose decision it has at another place of the first reporter."""
    if before.status == NOT_IN_LIBRARY and verdict.status == FOUND and verdict.ruling is not None:
        _of_place(before, mention, verdict.ruling)


def _of_place(verdict: Verdict, mention: Mention, ruling: Ruling, by_name: bool = False) -> None:
    """The library has the decision at another place of the reporter. By name only, and where neither volume nor page is the same, it may be
    another one of that year: that is for a person to tell."""
    reporter, *place = mention.key.split(":")
    known = {key: cite for cite, key in zip(ruling.citations, ruling.keys, strict=False) if key.partition(":")[0] == reporter}
    if not known or mention.key in known:
        return
    near = not by_name or any(set(enumerate(place)) & set(enumerate(key.split(":")[1:])) for key in known)
    verdict.tell(
        "parallel_differs" if near else "doubtful",
        _("In this library %(name)s stands at %(known)s, not at %(cite)s.")
        % {"name": described(ruling), "known": ", ".join(known.values()), "cite": _cite(mention)},
    )


def _of_pin(verdict: Verdict, mention: Mention, library: Library, last_pages: Mapping[object, int], lengths: Mapping[object, int]) -> None:
    pages, first = pages_of(mention.pin), first_page(mention.key)
    if pages is None or first is None or mention.role != "authority" or mention.kind == "statute":
        return
    if pages[0] < first:
        verdict.tell("impossible", _("Page %(pin)d comes before the first page, %(first)d.") % {"pin": pages[0], "first": first})
        return
    ruling = verdict.ruling
    if ruling is None or verdict.status != FOUND:
        return
    last = last_pages.get((ruling.pk, mention.key.partition(":")[0]))
    if last is not None and pages[0] > last:
        verdict.tell(
            "pin_outside",
            _("Page %(pin)d is behind the end of %(name)s, page %(last)d.") % {"pin": pages[0], "name": ruling.name, "last": last},
        )
    elif (other := library.begins_before(mention.key, ruling, pages[0])) is not None:
        verdict.tell(
            "pin_outside",
            _("Page %(pin)d is behind the end of %(name)s: %(other)s begins on page %(page)d.")
            % {"pin": pages[0], "name": ruling.name, "other": described(other[0]), "page": other[1]},
        )
    elif (length := lengths.get(ruling.pk, 0)) and pages[0] > first + FRONT_MATTER + length // FEWEST_ON_A_PAGE:
        verdict.tell(
            "pin_outside",
            _("Page %(pin)d is far behind page %(first)d: the whole text of %(name)s in this library fills some %(count)d pages.")
            % {"pin": pages[0], "first": first, "name": ruling.name, "count": max(1, round(length / USUAL_ON_A_PAGE))},
        )


def _doubt(mention: Mention) -> str:
    if mention.method == "inferred":
        return _("The title is taken from an earlier citation of the same section.")
    return _("It is not certain that this is the authority that is meant.")
