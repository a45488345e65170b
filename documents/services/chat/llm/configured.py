from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from documents.services.chat.contracts import Answerer
from tasks import service_registry
from tasks.operations.maintenance import register_check

NAME = "language model"


def register() -> None:
    """Called when the app is ready. Nothing is connected before the first question."""
    service_registry.register(NAME, _build, lambda model: model.close(), at_start=False)
    register_check(NAME, lambda: (True, state()))


def answerer() -> Answerer | None:
    """None where no language model is configured."""
    if not settings.LLM_URL:
        return None
    from documents.services.chat.llm.answering import Written  # httpx is loaded only where it is used

    prices = (settings.LLM_PRICE_PROMPT, settings.LLM_PRICE_COMPLETION)
    return Written(service_registry.get(NAME), budget=settings.LLM_CONTEXT_TOKENS, prices=prices)


def leaves_to() -> str:
    """The host (with its port, where one is named) to which questions and passages go, or "" where no language model is configured."""
    return urlsplit(settings.LLM_URL).netloc


def state() -> str:
    """A sentence for administrators; nobody is asked for it."""
    if not settings.LLM_URL:
        return _("none configured; answers are quoted from the documents")
    return _("%(model)s at %(host)s; questions and passages go there") % {"model": settings.LLM_MODEL, "host": leaves_to()}


def _build() -> Any:
    from documents.services.chat.llm.client import Endpoint, LanguageModel

    endpoint = Endpoint(settings.LLM_URL, settings.LLM_MODEL, settings.LLM_API_KEY, settings.LLM_TIMEOUT_S, settings.LLM_MAX_TOKENS)
    return LanguageModel(endpoint)
