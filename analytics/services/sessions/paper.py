"""The analysis of a recording as a paper (`documents.services.papers.kinds.recording`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.services.sessions import words
from analytics.services.sessions.analysing import current
from analytics.services.sessions.comparing import compared
from analytics.services.sessions.contracts import Analysis, Compared, Stretch
from audio.models import AudioSession
from audio.services.hearing.listening_page import heard_of
from audio.services.work import clock
from cases.models import Case
from documents.services.papers.blocks import Block, Run, heading, note, para, run, table
from documents.services.papers.kinds.base import Draft, Making
from documents.services.papers.kinds.recording import register_analyses

MOST = 500
MOST_STRETCHES = 200
TITLE = gettext_lazy("Analysis of a recording")


class SessionAnalyses:
    """Of the recordings that are ready."""

    def choices(self, case: Case, user: Any) -> list[tuple[UUID, str]]:
        found = AudioSession.objects.visible_to(user).filter(case=case, status=AudioSession.Status.READY, duplicate_of=None)
        return list(found.order_by("-created", "pk").values_list("pk", "title")[:MOST])

    def knows(self, case: Case, user: Any, key: UUID) -> bool:
        return AudioSession.objects.visible_to(user).filter(case=case, pk=key, status=AudioSession.Status.READY).exists()

    def draft(self, making: Making, key: UUID) -> Draft | None:
        found = AudioSession.objects.visible_to(making.user).filter(case=making.case, pk=key).select_related("duplicate_of").first()
        return draft_of(found, making) if found is not None else None


def draft_of(session: AudioSession, making: Making) -> Draft:
    """Raises Refused where the recording has not been processed."""
    analysis = current(session)
    link = making.link(session.get_absolute_url())
    blocks = [
        para(_summary(analysis)),
        heading(_("Figures")),
        _facts(analysis),
        heading(_("What is heard")),
        _sounds(analysis),
        heading(_("Who speaks")),
        _talk(analysis),
        heading(_("Not to be relied on")),
        *_stretches(analysis.stretches, link),
        heading(_("Along the recording")),
        _timeline(analysis, link),
        heading(_("Beside the case's other recordings of this kind")),
        _compared(compared(heard_of(session), analysis)),
        heading(_("How it was processed")),
        _steps(analysis),
        note(_("Levels are in dB of full scale, times in seconds of the recording. Noises and speakers are told by machines.")),
    ]
    return Draft(str(TITLE), session.title, blocks)


def _summary(analysis: Analysis) -> str:
    told = [_("Length: %(length)s.") % {"length": clock(analysis.duration_s)}]
    if analysis.silent:
        return " ".join([*told, _("Nobody is heard speaking.")])
    told.append(
        _("Somebody speaks for %(time)s (%(share)s).")
        % {"time": words.seconds(analysis.speech_s), "share": words.shown(analysis.speech_share, "share")}
    )
    if analysis.snr_db is not None:
        told.append(_("Speech stands %(db)s over the noise.") % {"db": words.shown(analysis.snr_db, "dB")})
    if not analysis.transcript_version:
        told.append(_("There is no transcript."))
    return " ".join(told)


def facts_of(analysis: Analysis) -> list[tuple[str, str]]:
    """(name, value in words) of what is told once."""
    levels, pauses = analysis.levels, analysis.pauses
    rows = [
        (_("Length"), words.seconds(analysis.duration_s)),
        (_("Speech"), _both(analysis.speech_s, analysis.speech_share)),
        (_("Silence"), _both(analysis.silence_s, analysis.silence_share)),
        (_("Noise"), _both(analysis.noise_s, analysis.noise_share)),
        (_("Speech over noise"), words.shown(analysis.snr_db, "dB")),
        (_("Pauses"), _("%(n)d, %(time)s together") % {"n": pauses.number, "time": words.seconds(pauses.seconds)}),
        (_("Longest pause"), words.seconds(pauses.longest_s)),
        (_("Overdriven samples"), words.shown(analysis.clipped_share, "share")),
    ]
    if levels is not None:
        rows.append((_("Level, mean and loudest"), f"{words.shown(levels.mean_db, 'dB')}, {words.shown(levels.loudest_db, 'dB')}"))
        rows.append((_("Level, 5th to 95th percentile"), f"{words.shown(levels.p5_db, 'dB')}, {words.shown(levels.p95_db, 'dB')}"))
    if analysis.overlap_s is not None:
        rows.append((_("Two speak at once"), words.seconds(analysis.overlap_s)))
    if analysis.transcript_version:
        rows.append((_("Words"), f"{analysis.words.number}"))
        rows.append((_("Mean probability of the words"), words.shown(analysis.words.mean, "share")))
        rows.append((_("Words that are unsure"), f"{analysis.words.unsure} ({words.shown(analysis.words.unsure_share, 'share')})"))
    return [*rows, (_("Not to be relied on"), _both(analysis.doubtful_s, analysis.doubtful_share))]


def models_of(analysis: Analysis) -> list[tuple[str, str]]:
    """(name, value) of what it was processed with."""
    noise = _("Version %(number)s") % {"number": analysis.noise_model} if analysis.noise_model else _("none")
    sound = ", ".join(filter(None, [analysis.container, analysis.codec, f"{analysis.sample_rate} Hz" if analysis.sample_rate else ""]))
    return [
        (_("Speech model"), analysis.engine or _("none")),
        (_("Noise classifier"), noise),
        (_("Version of the processing"), str(analysis.version)),
        (_("Format"), sound or "–"),
    ]


def _both(seconds: float, share: float | None) -> str:
    return f"{words.seconds(seconds)} ({words.shown(share, 'share')})" if share is not None else words.seconds(seconds)


def _cells(rows: Sequence[Sequence[str | Run]]) -> list[list[list[Run]]]:
    return [[[run(value) if isinstance(value, str) else value] for value in row] for row in rows]


def _facts(analysis: Analysis) -> Block:
    return table((_("Figure"), _("Value")), (4, 5), _cells(facts_of(analysis)))


def _sounds(analysis: Analysis) -> Block:
    rows = [
        [
            words.sound(one.label), words.seconds(one.seconds), words.shown(one.share, "share"), str(one.number),
            words.shown(one.level_db, "dB"), words.shown(one.confidence, "share"),
        ]
        for one in analysis.sounds
    ]  # fmt: skip
    if not rows:
        return para(_("Nothing stands out."))
    return table((_("Sound"), _("Time"), _("Share"), _("Spans"), _("Level"), _("Confidence")), (4, 3, 2, 2, 2, 2.5), _cells(rows))


def _talk(analysis: Analysis) -> Block:
    if not analysis.talk:
        return para(_("Nobody is heard speaking.") if analysis.silent else _("There is no transcript."))
    rows = [
        [
            words.speaker(one.name), words.seconds(one.seconds), words.shown(one.share, "share"), str(one.turns),
            words.seconds(one.longest_turn_s), words.shown(one.words_per_minute, ""),
        ]
        for one in analysis.talk
    ]  # fmt: skip
    columns = (_("Speaker"), _("Time"), _("Share"), _("Turns"), _("Longest turn"), _("Words a minute"))
    return table(columns, (4, 3, 2, 1.7, 3, 2.5), _cells(rows))


def _stretches(stretches: Sequence[Stretch], link: str) -> list[Block]:
    if not stretches:
        return [para(_("No stretch stands out."))]
    rows: list[list[str | Run]] = [
        [run(clock(one.start_s), href=f"{link}#t={one.start_s:.2f}" if link else ""), clock(one.end_s), words.why(one)]
        for one in stretches[:MOST_STRETCHES]
    ]
    made = [table((_("From"), _("To"), _("Why")), (2, 2, 8), _cells(rows))]
    if len(stretches) > MOST_STRETCHES:
        made.append(note(_("and %(n)d more") % {"n": len(stretches) - MOST_STRETCHES}))
    return made


def _timeline(analysis: Analysis, link: str) -> Block:
    if not analysis.timeline:
        return para(_("Nothing was heard."))
    rows: list[list[str | Run]] = []
    for part in analysis.timeline:
        heard = sorted(part.seconds.items(), key=lambda pair: -pair[1])
        told = ", ".join(f"{words.sound(label)} {words.seconds(seconds)}" for label, seconds in heard)
        start = run(clock(part.start_s), href=f"{link}#t={part.start_s:.2f}" if link else "")
        rows.append([start, words.shown(part.snr_db, "dB"), words.shown(part.level_db, "dB"), told or "–"])
    return table((_("From"), _("Speech over noise"), _("Level"), _("Heard")), (2, 2.5, 2, 7), _cells(rows))


def _compared(found: Sequence[Compared]) -> Block:
    rows = []
    for one in found:
        name, unit = words.COMPARED[one.key]
        if one.others:
            rows.append([str(name), words.shown(one.value, unit), words.shown(one.median, unit), words.verdict(one) or "–"])
    if not rows:
        return para(_("The case has no other recording of this kind that was analysed."))
    return table((_("Figure"), _("This recording"), _("Median of the others"), _("In words")), (4, 2.5, 2.5, 5), _cells(rows))


def _steps(analysis: Analysis) -> Block:
    rows = [
        [words.step(one.name), words.seconds(one.seconds), words.shown(one.factor, "×"), words.shown(one.peak_memory_mb, "MB")]
        for one in analysis.steps
    ]
    rows += [[name, value, "", ""] for name, value in models_of(analysis)]
    return table((_("Step"), _("Time"), _("Real-time factor"), _("Memory")), (4, 4, 3, 2.5), _cells(rows))


def register() -> None:
    register_analyses(SessionAnalyses())
