from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs to know."""
    return {"max_upload_mb": settings.MAX_UPLOAD_MB}
