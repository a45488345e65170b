"""Refusals as answers: {"detail": sentence, "code": word} with the status that fits."""

from __future__ import annotations

from django.http import JsonResponse
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from documents.errors import Refused


class RefusedAnswer(APIException):
    def __init__(self, refusal: Refused) -> None:
        self.status_code = refusal.status
        super().__init__(refusal.message, refusal.code)


class RefusedErrors:
    """A DRF view that turns refusals into answers."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(RefusedAnswer(exc) if isinstance(exc, Refused) else exc)  # type: ignore[misc]


def answer(status: int, detail: str, code: str) -> JsonResponse:
    """The same shape from a plain Django view."""
    return JsonResponse({"detail": detail, "code": code}, status=status)
