"""Names of people and organisations in a sentence, by their look: capitals, titles, what firms end with. No Django here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from documents.services.chat.words import stems_in

_TITLE = r"(?:Mr|Mrs|Ms|Dr|Prof|Judge|Justice|Hon|Captain|Professor|Sir|Miss)\.?"
_PART = r"(?:[A-ZÄÖÜÉÈÁÓ][a-zäöüéèáóíñç'’]+(?:-[A-Z][a-z]+)?|[A-Z]\.|Mc[A-Z][a-z]+|O['’][A-Z][a-z]+)"
_FIRM = r"(?:,?\s(?:Inc|LLC|LLP|Ltd|Limited|Corp|Corporation|Company|Co|GmbH|AG|plc|PLC|PLLC|L\.L\.C|L\.P|N\.A|Bank|Group|Holdings|University)\b\.?)"
_NAME = re.compile(
    rf"(?P<title>{_TITLE}\s+)?(?P<name>{_PART}(?:\s+(?:&\s+|(?:of|de|van|von|der|la|and)\s+(?={_PART}[^.]*?{_FIRM}))?(?!{_TITLE}\s){_PART})*)(?P<firm>{_FIRM})*"
)
_NO_NAMES = frozenset(
    # Capitals that name no one: what papers, times, places and parts are called.
    "january february march april may june july august september october november december monday tuesday wednesday thursday friday "  # noqa: SIM905
    "saturday sunday section sections article articles exhibit exhibits schedule schedules agreement contract lease complaint answer count "
    "paragraph page court district state states united federal rule rules act law supreme circuit term party parties plaintiff defendant "
    "plaintiffs defendants counsel massachusetts boston california york hampshire delaware texas germany france england europe america "
    "the this that these those there here it its he she they we you i in on at by for from to of a an as if when while where who what "
    "which why how is are was were do does did has have had can could may might must shall should will would and or but not no yes any "
    "all each every both either neither one two three four five six seven eight nine ten under over after before during since until "
    "between within without with upon our your their his her my according however therefore thus moreover further furthermore also only "
    "such some other another first second third fourth fifth last next new north south east west dear sincerely regards table chapter "
    "part celsius fahrenheit appendix annex attachment title products product confidential information equipment premises board meeting report letter "
    "memorandum order motion judgment opinion trade secrets secret contract year minimum quantity evidence subject date re fed civ".split()
)
_ASKING = frozenset(("be", "been", "being", "am", "ask", "please"))
"""What stands before a name at a sentence's beginning, and is none of it."""
_ROLES = frozenset(
    "landlord tenant buyer seller supplier licensor licensee employer employee lender borrower owner operator contractor purchaser vendor "  # noqa: SIM905
    "plaintiff defendant claimant respondent petitioner appellant appellee trustee guarantor".split()
)


_PRODUCT = re.compile(r"-\d|\s[A-Z]{2,3}\b(?!\.)|\s[A-Z]?\d")


class Name(NamedTuple):
    """[start, end) and the name on one line."""

    start: int
    end: int
    text: str


def names_in(text: str, *, products: bool = False) -> list[Name]:
    """Of people and organisations; with `products` also of things that are called by a name."""
    return list(_names(text, products))


def roles_in(text: str) -> list[Name]:
    """The Landlord, the Buyer: whom contracts call so instead of by name."""
    pattern = re.compile(rf"\b(?:[Tt]he\s+)?(?:{'|'.join(role.capitalize() for role in sorted(_ROLES))})\b")
    return [Name(match.start(), match.end(), match[0]) for match in pattern.finditer(text)]


def same(one: str, other: str) -> bool:
    """Whether one may be the other: Okonkwo and Daniel R. Okonkwo, Dr. Solheim and Ingrid Solheim."""
    first, second = _parts(one), _parts(other)
    return bool(first and second) and (first <= second or second <= first or first[-1:] == second[-1:])


class _Parts(tuple[str, ...]):
    def __le__(self, other: object) -> bool:
        return isinstance(other, tuple) and set(self) <= set(other)


def _parts(name: str) -> _Parts:
    bare = re.sub(rf"^{_TITLE}\s+|{_FIRM}", "", name)
    return _Parts(word.lower().removesuffix("'s").removesuffix("’s") for word in re.findall(r"[^\W\d_]{2,}(?:['’][a-z]+)?", bare))


def _names(text: str, products: bool) -> Iterator[Name]:
    for match in _NAME.finditer(text):
        start, words = match.start(), match["name"].split()
        if not match["title"]:
            while words and (_bare(words[0]) in _NO_NAMES or (len(words) > 1 and words[0].lower() in _ASKING)):
                start += len(words[0]) + len(text[start + len(words[0]) :]) - len(text[start + len(words[0]) :].lstrip())
                words = words[1:]
        while words and words[-1].lower().rstrip(".") in _NO_NAMES and not match["firm"]:
            words = words[:-1]
        bare = [word for word in words if word.lower().rstrip(".") not in _NO_NAMES and len(word.rstrip(".")) > 1]
        if not bare or (len(words) == 1 and not match["title"] and not match["firm"] and _begins(text, start)):
            continue
        if not products and not match["firm"] and not match["title"] and _PRODUCT.match(text[match.end() :]):
            continue
        end = match.end() if match["firm"] else start + text[start:].find(words[-1]) + len(words[-1])
        said = re.sub(r"['’]s?$", "", " ".join(text[start:end].split()))
        yield Name(start, end, said)


def _bare(word: str) -> str:
    """Small, without what makes it a possessive."""
    return re.sub(r"['’]s?$", "", word.lower().rstrip("."))


def _begins(text: str, start: int) -> bool:
    """A single capital word at a sentence's beginning may be any word; a name it is only where it stands again elsewhere or has a verb."""
    return bool(re.search(r"(?:^|[.!?:]\s+|[\"“(])$", text[:start])) and not re.match(
        r"\w+(?:['’]s)?\s+(?:is|was|has|had|will|shall|may|admits?|denies|denied|signed|wrote|said|told|agreed|ordered|sold|bought|announced|paid|"
        r"replied|developed|promised|knew|spent|joined|left|and\s+[A-Z]|then|breached|entered|delivered|purchased|received|sent|filed)\b",
        text[start:],
    )


def is_named_as(text: str, start: int, end: int, role: frozenset[str]) -> bool:
    """Whether the name at [start, end) is that of who is called so: "the operator, Samuel Achterberg", "Ms. Brandt is the manager"."""
    before, behind = text[max(0, start - 60) : start], text[end : end + 80]
    if re.search(r"\b(?:for|of|to|at|with|from|in|against)\s+(?:the\s+)?$", before):
        return False
    called = re.sub(r"(?:,|:|\b(?:is|was|named|called|a|the|Mr|Mrs|Ms|Dr)\b\.?|\s)*$", "", before).split()[-len(role) - 1 :]
    if role and role <= stems_in(" ".join(called)):
        return True
    apposed = re.match(r"[^\w]{0,3}(?:,|\(|\s(?:is|was|as|acts?\s+as|serves?\s+as)\b)(?P<what>[^.;:,)]{2,60})", behind)
    return apposed is not None and role <= stems_in(apposed["what"])
