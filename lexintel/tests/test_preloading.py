"""What a web process has loaded before it listens."""

from __future__ import annotations

from django.template import engines

from lexintel.frame.preloading import PAGES, preload


def test_every_page_is_compiled_before_it_is_asked_for() -> None:
    preload()
    loader = engines["django"].engine.template_loaders[0]  # type: ignore[attr-defined]
    pages = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.html")}
    assert "analytics/case_dashboard.html" in pages
    assert pages <= loader.get_template_cache.keys()
