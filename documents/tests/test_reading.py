"""Pages as they are shown: cut into parts and segments, the passage and the citations in them, printed lines made to flow."""

from __future__ import annotations

from collections.abc import Callable

from documents.models import Chunk, Citation, Document, Page, TextVersion
from documents.services.chunking.sentences import sentences_of
from documents.services.extraction.sentences import type_words
from documents.services.reading import text_view
from documents.services.reading.authorities import authorities_in, by_heading
from documents.services.reading.metadata import described
from documents.services.reading.reflow import flowed
from documents.services.reading.sentences import sentence_at
from documents.services.reading.text_view import Place, Segment, Span, parts_of, segments_of


def cited(start: int, end: int) -> Citation:
    return Citation(start=start, end=end)


def shown(segments: list[Segment]) -> list[tuple[str, bool, bool]]:
    return [(segment.text, segment.marked, segment.citation is not None) for segment in segments]


def read(document: Document, *texts: str) -> TextVersion:
    """Publish a reading with one page per text."""
    number = document.text_versions.count() + 1
    version = TextVersion.objects.create(document=document, number=number)
    Page.objects.bulk_create(Page(text_version=version, number=page, text=text) for page, text in enumerate(texts, 1))
    document.text_version, document.page_count = version, len(texts)
    document.save()
    return version


def chunk(version: TextVersion, *places: int, index: int = 0) -> Chunk:
    page_from, start, page_to, end = places
    return Chunk.objects.create(
        text_version=version, index=index, text="…", page_from=page_from, page_to=page_to, start=start, end=end, tokens=1
    )


def test_a_text_without_marks_is_one_segment() -> None:
    assert shown(segments_of("all of it", Span(0, 9), None, [])) == [("all of it", False, False)]


def test_an_empty_page_has_no_segments() -> None:
    assert segments_of("", Span(0, 0), None, []) == []


def test_passage_and_citation_may_overlap() -> None:
    assert shown(segments_of("0123456789", Span(0, 10), Span(2, 6), [cited(4, 8)])) == [
        ("01", False, False),
        ("23", True, False),
        ("45", True, True),
        ("67", False, True),
        ("89", False, False),
    ]


def test_nothing_of_the_text_is_lost_or_repeated_whatever_overlaps() -> None:
    text = "abcdefghijklmnopqrstuvwxyz"
    citations = [cited(3, 9), cited(5, 7), cited(9, 12), cited(20, 26), cited(20, 22)]
    for passage in (None, Span(0, 26), Span(4, 10), Span(25, 26)):
        assert "".join(segment.text for segment in segments_of(text, Span(0, 26), passage, citations)) == text


def test_marks_outside_a_part_do_not_reach_into_it() -> None:
    segments = segments_of("0123456789", Span(4, 7), Span(0, 5), [cited(0, 2), cited(6, 9)])
    assert shown(segments) == [("4", True, False), ("5", False, False), ("6", False, True)]


def test_parts_are_whole_words_and_together_the_whole_text() -> None:
    text = "word " * 1000
    parts = parts_of(text, size=300)
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert all(part.end - part.start <= 300 for part in parts)
    assert all(text[part.end - 1] == " " for part in parts)


def test_one_endless_line_is_cut_too() -> None:
    assert [part.end for part in parts_of("x" * 1000, size=400)] == [400, 800, 1000]


def test_an_empty_text_has_one_empty_part() -> None:
    assert parts_of("") == [Span(0, 0)]


def test_the_passage_decides_page_and_part(accept: Callable[..., Document]) -> None:
    document = accept()
    version = read(document, "first", "lorem ipsum " * 10_000)
    passage = chunk(version, 2, 90_000, 2, 90_011)
    opened = text_view.open_at(document, Place(chunk=passage.pk))
    assert opened.sheet is not None
    assert (opened.sheet.number, opened.sheet.part, opened.sheet.parts) == (2, 3, 4)
    assert [segment.text for segment in opened.sheet.segments if segment.marked] == ["lorem ipsum"]


def test_a_page_beyond_the_end_is_the_last_one(accept: Callable[..., Document]) -> None:
    document = accept()
    read(document, "first", "second")
    for asked, expected in ((0, 1), (2, 2), (10**17, 2)):
        opened = text_view.open_at(document, Place(page=asked))
        assert opened.sheet is not None
        assert opened.sheet.number == expected


def test_a_passage_over_two_pages_is_worded_on_both(accept: Callable[..., Document]) -> None:
    version = read(accept(), "ends here", "goes on there")
    assert text_view.wording(chunk(version, 1, 5, 2, 7)) == {1: "here", 2: "goes on"}


def test_an_old_link_shows_the_old_reading(accept: Callable[..., Document]) -> None:
    document = accept()
    old = read(document, "as it was read first")
    passage = chunk(old, 1, 0, 1, 5)
    read(document, "as it is read now")
    assert text_view.open_at(document, Place(chunk=passage.pk)).version == old
    assert text_view.open_at(document, Place()).version == document.text_version


def test_passages_of_other_documents_are_not_shown(accept: Callable[..., Document]) -> None:
    other = chunk(read(accept("something else", "other.txt"), "secret"), 1, 0, 1, 6)
    document = accept()
    read(document, "open")
    assert text_view.open_at(document, Place(chunk=other.pk)).passage is None


def test_mentions_are_gathered_by_authority(accept: Callable[..., Document]) -> None:
    version = read(accept(), "page one", "page two")
    for page, text, kind, key in (
        (1, "410 U.S. 113", "case", "us:410:113"),
        (1, "42 U.S.C. §\n1983", "statute", "usc:42:1983"),
        (2, "410 U.S. at 120", "short", "us:410:113"),
        (2, "Id.", "id", ""),
        (2, "Id. at 3", "id", "us:410:113"),
    ):
        Citation.objects.create(text_version=version, page=page, start=0, end=3, text=text, kind=kind, key=key, method="test")
    roe, act = authorities_in(version)
    assert [(place.page, place.count) for place in roe.places] == [(1, 1), (2, 2)]
    assert act.text == "42 U.S.C. § 1983"
    assert [str(heading) for heading, _group in by_heading([roe, act])] == ["Cases", "Statutes"]


def test_printed_lines_flow_and_no_code_point_moves() -> None:
    text = (
        "COUNT II\n"
        "33. The Agreement is a valid and enforceable contract. It was performed in\n"
        "full by the plaintiff.\n"
        "34. Castellan breached Section 7.1 by using confidential information for a\n"
        "purpose other than integration and Section 9.3 by hiring Mr. Okonkwo in a\n"
        "capacity like his old one.\n"
    )
    lines = flowed(text).split("\n")
    assert len(flowed(text)) == len(text)
    assert lines[1].endswith("performed in full by the plaintiff.")
    assert lines[2].startswith("34. Castellan")
    assert lines[2].endswith("in a capacity like his old one.")


def test_tables_and_texts_that_were_not_printed_stay_as_they_are() -> None:
    table = "\n".join(f"2024-0{month}-01      Halden-7 torque sensors         {month}00 pieces" for month in range(1, 9))
    essay = "\n".join(["a paragraph that is one long line " * 20] * 5)
    assert flowed(table) == table
    assert flowed(essay) == essay


def test_metadata_is_told_in_words() -> None:
    told = described({"odd_thing": 3, "lastModifiedBy": "Ada", "created": "2013-12-23T23:15:00Z", "producer": "", "filed": "soon"})
    assert told == [("Filed", "soon"), ("Written", "Dec 23, 2013"), ("Last changed by", "Ada"), ("Odd thing", "3")]
    assert type_words("message/rfc822") == "E-mail"
    assert type_words("application/octet-stream", "plan.xyz") == "File (XYZ)"


def test_a_sentence_is_found_by_its_place() -> None:
    text = "First one, see 410 U.S. 113. The second says v. and goes on. Third!"
    spans = sentences_of(text)
    assert [text[start:end] for start, end in spans] == ["First one, see 410 U.S. 113.", "The second says v. and goes on.", "Third!"]
    assert text[slice(*sentence_at(text, text.index("second")))] == "The second says v. and goes on."
    assert text[slice(*sentence_at(text, len(text) - 1))] == "Third!"
    assert sentence_at("", 0) == (0, 0)
    rows = (
        "6 Results\n10 12 14\nTable 1: Residual error\nThe sensors of both makers show the same error, which\nan adhesive cannot explain."
    )
    assert [rows[slice(*span)] for span in sentences_of(rows)][-1].startswith("The sensors")
    assert rows[slice(*sentence_at(rows, rows.index("12")))] == "10 12 14"


def test_only_the_sentence_that_was_found_is_marked_strongly(accept: Callable[..., Document]) -> None:
    document = accept()
    version = read(document, "One stands here. Two stands", "here as well. Three ends it. Four is out.")
    passage = chunk(version, 1, 4, 2, 28)
    passage.text = "stands here. Two stands\nhere as well. Three ends it."
    passage.save()
    opened = text_view.open_at(document, Place(page=2, chunk=passage.pk, at=passage.text.index("Two")))
    assert text_view.wording(passage, opened.found) == {1: "Two stands", 2: "here as well."}
    shown = [(segment.text, segment.marked, segment.found) for segment in opened.sheet.segments]
    assert shown == [("here as well.", True, True), (" Three ends it.", True, False), (" Four is out.", False, False)]
