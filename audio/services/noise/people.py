"""What people say is heard in a stretch of a recording. The classifier can learn from it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from audio.models import AudioSession, NoiseLabel
from audio.services.noise.labels import LABELS, OTHER
from cases.models import AuditEvent, Role
from documents.errors import Refused

MOST_LABELS = 2000
"""Of a recording."""
SHORTEST_S = 0.5


def label(session: AudioSession, user: Any, label: str, start_s: float, end_s: float) -> NoiseLabel:
    """The label, which may have been there before. Raises Refused for a stretch that is none, or not in the recording."""
    if label not in (*LABELS, OTHER):
        raise Refused(_("%(label)s is no kind of sound that is known here.") % {"label": label}, "unknown_label")
    if end_s - start_s < SHORTEST_S:
        raise Refused(_("A stretch is half a second long at least, and ends after it begins."), "too_short")
    if start_s < 0 or (session.duration_s is not None and end_s > session.duration_s + SHORTEST_S):
        raise Refused(_("This stretch is not in the recording."), "outside")
    with transaction.atomic():
        session.require(user, Role.EDITOR)
        if session.noise_labels.count() >= MOST_LABELS:
            raise Refused(_("This recording has %(most)d labels already.") % {"most": MOST_LABELS}, "too_many")
        same = session.noise_labels.filter(label=label, start_s=start_s, end_s=end_s).first()
        if same is not None:
            return same
        made = NoiseLabel.objects.create(session=session, user=user, label=label, start_s=start_s, end_s=end_s)
        AuditEvent.write("audio.labelled", case=session.case, actor=user, target=session, label=label, at=start_s)
    return made


def drop(session: AudioSession, label_id: int, user: Any) -> None:
    with transaction.atomic():
        session.require(user, Role.EDITOR)
        found = session.noise_labels.filter(pk=label_id).first()
        if found is None:
            raise Http404
        found.delete()
        AuditEvent.write("audio.label_deleted", case=session.case, actor=user, target=session, label=found.label, at=found.start_s)
