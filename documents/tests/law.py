"""What the tests of the law library share: small files of law, and imports that run to their end here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.db import transaction

from documents.models import LawImport
from documents.services.library import importing, starting


class Here:
    """Runs an import in this process, as the commands do."""

    def check(self) -> None: ...

    def progress(self, percent: float, step: str = "", message: str = "") -> None: ...

    def publish(self) -> AbstractContextManager[None]:
        return transaction.atomic()


def bring(kind: str, path: Path, form: str = "") -> LawImport:
    """The import when it is over. A file that was imported to its end before is imported anew."""
    return importing.run(starting.import_path(kind, path, form).pk, Here())


def ruling(name: str = "Roe v. Wade", **fields: Any) -> dict[str, Any]:
    given = {
        "name": name, "source_id": name, "court_id": "scotus", "date": "1973-01-22", "citations": ["410 U.S. 113"],
        "text": f"{name}\n\nThe judgment of the harbour court is affirmed.",
    }  # fmt: skip
    return {**given, **fields}


def lines(path: Path, records: Iterable[dict[str, Any] | str]) -> Path:
    """A file of JSON lines; what is no dict is written as it is."""
    path.write_text("\n".join(record if isinstance(record, str) else json.dumps(record) for record in records) + "\n")
    return path


def uslm(*sections: str, title: str = "9", made: str = "2013-07-26", before: str = "") -> str:
    """A title of the United States Code; each section as (its XML)."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{before}
<uscDoc xmlns="http://xml.house.gov/schemas/uslm/1.0" xmlns:dcterms="http://purl.org/dc/terms/" identifier="/us/usc/t{title}">
<meta><docPublicationName>Online@113-31</docPublicationName><dcterms:created>{made}T05:15:14</dcterms:created></meta>
<main><title identifier="/us/usc/t{title}"><num value="{title}">Title {title}\u2014</num><heading>ARBITRATION</heading>
<chapter identifier="/us/usc/t{title}/ch1"><num value="1">CHAPTER 1\u2014</num><heading>GENERAL PROVISIONS</heading>
{"".join(sections)}
</chapter></title></main></uscDoc>
"""


def section(number: str, words: str, heading: str = "A heading", title: str = "9", attributes: str = "") -> str:
    return (
        f'<section identifier="/us/usc/t{title}/s{number}"{attributes}><num value="{number}">\u00a7 {number}.</num>'
        f"<heading> {heading}</heading>{words}<sourceCredit>(July 30, 1947, ch. 392, 61 Stat. 670.)</sourceCredit></section>\n"
    )


def content(words: str) -> str:
    return f"<content><p>{words}</p></content>"
