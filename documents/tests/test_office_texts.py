"""DOC, RTF, ODT and DOCX: what people wrote, in reading order, with what they changed told apart and what Word computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from documents.models import Document, Page
from documents.services.extraction import detect
from documents.services.reading import metadata
from documents.tests.office_files import LEASE, LEASE_DOC, LEASE_RTF, ODF_NAMES, odt
from documents.tests.reading import read, text_of
from tasks.errors import PermanentError

DOC_TYPE, RTF_TYPE = "application/msword", "application/rtf"


def lines(path: Path, name: str | None = None) -> list[str]:
    with read(path, name) as extraction:
        assert len(extraction.pages) == 1
        return [line for line in extraction.pages[0].text.split("\n") if line.strip()]


def codes(path: Path) -> list[str]:
    with read(path) as extraction:
        return [notice.code for notice in extraction.notices]


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    path = tmp_path / "lease.rtf"
    path.write_bytes(LEASE_RTF)
    return path


def test_one_lease_reads_the_same_in_two_formats(lease: Path) -> None:
    assert (detect(lease, "any"), detect(LEASE_DOC, "any")) == (RTF_TYPE, DOC_TYPE)
    assert lines(lease) == LEASE
    assert lines(LEASE_DOC) == LEASE


@pytest.mark.parametrize("kind", ["rtf", "doc"])
def test_what_stands_out_is_told(kind: str, lease: Path) -> None:
    with read(lease if kind == "rtf" else LEASE_DOC) as extraction:
        told = {notice.code: notice.text for notice in extraction.notices}
        assert set(told) == {"tracked_changes", "comments", "hidden_text"}
        assert "insertions: 1, deletions: 1" in told["tracked_changes"]
        assert "“hidden vestry words”" in told["hidden_text"]
        assert extraction.title == "Lease of the harbour crane"
        assert (extraction.metadata["author"], extraction.metadata["changed_by"]) == ("Ann Author", "Jane Doe, John Roe")
        assert ("Tracked changes by", "Jane Doe, John Roe") in metadata.described(extraction.metadata)


@pytest.mark.parametrize(("content", "name"), [(LEASE_RTF, "lease.rtf"), (LEASE_DOC.read_bytes(), "lease.doc")])
def test_an_upload_becomes_ready(content: bytes, name: str, accept: Callable[..., Document], work_off: Callable[..., int]) -> None:
    document = accept(content, name)
    work_off()
    document.refresh_from_db()
    assert document.status == Document.Status.READY
    assert "deed of 1903" in Page.objects.get(text_version__document=document).text


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi caf\'e9 \'93hi\'94\par}", "café “hi”"),
        (rb"{\rtf1{\fonttbl{\f0 A;}{\f1\fcharset204 B;}}\f1 \'cf\'f0\'e8\'e2\'e5\'f2 \f0 end}", "Привет end"),
        (rb"{\rtf1{\fonttbl{\f2\fcharset128 J;}}{\f2 \'93\'fa\'96\'7b}}", "日本"),
        (rb"{\rtf1\ansicpg1251 \'cf\'f0}", "Пр"),
        (rb"{\rtf1 \u-10179?\u-8704? \uc2\u8217\'92\'92s \uc0\u65 B}", "😀 ’s AB"),
        (rb"{\rtf1 {\upr{plain}{\*\ud{b\u233\'e9tter}}} one\_two\~three\-four \{x\}\\}", "bétter one-two threefour {x}\\"),
        (rb"{\rtf1 {\listtext\pard 1.\tab}First {\*\newthing left out}{\pict\pngblip 8950}\bin4 }}{{ last\par}", "1. First last"),
        (rb"{\rtf1 one{\object{\*\objdata 01}{\result shown}}{\stylesheet{\s1 heading 1;}}\page two}", "oneshown two"),
        (rb"{\rtf1{\*\do{\dptxbxtext \pard in a box\par}}body\par}", "body in a box"),
        (rb"{\rtf1 unclosed {\b bold", "unclosed bold"),
        (rb"{\rtf1}}}} after \par", "after"),
    ],
)
def test_what_rtf_can_say(rtf: bytes, text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rtf)
    assert text_of(path).replace("\u00a0", " ") == text


def note(kind: str, mark: str, text: str) -> str:
    body = f"<text:note-body><text:p>{text}</text:p></text:note-body>"
    return f"<text:note text:note-class='{kind}'><text:note-citation>{mark}</text:note-citation>{body}</text:note>"


def region(name: str, kind: str, author: str, inside: str = "") -> str:
    info = f"<office:change-info><dc:creator>{author}</dc:creator></office:change-info>"
    return f"<text:changed-region text:id='{name}'><text:{kind}>{info}{inside}</text:{kind}></text:changed-region>"


def items(*inside: str, style: str = "") -> str:
    named = f" text:style-name='{style}'" if style else ""
    return f"<text:list{named}>{''.join(f'<text:list-item>{item}</text:list-item>' for item in inside)}</text:list>"


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def cells(*inside: str) -> str:
    return f"<table:table-row>{''.join(f'<table:table-cell>{cell}</table:table-cell>' for cell in inside)}</table:table-row>"


def test_an_odt_gives_everything_that_was_written(tmp_path: Path) -> None:
    regions = region("d", "deletion", "Jane", p("thirty")) + region("i", "insertion", "John")
    unseen = "<text:span text:style-name='T9'>unseen</text:span>"
    body = (
        f"<text:tracked-changes>{regions}</text:tracked-changes><text:h>Heading</text:h>"
        + p(f"One<text:s text:c='2'/>two<text:tab/>three{note('footnote', '1', 'Below.')}{note('endnote', 'i', 'Behind.')}.")
        + p("Price <text:change text:change-id='d'/><text:change-start text:change-id='i'/>forty")
        + p("more<text:change-end text:change-id='i'/> dollars")
        + items(p("First") + items(p("Inner"), p("Next")), p("Second"), style="L")
        + f"<table:table><table:table-header-rows>{cells(p('A'), p('B') + p('b'))}</table:table-header-rows></table:table>"
        + p(f"Boxed:<draw:frame><draw:text-box>{p('inside')}</draw:text-box></draw:frame>")
        + p(f"Said<office:annotation><dc:creator>Ann</dc:creator>{p('Check.')}</office:annotation> {unseen}")
    )
    automatic = (
        "<style:style style:name='T9'><style:text-properties text:display='none'/></style:style><text:list-style style:name='L'>"
        "<text:list-level-style-number text:level='1' style:num-format='1' style:num-suffix='.' text:start-value='4'/>"
        "<text:list-level-style-number text:level='2' style:num-format='a' style:num-prefix='(' style:num-suffix=')'/></text:list-style>"
    )
    edge = f"<style:master-page><style:header>{p('Docket 7')}</style:header><style:footer>{p('Foot')}</style:footer></style:master-page>"
    styles = f"<office:master-styles>{edge}{edge}</office:master-styles>"
    told = "<office:meta><dc:title>The Crane Lease</dc:title><dc:creator>Ann</dc:creator></office:meta>"
    meta = f"<office:document-meta {ODF_NAMES}>{told}</office:document-meta>"
    path = odt(tmp_path / "a.odt", body, automatic=automatic, styles=styles, extra={"meta.xml": meta})
    assert lines(path) == [
        "Docket 7",
        "Heading",
        "One  two\tthree[1][i].",
        "Price [deleted: thirty][inserted: forty]",
        "[inserted: more] dollars",
        "4. First",
        "(a) Inner",
        "(b) Next",
        "5. Second",
        "A\tB b",
        "Boxed:",
        "inside",
        "Said unseen",
        "Foot",
        "Footnotes",
        "[1] Below.",
        "Endnotes",
        "[i] Behind.",
        "[Comment 1 by Ann] Check.",
    ]
    with read(path) as extraction:
        assert {notice.code for notice in extraction.notices} == {"tracked_changes", "comments", "hidden_text"}
        assert (extraction.title, extraction.metadata["changed_by"]) == ("The Crane Lease", "Jane, John")


def test_an_odt_under_a_password_is_told(tmp_path: Path) -> None:
    manifest = "<manifest:manifest xmlns:manifest='urn:m'><manifest:encryption-data/></manifest:manifest>"
    path = odt(tmp_path / "a.odt", "", extra={"META-INF/manifest.xml": manifest, "Thumb": ""})
    with pytest.raises(PermanentError) as caught:
        read(path)
    assert caught.value.code == "encrypted"


@pytest.mark.corpus
def test_one_kind_of_court_order_in_three_formats(corpus: Path) -> None:
    order = text_of(corpus / "documents" / "word-doc.doc")
    assert "No. 49S00-0308-DP-392" in order
    assert "State v. Barker, 809 N.E.2d 312 (Ind. 2004)" in order
    assert "We will therefore address this claim.[1]" in order
    assert "we deem the claim to be abandoned and procedurally forfeited" in order  # stands in the footnote
    assert text_of(corpus / "documents" / "word-docx.docx").startswith("Docket No. MD17-00012")


@pytest.mark.corpus
def test_the_office_files_of_the_corpus(corpus: Path) -> None:
    texts = {path.name: text_of(path) for path in (corpus / "documents").iterdir() if path.suffix in (".doc", ".rtf", ".odt")}
    assert texts["footnote.odt"] == "Some text[1] with a footnote. Footnotes [1] Footnote text"
    assert texts["table.odt"] == "Table header Another header Content More content"
    assert texts["unicode.odt"] == "“”’çӨ©¼вбФШöÉµ"
    assert texts["unicode.rtf"] == "“hi”‘hi’•αä"
    assert "List item 1.2.1" in texts["unit_test_lists.doc"]
    assert "Leaves Ash, Elm, Maple 50" in texts["word_sample.rtf"]
    assert "3. Use sun cream" in texts["word_sample.rtf"]
    assert "Docket No. MD17-00012" in text_of(corpus / "documents" / "word-docx.docx")


def test_plain_text_under_the_name_of_rtf_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_text("Nothing but text.")
    with read(path) as extraction:
        assert (extraction.mime, [notice.code for notice in extraction.notices]) == ("text/plain", ["type_by_content"])
