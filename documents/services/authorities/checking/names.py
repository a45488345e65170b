"""Names of cases compared as lawyers read them: whether a name that a draft gives can be that of a ruling.

Not a difference: abbreviations of the Bluebook's tables T6 and T10, either way; "In re", "Matter of", "Ex parte"; the order of the
parties; a party's first names, titles and offices; "et al."; forms of firms (Inc., LLC); "ex rel." and who stands behind it; acronyms
(EEOC); the short name that is one party's; each caption that the library knows. A State's own case is "State v.", "People v.",
"Commonwealth v." or the State's name: these are one party. "United States" is none of them. Everything else is a difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Canonical short words; every form on the right stands for the first (Bluebook T6, T10, and what captions write).
_TABLE = """
acad academy; admin administration administrative administrator administratrix adm admr; advert advertising; agric agriculture
agricultural; all alliance; am america american; assoc associate associates; assn association associations asso; atl atlantic; auth
authority; auto automobile automotive; ave avenue; bankr bankruptcy; bd board; bhd brotherhood; bldg building; bros brothers; broad
broadcast broadcasting; bus business; cas casualty; chem chemical; coal coalition; coll college; ctr center centre centers centres ctrs;
sw southwest southwestern; se southeast southeastern; nw northwest northwestern; ne northeast northeastern; commn commission; commr
commissioner; comm committee; commc communication communications commcn commcns; cmty community; compcomp compensation; condo condominium;
cong congress congressional; consol consolidated; constr construction; contl continental; coop cooperative; corr correction corrections
correctional; def defense; dept department; det detention; dev development; dir director; disc discount; distrib distributor distributing
distribution; dist district; div division; east eastern; econ economic economics economical economy; educ ed education educational; elec
electric electrical electricity electronic elecs; empl employee employees emp emps; empt employment; enf enforcement; eng engineering
engineer; enter enterprise enterprises enters; entmt entertainment; env environment environmental envtl; equal equality; equip equipment;
examr examiner; exch exchange; exec executive; expl exploration explosive; exp export exporter exportation; fac facility facilities; fam
family; fed federal; fedn federation; fid fidelity; fin finance financial financing; found foundation; gen general; govt government; grp
group; guar guaranty; hosp hospital; hous housing; imp import importer importation; indep independence independent; indus industry
industries industrial; info information; inst institute institution; ins insurance; intl international internl; inv investment
investments; lab laboratory laboratories labs; lib library; ltd limited; liab liability; litig litigation; mach machine machinery; maint
maintenance; mgmt management; mfr manufacturer mfrs; mfg manufacturing; mar maritime; mkt market markets; mktg marketing; mech mechanic
mechanical; med medical medicine; meml memorial; merch merchant merchandise merchandising; metro metropolitan; mort mortgage mortg; mun
municipal; mut mutual; natl nat national; north northern; org organization organizing; pac pacific; pship partnership; pers personal
personnel; pharm pharmacy pharmaceutical pharmaceuticals pharms; pres preserve preservation; prob probation; prod product production
products prods; prof professional; prop property properties props; prot protection; pub public; publ publication publishing pubs; rr
railroad; ry railway; ref refining; regl regional; rehab rehabilitation; reprod reproduction reproductive; res resource resources; rest
restaurant; ret retirement; rd road; sav savings; sch school schools; sci science; secy secretary; sec security securities; sys system
systems; serv service services servs; sholder shareholder; soc social; socy society; south southern southerly; ste sainte; st saint
street; stmp steamship; subcomm subcommittee; sur surety; tech technology; technologies techs; tel telephone telegraph telecomm; telecomms
telecommunication telecommunications; temp temporary; twp township; transcon transcontinental; transp transport transportation; tr trs
trustee trust; tpk turnpike; unif uniform; univ university; util utility utilities; vill village; west western; cnty county; ct court;
intell intellectual; co company; corp corporation; inc incorporated; mr mister; dr doctor; ft fort; mt mount; jr junior; sr senior; comp
computer; rep republic; commr cir; balt baltimore; bos boston; chi chicago; dall dallas; phila philadelphia; phx phoenix; pitt pittsburgh;
wm william; chas charles; geo george; jas james; thos thomas; jos joseph; robt robert; benj benjamin; saml samuel; danl daniel; edw
edward; jno john
"""
_CANONICAL = {word: group.split()[0] for group in _TABLE.replace("\n", " ").split(";") if group.split() for word in group.split()}
_STATES = [
    "alabama",
    "alaska",
    "arizona",
    "arkansas",
    "california",
    "colorado",
    "connecticut",
    "delaware",
    "florida",
    "georgia",
    "hawaii",
    "idaho",
    "illinois",
    "indiana",
    "iowa",
    "kansas",
    "kentucky",
    "louisiana",
    "maine",
    "maryland",
    "massachusetts",
    "michigan",
    "minnesota",
    "mississippi",
    "missouri",
    "montana",
    "nebraska",
    "nevada",
    "ohio",
    "oklahoma",
    "oregon",
    "pennsylvania",
    "tennessee",
    "texas",
    "utah",
    "vermont",
    "virginia",
    "washington",
    "wisconsin",
    "wyoming",
]
_TWO_WORDS = {
    "new hampshire": "newhampshire", "new jersey": "newjersey", "new mexico": "newmexico", "new york": "newyork", "north carolina":
    "northcarolina", "north dakota": "northdakota", "rhode island": "rhodeisland", "south carolina": "southcarolina", "south dakota":
    "southdakota", "west virginia": "westvirginia", "puerto rico": "puertorico",
}  # fmt: skip
_SHORT_STATES = {
    "ala": "alabama", "ariz": "arizona", "ark": "arkansas", "cal": "california", "calif": "california", "colo": "colorado", "conn":
    "connecticut", "del": "delaware", "fla": "florida", "ga": "georgia", "haw": "hawaii", "ill": "illinois", "ind": "indiana", "kan":
    "kansas", "ky": "kentucky", "la": "louisiana", "md": "maryland", "mass": "massachusetts", "me": "maine", "mich": "michigan", "minn":
    "minnesota", "miss": "mississippi", "mo": "missouri", "mont": "montana", "neb": "nebraska", "nev": "nevada", "nh": "newhampshire",
    "nj": "newjersey", "nm": "newmexico", "ny": "newyork", "nc": "northcarolina", "nd": "northdakota", "okla": "oklahoma", "or": "oregon",
    "pa": "pennsylvania", "ri": "rhodeisland", "sc": "southcarolina", "sd": "southdakota", "tenn": "tennessee", "tex": "texas", "vt":
    "vermont", "va": "virginia", "wash": "washington", "wva": "westvirginia", "wis": "wisconsin", "wyo": "wyoming", "pr": "puertorico",
}  # fmt: skip
_ALL_STATES = frozenset([*_STATES, *_TWO_WORDS.values()])
_DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west"}
SOVEREIGN, UNITED_STATES = "thestate", "unitedstates"
_FIRMS = frozenset(
    "inc corp co ltd llc llp lp pship pllc pc pa na plc gmbh ag sa nv bv spa ab oy kg limited company corporation incorporated cos".split()  # noqa: SIM905
)
_EMPTY = frozenset(
    "the of and for a an in re et al on behalf as by to its his her their ux vir also known dba aka fka nka individually "  # noqa: SIM905
    "capacity official".split()
)
_ROLES = frozenset(
    "plaintiff plaintiffs defendant defendants appellant appellants appellee appellees petitioner petitioners respondent respondents "  # noqa: SIM905
    "cross intervenor intervenors claimant claimants debtor debtors movant relator jr sr iii ii iv esq mr mrs ms dr hon".split()
)
_VERSUS = re.compile(r"\s+(?:v|vs|versus)\b\.?\s+", re.I)
_PREFIX = re.compile(
    r"^\s*(?:in\s+(?:the\s+)?(?:re|matter\s+of)|(?:the\s+)?matter\s+of|ex\s+parte|estate\s+of|(?:in\s+re\s+)?application\s+of)\b[:\s]*",
    re.I,
)
_BEHIND = re.compile(
    r"\b(?:ex\s+rel(?:\.|atione)?|on\s+(?:the\s+)?relation\s+of|on\s+behalf\s+of|by\s+and\s+through|d/b/a|a/k/a|f/k/a)\s*", re.I
)
_RELATION = re.compile(r"\bex\s+rel(?:\.|atione)?\s+|\bon\s+(?:the\s+)?relation\s+of\s+", re.I)
_SOVEREIGNS = re.compile(
    r"^(?:the\s+)?(?:people|state|commonwealth|comm?\.?|commw\.?|cmwlth\.?)(?:\s+of(?:\s+the\s+(?:state|commonwealth)\s+of)?(?:\s+[A-Z][\w.]+){1,2})?$",
    re.I,
)
_UNITED = re.compile(r"\b(?:united\s+states(?:\s+of\s+america)?|u\.?\s?s\.?(?:\s?a\.?)?)(?=$|[\s,;)])", re.I)
_SPACED_LETTERS = re.compile(r"\b([A-Z])\.(?=[A-Z]\b\.?)")
_PARTED = re.compile(r"\b(?:rail road|r r|l l [cp]|l p)\b")
_GAP = "\u2026"
_CUT = re.compile(r"\b[A-Za-z]{3,}\.(?=\W|$)|\b[A-Za-z]{2,}'[a-z]{1,2}\b\.?")
_LETTERS = re.compile(r"\b(?:[a-z] ){2,}[a-z]\b")


@lru_cache(maxsize=8192)
def parties(name: str) -> tuple[tuple[str, ...], ...]:
    """The sides of a caption, each as its canonical words."""
    plain = unicodedata.normalize("NFKD", name.replace("\u2019", "'").replace("\u2013", "-"))
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = re.sub(r"\bet\s+(?:al|ux|vir)\b\.?", " ", plain, flags=re.I)
    sides = _VERSUS.split(plain)
    return tuple(words for side in sides if (words := _party(_PREFIX.sub("", side))))


def _party(side: str) -> tuple[str, ...]:
    side = side.strip(" ,.;")
    relator = _RELATION.search(side)
    if _SOVEREIGNS.match(side[: relator.start()].strip(" ,") if relator else side):
        return (SOVEREIGN, *(_party(side[relator.end() :]) if relator else ()))
    side = _UNITED.sub(f" {UNITED_STATES} ", side)
    side = _SPACED_LETTERS.sub(r"\1", side)
    side = _BEHIND.sub(" ", side)
    side = re.sub(r"(?<=\w)'s\b", "s", side).replace("&", " ")
    side = re.sub(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)", "", side)
    side = _CUT.sub(lambda cut: _marked(cut[0]), side).replace("'", "").replace(".", " ").replace("-", " ")
    words = " ".join(re.findall(rf"[^\W_]+(?:{_GAP}[^\W_]*)?", side.lower()))
    for spelt, one in _TWO_WORDS.items():
        words = words.replace(spelt, one)
    words = _PARTED.sub(lambda parted: parted[0].replace(" ", ""), words)
    words = _LETTERS.sub(lambda run: run[0].replace(" ", ""), words)
    found = [_canonical(word) for word in words.split()]
    kept = [word for word in found if word not in _EMPTY and word not in _ROLES]
    core = [word for word in kept if word not in _FIRMS]
    return tuple(core or kept)


def _marked(written: str) -> str:
    """An abbreviation that no table has, with a mark where its letters are left out: Griev. and Att'y."""
    word = written.replace("'", "").replace(".", "").lower()
    if _canonical(word) in _CANONICAL.values() or word in _SHORT_STATES or word in _EMPTY | _ROLES | _FIRMS:
        return written
    return f"{written[:-1]}{_GAP} " if written.endswith(".") and "'" not in written else written.rstrip(".").replace("'", _GAP)


def _canonical(word: str) -> str:
    if word in _CANONICAL:
        return _CANONICAL[word]
    singular = word[:-1] if word.endswith("s") and len(word) > 3 else word
    return _CANONICAL.get(singular, singular if singular in _CANONICAL.values() else word)


_PIECES = re.compile(r"[,.] | and ")


def same_case(given: str, captions: Iterable[str]) -> bool:
    """Whether a draft's name can be that of a ruling with these captions; a draft that names nothing says nothing wrong."""
    sides = parties(given)
    if not sides:
        return True
    known = [found for caption in captions if (found := parties(caption))]
    if any(_fits(sides, caption) for caption in known):
        return True
    # Words before the name may have been taken for a part of it: "by Acme Corp. Smith v. Jones".
    tails = [found for tail in _tails(given) if all(found := parties(tail))]
    return any(_fits(tail, caption) for tail in tails for caption in known)


def _tails(given: str) -> list[str]:
    """The name without one or more of the pieces before its first party's last words."""
    versus = _VERSUS.search(given)
    if versus is None:
        return []
    return [
        given[cut.end() :] for cut in _PIECES.finditer(given, 0, versus.start())
        if cut[0] != ". " or not _abbreviates(given[: cut.start()].rpartition(" ")[2])
    ]  # fmt: skip


def _abbreviates(word: str) -> bool:
    """Whether a full stop behind a word belongs to it within a name: First Nat. Bank, but not the end of a firm's."""
    word = word.lower().replace("'", "").replace("\u2019", "").replace(".", "")
    return len(word) == 1 or word in _SHORT_STATES or (word in _CANONICAL and word not in _FIRMS)


def _fits(given: tuple[tuple[str, ...], ...], caption: tuple[tuple[str, ...], ...]) -> bool:
    if len(given) == 1:
        return any(same_party(given[0], side) for side in caption)
    if len(caption) == 1:
        return any(same_party(side, caption[0]) for side in given[:2] if side not in ((SOVEREIGN,), (UNITED_STATES,)))
    first, second = given[0], given[1]
    straight = same_party(first, caption[0]) and same_party(second, caption[1])
    return straight or (same_party(first, caption[1]) and same_party(second, caption[0]))


def one_side_fits(given: str, captions: Iterable[str]) -> bool:
    """Whether a party other than a sovereign is the same, though the name as a whole is not."""
    sides = [side for side in parties(given) if side not in ((SOVEREIGN,), (UNITED_STATES,))]
    return any(same_party(side, other) for caption in captions for side in sides for other in parties(caption))


def same_party(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether all words of the shorter name stand in the longer one; a State's names are one."""
    if _sovereign(one) and _sovereign(other):
        return not (_named_state(one) and _named_state(other)) or _named_state(one) == _named_state(other)
    if (UNITED_STATES in one) != (UNITED_STATES in other) and (len(one) == 1 or len(other) == 1) and UNITED_STATES in (one + other):
        # "United States" alone is the party; in another's name (United States Steel) it is a word.
        alone = one if UNITED_STATES in one else other
        if len(alone) == 1:
            return False
    if SOVEREIGN in (one[0], other[0]):
        return _for_relators(one, other)
    if _acronym(one, other) or _acronym(other, one):
        return True
    if _other_directions(one, other):
        return False
    short, long = (one, other) if len(_telling(one)) <= len(_telling(other)) else (other, one)
    return all(any(_same_word(word, known) for known in long) or _initials_in(word, long) for word in _telling(short))


def _for_relators(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Of a State on the relation of somebody the State alone is the party, and so is who stands behind it; two of these are the same party
    where the same one does."""
    if all(side[0] == SOVEREIGN or _sovereign(side) for side in (one, other)) and min(len(one), len(other)) == 1:
        return same_party(one[:1], other[:1])
    sides = [side[1:] if side[0] == SOVEREIGN else side for side in (one, other)]
    return all(sides) and same_party(sides[0], sides[1])


def _other_directions(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether both names have points of the compass, and other ones: Northern Pacific is not Southern Pacific."""
    found = [{_DIRECTIONS.get(word, word) for word in words} & set(_DIRECTIONS.values()) for words in (one, other)]
    spelt = any(set(_DIRECTIONS.values()) & set(words) for words in (one, other))
    return spelt and all(found) and not found[0] & found[1]


def _initials_in(word: str, words: tuple[str, ...]) -> bool:
    """Whether a short word is made of the first letters of words that follow each other: la for Los Angeles."""
    if not 2 <= len(word) <= 6:
        return False
    return word in ["".join(one[0] for one in words[start : start + len(word)]) for start in range(len(words) - len(word) + 1)]


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without initials, where anything else is left."""
    return tuple(word for word in words if len(word) > 1) or words


def _sovereign(words: tuple[str, ...]) -> bool:
    return words == (SOVEREIGN,) or _named_state(words) is not None


def _named_state(words: tuple[str, ...]) -> str | None:
    if len(words) != 1:
        return None
    name = _SHORT_STATES.get(words[0], words[0])
    return name if name in _ALL_STATES else None


def _same_word(one: str, other: str) -> bool:
    if one == other or any(short.get(one, one) == short.get(other, other) for short in (_SHORT_STATES, _DIRECTIONS)):
        return True
    for cut, whole in ((one, other), (other, one)):
        if _GAP in cut:
            begin, _, end = cut.partition(_GAP)
            return whole in (cut, begin + end) or (len(whole) > len(begin + end) and whole.startswith(begin) and whole.endswith(end))
    short, long = sorted((one, other), key=len)
    # An abbreviation that no table has: "Pharma" for "Pharmaceutical"; of a plural the singular.
    return (len(short) >= 4 and long.startswith(short) and len(long) - len(short) >= 3 and _is_abbreviation(short)) or long == short + "s"


def _is_abbreviation(word: str) -> bool:
    """Whether a word looks cut: it ends in a consonant."""
    return word[-1] not in "aeiouy" and word in _CANONICAL.values()


def _acronym(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    if len(short) != 1 or len(long) < 2 or not 2 <= len(short[0]) <= 8:
        return False
    initials = "".join("us" if word == UNITED_STATES else word[0] for word in long)
    bare = initials.removeprefix("us")
    return short[0] in (initials, bare, f"{initials}c", f"do{bare[1:]}" if "dept" in long[:2] else initials)
