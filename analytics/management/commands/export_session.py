"""manage.py export_session: the analysis of a recording as a file."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from analytics.services.sessions import analysing, paper, tables
from analytics.services.sessions.comparing import compared
from analytics.services.sessions.contracts import Analysis, Compared, definitions
from audio.models import AudioSession
from audio.services.hearing.listening_page import heard_of
from cases.models import AuditEvent
from documents import sheets
from documents.errors import Refused
from documents.models import PaperKind
from documents.services.papers import laying_out, making

FORMATS = ("json", "csv", "xlsx", "docx", "pdf")


class Command(BaseCommand):
    help = (
        "Write the analysis of a recording to a file, made now where it is missing or outdated. "
        "Example: manage.py export_session 0198c5d4-7a51-7e04-b0a4-6f1f0a3c9a11 --format xlsx --output hearing.xlsx"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=UUID, help="of the recording")
        parser.add_argument("--format", choices=FORMATS, help="where it is not said, that of the file's name")
        parser.add_argument("--output", type=Path, required=True, help="the file; its folder must be there")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        form = options["format"] or target.suffix.lstrip(".").lower()
        if form not in FORMATS:
            raise CommandError(f"Say the format with --format: {', '.join(FORMATS)}.")
        if not target.resolve().parent.is_dir():
            raise CommandError(f"There is no folder {target.resolve().parent}.")
        session = AudioSession.objects.filter(pk=options["id"], deleted_at=None).select_related("case", "duplicate_of").first()
        if session is None:
            raise CommandError(f"There is no recording {options['id']}.")
        try:
            self._write(session, form, target)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        AuditEvent.write("audio.analysis_exported", case=session.case, actor=None, target=session, format=form)
        size = filesizeformat(target.stat().st_size).replace("\xa0", " ")
        self.stdout.write(f"{target}: {form}, {size}.")

    def _write(self, session: AudioSession, form: str, target: Path) -> None:
        self.stdout.write("1/3 measuring")
        analysis = analysing.current(session)
        self.stdout.write("2/3 comparing")
        others = compared(heard_of(session), analysis)
        self.stdout.write(f"3/3 writing {form}")
        if form == "json":
            target.write_text(json.dumps(_as_json(session, analysis, others), ensure_ascii=False, indent=2))
        elif form == "csv":
            target.write_bytes(sheets.made(list(tables.flat(analysis, others)), "csv", "analysis"))
        elif form == "xlsx":
            target.write_bytes(sheets.book([_sheet(table) for table in tables.tables_of(analysis, others)]))
        else:
            _lay_out(session, form, target)
        length, doubtful = round(analysis.duration_s), len(analysis.stretches)
        self.stdout.write(f"{length} s of recording, {round(analysis.speech_s)} s of speech, {doubtful} stretches not to be relied on.")


def _as_json(session: AudioSession, analysis: Analysis, others: list[Compared]) -> dict[str, Any]:
    return {
        "audio": str(session.pk),
        "title": session.title,
        "figures": analysis.model_dump(mode="json"),
        "units": {key: unit for key, unit, _meaning in definitions() if unit},
        "compared": [one.model_dump() for one in others],
    }


def _sheet(table: tables.Table) -> sheets.Sheet:
    return table.name, [table.columns, *table.rows], ()


def _lay_out(session: AudioSession, form: str, target: Path) -> None:
    making_now = making.Making(session.case, None, {})
    told = making.described(session.case, _("the command line"), paper.draft_of(session, making_now), PaperKind.SESSION_ANALYSIS)
    folder = laying_out.pool.folder()
    try:
        shutil.move(laying_out.lay_out(form, told, None, folder, lambda: None), target)
    finally:
        folder.remove()
