from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from documents.services.alerts import notices
from documents.services.ingest import takers


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs to know."""
    return {
        "unseen_notices": SimpleLazyObject(lambda: notices.unseen(request.user)),
        "reads_aloud": bool(settings.TTS_COMMAND),
        "max_upload_mb": settings.MAX_UPLOAD_MB,
        "readable_formats": takers.listed_formats(),
        "refused_suffixes": " ".join(sorted(kind[1:] for kind in settings.REFUSED_TYPES if kind.startswith("."))),
    }
