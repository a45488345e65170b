"""Addresses for machines that watch LexIntel. Health needs no sign-in and tells no secrets; metrics are for staff, or a token's holder."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from lexintel.monitoring import health
from tasks.operations import metrics as task_metrics


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


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus reads. For staff, and for programs that send `Authorization: Bearer <METRICS_TOKEN>`."""
    if not _may_read_metrics(request):
        sentence = _("Metrics are for staff, and for programs that send the metrics token of this installation.")
        return JsonResponse({"detail": sentence, "code": "forbidden"}, status=403)
    return HttpResponse(task_metrics.render(), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    if getattr(request.user, "is_staff", False) and request.user.is_active:
        return True
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return bool(settings.METRICS_TOKEN) and scheme.lower() == "bearer" and constant_time_compare(key.strip(), settings.METRICS_TOKEN)
