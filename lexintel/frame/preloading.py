"""What a web process loads before it listens, so that nobody's first page waits for it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse

from documents.services.ingest import takers

PAGES = Path(settings.BASE_DIR, "templates")


def preload() -> None:
    """The addresses with all their views, the formats that every page names, and the pages' templates, which Django keeps compiled
    (where DEBUG is off)."""
    reverse("healthz")
    takers.listed_formats()
    for path in sorted(PAGES.rglob("*.html")):
        get_template(path.relative_to(PAGES).as_posix())
