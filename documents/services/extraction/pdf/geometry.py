"""Rectangles and matrices of PDF pages: left, bottom, right, top in points; matrices as PDF writes them."""

from __future__ import annotations

from collections.abc import Sequence

from documents.services.extraction.findings import Box

Matrix = tuple[float, float, float, float, float, float]


def joined(inner: Matrix, outer: Matrix | None) -> Matrix:
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    A, B, C, D, E, F = outer
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def moved(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    places = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(x for x, _ in places), min(y for _, y in places), max(x for x, _ in places), max(y for _, y in places)


def overlap(one: Box, other: Box) -> bool:
    """By more than an edge, both ways."""
    return min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1


def inside(box: Box, page: Box) -> bool:
    return box[0] >= page[0] and box[1] >= page[1] and box[2] <= page[2] and box[3] <= page[3]


def holds(box: Box, place: tuple[float, float]) -> bool:
    return box[0] <= place[0] <= box[2] and box[1] <= place[1] <= box[3]


def middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def union(boxes: Sequence[Box]) -> Box:
    return min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes), max(box[3] for box in boxes)


def cut(box: Box, page: Box) -> Box:
    left, bottom = min(max(box[0], page[0]), page[2]), min(max(box[1], page[1]), page[3])
    return left, bottom, max(left, min(box[2], page[2])), max(bottom, min(box[3], page[3]))
