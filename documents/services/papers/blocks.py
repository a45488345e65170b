"""What a paper says, as plain data: the builders make it, the page shows it, a child lays it out as Word file or PDF.

A run is {s, i?, b?, href?}: some text, perhaps italic, bold, a link. A block is one of

    {t: "heading", level: 1..3, runs}      {t: "para" | "note" | "quote", runs}      {t: "list", entries: [runs]}
    {t: "leaders", head, entries: [{runs, pages: runs, mark}]}         entries with dots up to their pages
    {t: "table", columns: [text], widths: [number], rows: [[runs]]}

Text is text everywhere: no layout reads markup in it. No Django here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

Run = dict[str, Any]
Block = dict[str, Any]
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def line(text: object) -> str:
    """On one line, with what no file format forbids."""
    return " ".join(_NOT_IN_XML.sub("", str(text)).split())


def run(text: object, *, italic: bool = False, bold: bool = False, href: str = "") -> Run:
    """Spaces at the ends stay: runs stand beside each other."""
    words = str(text)
    left, right = " " if words[:1].isspace() else "", " " if words[-1:].isspace() else ""
    made: Run = {"s": f"{left}{line(words)}{right}" if words.strip() else left}
    if italic:
        made["i"] = True
    if bold:
        made["b"] = True
    if href:
        made["href"] = href
    return made


def runs(*parts: Run | str) -> list[Run]:
    return [run(part) if isinstance(part, str) else part for part in parts]


def heading(text: object, level: int = 1) -> Block:
    return {"t": "heading", "level": level, "runs": [run(line(text))]}


def para(*parts: Run | str) -> Block:
    return {"t": "para", "runs": runs(*parts)}


def note(*parts: Run | str) -> Block:
    """A remark of whoever made the paper, smaller than the paper's own words."""
    return {"t": "note", "runs": runs(*parts)}


def quote(*parts: Run | str) -> Block:
    """Words of a source, word for word."""
    return {"t": "quote", "runs": runs(*parts)}


def items(rows: Iterable[list[Run]]) -> Block:
    return {"t": "list", "entries": list(rows)}


def leaders(head: object, entries: Sequence[dict[str, Any]]) -> Block:
    return {"t": "leaders", "head": line(head), "entries": list(entries)}


def table(columns: Sequence[object], widths: Sequence[float], rows: Iterable[list[list[Run]]]) -> Block:
    return {"t": "table", "columns": [line(column) for column in columns], "widths": list(widths), "rows": list(rows)}


def plain(parts: Iterable[Run]) -> str:
    return "".join(part["s"] for part in parts)


def spelled(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """[{title, lines}] for templates that lay a paper out themselves: the text under each heading, without its links."""
    sections: list[dict[str, Any]] = [{"title": "", "lines": []}]
    for block in blocks:
        match block["t"]:
            case "heading":
                sections.append({"title": plain(block["runs"]), "lines": []})
            case "leaders":
                sections[-1]["lines"] += [f"{plain(one['runs'])} ... {plain(one['pages'])}" for one in block["entries"]]
            case "table":
                sections[-1]["lines"] += ["  ".join(plain(cell) for cell in row) for row in block["rows"]]
            case "list":
                sections[-1]["lines"] += [plain(item) for item in block["entries"]]
            case _:
                sections[-1]["lines"].append(plain(block["runs"]))
    return [section for section in sections if section["title"] or section["lines"]]
