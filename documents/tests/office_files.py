"""Small office files, made on the spot. `files/lease.doc` is LEASE_RTF as LibreOffice 7.4 saves it in Word's old format."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from documents.tests.reading import CONTENT_TYPES, OFFICE

LEASE_DOC = Path(__file__).parent / "files" / "lease.doc"
LEASE_RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times New Roman;}}{\*\revtbl {Unknown;}{John Roe;}{Jane Doe;}}
{\info{\title Lease of the harbour crane}{\author Ann Author}}
{\header \pard Docket No. 1:24-cv-00123\par}{\footer \pard Privileged and confidential\par}
\pard The lease\chftn{\footnote \pard \chftn  See the deed of 1903.\par} begins\chftn{\footnote\ftnalt \pard \chftn  As the clerk noted.\par} in May.\par
\trowd\cellx3000\cellx6000 \pard\intbl Item\cell Amount\cell\row
\trowd\cellx3000\cellx6000 \pard\intbl Rent\par of the yard\cell\cell\row
\pard The price is {\deleted\revauthdel2 thirty}{\revised\revauth1 forty} dollars.\par
Seen {\v hidden vestry words} too.\par
Commented{\*\atnid CB}{\*\atnauthor Cora Bell}\chatn{\*\annotation \pard\chatn Check this.\par} here.\par
{\field{\*\fldinst HYPERLINK "http://x.example/secret"}{\fldrslt link words}} \u1055\'3f\u1088\'3f\u1080\'3f\u1074\'3f.\par
Box follows.{\shp{\*\shpinst\shpleft100\shptop100\shpright5000\shpbottom1500\shpwr3{\sp{\sn shapeType}{\sv 202}}{\shptxt \pard Words in a box\par}}}\par
}
"""  # noqa: E501
LEASE = [
    "Docket No. 1:24-cv-00123",
    "The lease[1] begins[1] in May.",
    "Item\tAmount",
    "Rent of the yard",
    "The price is [deleted: thirty][inserted: forty] dollars.",
    "Seen hidden vestry words too.",
    "Commented here.",
    "link words Прив.",
    "Box follows.",
    "Words in a box",
    "Privileged and confidential",
    "Footnotes",
    "[1] See the deed of 1903.",
    "Endnotes",
    "[1] As the clerk noted.",
    "[Comment 1 by Cora Bell] Check this.",
]

SHEET_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = f'xmlns:r="{OFFICE}"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODF_NAMES = " ".join(
    [f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text", "table", "style", "meta")]
    + [f'xmlns:draw="{_ODF}:drawing:1.0"', 'xmlns:dc="http://purl.org/dc/elements/1.1/"']
)
ODT = "application/vnd.oasis.opendocument.text"

Relation = tuple[str, str, str]
"""Id, kind and target of a relation."""


def package(path: Path, parts: dict[str, str | bytes]) -> Path:
    """A ZIP file of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return path


def relations(entries: Iterable[Relation]) -> str:
    rows = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in entries)
    return f"<Relationships>{rows}</Relationships>"


def xlsx(
    path: Path,
    sheets: list[tuple[str, str, str]],
    *,
    strings: str = "",
    styles: str = "",
    settings: str = "",
    extra: dict[str, str | bytes] | None = None,
) -> Path:
    """A workbook: `sheets` are (name, state, XML inside the worksheet), `strings` the <si> entries, `styles` the XML of styleSheet."""
    named = "".join(f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="s{n}"/>' for n, (name, state, _) in enumerate(sheets, 1))
    book: list[Relation] = [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    book += [("str", "sharedStrings", "sharedStrings.xml"), ("sty", "styles", "styles.xml"), ("per", "person", "persons/person.xml")]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": relations([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET_MAIN}" {_R}>{settings}<sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(book),
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET_MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEET_MAIN}">{styles}</styleSheet>',
    }
    for number, (_, _, inside) in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{SHEET_MAIN}">{inside}</worksheet>'
    return package(path, {**parts, **(extra or {})})


def rows(*lines: str) -> str:
    return f"<sheetData>{''.join(lines)}</sheetData>"


def text_box(*lines: str, place: str = "") -> str:
    """A shape of a slide with these paragraphs; `place` is the type of its placeholder."""
    kind = f'<p:nvSpPr><p:nvPr><p:ph type="{place}"/></p:nvPr></p:nvSpPr>' if place else ""
    return f"<p:sp>{kind}<p:txBody>{''.join(f'<a:p><a:r><a:t>{line}</a:t></a:r></a:p>' for line in lines)}</p:txBody></p:sp>"


def pptx(path: Path, slides: list[tuple[str, str, dict[str, tuple[str, str]]]], extra: dict[str, str | bytes] | None = None) -> Path:
    """A show: `slides` are (attributes, shapes, {kind of relation: (part below ppt/, its XML)})."""
    order = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in range(1, len(slides) + 1))
    show: list[Relation] = [(f"s{n}", "slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1)]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": relations([("r1", "officeDocument", "ppt/presentation.xml")]),
        "ppt/presentation.xml": f"<p:presentation {_P} {_R}><p:sldIdLst>{order}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations([*show, ("a", "commentAuthors", "commentAuthors.xml")]),
    }
    for number, (attributes, shapes, beside) in enumerate(slides, 1):
        parts[f"ppt/slides/slide{number}.xml"] = part("sld", shapes, attributes)
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
            (f"r{index}", kind, f"../{name}") for index, (kind, (name, _)) in enumerate(beside.items())
        )
        parts.update({f"ppt/{name}": xml for name, xml in beside.values()})
    return package(path, {**parts, **(extra or {})})


def part(name: str, shapes: str, attributes: str = "") -> str:
    """A slide ("sld") or the notes of one ("notes")."""
    return f"<p:{name} {_P} {_A} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{name}>"


def odt(path: Path, body: str, *, automatic: str = "", styles: str = "", extra: dict[str, str | bytes] | None = None) -> Path:
    """A text: `body` is the XML inside office:text, `automatic` its styles, `styles` the XML inside the root of styles.xml."""
    content = f"<office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
    parts: dict[str, str | bytes] = {
        "mimetype": ODT,
        "content.xml": f"<office:document-content {ODF_NAMES}>{content}</office:document-content>",
        "styles.xml": f"<office:document-styles {ODF_NAMES}>{styles}</office:document-styles>",
    }
    return package(path, {**parts, **(extra or {})})
