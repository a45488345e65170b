"""State law as its own courts write it, which reporters' lists do not know: M.G.L. c. 93A, § 2; 740 ILCS 14/15; 47 O.S. § 11-903; and
the constitutions of the states. The keys are those of the full forms, so that both ways lead to one provision."""

from __future__ import annotations

import re

from cases.services.citations.keys import key, slug
from cases.services.citations.patterns import Patterns, Rule

_SUBS = r"(?P<pin>(?:\([0-9A-Za-z]{1,5}\))*)"
_SECTION = r"\d{1,5}[A-Z]{0,2}(?:[.:-]\d{1,5}[A-Za-z]{0,2}){0,3}(?![\w])"
_MASSACHUSETTS = re.compile(
    rf"(?<!\w)(?:M\. ?G\. ?L\.|G\. ?L\.|Mass\. G\. ?L\.)(?: ?(?:Ann\.))? ?(?:c|ch|chap)\. ?(?P<chapter>\d{{1,3}}[A-Z]?),? ?§§? ?(?P<section>\d{{1,3}}[A-Z]{{0,2}}(?:½)?)(?!\w){_SUBS}"
)
_ILLINOIS = re.compile(
    rf"(?<![\w.])(?P<chapter>\d{{1,4}}) ILCS(?: Ann\.)? ?(?P<act>\d{{1,4}})/(?P<section>\d{{1,4}}[A-Z]?(?:[.-]\d{{1,4}}[A-Za-z]?){{0,3}})(?![\w/]){_SUBS}"
)
_OKLAHOMA = re.compile(
    rf"(?<![\w.])(?P<title>\d{{1,2}}[A-Z]?) ?O\. ?S\.(?: ?(?:(?:19|20)\d\d|Supp\. ?(?:19|20)\d\d|Ann\.))*,? ?§§? ?(?P<section>{_SECTION}){_SUBS}"
)
_CODES = (  # as written in the state itself, and the key of its full form
    (r"NRS", "nevrevstat"),
    (r"ORS", "orrevstat"),
    (r"RCW", "washrevcode"),
    (r"KRS", "kyrevstat"),
    (r"K\. ?S\. ?A\.", "kanstatann"),
    (r"A\. ?R\. ?S\.", "arizrevstat"),
    (r"C\. ?R\. ?S\.", "colorevstat"),
    (r"R\. ?C\.", "ohiorevcode"),
    (r"N\. ?J\. ?S\. ?A\.", "njstatann"),
    (r"O\. ?C\. ?G\. ?A\.", "gacodeann"),
    (r"R\. ?S\. ?Mo\.|RSMo", "morevstat"),
    (r"MCLA?|M\. ?C\. ?L\.", "michcomplaws"),
    (r"HRS", "hawrevstat"),
    (r"MCA", "montcodeann"),
)
_STATES = (
    "Ala Alaska Ariz Ark Cal Colo Conn Del Fla Ga Haw Idaho Ill Ind Iowa Kan Ky La Me Md Mass Mich Minn Miss Mo Mont Neb Nev N.H N.J N.M N.Y "
    "N.C N.D Ohio Okla Or Pa R.I S.C S.D Tenn Tex Utah Vt Va Wash W.Va Wis Wyo"
)
_STATE = "|".join(re.escape(name).replace(r"\.", r"\. ?") for name in sorted(_STATES.split(), key=len, reverse=True))
_CONSTITUTION = re.compile(
    rf"(?<![\w.])(?P<state>{_STATE})\.? Const\.? ?(?:of (?:19|20)?\d\d,? )?,? ?(?P<what>art|amend|pt|ch)\w*\.? ?(?P<number>[IVXL]+|\d{{1,3}}(?:-?[A-Z])?)(?!\w)"
    rf"(?:,? (?:§§? ?|sec\. |section |art\. )(?P<section>[\dIVX]{{1,5}}[a-z]?(?:\.\d+)?)(?!\w))?(?P<pin>(?:\([0-9A-Za-z]{{1,4}}\))*(?:,? (?:cl\.|para?\.) ?\d+)?)"
)
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def _number(written: str) -> str:
    """Arabic for Roman."""
    if not set(written) <= set(_ROMAN):
        return written
    values = [_ROMAN[letter] for letter in written]
    return str(sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)))


def _constitution(match: re.Match[str]) -> str:
    what = match["what"] if match["what"] != "ch" else "chap"
    return key(slug(match["state"]) + "const", what, _number(match["number"]), _number(match["section"]) if match["section"] else None)


def _code(name: str, slugged: str) -> tuple[re.Pattern[str], str, tuple[str, ...]]:
    pattern = re.compile(rf"(?<![\w.])(?:{name})(?: Ann\.)?,? ?(?:§§? ?|[Ss]ections? |[Ss]ec\. )?(?P<section>\d{_SECTION[2:]}){_SUBS}")
    needs = tuple(re.sub(r"A\?$|\\| \?", "", each).lower() for each in name.split("|"))
    return pattern, slugged, needs


GRAMMAR = Patterns(
    "us_states",
    10,
    [
        Rule(_MASSACHUSETTS, "statute", lambda m: key("massgenlaws", m["chapter"], m["section"]), ("g.l.",)),
        Rule(_ILLINOIS, "statute", lambda m: key("illcompstat", m["chapter"], f"{m['act']}/{m['section']}"), ("ilcs",)),
        Rule(_OKLAHOMA, "statute", lambda m: key("oklastat", m["title"], m["section"]), ("o.s.",)),
        Rule(_CONSTITUTION, "constitution", _constitution, ("const",)),
        *(
            Rule(pattern, "statute", lambda m, slugged=slugged: key(slugged, m["section"]), needs)  # type: ignore[misc]
            for pattern, slugged, needs in (_code(*code) for code in _CODES)
        ),
    ],
)
