"""A checked text as a page shows it: cut where citations and quotations begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from documents.services.authorities.checking.draft import Report


class Piece(NamedTuple):
    """`number` of the citation from 1, 0 where there is none; `quote` is the status of the quotation that it is part of."""

    text: str
    number: int = 0
    group: str = ""
    first: bool = False
    quote: str = ""


def pieces(report: Report) -> Iterator[Piece]:
    """The whole text in order, nothing left out and nothing twice."""
    text = report.text
    cites = [(one.mention.start, one.mention.end, number, one.group) for number, one in enumerate(report.results, 1)]
    quotes = sorted(
        (quote.quotation.start, quote.quotation.end, _state(quote.status, quote.needs_a_look))
        for one in report.results
        for quote in one.quotes
    )
    spans = [one[:2] for one in cites] + [one[:2] for one in quotes]
    edges = sorted({0, len(text), *(at for span in spans for at in span)})
    cite = quote = 0
    for start, end in pairwise(edges):
        while cite < len(cites) and cites[cite][1] <= start:
            cite += 1
        while quote < len(quotes) and quotes[quote][1] <= start:
            quote += 1
        state = quotes[quote][2] if quote < len(quotes) and quotes[quote][0] <= start else ""
        if cite < len(cites) and cites[cite][0] <= start:
            _low, _high, number, group = cites[cite]
            yield Piece(text[start:end], number, group, start == cites[cite][0], state)
        else:
            yield Piece(text[start:end], quote=state)


def _state(status: str, look: bool) -> str:
    return "unchecked" if not status else "look" if look else "fine"
