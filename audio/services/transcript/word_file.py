"""A transcript as a Word file: numbered lines, 25 on a page, as court reporters number them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from docx import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt

from tasks.base.printable import printable

FONT, SIZE_PT, LEADING_PT = "Courier New", 12, 24
"""25 lines of this leading fill a letter page between its margins."""


def made(title: str, paragraphs: Iterable[str]) -> bytes:
    """The file's bytes."""
    paper = WordDocument()
    _lay_out(paper)
    head = paper.add_paragraph(printable(title))
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text in paragraphs:
        if text:
            paper.add_paragraph(printable(text))
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _lay_out(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin, section.right_margin = Inches(1.5), Inches(1)
    section.top_margin = section.bottom_margin = Inches(1.25)
    numbering = OxmlElement("w:lnNumType")
    for name, value in (("w:countBy", "1"), ("w:restart", "newPage"), ("w:distance", "360")):
        numbering.set(qn(name), value)
    properties = section._sectPr
    before = properties.find(qn("w:cols"))
    properties.insert(list(properties).index(before) if before is not None else len(properties), numbering)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(SIZE_PT)
    shape = normal.paragraph_format
    shape.line_spacing, shape.space_before, shape.space_after = Pt(LEADING_PT), Pt(0), Pt(0)
    shape.widow_control = False
    _number_pages(section.footer.paragraphs[0])


def _number_pages(foot: Any) -> None:
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = foot.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
