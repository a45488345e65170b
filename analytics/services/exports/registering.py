"""What other apps know of exports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.activity import register_words


def register() -> None:
    register_words("export.asked", _("had an export written (%(what)s, %(form)s)"))
    register_words("export.downloaded", _("downloaded an export (%(what)s, %(form)s)"))
    register_words("export.discarded", _("discarded an export (%(what)s, %(form)s)"))
