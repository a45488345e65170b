"""The summary of a hearing: who spoke for how long, what was asked and ruled (by cue words), and what was said when.

Recordings are an app's above this one, which registers how one is told (`register_hearings`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.errors import Refused
from documents.services.extraction.parsers.subtitles import clock
from documents.services.papers.blocks import Block, Run, heading, items, note, para, run, table
from documents.services.papers.kinds.base import Draft, Kind, Making, as_uuid

_RULING = re.compile(
    r"\b(?:sustained|overruled|(?:is|are|be) (?:hereby )?(?:granted|denied|allowed|admitted|excluded|stricken)|so ordered|it is ordered|"
    r"i(?:'ll| will| am going to)? (?:grant|deny|allow|admit|exclude|reserve)|the court (?:finds|orders|rules|holds|will))\b",
    re.IGNORECASE,
)
_MOST_CUES = 60


@dataclass(frozen=True)
class Line:
    """Some words of one speaker, without a long pause; `shown` has a mark instead of words that were probably never said."""

    start_s: float
    end_s: float
    speaker: str
    shown: str
    proposed: bool = False


@dataclass(frozen=True)
class Hearing:
    key: UUID
    title: str
    url: str
    duration_s: float
    recorded: str
    lines: Sequence[Line]


class Hearings(Protocol):
    """What the app of recordings tells."""

    def choices(self, case: Case, user: Any) -> list[tuple[UUID, str]]:
        """The recordings of the case with a transcript that the user may see."""

    def hearing(self, case: Case, user: Any, key: UUID) -> Hearing | None: ...


_hearings: list[Hearings] = []


def register_hearings(hearings: Hearings) -> None:
    _hearings.append(hearings)


def choices(case: Case, user: Any) -> list[tuple[UUID, str]]:
    return [choice for one in _hearings for choice in one.choices(case, user)]


def missing(case: Case, user: Any) -> str:
    return "" if choices(case, user) else _("This case has no recording with a transcript yet.")


def _asked(case: Case, user: Any, given: Any) -> Hearing:
    if not given:
        raise Refused(_("Say of which recording: give its id as “audio”."), "no_audio")
    key = as_uuid(given)
    found = next((hearing for one in _hearings if key and (hearing := one.hearing(case, user, key)) is not None), None)
    if found is None:
        raise Refused(_("There is no such recording with a transcript in this case."), "no_such_audio")
    return found


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"audio": str(_asked(case, user, given.get("audio")).key)}


def built(making: Making) -> Draft:
    hearing = _asked(making.case, making.user, making.inputs.get("audio"))
    told = [_("Length: %(length)s.") % {"length": clock(hearing.duration_s)}]
    if hearing.recorded:
        told.insert(0, _("Recorded: %(date)s.") % {"date": hearing.recorded})
    blocks = [para(" ".join(told)), heading(_("Who spoke")), _speakers(hearing)]
    for title, lines in ((_("Rulings"), _rulings(hearing)), (_("Questions"), _questions(hearing))):
        blocks += [heading(title), note(_("Found by cue words; listen there yourself.")), _cues(making, hearing, lines)]
    blocks += [heading(_("What was said")), _transcript(making, hearing)]
    if any(line.proposed for line in hearing.lines):
        blocks.append(note(_("Who speaks was told by a machine, in part or throughout; nobody has confirmed it.")))
    return Draft(_("Hearing summary"), hearing.title, blocks)


def _speakers(hearing: Hearing) -> Block:
    seconds: dict[str, float] = {}
    turns: dict[str, int] = {}
    for line in hearing.lines:
        seconds[line.speaker] = seconds.get(line.speaker, 0.0) + max(0.0, line.end_s - line.start_s)
        turns[line.speaker] = turns.get(line.speaker, 0) + 1
    whole = sum(seconds.values()) or 1.0
    ordered = sorted(seconds, key=lambda name: -seconds[name])
    rows = [
        [[run(name or _("not told"))], [run(clock(seconds[name]))], [run(f"{100 * seconds[name] / whole:.0f} %")], [run(turns[name])]]
        for name in ordered
    ]
    return table((_("Speaker"), _("Time"), _("Share"), _("Turns")), (5, 2, 2, 2), rows)


def _rulings(hearing: Hearing) -> list[Line]:
    return [line for line in hearing.lines if _RULING.search(line.shown)]


def _questions(hearing: Hearing) -> list[Line]:
    return [line for line in hearing.lines if line.shown.rstrip().endswith("?")]


def _cues(making: Making, hearing: Hearing, lines: Sequence[Line]) -> Block:
    if not lines:
        return para(_("None found."))
    rows: list[list[Run]] = [[_time(making, hearing, line), run(f" {_named(line)}"), run(f"“{line.shown}”")] for line in lines[:_MOST_CUES]]
    if len(lines) > _MOST_CUES:
        rows.append([run(_("and %(n)d more") % {"n": len(lines) - _MOST_CUES})])
    return items(rows)


def _transcript(making: Making, hearing: Hearing) -> Block:
    rows = [[[_time(making, hearing, line)], [run(line.speaker or "–")], [run(line.shown)]] for line in hearing.lines]
    return table((_("Time"), _("Speaker"), _("Words")), (1.7, 2.4, 8), rows)


def _time(making: Making, hearing: Hearing, line: Line) -> Run:
    return run(clock(line.start_s), href=making.link(f"{hearing.url}#t={line.start_s:.1f}"))


def _named(line: Line) -> str:
    return f"{line.speaker}: " if line.speaker else ""


KIND = Kind(
    "hearing_summary",
    "clock",
    gettext_lazy("Of a recording: who spoke for how long, questions and rulings by cue words, and what was said, with time marks."),
    understood,
    built,
    missing,
)
