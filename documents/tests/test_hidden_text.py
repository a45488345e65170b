"""Text that nobody sees on the page is said to be there, wherever it is hidden and however."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.services.extraction import Notice
from documents.tests.reading import W, docx, paragraph, read

HIDDEN = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>vestry key</w:t></w:r></w:p>"


def run(properties: str, text: str = "vestry key") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def in_paragraph(runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def styles(*definitions: str) -> dict[str, tuple[str, str]]:
    return {"styles": ("styles.xml", f"<w:styles {W}>{''.join(definitions)}</w:styles>")}


def style(name: str, properties: str = "", based_on: str = "", kind: str = "character", more: str = "") -> str:
    based = f"<w:basedOn w:val='{based_on}'/>" if based_on else ""
    return f"<w:style w:type='{kind}' w:styleId='{name}' {more}>{based}<w:rPr>{properties}</w:rPr></w:style>"


def notices_of(tmp_path: Path, body: str, parts: dict[str, tuple[str, str]] | None = None) -> tuple[str, list[Notice]]:
    with read(docx(tmp_path / "a.docx", paragraph("Alpha") + body, parts)) as extraction:
        return extraction.pages[0].text, [notice for notice in extraction.notices if notice.code == "hidden_text"]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (in_paragraph(run("<w:vanish/>")), None),
        (in_paragraph(run("<w:vanish w:val='1'/>")), None),
        (in_paragraph(run("<w:rStyle w:val='Secret'/>")), styles(style("Secret", "<w:vanish/>"))),
        (in_paragraph(run("<w:rStyle w:val='Child'/>")), styles(style("Child", based_on="Secret"), style("Secret", "<w:vanish/>"))),
        (in_paragraph(run(""), "<w:pStyle w:val='Note'/>"), styles(style("Note", "<w:vanish/>", kind="paragraph"))),
        (f"<w:tbl><w:tr><w:tc>{in_paragraph(run('<w:vanish/>'))}</w:tc></w:tr></w:tbl>", None),
        (f"<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{paragraph('vestry key')}</w:tc></w:tr></w:tbl>", None),
        (in_paragraph(f"<w:hyperlink>{run('<w:vanish/>')}</w:hyperlink>"), None),
        (in_paragraph(f"<w:ins w:author='A'>{run('<w:vanish/>')}</w:ins>"), None),
        ("", {"header": ("header1.xml", f"<w:hdr {W}>{in_paragraph(run('<w:vanish/>'))}</w:hdr>")}),
        ("", {"footer": ("footer1.xml", f"<w:ftr {W}>{in_paragraph(run('<w:vanish/>'))}</w:ftr>")}),
        ("", {"footnotes": ("footnotes.xml", f"<w:footnotes {W}><w:footnote w:id='2'>{HIDDEN}</w:footnote></w:footnotes>")}),
        ("", {"comments": ("comments.xml", f"<w:comments {W}><w:comment w:id='0'>{HIDDEN}</w:comment></w:comments>")}),
    ],
)
def test_hidden_text_of_a_word_file_stays_and_is_told(tmp_path: Path, body: str, parts: dict[str, tuple[str, str]] | None) -> None:
    text, (notice,) = notices_of(tmp_path, body, parts)
    assert "vestry key" in text
    assert "“vestry key”" in notice.text


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (in_paragraph(run("<w:vanish w:val='0'/>")), None),
        (in_paragraph(run("<w:vanish w:val='false'/>")), None),
        (in_paragraph(run("<w:webHidden/>")), None),
        (in_paragraph(run("<w:vanish/>", "  ")), None),
        (in_paragraph(run(""), "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"), None),
        (in_paragraph(run("<w:rStyle w:val='Open'/>")), styles(style("Secret", "<w:vanish/>"), style("Open"))),
        (in_paragraph(run("<w:rStyle w:val='Secret'/><w:vanish w:val='off'/>")), styles(style("Secret", "<w:vanish/>"))),
        (
            in_paragraph(run("<w:rStyle w:val='Secret'/>"), "<w:pStyle w:val='Note'/>"),
            styles(style("Secret", "<w:vanish/>"), style("Note", "<w:vanish/>", kind="paragraph")),
        ),
        (in_paragraph(run("<w:rStyle w:val='A'/>")), styles(style("A", based_on="B"), style("B", based_on="A"), style("C", "<w:vanish/>"))),
        (in_paragraph(f"<w:del w:author='A'>{run('<w:vanish/>')}</w:del>"), None),
    ],
)
def test_what_is_not_hidden_is_not_told(tmp_path: Path, body: str, parts: dict[str, tuple[str, str]] | None) -> None:
    assert notices_of(tmp_path, body, parts)[1] == []


def test_a_usual_style_that_hides_hides_all(tmp_path: Path) -> None:
    usual = style("Normal", "<w:vanish/>", kind="paragraph", more="w:default='1'")
    _, (notice,) = notices_of(tmp_path, in_paragraph(run("")), styles(usual))
    assert "document: 2. The first: “Alpha”" in notice.text


def test_an_endless_chain_of_styles_ends(tmp_path: Path) -> None:
    chain = [style(f"S{number}", based_on=f"S{number + 1}") for number in range(20_000)]
    body = in_paragraph(run("<w:rStyle w:val='S0'/>"))
    assert notices_of(tmp_path, body, styles(*chain, style("Secret", "<w:vanish/>")))[1] == []


def test_runs_side_by_side_are_one_passage(tmp_path: Path) -> None:
    one = in_paragraph(run("<w:vanish/>", "first ") + run("<w:vanish/><w:b/>", "half"))
    two = in_paragraph(run("<w:vanish/>") + run("", "open") + run("<w:vanish/>"))
    _, (notice,) = notices_of(tmp_path, one + two)
    assert "document: 3." in notice.text
    assert "“first”" in notice.text


@pytest.mark.parametrize("kind", ["header", "footnotes", "comments"])
def test_tracked_changes_are_told_wherever_they_are(tmp_path: Path, kind: str) -> None:
    change = "<w:p><w:del w:author='A'><w:r><w:delText>struck</w:delText></w:r></w:del><w:r><w:t>kept</w:t></w:r></w:p>"
    roots = {
        "header": f"<w:hdr {W}>{change}</w:hdr>",
        "footnotes": f"<w:footnotes {W}><w:footnote w:id='2'>{change}</w:footnote></w:footnotes>",
        "comments": f"<w:comments {W}><w:comment w:id='0'>{change}</w:comment></w:comments>",
    }
    with read(docx(tmp_path / "a.docx", paragraph("Alpha"), {kind: (f"{kind}.xml", roots[kind])})) as extraction:
        assert "[deleted: struck]kept" in extraction.pages[0].text
        assert "tracked_changes" in [notice.code for notice in extraction.notices]


@pytest.mark.parametrize("hiding", ["hidden", "style='display: none'", "style='color:red;visibility:hidden'"])
def test_what_browsers_do_not_show_is_told(tmp_path: Path, hiding: str) -> None:
    page = tmp_path / "a.html"
    page.write_text(f"<html><body><p>Shown.</p><div {hiding}><script>x</script><p>The vestry key</p></div><p {hiding}> </p></body></html>")
    with read(page) as extraction:
        assert extraction.pages[0].text == "Shown."
        assert [(notice.code, "left out: 1." in notice.text, "“The vestry key”" in notice.text) for notice in extraction.notices] == [
            ("not_shown", True, True)
        ]


@pytest.mark.corpus
def test_the_case_of_the_corpus_is_read_and_told(corpus: Path) -> None:
    with read(corpus / "cases" / "hidden_text.docx") as extraction:
        assert "hidden text vestry" in extraction.pages[0].text
        assert [notice.code for notice in extraction.notices] == ["hidden_text"]
