"""Bring files of rulings into the law library, from the command line."""

from __future__ import annotations

from documents.management.law_command import LawCommand
from documents.models import LawImport


class Command(LawCommand):
    help = "Bring files of rulings into the law library."
    kind = LawImport.Kind.RULINGS
    example = """example:
  python3 manage.py import_rulings ~/law/opinion-clusters-2025-07-02.csv.bz2 ~/law/opinions-2025-07-02.csv.bz2

A folder or ZIP file is one of files of these formats, or of rulings as PDF and HTML. An interrupted import goes on where it was when the
same file is given again. The exit code is 0 where every file came to its end; records that were skipped are listed."""
