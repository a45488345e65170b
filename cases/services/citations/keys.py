"""Canonical keys: lower-case parts joined with colons, the reporter first, as us:410:113 or fsupp2d:12:34."""

from __future__ import annotations

import re

MAX_KEY = 120
_FORMS = {
    "usc": "{} U.S.C. § {}", "cfr": "{} C.F.R. § {}", "frcp": "Fed. R. Civ. P. {}", "frcrp": "Fed. R. Crim. P. {}",
    "fre": "Fed. R. Evid. {}", "frap": "Fed. R. App. P. {}", "frbp": "Fed. R. Bankr. P. {}",
}  # fmt: skip
_SAYS_ITS_LAW = re.compile(r"[A-Za-z]{2,}|§")


def slug(name: str) -> str:
    """A reporter's or code's name without spaces and marks: "F. Supp. 2d" is fsupp2d."""
    return "".join(character for character in name.lower() if character.isalnum())


def key(*parts: str | None) -> str:
    """The key of these parts; empty ones are left out. Too long to be an authority: no key."""
    made = ":".join(part.strip().lower().replace(" ", "") for part in parts if part)
    return made if len(made) <= MAX_KEY else ""


def in_full(made: str) -> str:
    """A key as a citation, where one form is known: usc:42:1983 is 42 U.S.C. § 1983; "" elsewhere."""
    code, _, rest = made.partition(":")
    parts = rest.split(":")
    form = _FORMS.get(code, "")
    fits = form and all(parts) and len(parts) == form.count("{}") and (len(parts) == 1 or parts[0].isdigit())
    return form.format(*parts) if fits else ""


def as_cited(written: str, made: str) -> str:
    """A mention on one line; an item of a list, which wrote only its number ("28 U.S.C. §§ 1331, 1332"), in full."""
    line = " ".join(written.split())
    return line if _SAYS_ITS_LAW.search(line) else in_full(made) or line
