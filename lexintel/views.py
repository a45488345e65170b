"""Addresses for machines that watch LexIntel: no sign-in, no secrets."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lexintel import health


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives and answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, storage and migrations are well, else 503; every part with its reason."""
    parts = health.examine()
    ready = health.is_ready(parts)
    described = {part.name: {"ok": part.ok, "reason": part.reason, "ms": part.milliseconds} for part in parts}
    return JsonResponse({"status": "ready" if ready else "not ready", "parts": described}, status=200 if ready else 503)
