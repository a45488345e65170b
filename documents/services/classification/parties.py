"""Who is against whom, of a caption; who made it with whom, of a contract."""

from __future__ import annotations

import re
from typing import NamedTuple

from documents.services.classification.casing import in_title_case
from documents.services.classification.material import Line, Material, Proposal, found_at, left_of, lines_of

_ROLE_WORDS = (
    "plaintiff", "defendant", "petitioner", "respondent", "appellant", "appellee", "claimant", "debtor", "movant", "intervenor", "applicant",
    "relator", "complainant", "cross-appellant", "cross-appellee", "counter-claimant", "counterclaimant", "counter-defendant", "third-party",
    "cross-complainant", "cross-defendant", "counterclaim", "below", "real party in interest", "kläger", "klägerin", "beklagte", "beklagter",
    "demandeur", "demanderesse", "défendeur", "défenderesse",
)  # fmt: skip
_ROLE = re.compile(r"(?<!\bfor )\b(?:" + "|".join(_ROLE_WORDS) + r")(?:\(?s\)?|in|r|n)?\b", re.IGNORECASE)
ROLES = {
    "plaintiff": "plaintiff", "claimant": "plaintiff", "complainant": "plaintiff", "kläger": "plaintiff", "demandeur": "plaintiff", "demanderesse": "plaintiff",
    "defendant": "defendant", "beklagte": "defendant", "défendeur": "defendant", "défenderesse": "defendant",
    "petitioner": "petitioner", "applicant": "petitioner", "respondent": "respondent", "appellant": "appellant", "appellee": "appellee",
    "debtor": "debtor", "movant": "movant", "intervenor": "intervenor",
}  # fmt: skip
_VERSUS = re.compile(r"(?:-\s*)?(?:v\.?s?\.?|versus|against|vs?\.?-|gegen|contre|c/)(?:\s*-)?(?:\s*[:.])?", re.IGNORECASE)
_AT_END = re.compile(r"(?P<left>[A-Z][^\n]{2,100}\S)\s+(?:v|vs)\.")
_INLINE = re.compile(
    r"(?:(?<=\n)|(?<![\s\S]))[ \t]*(?P<lead>(?:re|betreff|in the matter of|short title|case name|caption)\s*:?[ \t]*)?(?P<left>[A-Z][^\n]{1,110}?)\s+(?P<versus>vs?\.|\./\.)[ \t]+(?P<right>[A-Z][^\n]{1,110})",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:\b\d+\s+(?:U\.\s?S\.|S\.\s?Ct|L\.\s?Ed|F\.)|\b(?:1[789]|20)\d\d\.?$|\b(?:case|civil|civ|cause|index|docket|criminal|action|c\.?a\.?)\b[\s\w.]*\b(?:nos?|number)\b|\bnos?\.\s*[\w:-]*\d|\bjudge\b|\bhon\.|\bhonorable\b|\bfiled\b|^\W*$|\d:\d\d-)",
    re.IGNORECASE,
)  # fmt: skip
_END_OF_NAME = re.compile(
    r",?\s+(?:a|an)\s+(?:[\w.]+\s+){0,4}(?:corporation|company|partnership|individual|citizen|resident|entity|limited)\b.*$|,?\s*\b(?:individually|in\s+(?:his|her|their|its)\s+(?:official|individual|capacity)|on\s+behalf\s+of|"
    r"as\s+(?:trustee|executor|administrator|next\s+friend|representative)|et\.?\s*al\b|et\s+ux\b)\.?.*$",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\bcourts?\b|\bdistrict\s+of\b|\bcircuit\b|\bdivision\b|\bcounty\s+of\b|\bcommonwealth\s+of\b|\bss\.|landgericht|amtsgericht|tribunal|october\s+term|syllabus",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?<=\S{3})[,\s]+(?:(?:case|civil|civ\.|criminal|crim\.|index|docket|cause|action|c\.?a\.?)\s+)*(?:nos?\.|number)\s*:?\s*[\w:.-]*\d.*$",
    re.IGNORECASE,
)
"""A number to the right of a name, where nothing tells that there are two columns."""
_NUMBERS = re.compile(r"\W*(?:(?:case|civil|criminal|index|docket|cause|action|appeal|d\.?c\.?|c\.?a\.?|at\s+law)\W*)*", re.IGNORECASE)
_NUMBER_BELOW = re.compile(r"(?<=[.\w])\s+\d:\d\d-\S+$")
MOST = 8


class _Side(NamedTuple):
    names: list[str]
    role: str
    start: int
    end: int


def parties_of(material: Material) -> list[Proposal]:
    head = material.head
    lines = list(lines_of(head))
    for found in (_captioned(material, lines), _in_re(material, head), _named_inline(material, head), _agreed(material, head)):
        if found is not None:
            return [found]
    return []


def _captioned(material: Material, lines: list[Line]) -> Proposal | None:
    """Two blocks with a line between them that says "v." and nothing else, perhaps beside the column with the number."""
    for at, line in enumerate(lines[:70]):
        left = _NUMBER_BELOW.sub("", left_of(line.text))
        at_end = _AT_END.fullmatch(left)
        if not _VERSUS.fullmatch(left) and at_end is None:
            continue
        before = [*lines[:at], Line(at_end["left"], line.start)] if at_end else lines[:at]
        first, second = _side_before(before), _side_after(lines[at + 1 :])
        if first is None or second is None:
            continue
        roles = _completed(first.role, second.role)
        people = _people(first.names, roles[0]) + _people(second.names, roles[1])
        sure = 0.9 if first.role or second.role else 0.75
        return found_at("parties", people[:MOST], sure, "caption", material.sheets[0], first.start, second.end)
    return None


def _side_before(lines: list[Line]) -> _Side | None:
    block: list[Line] = []
    for line in reversed(lines[-9:]):
        left = _named(line)
        if (
            _HEADING.search(left)
            or (_NUMBER.search(left) and left)
            or (re.match(r"(?:state|commonwealth)\s+of\s+\w+\s*$", left, re.I) and block)
        ):
            break
        block.insert(0, line)
    return _side(block)


def _side_after(lines: list[Line]) -> _Side | None:
    block: list[Line] = []
    for line in lines[:9]:
        left = _named(line)
        if left and (_HEADING.search(left) or _NUMBER.search(left) or (re.fullmatch(r"[_\W]+", left) and block)):
            break
        block.append(line)
        if _ROLE.search(left):
            break
    return _side(block)


def _named(line: Line) -> str:
    """A line of a caption without what stands at its right."""
    left = left_of(line.text)
    beside = _BESIDE.search(left)
    return left if beside is None or _NUMBERS.fullmatch(left[: beside.start()]) else left[: beside.start()]


def _side(block: list[Line]) -> _Side | None:
    texts = [_named(line).strip(" :") for line in block]
    said = " ".join(text for text in texts if text and not re.fullmatch(r"[\W_]+[xX]?", text))
    roles = [found.group().lower() for found in _ROLE.finditer(said)]
    role = next((ROLES[word] for found in roles for word in ROLES if found.startswith(word)), "")
    cut = _ROLE.search(said)
    names = _names(said[: cut.start()] if cut else said)
    return _Side(names, role, block[0].start, block[-1].end) if names else None


_UNNAMED = re.compile(r"(?:does?|john\s+does?|jane\s+does?)\b.*", re.IGNORECASE)
_AND_UNNAMED = re.compile(r",?\s+and\s+(?:john\s+|jane\s+)?does?\b.*$", re.IGNORECASE)
_COMPANY_AND = re.compile(
    r"\b(LLC|L\.L\.C\.|INC\.?|CORP\.?|LTD\.?|LLP|GMBH|L\.P\.|S\.A\.|N\.A\.|P\.C\.|PLC),?\s+(?:and|und|et)\s+", re.IGNORECASE
)
_COUNTED = re.compile(r"(?:,|\band\b)\s*(?=\(\d+\))", re.IGNORECASE)
_MATTER = re.compile(r"^(?:in\s+the\s+matter\s+of\s+)?(?:the\s+)?(?:(?:application|petition|claim|estate)\s+of\s+)", re.IGNORECASE)
_PROSE = re.compile(r"(?:\b[a-zäöü]{4,}\b[^A-Z]*){3}|[:;]|\b(?:1[89]|20)\d\d\b")
"""Three words in small letters, a colon or a year: of a sentence, and no name."""
_HEADED = re.compile(r",\s+(?:[A-Z]+\s+(?:AND|OF)\s+)?(?:OPINION|ORDER|COMPLAINT|ANSWER|JUDGMENT|MEMORANDUM|BRIEF)\b[A-Z\s]*$")
"""The heading at the right of a name, where nothing tells that there are two columns."""
_SHORTENED = re.compile(r"\b(?:Inc|Corp|Co|Ltd|Bros|(?:[A-Z]\.)+[A-Z])$")


def _names(said: str) -> list[str]:
    said = _COUNTED.sub("; ", _COMPANY_AND.sub(r"\1; ", said))
    parts = re.split(r";\s*(?:and\s+|und\s+|et\s+)?", said)
    names = [_name(part) for part in parts]
    real = [name for name in names if len(name) > 2]
    return [name for name in real if not _UNNAMED.fullmatch(name)] or real


def _name(written: str) -> str:
    name = _MATTER.sub("", re.sub(r"\((?:[^)]*)\)?", " ", " ".join(written.split())).strip())
    name = _HEADED.sub("", name.strip(" ,;:-–—.*"))
    name = _AND_UNNAMED.sub("", _END_OF_NAME.sub("", name.strip(" ,;:-–—.*")))
    name = in_title_case(re.sub(r",?\s?\d$", "", name.strip(" ,;:-–—*.")))[:160].strip()
    return f"{name}." if _SHORTENED.search(name) else name


def _without_role(said: str) -> str:
    cut = _ROLE.search(said)
    return said[: cut.start()] if cut and cut.start() > 2 else said


def _completed(first: str, second: str) -> tuple[str, str]:
    pairs = {
        "plaintiff": "defendant",
        "petitioner": "respondent",
        "appellant": "appellee",
        "respondent": "petitioner",
        "defendant": "plaintiff",
        "appellee": "appellant",
    }
    return first or pairs.get(second, ""), second or pairs.get(first, "")


def _people(names: list[str], role: str) -> list[dict[str, str]]:
    return [{"name": name, "role": role} for name in names]


_IN_RE = re.compile(
    r"(?:^|\n)[ \t]*(?:IN\s+RE|In\s+re|IN\s+THE\s+MATTER\s+OF|In\s+the\s+Matter\s+of)\b[ \t]*:?(?P<name>[^\n]*\n(?:[ \t]*\n)*[^\n]*(?:\n[^\n]+)?)"
)


def _in_re(material: Material, head: str) -> Proposal | None:
    found = _IN_RE.search(head)
    if found is None:
        return None
    lines = [left_of(line.text) for line in lines_of(found["name"])]
    said = "\n".join(line for line in lines if not re.match(r"(?:Chapter|Case|No)\b", line))
    named = re.split(r"(?:,\s*(?:\n|$)|\bDebtors?\b|\bNo\b\.?|\bCase\b|\bChapter\b|\bet\s+al\b)", said.strip())[0]
    name = _name(named)
    return found_at("parties", _people([name], "in re"), 0.8, "caption", material.sheets[0], *found.span()) if len(name) > 3 else None


_BETWEEN = re.compile(
    r"\b(?:by\s+and\s+)?(?:between|among|zwischen|entre)\s*:?\s+(?P<first>[^.;]{3,40}(?:[.,](?!\s+[A-Z][a-z]+\s+(?:shall|agrees))[^;]{0,160}?)??)[\s,]+(?:and|und|et)\s+(?P<second>[A-Z“\"_][^;\n]{2,60}(?:\n[^;\n]{1,60})?)",
)
_MADE = re.compile(r"agreement|contract|lease|deed|amendment|vertrag|vereinbarung|contrat|accord|made|entered", re.IGNORECASE)
_CALLED = re.compile(
    r"[(\s](?:the\s+|hereinafter\s+(?:called\s+|referred\s+to\s+as\s+)?(?:the\s+)?|nachfolgend\s+|ci-après\s+)?[“\"„«](?P<role>[^”\"“»]{2,40})[”\"“»]"
)


def _agreed(material: Material, head: str) -> Proposal | None:
    """The two sides of "between A ("Seller") and B ("Buyer")"."""
    if not re.search(r"agreement|contract|lease|deed|vertrag|vereinbarung|contrat|accord", head, re.IGNORECASE):
        return None
    found = next((one for one in _BETWEEN.finditer(head) if _MADE.search(head[max(0, one.start() - 260) : one.start()])), None)
    if found is None:
        return None
    rest = head[found.start("second") : found.start("second") + 260]
    people = []
    for written in (found["first"], rest):
        called = _CALLED.search(written)
        name = _name(
            re.split(
                r"[(\n;]|,\s+(?:a|an|with|having|located|whose|eine?|mit|hereinafter|ci-après|und|each|collectively)\b|(?<!Inc)(?<!Co)(?<!Corp)(?<!Ltd)(?<!\b[A-Z])\.\s",
                re.sub(r"\s+", " ", re.sub(r"^the\s+", "", written.strip(), flags=re.I)),
            )[0]
        )
        if name and not set(name) <= set("_ ") and name[0].isalnum():
            people.append({"name": name.removeprefix("the ").strip(), "role": called["role"].strip().lower() if called else ""})
    return (
        found_at("parties", people, 0.8, "between", material.sheets[0], found.start(), found.start("second") + len(found["second"]))
        if len(people) == 2
        else None
    )


def _named_inline(material: Material, head: str) -> Proposal | None:
    """A line "X v. Y": of an opinion, or the subject of a letter."""
    for found in _INLINE.finditer(head):
        subject = bool(found["lead"])
        initial = found["versus"] == "V." and not found["left"].isupper()  # of a name, as in Eleanor V. Prentice
        if (
            initial
            or not found["left"][0].isupper()
            or re.search(r"\d+\s+(?:U\.\s?S\.|F\.\d?d|S\.\s?Ct)|\bsee\b", found.group(), re.IGNORECASE)
        ):
            continue
        right = re.split(r",?\s+(?:No|Case|Civil|Docket|Index)\b\.?|\s+\(|\s{3,}", found["right"])[0]
        people = _people(_names(_without_role(found["left"])), "") + _people(_names(_without_role(right)), "")
        if len(people) >= 2 and not any(_PROSE.search(one["name"]) or _ROLE.match(one["name"]) for one in people):
            return found_at(
                "parties", people[:MOST], 0.65 if subject else 0.7, "subject" if subject else "caption", material.sheets[0], *found.span()
            )
    return None
