from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.activity import register_words


def register() -> None:
    """Tell the activity of cases what is done with review tables; neither titles nor questions are told."""
    register_words("review.made", _("made a review table of %(count)d documents"))
    register_words("review.filled", _("had %(count)d rows of a review table filled"))
    register_words("review.exported", _("exported %(count)d rows of a review table"))
    register_words("review.deleted", _("deleted a review table"))
