"""What tests of exports share: asking, letting the task run here, and reading files back as other programs do."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from lxml import etree
from rest_framework.test import APIClient

from documents.tests.test_file_download import body
from lexintel.models import User
from tasks.engine.attempts import claim_next, execute

EXPORTS = "/api/analytics/exports/"
Rows = dict[str, list[dict[str, Any]]]


def work_off() -> None:
    while (run := claim_next("background")) is not None:
        execute(run)


def ask(client: APIClient, what: str, form: str = "json", target: Any = None, **options: Any) -> Any:
    asked = {"what": what, "format": form, "options": options, **({"id": str(target)} if target else {})}
    return client.post(EXPORTS, asked, format="json")


def written(api: Callable[..., APIClient], user: User, what: str, form: str = "json", target: Any = None, **options: Any) -> dict[str, Any]:
    """The export as the API tells it after its task has ended."""
    answer = ask(api(user), what, form, target, **options)
    assert answer.status_code == 202, answer.content
    work_off()
    return dict(api(user).get(f"{EXPORTS}{answer.json()['id']}/").json())


def fetched(client: Any, export: dict[str, Any]) -> bytes:
    answer = client.get(export["url"])
    assert answer.status_code == 200
    return body(answer)


def objects(content: bytes) -> tuple[dict[str, Any], Rows]:
    """The manifest and the tables of a JSON."""
    told = json.loads(content)
    assert next(iter(told)) == "manifest"
    return told.pop("manifest"), told


def commas(content: bytes, comma: str = ",") -> tuple[dict[str, Any], Rows]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    tables = {}
    for name in archive.namelist():
        if name.endswith(".csv"):
            raw = archive.read(name)
            assert raw.startswith(b"\xef\xbb\xbf")
            tables[name.removesuffix(".csv")] = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=comma))
    return json.loads(archive.read("manifest.json")), tables


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet: texts as text, numbers as numbers, None where nothing stands."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    names = [sheet.get("name") for sheet in etree.fromstring(archive.read("xl/workbook.xml")).iterfind(".//{*}sheet")]
    return {str(name): _cells(archive.read(f"xl/worksheets/sheet{place}.xml")) for place, name in enumerate(names, 1)}


def _cells(sheet: bytes) -> list[list[Any]]:
    tree = etree.fromstring(sheet, etree.XMLParser(huge_tree=True))
    assert tree.find(".//{*}f") is None, "a formula"
    assert tree.find(".//{*}hyperlink") is None
    rows: list[list[Any]] = []
    for row in tree.iterfind(".//{*}row"):
        rows.append([])
        for cell in row:
            letters = "".join(filter(str.isalpha, str(cell.get("r"))))
            place = sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters))) - 1
            rows[-1] += [None] * (place - len(rows[-1]))
            kind, value = cell.get("t"), cell.findtext("{*}v")
            rows[-1].append(
                "".join(cell.find("{*}is").itertext()) if kind == "inlineStr" else value == "1" if kind == "b" else float(value)
            )
    return rows
