"""Office files with something wrong in them: bytes changed, cut off, doubled, and inside ZIP files parts garbled or exchanged.

The same seed makes the same files, so that a failure can be made again.
"""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

_ATTRIBUTE = re.compile(rb'"[^"<>&]{0,30}"')
_TAG = re.compile(rb"<(/?)([A-Za-z]+:)?([A-Za-z]+)(?=[ />])")
_ODD_VALUES = (b'"-1"', b'"99999999999"', b'""', b'"abc"', b'"NaN"', b'"../../etc/passwd"')


def mutations(originals: dict[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` pairs of a name and the content of a broken file, of each original in turn."""
    dice = random.Random(seed)
    names = sorted(originals)
    for number in range(count):
        name = names[number % len(names)]
        yield f"{number:03}-{name}", mutated(originals[name], dice)


def mutated(content: bytes, dice: random.Random) -> bytes:
    if content.startswith(b"PK") and dice.random() < 0.8:
        return _repacked(content, dice)
    return dice.choice(_WAYS)(bytearray(content), dice)


def _repacked(content: bytes, dice: random.Random) -> bytes:
    """A whole ZIP file whose parts are not what they should be."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        victims = set(dice.sample(names, min(len(names), dice.choice((1, 2, 4)))))
        for name in names:
            inside = source.read(name)
            if name in victims:
                if dice.random() < 0.2:
                    continue
                inside = _exchanged(inside, dice) if dice.random() < 0.6 else dice.choice(_WAYS)(bytearray(inside), dice)
            target.writestr(name, inside)
    return out.getvalue()


def _exchanged(xml: bytes, dice: random.Random) -> bytes:
    """XML that stays whole, with other values and other names of elements."""
    values, tags = _ATTRIBUTE.findall(xml), sorted({found[1] + found[2] for found in _TAG.findall(xml)})
    for _ in range(dice.randrange(1, 8)):
        if values:
            xml = xml.replace(dice.choice(values), dice.choice([*values, *_ODD_VALUES]), dice.choice((1, -1)))
        if tags and dice.random() < 0.4:
            old, new = dice.choice(tags), dice.choice(tags)
            xml = re.sub(rb"(</?)" + re.escape(old) + rb"(?=[ />])", rb"\1" + new, xml)
    return xml


def _changed(content: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.choice((1, 10, 200)) if content else 0):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content)


def _cut_off(content: bytearray, dice: random.Random) -> bytes:
    return bytes(content[: dice.randrange(len(content) + 1)])


def _doubled(content: bytearray, dice: random.Random) -> bytes:
    start = dice.randrange(len(content) + 1)
    content[start:start] = content[start : start + dice.randrange(2_000)]
    return bytes(content)


def _blanked(content: bytearray, dice: random.Random) -> bytes:
    start, length = dice.randrange(len(content) + 1), dice.randrange(600)
    content[start : start + length] = bytes(length)
    return bytes(content)


def _renumbered(content: bytearray, dice: random.Random) -> bytes:
    digits = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    for place in dice.sample(digits, min(len(digits), 20)):
        content[place] = dice.choice(b"0123456789-")
    return bytes(content)


_WAYS: tuple[Callable[[bytearray, random.Random], bytes], ...] = (_changed, _cut_off, _doubled, _blanked, _renumbered)


_OBJECT = re.compile(rb"\d+ 0 obj\b.*?\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NAME = re.compile(rb"/[A-Z][A-Za-z0-9]+")
_REFERENCE = re.compile(rb"\b\d+ 0 R\b")


def pdf_mutations(originals: dict[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """As `mutations`, with what only PDFs have: objects, streams, names and references in the place of others, and of other files."""
    dice = random.Random(seed)
    names = sorted(originals)
    for number in range(count):
        name = names[number % len(names)]
        yield f"{number:03}-{name}", _mutated_pdf(originals[name], originals[dice.choice(names)], dice)


def _mutated_pdf(content: bytes, other: bytes, dice: random.Random) -> bytes:
    if dice.random() < 0.4:
        return dice.choice(_WAYS)(bytearray(content), dice)
    for _ in range(dice.choice((1, 1, 3))):
        pattern = dice.choice((_OBJECT, _STREAM, _NAME, _REFERENCE))
        here, there = list(pattern.finditer(content)), list(pattern.finditer(other if dice.random() < 0.3 else content))
        if here and there:
            place, taken = dice.choice(here), dice.choice(there)
            content = content[: place.start()] + taken.group() + content[place.end() :]
    return content
