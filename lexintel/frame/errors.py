"""Errors of the API: {"detail": sentence, "code": word}, or {field: [sentences]} for what was typed wrong."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from documents.errors import StorageAway

log = logging.getLogger(__name__)
RETRY_SECONDS = 60


class StorageAwayAnswer(exceptions.APIException):
    status_code = 503

    def __init__(self, away: StorageAway) -> None:
        super().__init__(away.message, away.code)
        self.wait = RETRY_SECONDS  # becomes Retry-After


class StorageAwayMiddleware(MiddlewareMixin):
    """While the storage of the files is away, what needs them answers 503 with a sentence: a page, or JSON under /api/."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, StorageAway):
            return None
        log.warning("%s: %s", request.path, error)
        if request.path.startswith("/api/"):
            response: HttpResponse = JsonResponse({"detail": error.message, "code": error.code}, status=503)
        else:
            response = render(request, "503.html", status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, StorageAway):
        error = StorageAwayAnswer(error)
    response = exception_handler(error, context)
    if response is not None and isinstance(response.data, dict) and "detail" in response.data:
        code = getattr(response.data["detail"], "code", None)
        if code and "code" not in response.data:
            response.data["code"] = code
    return response
