"""American reporters, state codes, journals, short forms, Id. and supra, as eyecite knows them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import eyecite.helpers
from eyecite.find import _extract_full_citation, _extract_id_citation, _extract_shortform_citation, _extract_supra_citation
from eyecite.models import (
    CitationBase,
    CitationToken,
    Document,
    FullCaseCitation,
    FullJournalCitation,
    FullLawCitation,
    IdCitation,
    IdToken,
    ResourceCitation,
    ShortCaseCitation,
    SupraCitation,
    SupraToken,
)
from eyecite.tokenizers import EDITIONS_LOOKUP

from cases.services.citations.courts import court_by_paren
from cases.services.citations.keys import key, slug
from cases.services.citations.mentions import Found
from cases.services.citations.tokens import NearbyTokenizer

logging.getLogger("eyecite").setLevel(logging.CRITICAL)
eyecite.helpers.get_court_by_paren = court_by_paren

# "supra Part II", "supra note 3", "supra at 5" point into the same paper, not to an authority.
_INSIDE = re.compile(r"\s*,?\s*(?:part|section|sec\.|note|nn?\.|pp?\.|page|at|§|¶|¶¶|chapter|ch\.|fig|table)\b|\s*,?\s*[§¶]", re.I)
_ID_SECTION = re.compile(
    r",? ?(?:at )?§§? ?(\d+[a-zA-Z]{0,3}(?:[.-](?:\d+[a-zA-Z]{0,3}|[a-z]{1,4}(?!\w)))*)((?:\([0-9A-Za-z]{1,5}\))*(?:-(?:\([0-9A-Za-z]{1,5}\))+)?)"
)
_STAR_PAGE = re.compile(r"(?<!\w)(\d{1,4}) \*$")
_PINS = r"(?:at )?[\d*]\d*(?:-[\d*]?\d+)?(?:,? (?:& )?nn?\. ?\d+(?:-\d+)?)?(?![\w-])"
# Each number begins the next piece and no piece is given back, or a table of numbers would be cut in every possible way.
_TAIL = re.compile(
    rf"(?P<pin>(?:, {_PINS}(?! ?[A-Z\[]))*)(?P<parallel>(?:,? [\[\d](?:(?!,? [\[\d])[^();]){{0,60}}+)*+)\]? ?\((?P<inside>[^()]*?)(?P<year>1[6-9]\d\d|20\d\d)\)"
)
_PIN_ALONE = re.compile(rf"(?P<pin>(?:, {_PINS}(?! ?[A-Z\[]))+)")
_LONGER_PIN = re.compile(r"-\d{1,5}|,? (?:& )?nn?\. ?\d+(?:-\d+)?")
_CASE_NAMES = re.compile(r" [vV][sS]?\. ")
_HISTORY = re.compile(
    r"(?:cert(?:\.|iorari)|reh'g|rehearing|review|leave to appeal|petition|appeal|stay|mandamus)(?: (?:en banc|for review))?"
    r" (?:denied|granted|dismissed|refused|filed|withdrawn|dism'd|den\.)(?: (?:sub nom\.|mem\.|per curiam|as moot))*,? (?:[^;()]{0,120}? v\.? [^;()]{0,80}, )?$",
    re.I,
)
_LONGER_SECTION = re.compile(r"(?:[-:.]\d{1,5}[a-zA-Z]{0,3})+(?![\w])")
# Between the parts of "410 U.S. 113, 153, 93 S. Ct. 705" stand only pages.
_PARALLEL = re.compile(r"(?:, ?(?:at )?(?:nn?\. ?)?[\d*&-]+(?: ?& ?n\. ?\d+)?)*, ?$")
_EXPLAINS = re.compile(
    r"\((?:quoting|citing|alteration|internal|discussing|describing|relying on|accord)\b[^()]*(?:\([^()]*\)[^()]*)*$", re.I
)
# What eyecite takes for a party may be the end of another citation.
_PARTY = re.compile(r"[A-Z][^\d§()]*")
_WORDS = r"[A-Z][\w.'&-]*(?:,? (?:[A-Z&][\w.'&-]*|No\. \d+|\d+(?= v)|of|the|for|and|ex|rel\.|de|la))*"
_NAME = re.compile(
    rf"(?<!\w)(?P<name>{_WORDS} [vV][sS]?\.? {_WORDS}|(?:In re|Ex parte|Matter of) {_WORDS})"
    r"(?:, (?:Nos?\.|Case No\.|Civ\.|C\.A\. No\.)[^;()]{3,60}?)?,?(?: \((?:[^()]*? )?\d{4}\))? $"
)
_SIGNAL = re.compile(r"^(?:(?:But |See |Also |also |Cf\. |Accord |Compare |In (?!re )|Under |E\.g\., |As ))+")
_SENTENCE = re.compile(r"\. [A-Z][a-z]+ [a-z]")
_TYPED = re.compile(r"(?<!\w)(\d{1,4}) ?([A-Za-z][A-Za-z. ']{0,30}?(?:\d[a-z]{1,2}\.?)?) ?(?<!\d)(\d{1,5})(?!\w)")


class UnitedStates:
    name, rank = "us", 30

    def __init__(self) -> None:
        self.tokenizer = NearbyTokenizer()

    def find(self, text: str) -> list[Found]:
        if not text.strip():  # eyecite refuses an empty text
            return []
        found: list[Found] = []
        before: CitationBase | None = None
        for citation in citations_in(text, self.tokenizer):
            mention = _found(citation, text)
            if mention is None:
                continue
            mention.history = mention.kind == "case" and bool(_HISTORY.search(text, max(0, mention.start - 240), mention.start))
            mention.nested = bool(_EXPLAINS.search(text, max(0, mention.start - 300), mention.start))
            if isinstance(citation, FullCaseCitation) and isinstance(before, FullCaseCitation):
                mention.parallel = bool(_PARALLEL.fullmatch(text, before.span()[1], mention.start))
            before = citation
            found.append(mention)
        return found

    def keys(self, query: str) -> list[str]:
        """Full citations as eyecite finds them, and looser ones as "925 f3d 1339"."""
        keys = [mention.key for mention in self.find(query)]
        if not any(keys):
            keys = [key(edition, volume, page) for volume, name, page in _TYPED.findall(query) if (edition := _editions().get(slug(name)))]
        return keys


def citations_in(text: str, tokenizer: NearbyTokenizer) -> Iterator[CitationBase]:
    """What `eyecite.get_citations` gives, without its search of the whole text for the names of every case found."""
    document = Document(plain_text=text, clean_steps=None)
    document.tokenize(tokenizer=tokenizer)
    before: FullCaseCitation | None = None
    seen: set[tuple[int, int]] = set()
    for index, token in document.citation_tokens:
        citation = _citation(document, index, token)
        if citation is None or citation.span() in seen:
            continue
        seen.add(citation.span())
        if isinstance(citation, FullCaseCitation):
            if before is not None:
                citation.is_parallel_citation(before)
            before = citation
        else:
            before = None
        yield citation


def _citation(document: Document, index: int, token: Any) -> CitationBase | None:
    if type(token) is CitationToken:
        return _extract_shortform_citation(document, index) if token.short else _extract_full_citation(document, index)
    if type(token) is IdToken:
        return _extract_id_citation(document.words, index)
    if type(token) is SupraToken:
        return _extract_supra_citation(document.words, index)
    return None


def _found(citation: CitationBase, text: str) -> Found | None:
    """A citation of eyecite's as a mention, or None where it is none."""
    start, end = citation.span()
    if text.endswith("Cite as: ", 0, start):  # the running header of a slip opinion names the opinion itself
        return None
    while end > start and text[end - 1] in " ,;:([":
        end -= 1
    while start < end and text[start] in " ,;([":
        start += 1
    if start >= end:
        return None
    mention = Found(start, end, kind="", pin=(citation.metadata.pin_cite or "").removeprefix("at ").strip()[:60])
    if isinstance(citation, FullCaseCitation):
        return _case(citation, mention, text)
    if isinstance(citation, FullLawCitation):
        # The United States Code and the federal regulations are left to us_rules, which also knows their lists.
        return None if _edition(citation) in ("usc", "cfr") else _law(citation, mention, text)
    if isinstance(citation, FullJournalCitation):
        return _journal(citation, mention)
    if isinstance(citation, ShortCaseCitation):
        return _short(citation, mention, text)
    if isinstance(citation, IdCitation):
        return _id(mention, text)
    return _supra(citation, mention, text) if isinstance(citation, SupraCitation) else None


def _case(citation: FullCaseCitation, mention: Found, text: str) -> Found:
    mention.kind, mention.method = "case", "us/full"
    mention.confidence = _certainty(citation)
    volume = citation.groups.get("volume")
    if star := _STAR_PAGE.search(text, max(0, mention.start - 8), mention.start):
        # "135 *355 Mass. 147": the number with the asterisk says where a page of another print began.
        volume, mention.start = star[1], star.start()
    mention.year = _year(citation, text)
    mention.name = _name(citation, text, mention.start)
    if not mention.pin and (pin := _PIN_ALONE.match(text, mention.end)):
        mention.pin = pin["pin"].removeprefix(", ").removeprefix("at ")[:60]
    if page := citation.corrected_page():
        mention.key = key(_edition(citation), volume, page)
    return mention


def _year(citation: FullCaseCitation, text: str) -> int | None:
    """The year in its own parenthesis, behind nothing but pins and the same decision in other reporters; databases, and courts that put
    the year in front (In re K.F. (2009) 173 Cal.App.4th 655), have it before."""
    volume = citation.groups.get("volume") or ""
    if _edition(citation) in ("wl", "uslexis") or re.fullmatch(r"(?:18|19|20)\d\d", volume):
        return int(volume) if volume.isdigit() else None
    start, end = citation.span()
    tail = _TAIL.match(text, _reporter_end(citation, text, start, end))
    if tail and not _CASE_NAMES.search(tail["parallel"]) and not _SENTENCE.search(tail["parallel"]):
        return int(tail["year"])
    before = re.search(
        r"\((?:[^()]*? )?(1[6-9]\d\d|20\d\d)\) (?:\d+ [\w. ]+?\d+(?:, \d+(?:-\d+)?)? ?\[)?(?:\d{1,4} \*)?$",
        text[max(0, start - 120) : start],
    )
    return int(before[1]) if before else None


def _reporter_end(citation: FullCaseCitation, text: str, start: int, end: int) -> int:
    """Where volume, reporter and page end."""
    page = citation.groups.get("page") or ""
    at = text.rfind(page, start, end) if page else -1
    return at + len(page) if at >= 0 else end


def _name(citation: FullCaseCitation, text: str, start: int) -> str:
    """Roe v. Wade; where eyecite saw no two parties (two citations in a row confuse it), what stands right before."""
    parties = [party for party in (citation.metadata.plaintiff, citation.metadata.defendant) if party and _PARTY.fullmatch(party)]
    if len(parties) < 2 and (written := _NAME.search(text, max(0, start - 200), start)):
        return _SIGNAL.sub("", written["name"])[:300]
    return " v. ".join(parties)[:300]


def _law(citation: FullLawCitation, mention: Found, text: str) -> Found:
    sources = {edition.reporter.cite_type for edition in citation.all_editions}
    mention.kind = "regulation" if any(source.startswith("admin") for source in sources) else "statute"
    mention.method, mention.confidence, mention.year = "us/full", _certainty(citation), citation.year
    groups = citation.groups
    whole = groups.get("title") or groups.get("volume") or groups.get("chapter")
    part = groups.get("section") or groups.get("page") or groups.get("law_section")
    subject = slug(groups["subject"]) if groups.get("subject") else None
    if part and citation.span()[1] <= mention.end + 2 and (longer := _LONGER_SECTION.match(text, _section_end(text, mention, part))):
        part, mention.end = part + longer[0], longer.end()  # 42-110b
        pins = re.compile(r"(?:\([0-9A-Za-z]{1,5}\))*").match(text, mention.end)
        mention.pin = pins[0] if pins else ""
    mention.key = key(_edition(citation), subject, whole, part) if part else ""
    return mention


def _section_end(text: str, mention: Found, part: str) -> int:
    at = text.rfind(part, mention.start, mention.end)
    return at + len(part) if at >= 0 else mention.end


def _journal(citation: FullJournalCitation, mention: Found) -> Found:
    mention.kind, mention.method, mention.confidence, mention.year = "other", "us/full", _certainty(citation), citation.year
    groups = citation.groups
    mention.key = key(_edition(citation), groups.get("volume"), groups["page"]) if groups.get("page") else ""
    return mention


def _short(citation: ShortCaseCitation, mention: Found, text: str) -> Found:
    mention.kind = "short"
    mention.reporter = key(_edition(citation), citation.groups.get("volume"))
    mention.name = citation.metadata.antecedent_guess or ""
    page = citation.groups.get("page") or ""
    mention.pin = mention.pin or page
    if (at := text.find(page, mention.start, mention.end + 12)) >= 0 and page:
        mention.end = at + len(page)
        mention.pin = page
        while longer := _LONGER_PIN.match(text, mention.end):
            mention.end, mention.pin = longer.end(), mention.pin + longer[0]
    return mention


def _id(mention: Found, text: str) -> Found:
    mention.kind = "id"
    # eyecite may have taken the section for a pin; look from where the word itself ends.
    word = re.match(r"ibid\.|id\.", text[mention.start : mention.end], re.I)
    after = mention.start + (word.end() if word else mention.end - mention.start)
    if section := _ID_SECTION.match(text, after):
        mention.section, mention.pin, mention.end = section[1], section[2], section.end()
    return mention


def _supra(citation: SupraCitation, mention: Found, text: str) -> Found | None:
    name = citation.metadata.antecedent_guess or ""
    if not name[:1].isupper() or (not citation.metadata.pin_cite and _INSIDE.match(text, mention.end)):
        return None
    mention.kind, mention.name = "supra", name
    return mention


def _edition(citation: ResourceCitation) -> str:
    return slug(citation.corrected_reporter())


def _certainty(citation: ResourceCitation) -> float:
    if citation.edition_guess is None:
        return 0.6
    return 0.98 if citation.exact_editions else 0.95


@cache
def _editions() -> dict[str, str]:
    """The edition meant by each slug that means only one, as f3d or uscode."""
    known: dict[str, set[str]] = {}
    for name, editions in EDITIONS_LOOKUP.items():
        known.setdefault(slug(name), set()).update(slug(edition.short_name) for edition in editions)
    own = {slug(edition.short_name) for editions in EDITIONS_LOOKUP.values() for edition in editions}
    return {name: name if name in own else next(iter(editions)) for name, editions in known.items() if name in own or len(editions) == 1}


GRAMMAR = UnitedStates()
