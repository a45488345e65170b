"""What a request of the API may send as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

_SURROGATE = re.compile(r"[\ud800-\udfff]")


class JSONParser(parsers.JSONParser):
    """Also refuses what is JSON, but nothing that could be stored or answered: lists in lists without end, halves of characters."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            written = json.dumps(data, ensure_ascii=False)
        except RecursionError as error:
            raise ParseError(_("This JSON has lists or objects inside each other too deeply.")) from error
        if _SURROGATE.search(written):
            raise ParseError(_("This JSON has half of a surrogate pair, which is no character."))
        return data
