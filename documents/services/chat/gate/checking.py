"""One sentence beside its sources: every check, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from documents.services.chat import ports
from documents.services.chat.contracts import Fault, Judged, Question, Source
from documents.services.chat.gate import meaning, naming, polarity, roles, values
from documents.services.chat.gate.cited import cited
from documents.services.chat.gate.faults import NOTES, fault
from documents.services.chat.gate.ground import Ground
from documents.services.chat.gate.holding import Held
from documents.services.chat.gate.quoting import quoted
from documents.services.chat.gate.text.reading import Reading
from documents.services.chat.gate.text.roots import is_english

ENTAILED = 0.5
_MARKER = re.compile(r"\s?\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\]")


def checked(text: str, held: Held, question: Question, notes: Sequence[Fault] = ()) -> Judged:
    """`held` are sources that hold, with their passages; asks the database only where the sentence cites an authority."""
    titles = "\n".join(part for one in held.passages for part in (one.title, one.context))
    quotes = quoted(text, held.sources, held.passages, held.others, titles)
    sources = list(dict.fromkeys([*held.sources, *quotes.added]))
    of_chunk = {one.chunk: one for one in held.passages}
    passages = [of_chunk[source.chunk] for source in sources]
    plain = [_plain_source(source) for source in sources]
    ground = Ground(plain, passages, [*held.passages, *held.others], held.parties)
    faults = [*notes, *quotes.faults]
    if not (is_english(text) and is_english(ground.text)):
        return Judged(quotes.text, False, tuple(sources), (*faults, fault("unchecked")))
    citations = cited(_plain(_MARKER.sub("", quotes.text)), ground)
    faults += citations.faults
    faults += _compared(Reading(citations.text), ground, question)
    supported = all(one.code in NOTES for one in faults)
    if supported and (model := ports.entailment()) is not None and model.entails(ground.text, quotes.text) < ENTAILED:
        faults, supported = [*faults, fault("not_entailed")], False
    invented = any(one.code == "quote_not_found" for one in quotes.faults) and not meaning.telling_words(Reading(_plain(quotes.rest)))
    return Judged(quotes.text, supported, tuple(sources), tuple(_each_once(faults)), removed=invented)


def _compared(said: Reading, ground: Ground, question: Question) -> Iterator[Fault]:
    yield from values.faults_of(said, ground)
    yield from naming.faults_of(said, ground, question.text)
    yield from polarity.faults_of(said, ground)
    yield from meaning.faults_of(said, ground)
    if roles.exchanged(said, ground):
        yield fault("roles")


def _each_once(faults: Sequence[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))


_HYPHEN = re.compile(r"(?<=[a-z])[-\u2010]\r?\n\s*(?=[a-z])")


def _plain(text: str) -> str:
    """On one line, words that a line's end parted joined again."""
    return " ".join(_HYPHEN.sub("", text).replace("\u00ad", "").replace("\x02", "").replace("\u00a0", " ").split())


def _plain_source(source: Source) -> Source:
    plain = _plain(source.quote)
    if plain == source.quote:
        return source
    return Source(
        source.document, source.title, source.kind, source.text_version, source.chunk, source.page, source.page_to, source.start, source.end,
        source.at, source.to, plain, source.time_s,
    )  # fmt: skip
