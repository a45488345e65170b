"""Who wrote it: the sender, who signed, the judge of an opinion; last what the file's properties say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.services.classification.casing import in_title_case
from documents.services.classification.material import Material, Proposal, Sheet, found_at

_ADDRESS = re.compile(r"\s*<[^>]*>|[\"']")
_SIGNED = re.compile(r"(?:^|[\s(])(?:/s/|s/|/S/)[ \t]*(?P<name>[A-ZÄÖÜÉ][\w.'’-]+(?:[ \t]+[A-ZÄÖÜÉ][\w.'’-]*){0,4})")
_CLOSED = re.compile(
    r"(?:^|\n)\W*(?:(?:very\s+truly|sincerely|respectfully|truly|faithfully)\s+yours|yours\s+(?:very\s+)?(?:truly|sincerely|faithfully)|sincerely|respectfully(?:\s+submitted)?|(?:kind|best|warm)(?:est)?\s+regards|regards|best"
    r"|mit\s+freundlichen\s+grü(?:ß|ss)en|freundliche\s+grüße|viele\s+grüße|hochachtungsvoll|[^\n]{0,80}salutations\s+distinguées|[^\n]{0,60}sentiments\s+distingués|bien\s+cordialement|cordialement|atentamente)\W*\n+(?P<after>[\s\S]{0,240})",
    re.IGNORECASE,
)  # fmt: skip
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Hon|Me|Maître|Herr|Frau)\.?[ ]+){0,2}[A-ZÄÖÜÉÈÁ][\w.'’-]*(?:[ ]+(?:von|van|de|der|di|du|la|le)){0,2}(?:[ ]+[A-ZÄÖÜÉÈÁ][\w.'’-]*){1,3}"
)
_JUDGE = re.compile(
    r"(?:^|\n)[ \t]*(?P<name>[A-Z][\w.'’-]+(?:[ ]+[A-Z][\w.'’-]*){0,3}),\s+(?:(?:Chief|Associate|Senior|Presiding|Circuit|District|Vice)\s+)*(?:Justice|Judge|[CPJ]\.\s?J\.)[ \t]*(?:[.:]|\n|$)"
    r"|(?:Mr\.\s+)?(?:(?:Chief\s+)?Justice|Judge)\s+(?P<name2>[A-Z][A-Za-z'’-]+)[^.\n]{0,60}delivered\s+the\s+opinion"
    r"|(?P<name3>[A-Z][A-Z'’-]+),\s+(?:C\.\s?)?J\.,\s+delivered\s+the\s+opinion|Opinion\s+for\s+the\s+Court\s+filed\s+by\s+(?:Chief\s+|Circuit\s+|Senior\s+)*Judge\s+(?P<name4>[A-Z][\w'’-]+)"
    r"|(?P<name5>[A-Z][A-Za-z.'’-]+(?:[ ]+[A-Z][A-Za-z.'’-]*){1,3})[ \t]*,?[ \t]*\n?[ \t]*(?:(?:Senior|Chief|United\s+States|UNITED\s+STATES|U\.\s?S\.|SENIOR|CHIEF)\s+){0,2}(?:District|Circuit|Magistrate|Bankruptcy|Superior\s+Court|DISTRICT|MAGISTRATE|CIRCUIT)\s+(?:Judge|JUDGE)\b",
)
_PRESIDED = re.compile(r"\s*,?\s*presiding\b", re.IGNORECASE)
"""Of the judge below, in an opinion on appeal."""
_FROM = re.compile(r"(?:^|\n)[ \t]*(?:from|von|de)\s*:[ \t]*(?P<name>[^\n]{2,120})", re.IGNORECASE)
_PER_CURIAM = re.compile(r"(?:^|\n)\W*per\s+curiam\b", re.IGNORECASE)
_DECLARANT = re.compile(
    r"\bI,\s+(?P<name>[A-Z][\w.'’-]+(?:\s+[A-Z][\w.'’-]*){1,3}),?\s+(?:hereby\s+)?(?:declare|being|state|do\s+hereby|swear|affirm)"
)


def author_of(material: Material, kind: str) -> list[Proposal]:
    return sorted(_authors(material, kind), key=lambda one: -one.confidence)


def _authors(material: Material, kind: str) -> Iterator[Proposal]:
    if sender := str(material.metadata.get("from") or ""):
        yield Proposal("author", _person(sender), 0.97, "sender", sender[:200])
    if author := str(material.metadata.get("author") or "").strip():
        yield Proposal("author", author[:200], 0.35, "properties", author[:200])
    if not material.sheets:
        return
    if kind in ("ruling", "order", "judgment"):
        yield from _judges(material)
    if kind in ("memo", "email") and (found := _FROM.search(material.head)):
        yield found_at("author", _person(found["name"]), 0.85, "from_line", material.sheets[0], *found.span("name"))
    if kind == "declaration" and (found := _DECLARANT.search(material.head)):
        yield found_at("author", in_title_case(found["name"]), 0.88, "declares", material.sheets[0], *found.span("name"))
    if kind != "ruling":
        yield from _signatures(material)


def _person(sender: str) -> str:
    name = _ADDRESS.sub("", sender).strip()
    return (name or sender.strip(" <>"))[:200]


def _judges(material: Material) -> Iterator[Proposal]:
    for sheet in material.sheets:
        text = sheet.text
        for found in _JUDGE.finditer(text):
            group = next(name for name in ("name", "name2", "name3", "name4", "name5") if found[name])
            if not re.search(
                r"\b(?:Honorable|Hon|Before|Chief|District|United|States)\b",
                found[group] + text[max(0, found.start() - 12) : found.start()],
            ) and not _PRESIDED.match(text, found.end()):
                yield found_at(
                    "author", in_title_case(found[group]), 0.84 if sheet is not material.last else 0.8, "judge", sheet, *found.span(group)
                )
                break
    if unsigned := _PER_CURIAM.search(material.head):
        yield found_at("author", "Per curiam", 0.85, "judge", material.sheets[0], *unsigned.span())


def _signatures(material: Material) -> Iterator[Proposal]:
    for sheet in reversed(material.sheets):
        if found := _closing(sheet):
            yield found
            return
        if found_signed := _SIGNED.search(sheet.text):
            yield found_at("author", found_signed["name"].rstrip(".,"), 0.78, "signed", sheet, *found_signed.span("name"))
            return


def _closing(sheet: Sheet) -> Proposal | None:
    """The name under the last complimentary close."""
    closings = list(_CLOSED.finditer(sheet.text))
    for closing in reversed(closings):
        start = closing.start("after")
        for line in closing["after"].split("\n")[:7]:
            bare = re.sub(r"^\W*(?:/s/|s/|by:|gez\.|i\.\s?[AV]\.)\s*", "", line.strip(), flags=re.IGNORECASE).split(",")[0].strip()
            if bare and _NAME.fullmatch(bare) and not re.search(r"\b(?:LLP|LLC|Inc|GmbH|Counsel|Attorney|Department|Clerk|For)\b", bare):
                begins = sheet.text.index(bare, start)
                return found_at("author", bare, 0.8, "signed", sheet, begins, begins + len(bare))
            start += len(line) + 1
    return None
