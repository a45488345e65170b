"""Codes of the states: Cal. Bus. & Prof. Code §§ 17200, 17500; Conn. Gen. Stat. § 42-110b; Mass. Gen. Laws ch. 93A, §§ 2, 9; 42 Pa.C.S.
§ 9541; 740 ILCS 14/15; 47 O.S. 1991, § 11-903; section 768.28, Florida Statutes; and their regulations.

The names are those of reporters-db; a code has one key whether it is cited as annotated or not. Ways to write that reporters-db does not know
were compared with the templates of citeurl (MIT).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from reporters_db import LAWS

from cases.services.citations.keys import key, slug
from cases.services.citations.lists import MARK, Numbering, ends_of_dotted, ends_of_joined, ends_of_numbers, marked_lists, mentions
from cases.services.citations.mentions import Found
from cases.services.citations.patterns import Finder, Finders
from cases.services.citations.states import STATE, state_slug

NAME = "us_states"
# 42-110b, 768.28, 2C:11-3, 358-A:2, 13A-6-2, 5/2-619, 8104-A, 363A.01-.44
_SECTION = (
    r"\d{1,6}(?!(?:st|nd|rd|th)(?!\w))[A-Za-z]{0,3}½?(?:[.:/]\d{1,6}[A-Za-z]{0,2}|- ?(?:\.?\d{1,6}[A-Za-z]{0,2}|[A-Z]{1,2}(?![A-Za-z])))*"
)


def _ends(section: str, plural: bool) -> tuple[int, str]:
    dash, last = ends_of_dotted(section, plural) if "." in section else ends_of_numbers(section, False)
    return (dash, last) if last else (-1, "")


_RANGED, _JOINED = Numbering(_SECTION, _ends), Numbering(_SECTION, ends_of_joined)
# Where a hyphen parts a section's number, 163-182 is one section.
_HYPHENS = frozenset(
    [
        "ala",
        "ariz",
        "ark",
        "colo",
        "conn",
        "ga",
        "haw",
        "idaho",
        "ind",
        "kan",
        "md",
        "miss",
        "mont",
        "neb",
        "nm",
        "nc",
        "nd",
        "okla",
        "ri",
        "sc",
        "sd",
        "tenn",
        "utah",
        "va",
        "wva",
        "wyo",
        "dc",
        "nj",
        "nh",
        "ill",
    ]
)
_WORD = r"(?:[A-Z][A-Za-z'.]*|&|and|of)"
_UNIT = r"(?:,? (?:tit(?:\.|le)|ch(?:\.|ap(?:\.|ter))|c\.|[Aa]rt(?:\.|icle)(?= ?\d+[A-Z]?,? §)) ?(?P<unit>\d{1,3}[A-Z]{0,2})(?!\w))?"
_EDITION = r"(?:,? (?:19|20)\d\d(?=,? §))?"
_HEAD = re.compile(
    rf"{STATE} ?(?P<code>{_WORD}(?:,? ?{_WORD}){{0,7}}?){_EDITION}{_UNIT}{_EDITION},? ?(?P<mark>{MARK}|[Aa]rts?\. ?|[Rr]\. ?)?(?=\d)"
)
_VOLUME = re.compile(r"(?<![\w.§-])(?P<volume>\d{1,3}[A-Z]?),? $")
# A number that is a section's even without a mark.
_PARTED = re.compile(r"\d{1,4}[A-Z]?[.:-]\d")
_MISSOURI = re.compile(r", (?:RSMo|R\.S\.Mo\.)")
_BEHIND = re.compile(rf"(?:,| of(?: the)?) (?P<state>{STATE}) ?(?P<code>{_WORD}(?:,? ?{_WORD}){{0,7}})")
_SHORTER = {
    "statutes": "stat", "statute": "stat", "stats": "stat", "revised": "rev", "general": "gen", "compiled": "comp", "codes": "code",
    "consolidated": "cons", "consol": "cons", "annotated": "ann", "official": "", "century": "cent", "administrative": "admin",
    "regulations": "regs", "civil": "civ", "criminal": "crim", "business": "bus", "professions": "prof", "government": "govt", "gov": "govt",
    "procedure": "proc", "commerce": "com", "commercial": "com", "comm": "com", "evidence": "evid", "labor": "lab", "saf": "safety", "pen": "penal",
    "vehicle": "veh", "family": "fam", "practice": "prac", "remedies": "rem", "transportation": "transp", "insurance": "ins",
    "property": "prop", "education": "educ", "executive": "exec", "domestic": "dom", "relations": "rel", "probate": "prob",
    "corporations": "corp", "welfare": "welf", "institutions": "inst", "revenue": "rev", "taxation": "tax", "utilities": "util",
    "public": "pub", "resources": "res", "courts": "cts", "judicial": "jud", "election": "elec", "elections": "elec", "finance": "fin",
    "and": "", "of": "", "the": "",
}  # fmt: skip
_SAME = {  # what reporters-db calls otherwise, by slug
    "mostat": "morevstat", "masslaws": "massgenlaws", "pastatconsstat": "paconsstat",
    "larevstat": "lastat", "lars": "lastat", "pacs": "paconsstat", "pacsa": "paconsstat", "pastat": "paconsstat", "delc": "delcode",
    "nhrsa": "nhrevstat", "nycompcoderregs": "nycompcodesrregs",
}  # fmt: skip
_LOUISIANA = {"cc": "lacivcodeann", "ccp": "lacodecivprocann", "ccrp": "lacodecrimprocann", "ce": "lacodeevidann"}
_SUBJECTS = {"cal": ("calcode", "code"), "tex": ("texcodeann", "code"), "ny": ("nylaw", "law"), "md": ("mdcodeann", "code")}

# The code as its own courts write it, and the key of its full form.
_INITIALS = {
    r"NRS|N\. ?R\. ?S\.": "nevrevstat", r"ORS": "orrevstat", r"RCW": "washrevcode", r"KRS": "kyrevstatann", r"K\. ?S\. ?A\.": "kanstatann",
    r"A\. ?R\. ?S\.|ARS": "arizrevstat", r"C\. ?R\. ?S\.|CRS": "colorevstat", r"R\. ?C\.": "ohiorevcodeann", r"N\. ?J\. ?S\. ?A\.": "njstatann",
    r"O\. ?C\. ?G\. ?A\.": "gacodeann", r"R\. ?S\. ?Mo\.|RSMo\.?": "morevstat", r"MCLA?|M\. ?C\. ?L\.(?: ?A\.)?": "michcomplaws", r"HRS": "hawrevstat",
    r"MCA": "montcodeann", r"RSA": "nhrevstatann", r"NMSA|N\. ?M\. ?S\. ?A\.": "nmstatann", r"T\. ?C\. ?A\.": "tenncodeann", r"SDCL": "sdcodifiedlaws",
    r"N\. ?D\. ?C\. ?C\.": "ndcentcode", r"C\. ?P\. ?L\. ?R\.|CPLR": "nylaw:cplr", r"CPL": "nylaw:crimproc", r"A\. ?C\. ?A\.": "arkcodeann",
    r"La\. ?R\. ?S\.": "lastatann", r"N\. ?C\. ?G\. ?S\.|NCGS": "ncgenstat", r"W\. ?S\.": "wyostatann", r"Pa\. ?R\. ?C\. ?P\.": "parcivp",
}  # fmt: skip
# No group around the names: a search then skips to the letters with which they begin.
_INITIAL = re.compile("(?:" + "|".join(_INITIALS) + rf")(?: ?Ann\.)?{_EDITION}(?:, (?:19|20)\d\d)?,? ?(?P<mark>{MARK})?(?=\d)")
_ENACTED = [(re.compile(name), code) for name, code in _INITIALS.items()]
_NEED_MARK = frozenset({"montcodeann", "wyostatann", "tenncodeann", "arkcodeann", "nylaw:crimproc", "hawrevstat", "colorevstat"})
_VOLUMES = re.compile(
    r"(?<![\w.§-])(?P<title>\d{1,3}[A-Z]?) (?:(?P<pa>Pa\. ?C\. ?S\.(?: ?A\.)?|Pa\. ?C\. ?S\. ?A\.|P\. ?S\.)|(?P<del>Del\. ?C\.)|(?P<vt>V\. ?S\. ?A\.)|(?P<me>M\. ?R\. ?S\.(?: ?A\.)?)"
    rf"|(?P<ny>N\. ?Y\. ?C\. ?R\. ?R\.|NYCRR)|(?P<cal>CCR|C\. ?C\. ?R\.)|(?P<mass>C\. ?M\. ?R\.|CMR)|(?P<ok>O\. ?S\.)(?: ?(?:(?:19|20)\d\d|Supp\. ?(?:19|20)\d\d|Ann\.|,))*),? ?(?P<mark>{MARK})?(?=\d)"
)
_VOLUME_KEYS = {
    "pa": "paconsstat", "del": "delcodeann", "vt": "vtstatann", "me": "merevstatann", "ny": "nycompcodesrregs", "cal": "calcoderegs",
    "mass": "masscoderegs", "ok": "oklastat",
}  # fmt: skip
_REGULATIONS = frozenset({"nycompcodesrregs", "calcoderegs", "masscoderegs"})
_MASSACHUSETTS = re.compile(
    r"(?<!\w)(?:M\. ?G\. ?L\.|G\. ?L\.|Mass\. G\. ?L\.|MGL)(?: ?(?:Ann\.|A\.))?,? ?(?:c|ch|chap)\. ?(?P<chapter>\d{1,3}[A-Z]?),? ?(?P<mark>§§? ?|[Ss]ec(?:tions?|\.) )(?=\d)"
)
_ILLINOIS = re.compile(r"(?<![\w.])(?P<chapter>\d{1,4}) (?:ILCS|Ill\. ?Comp\. ?Stat\.)(?: ?Ann\.)? ?(?=\d{1,4}/)")
_CALIFORNIA = re.compile(
    r"(?<![\w.] )(?<!\w)(?P<code>(?:Bus\. & Prof|Civ|Code Civ\. Proc|Com|Corp|Educ?|Elec|Evid|Fam|Fin|Gov|Health & Saf|Ins|Lab|Pen|Prob|Pub\. Contract"
    r"|Pub\. Resources|Rev\. & Tax|Veh|Wat|Welf\. & Inst)\.(?: Code)?), (?P<mark>§§? ?)(?=\d)"
)


def _named(text: str) -> Iterator[Found]:
    for head in _HEAD.finditer(text):
        start = head.start()
        if start and (text[start - 1].isalnum() or text[start - 1] == "."):
            continue
        state = state_slug(head[0][: head.start("code") - start])
        code = _code(state, head["code"])
        if code is None:
            continue
        volume = None if head["unit"] or code[0] not in _by_volume() else _VOLUME.search(text, max(0, start - 6), start)
        unit = volume["volume"] if volume else head["unit"]
        if head["mark"] or unit or len(code) > 1 or _PARTED.match(text, head.end()):
            yield from _list(text, volume.start() if volume else start, head.end(), code, unit, state, head["mark"])


def _behind(text: str) -> Iterator[Found]:
    """Sections before the name of their code: section 768.28, Florida Statutes; § 516.120, RSMo; section 187 of the California Penal Code."""
    for start, items, end in marked_lists(text, _RANGED):
        found = _BEHIND.match(text, end)
        words = re.findall(_WORD, found["code"]) if found else []
        state = state_slug(found["state"]) if found else ""
        code = next((code for size in range(len(words), 0, -1) if (code := _code(state, " ".join(words[:size])))), None)
        if code is None and _MISSOURI.match(text, end):
            code = ("morevstat",)
        if code is not None:
            for mention in mentions(NAME, "statute", start, items, text, end):
                mention.key = key(*code, mention.section)
                yield mention


def _volumes(text: str) -> Iterator[Found]:
    for head in _VOLUMES.finditer(text):
        code = _VOLUME_KEYS[next(name for name in _VOLUME_KEYS if head[name])]
        if head["mark"] or code in _REGULATIONS:
            yield from _list(text, head.start(), head.end(), (code,), head["title"], code[:2], head["mark"])


def _initials(text: str) -> Iterator[Found]:
    for head in _INITIAL.finditer(text):
        start = head.start()
        code = next(code for name, code in _ENACTED if name.match(text, start))
        if (start and (text[start - 1].isalnum() or text[start - 1] in ".-")) or (
            not head["mark"] and (code in _NEED_MARK or (code == "morevstat" and not _PARTED.match(text, head.end())))
        ):
            continue
        yield from _list(text, start, head.end(), tuple(code.split(":")), None, "", head["mark"])


def _massachusetts(text: str) -> Iterator[Found]:
    for head in _MASSACHUSETTS.finditer(text):
        yield from _list(text, head.start(), head.end(), ("massgenlaws",), head["chapter"], "mass", head["mark"])


def _illinois(text: str) -> Iterator[Found]:
    for head in _ILLINOIS.finditer(text):
        yield from _list(text, head.start(), head.end(), ("illcompstat",), head["chapter"], "ill", "")


def _california(text: str) -> Iterator[Found]:
    for head in _CALIFORNIA.finditer(text):
        code = ("calcode", _subject(head["code"], "code"))
        for found in _list(text, head.start(), head.end(), code, None, "cal", head["mark"]):
            found.confidence = 0.85
            yield found


def _list(text: str, start: int, at: int, code: tuple[str, ...], unit: str | None, state: str, mark: str | None) -> Iterator[Found]:
    numbering = _JOINED if state in _HYPHENS else _RANGED
    written = (mark or "").strip(" .").lower()
    items, end = numbering.read(text, at, "§§" in written or (len(written) > 1 and written.endswith("s")))
    kind = "regulation" if code[0] in _regulations() else "statute"
    for found in mentions(NAME, kind, start, items, text, end):
        found.key = key(*code, unit, found.section)
        yield found


def _code(state: str, written: str) -> tuple[str, ...] | None:
    """The parts of the key that name the code; None where the state has none of this name."""
    words = _words(written)
    bare = "".join(word for word in words if word != "ann")
    name = _SAME.get(state + bare, state + bare)
    if known := _codes().get(name):
        return (known,)
    if state == "la" and bare in _LOUISIANA:
        return (_LOUISIANA[bare],)
    if state == "la" and "code" in words:
        return (f"la{bare}ann",)
    code, sign = _SUBJECTS.get(state, ("", ""))
    if state == "ny" and bare == "cplr":
        return code, bare
    if not code or sign not in words:
        return None
    subject = _subject(written, sign)
    return (code, subject) if subject else None


def _subject(written: str, sign: str) -> str:
    """civproc for "Civ. Proc. Code" and "Code Civ. Proc."."""
    words = [word for word in _words(written) if word != "ann"]
    place = words.index(sign) if sign in words else len(words)
    return "".join(words[:place] or words[place + 1 :])


def _words(written: str) -> list[str]:
    return [word for each in re.split(r"[ ,&]+|(?<=\.)(?=[A-Z])", written) if (word := _SHORTER.get(slug(each), slug(each)))]


@cache
def _codes() -> dict[str, str]:
    """The code of each name without "Ann.", by the slug of the plain name where there is one."""
    names = sorted(
        {slug(name) for name, laws in LAWS.items() for law in laws if law["cite_type"] in ("leg_statute", "admin_compilation")},
        key=len,
        reverse=True,
    )
    return {(name.removesuffix("ann")): name for name in names}


@cache
def _by_volume() -> frozenset[str]:
    """The codes that are cited with a title in front: 18 Pa. Cons. Stat. § 2502."""
    named = ((slug(name), regex) for name, laws in LAWS.items() for law in laws for regex in law["regexes"])
    return frozenset(name for name, regex in named if re.match(r"\(\?P<(?:title|chapter)>|\$volume \$reporter §", regex)) | {
        "calcoderegs",
        "delcodeann",
    }


@cache
def _regulations() -> frozenset[str]:
    return (
        frozenset(slug(name) for name, laws in LAWS.items() if any(law["cite_type"] == "admin_compilation" for law in laws)) | _REGULATIONS
    )


GRAMMAR = Finders(
    NAME,
    10,
    [
        Finder(_named, ("Code", "CODE", "Stat", "STAT", "Law", "C.P.L.R", "CPLR", "R.S.", "R. S.")),
        Finder(_behind, ("Code", "Statutes", "Laws", "RSMo", "Stat.")),
        Finder(
            _volumes, ("C.S", "C. S", "P.S", "Del. C", "V.S.A", "M.R.S", "C.R.R", "NYCRR", "CCR", "C.C.R", "CMR", "C.M.R", "O.S", "O. S")
        ),
        Finder(_initials, ()),
        Finder(_massachusetts, ("G.L", "G. L", "MGL")),
        Finder(_illinois, ("ILCS", "Comp")),
        Finder(_california, ("., §", "Code, §")),
    ],
)
