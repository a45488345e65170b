"""A message as JSON, alike in answers, streams and sockets; serializers.py beside it describes it."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from documents.models import Message
from documents.services.chat.following import News
from documents.services.chat.showing import ShownMessage, ShownSentence, ShownSource


def message_json(shown: ShownMessage) -> dict[str, Any]:
    message = shown.message
    return {
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "number": message.number,
        "question": message.question,
        "understood": shown.understood,
        "asked_by": None if message.asked_by is None else {"id": str(message.asked_by.pk), "name": str(message.asked_by)},
        "state": message.state,
        "state_label": Message.State(message.state).label,
        "answer": shown.answer,
        "refused": message.refused,
        "refusal": message.refusal,
        "method": message.method,
        "sentences": [sentence_json(sentence) for sentence in shown.sentences],
        "searched": shown.searched,
        "notices": shown.notices,
        "removed": message.removed,
        "gone": shown.gone,
        "listing": message.listing or None,
        "usage": message.usage or None,
        "cited": shown.cited,
        "error": message.error,
        "error_code": message.error_code,
        "created": message.created.isoformat(),
        "ended": None if message.ended is None else message.ended.isoformat(),
    }


def sentence_json(shown: ShownSentence) -> dict[str, Any]:
    sentence = shown.sentence
    return {
        "number": sentence.number,
        "text": shown.text,
        "supported": shown.supported,
        "aside": sentence.aside,
        "gone": shown.gone,
        "faults": shown.faults,
        "sources": [source_json(source) for source in shown.sources],
    }


def source_json(shown: ShownSource) -> dict[str, Any]:
    source = shown.source
    return {
        "number": source.number,
        "document": str(source.document_id),
        "title": shown.title,
        "page": source.page,
        "page_to": source.page_to,
        "chunk": source.chunk_id,
        "quote": source.quote,
        "start": source.start,
        "end": source.end,
        "time_s": source.time_s,
        "url": shown.url,
        "player": shown.player,
        "changed": shown.changed,
        "cited": shown.cited,
    }


def news_json(news: News) -> dict[str, Any]:
    if news.sentence is None:
        return {"type": "message", "message": message_json(news.message)}
    return {"type": "sentence", "message": str(news.message.message.pk), "sentence": sentence_json(news.sentence)}


def as_text(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"))
