"""A paper as a Word file: made from nothing, or put into an office's own file where its template says `{{ body }}`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docx import Document as new_document
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from documents.services.papers.blocks import Block, Run

FONT = "Times New Roman"
INK = RGBColor(0x1F, 0x3A, 0x6E)
GREY = RGBColor(0x44, 0x44, 0x44)
WIDTH = Inches(6.5)
"""Of the text, on letter paper with margins of an inch."""


def written(paper: dict[str, Any], place: Path) -> None:
    """The paper in its own layout."""
    document = _blank(paper)
    _caption(document, paper)
    _blocks(document, paper["blocks"])
    _end(document, paper)
    document.save(str(place))


def framed(paper: dict[str, Any], frame: list[dict[str, str]], place: Path) -> None:
    """The paper with an office's own lines around it."""
    document = _blank(paper)
    for line in frame:
        match line["t"]:
            case "body":
                _blocks(document, paper["blocks"])
            case "heading":
                document.add_heading(line["s"], 1)
            case "title":
                document.add_paragraph(line["s"], "Title")
            case kind:
                paragraph = document.add_paragraph(line["s"])
                if kind == "centre":
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.save(str(place))


def put_into(document: Document, place: Paragraph, blocks: list[Block]) -> None:
    """The blocks in the place of this paragraph of somebody else's file."""
    _own_styles(document)
    body = document.element.body
    before = set(body)
    _blocks(document, blocks)
    for element in [one for one in body if one not in before]:
        place._p.addprevious(element)
    if (around := place._p.getparent()) is not None:
        around.remove(place._p)


def _blank(paper: dict[str, Any]) -> Document:
    document = new_document()
    section = document.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Inches(1)
    normal = document.styles["Normal"]
    _font(normal, 12)
    normal.paragraph_format.space_after = Pt(8)
    _title_and_headings(document)
    _own_styles(document)
    _language(document, paper["lang"])
    core = document.core_properties
    core.title, core.author, core.language, core.comments = paper["title"], paper["made_by"], paper["lang"], ""
    _page_number(section.footer.paragraphs[0])
    section.different_first_page_header_footer = True
    _page_number(section.first_page_footer.paragraphs[0])
    _running_head(section.header.paragraphs[0], normal, paper)
    return document


def _font(style: ParagraphStyle, size: float) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)


def _title_and_headings(document: Document) -> None:
    for name, size in (("Title", 14), ("Heading 1", 12.5), ("Heading 2", 12), ("Heading 3", 12)):
        style = document.styles[name]
        _font(style, size)
        style.font.bold, style.font.italic, style.font.color.rgb = True, name == "Heading 3", RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(8)
        if name in ("Title", "Heading 1"):
            style.paragraph_format.alignment, style.font.all_caps = WD_ALIGN_PARAGRAPH.CENTER, True
    borders = document.styles["Title"].element.get_or_add_pPr().find(qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)


def _own_styles(document: Document) -> None:
    """Styles of the blocks, where the file has none of the name."""
    known = {style.name for style in document.styles}
    for name in ("Authority", "Source quotation", "Remark"):
        if name in known:
            continue
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        form = style.paragraph_format
        if name == "Authority":
            form.left_indent, form.first_line_indent, form.right_indent, form.space_after = Inches(0.3), Inches(-0.3), Inches(0), Pt(6)
            form.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        elif name == "Source quotation":
            form.left_indent = form.right_indent = Inches(0.5)
        else:
            style.font.size, style.font.color.rgb = Pt(9.5), GREY


def _language(document: Document, code: str) -> None:
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is None:
        return
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "en-US" if code == "en" else code)


def _running_head(paragraph: Paragraph, normal: Any, paper: dict[str, Any]) -> None:
    """From the second page on: which case. The usual style of a head has stops of its own."""
    paragraph.style = normal
    paragraph.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    words = paragraph.add_run(f"{paper['case_title']}\t{paper['docket_number']}")
    words.font.size = Pt(9)


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    words = paragraph.add_run()
    for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = code
        words._r.append(element)


def _caption(document: Document, paper: dict[str, Any]) -> None:
    if paper["court"]:
        court = document.add_paragraph()
        court.alignment = WD_ALIGN_PARAGRAPH.CENTER
        words = court.add_run(paper["court"])
        words.bold = words.font.all_caps = True
    if paper["case_title"]:
        left, right = document.add_table(1, 2).rows[0].cells
        left.paragraphs[0].add_run(paper["case_title"]).bold = True
        _borders(left, bottom="single", right="single")
        if paper["docket_number"]:
            right.paragraphs[0].paragraph_format.left_indent = Inches(0.3)
            right.paragraphs[0].add_run(f"No. {paper['docket_number']}")
    document.add_paragraph(paper["title"], "Title")
    if paper["subject"]:
        subject = document.add_paragraph()
        subject.alignment = WD_ALIGN_PARAGRAPH.CENTER
        subject.add_run(paper["subject"]).italic = True


def _end(document: Document, paper: dict[str, Any]) -> None:
    paragraph = document.add_paragraph(paper["note"], "Remark")
    paragraph.paragraph_format.space_before = Pt(14)


def _borders(cell: _Cell, **sides: str) -> None:
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            border = OxmlElement(f"w:{side}")
            for name, value in (("val", sides[side]), ("sz", "6"), ("space", "0"), ("color", "000000")):
                border.set(qn(f"w:{name}"), value)
            borders.append(border)
    cell._tc.get_or_add_tcPr().append(borders)


def _blocks(document: Document, blocks: list[Block]) -> None:
    for block in blocks:
        match block["t"]:
            case "heading":
                _runs(document.add_paragraph(style=_heading(document, block["level"])), block["runs"])
            case "leaders":
                _leaders(document, block)
            case "table":
                _table(document, block)
            case "list":
                for item in block["entries"]:
                    _runs(document.add_paragraph(style=_style(document, "List Bullet")), item)
            case kind:
                named = {"quote": "Source quotation", "note": "Remark"}
                _runs(document.add_paragraph(style=named.get(kind, "Normal")), block["runs"])


def _style(document: Document, name: str) -> str:
    """The style, or the plainest where a template lacks it."""
    return name if name in document.styles else "Normal"


def _heading(document: Document, level: int) -> str:
    return _style(document, f"Heading {level}")


def _leaders(document: Document, block: Block) -> None:
    if block["head"]:
        head = document.add_paragraph()
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        head.paragraph_format.keep_with_next = True
        head.add_run(block["head"]).italic = True
    style = document.styles["Authority"].style_id  # looked up once: by name it costs more than all else
    for entry in block["entries"]:
        paragraph = document.add_paragraph()
        paragraph._p.style = style
        _runs(paragraph, entry["runs"])
        paragraph.add_run("\t")
        _runs(paragraph, entry["pages"], plain=True)


def _table(document: Document, block: Block) -> None:
    columns, rows = block["columns"], block["rows"]
    table = document.add_table(1 + len(rows), len(columns))
    table.autofit = False
    whole = sum(block["widths"])
    for column, width in zip(table.columns, block["widths"], strict=True):
        column.width = int(WIDTH * width / whole)
    grid = table._cells  # asked for once: python-docx walks the whole table for each row that is asked for
    for number, name in enumerate(columns):
        _runs(grid[number].paragraphs[0], [{"s": name, "b": True}], size=10)
    for place, cell in enumerate(cell for row in rows for cell in row):
        _runs(grid[len(columns) + place].paragraphs[0], cell, size=10)
    for place, cell in enumerate(grid):
        cell.width = int(WIDTH * block["widths"][place % len(columns)] / whole)
        cell.paragraphs[0].paragraph_format.space_after = Pt(3)
        _borders(cell, bottom="single")
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    for row in table._tbl.tr_lst:
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _runs(paragraph: Paragraph, runs: list[Run], *, plain: bool = False, size: float | None = None) -> None:
    for piece in runs:
        words = paragraph.add_run(piece["s"])
        words.italic, words.bold = piece.get("i") or None, piece.get("b") or None
        words.font.size = Pt(size) if size else None
        if href := piece.get("href"):
            if not plain:
                words.font.color.rgb = INK
            _link(paragraph, words._r, href)


_relations: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def _relation(part: Any, href: str) -> str:
    """The id of the part's relation to an address. (python-docx goes through all relations for each new one.)"""
    known = _relations.setdefault(part, {})
    if href not in known:
        known[href] = f"rIdLink{len(known) + 1}"
        part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, href, known[href], is_external=True)
    return known[href]


def _link(paragraph: Paragraph, element: Any, href: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), _relation(paragraph.part, href))
    element.addprevious(link)
    link.append(element)
