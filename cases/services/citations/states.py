"""The states as citations write them: abbreviated as in the Bluebook, or in full."""

from __future__ import annotations

import re

from cases.services.citations.keys import slug

_NAMES = (
    "Ala.=Alabama, Alaska, Ariz.=Arizona, Ark.=Arkansas, Cal.=California, Colo.=Colorado, Conn.=Connecticut, Del.=Delaware, Fla.=Florida, "
    "Ga.=Georgia, Haw.=Hawaii, Idaho, Ill.=Illinois, Ind.=Indiana, Iowa, Kan.=Kansas, Ky.=Kentucky, La.=Louisiana, Me.=Maine, "
    "Md.=Maryland, Mass.=Massachusetts, Mich.=Michigan, Minn.=Minnesota, Miss.=Mississippi, Mo.=Missouri, Mont.=Montana,"
    " Neb.=Nebraska, Nev.=Nevada, "
    "N.H.=New Hampshire, N.J.=New Jersey, N.M.=New Mexico, N.Y.=New York, N.C.=North Carolina, N.D.=North Dakota, Ohio, Okla.=Oklahoma, "
    "Or.=Oregon, Pa.=Pennsylvania, R.I.=Rhode Island, S.C.=South Carolina, S.D.=South Dakota, Tenn.=Tennessee, Tex.=Texas, Utah, "
    "Vt.=Vermont, Va.=Virginia, Wash.=Washington, W. Va.=West Virginia, Wis.=Wisconsin, Wyo.=Wyoming, D.C.=District of Columbia, "
    "P.R.=Puerto Rico, V.I.=Virgin Islands, Guam"
)
_PAIRS = [(short, full or short) for short, _sign, full in (name.strip().partition("=") for name in _NAMES.split(","))]
_WRITTEN = sorted(
    {written for pair in _PAIRS for written in pair} | {written.upper() for pair in _PAIRS for written in pair} | {"Calif.", "Penn."},
    key=len,
    reverse=True,
)
# "N. Y." is N.Y.; a state's full name ends a word. Begins with letters only, so that a search of a text may skip to them.
STATE = (
    "(?:"
    + "|".join(
        re.escape(name.rstrip(".")).replace(r"\.", r"\. ?").replace(r"\ ", r" ?") + (r"\." if name.endswith(".") else r"(?!\w)")
        for name in _WRITTEN
    )
    + ")"
)
_SLUGS = {slug(written): slug(short) for short, full in _PAIRS for written in (short, full)} | {"calif": "cal", "penn": "pa"}


def state_slug(written: str) -> str:
    """ "cal" for California, Calif. and Cal."""
    return _SLUGS.get(slug(written), slug(written))
