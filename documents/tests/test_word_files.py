"""DOCX: the numbers that Word computes for lists, tracked changes told apart, text boxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.tests.reading import W, docx, paragraph, read


def lines(path: Path) -> list[str]:
    with read(path) as extraction:
        return [line for line in extraction.pages[0].text.split("\n") if line.strip()]


LEVEL = '<w:lvl w:ilvl="{0}"><w:start w:val="{4}"/><w:numFmt w:val="{1}"/>{3}<w:lvlText w:val="{2}"/></w:lvl>'


def level(place: int, form: str, text: str, more: str = "", start: int = 1) -> str:
    return LEVEL.format(place, form, text, more, start)


def listed(text: str, number: int = 1, place: int = 0) -> str:
    return f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{number}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def styled(text: str, name: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{name}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def numbered(path: Path, body: str, abstract: str, numbers: str, styles: str = "") -> list[str]:
    numbering = f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{abstract}</w:abstractNum>{numbers}</w:numbering>'
    parts = {"numbering": ("numbering.xml", numbering), "styles": ("styles.xml", f"<w:styles {W}>{styles}</w:styles>")}
    return lines(docx(path / "a.docx", body, parts))


ONE = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'


def test_lists_have_the_numbers_that_word_shows(tmp_path: Path) -> None:
    abstract = level(0, "decimal", "%1.") + level(1, "lowerLetter", "(%2)") + level(2, "upperRoman", "%1.%2.%3", "<w:isLgl/>")
    body = listed("Rent") + listed("Yard", place=1) + listed("Crane", place=1) + listed("Deep", place=2)
    body += listed("Term") + listed("Again", place=1) + paragraph("No number") + listed("End")
    assert numbered(tmp_path, body, abstract, ONE) == [
        "1. Rent", "(a) Yard", "(b) Crane", "1.2.1 Deep", "2. Term", "(a) Again", "No number", "3. End",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "start", "shown"),
    [
        ("upperRoman", 4, "IV."),
        ("lowerRoman", 1999, "mcmxcix."),
        ("upperLetter", 27, "AA."),
        ("lowerLetter", 53, "aaa."),
        ("ordinal", 12, "12th."),
        ("ordinal", 22, "22nd."),
        ("decimalZero", 7, "07."),
        ("bullet", 1, "•"),
        ("none", 1, "."),
        ("cardinalText", 3, "3."),
    ],
)
def test_the_forms_of_numbers(form: str, start: int, shown: str, tmp_path: Path) -> None:
    text = "\uf0b7" if form == "bullet" else "%1."
    assert numbered(tmp_path, listed("x"), level(0, form, text, start=start), ONE) == [f"{shown} x"]


def test_a_list_that_starts_anew_and_one_that_goes_on(tmp_path: Path) -> None:
    anew = '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    on = '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    body = listed("a") + listed("b") + listed("c", 2) + listed("d", 2) + listed("e", 3) + listed("off", 0)
    assert numbered(tmp_path, body, level(0, "decimal", "%1."), ONE + anew + on) == ["1. a", "2. b", "5. c", "6. d", "7. e", "off"]


def test_a_level_that_never_restarts_and_one_that_begins_below(tmp_path: Path) -> None:
    abstract = level(0, "upperRoman", "%1.") + level(1, "decimal", "%1-%2", '<w:lvlRestart w:val="0"/>')
    body = listed("x", place=1) + listed("y") + listed("z", place=1)
    assert numbered(tmp_path, body, abstract, ONE) == ["I-1 x", "II. y", "II-2 z"]


def test_headings_are_numbered_by_their_styles(tmp_path: Path) -> None:
    heading = '<w:pStyle w:val="{0}"/>'
    abstract = level(0, "upperRoman", "ARTICLE %1", heading.format("H1")) + level(1, "decimal", "Section %2.", heading.format("H2"))
    style = '<w:style w:type="paragraph" w:styleId="{0}">{2}<w:pPr><w:numPr>{1}</w:numPr></w:pPr></w:style>'
    styles = style.format("H1", '<w:numId w:val="1"/>', "") + style.format("H2", '<w:ilvl w:val="1"/><w:numId w:val="1"/>', "")
    styles += '<w:style w:type="paragraph" w:styleId="H3"><w:basedOn w:val="H2"/></w:style>'
    body = styled("Rent", "H1") + styled("Due", "H2") + styled("Late", "H3") + styled("Term", "H1") + styled("Start", "H2")
    assert numbered(tmp_path, body, abstract, ONE, styles) == [
        "ARTICLE I Rent", "Section 1. Due", "Section 2. Late", "ARTICLE II Term", "Section 1. Start",
    ]  # fmt: skip


def test_numbering_that_leads_in_circles_ends(tmp_path: Path) -> None:
    abstract = '<w:numStyleLink w:val="L"/>'
    styles = (
        '<w:style w:type="numbering" w:styleId="L"><w:basedOn w:val="L"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    assert numbered(tmp_path, listed("x") + styled("y", "L"), abstract, ONE, styles) == ["x", "y"]


def changed(kind: str, text: str, author: str = "Ann") -> str:
    word = "delText" if kind in ("del", "moveFrom") else "t"
    return f'<w:{kind} w:author="{author}"><w:r><w:{word} xml:space="preserve">{text}</w:{word}></w:r></w:{kind}>'


def test_changes_are_told_apart_and_counted(tmp_path: Path) -> None:
    kept = '<w:r><w:t xml:space="preserve">The lender </w:t></w:r>'
    body = f"<w:p>{kept}{changed('del', 'shall', 'Bob')}{changed('ins', 'may')}{changed('ins', ' not')}<w:r><w:t> pay</w:t></w:r></w:p>"
    body += f"<w:p>{changed('moveFrom', 'Moved.')}</w:p><w:p>{changed('moveTo', 'Moved.')}</w:p>"
    body += f'<w:p><w:ins w:author="Ann">{changed("del", "in and out", "Bob")}</w:ins>{changed("ins", "  ")}end</w:p>'
    path = docx(tmp_path / "a.docx", body)
    assert lines(path) == [
        "The lender [deleted: shall][inserted: may not] pay",
        "[moved away: Moved.]",
        "[moved here: Moved.]",
        "[deleted: in and out]",
    ]
    with read(path) as extraction:
        assert "insertions: 2, deletions: 3" in extraction.notices[0].text
        assert extraction.metadata["changed_by"] == "Bob, Ann"


def test_text_boxes_come_after_their_paragraph_and_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('In the box')}{listed('Boxed item')}</w:txbxContent>"
    drawn = (
        '<mc:AlternateContent xmlns:mc="urn:mc" xmlns:wps="urn:wps" xmlns:v="urn:v">'
        f"<mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p><w:r><w:t>Before</w:t></w:r><w:r>{drawn}</w:r></w:p>{paragraph('After')}"
    assert lines(docx(tmp_path / "a.docx", body)) == ["Before", "In the box", "Boxed item", "After"]


def test_notes_have_the_numbers_that_word_shows_and_ticked_boxes_are_read(tmp_path):
    def run(text: str, note: int, mark: str = "") -> str:
        return f'<w:r><w:t>{text}</w:t><w:footnoteReference w:id="{note}" {mark}/></w:r>'

    noted = run("One", 7) + run(" two", 5, 'w:customMarkFollows="1"') + run("* three", 2)
    body = f'<w:p>{noted}</w:p><w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t> Admitted</w:t></w:r></w:p>'
    texts = {2: "Last.", 5: "* Mark.", 7: "First."}
    notes = "".join(f'<w:footnote w:id="{note}">{paragraph(text)}</w:footnote>' for note, text in texts.items())
    path = docx(tmp_path / "brief.docx", body, {"footnotes": ("footnotes.xml", f"<w:footnotes {W}>{notes}</w:footnotes>")})
    assert lines(path) == ["One[1] two* three[2]", "☑ Admitted", "Footnotes", "[1] First.", "[2] Last.", "* Mark."]
