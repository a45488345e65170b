"""Bring files of statutes into the law library, from the command line."""

from __future__ import annotations

from documents.management.law_command import LawCommand
from documents.models import LawImport


class Command(LawCommand):
    help = "Bring sections of codes into the law library."
    kind = LawImport.Kind.STATUTES
    example = """example:
  python3 manage.py import_statutes ~/law/usc09.xml ~/law/usc18.xml

A folder is walked, a ZIP file opened. An interrupted import goes on where it was when the same file is given again. The exit
code is 0 where every file came to its end; records that were skipped are listed."""
