"""PPTX: a page for each slide with its text boxes, tables and diagrams, its notes and comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from documents.services.extraction.containers.archive import SafeArchive
from documents.services.extraction.errors import Unreadable
from documents.services.extraction.formats import PPTX, Format, Sample, gettext_noop
from documents.services.extraction.limits import MAX_PAGES
from documents.services.extraction.office.package import attribute, describe, local, main_part, opened, reference, related, sureness
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, bounded, storable

_OFF = ("0", "false", "off")
_BREAKS = {"br": "\n", "tab": "\t"}
_NOT_READ = frozenset(["Fallback", "pPr", "rPr", "nvSpPr", "spPr", "blipFill"])
_FRAME = ("sldNum", "dt", "hdr", "sldImg")
_MOST_NAMES = 20


class PptxParser:
    def parse(self, job: Job) -> Parsed:
        with opened(job.path, "PowerPoint") as archive:
            parsed = Parsed([], "pptx (LexIntel)")
            show = _Show(archive)
            slides = show.slides()
            length = 0
            for number, part in enumerate(slides, 1):
                page = show.page(number, part)
                length = bounded(length + len(page.text))
                parsed.pages.append(page)
                job.tick(number, len(slides))
            describe(parsed, archive)
        if show.unreadable:
            parsed.notice("pages_unreadable", pages=_listed(show.unreadable))
        if show.hidden:
            parsed.notice("hidden_slides", count=len(show.hidden), name=_listed(show.hidden))
        if show.comments:
            parsed.notice("comments_beside", count=show.comments)
        return parsed


@dataclass
class _Show:
    archive: SafeArchive
    comments: int = 0
    hidden: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    _authors: dict[str, str] = field(default_factory=dict)

    def slides(self) -> list[str]:
        """The parts of the slides in the order of the show. Raises Unreadable where there is none."""
        main = main_part(self.archive, "ppt/presentation.xml")
        relations = related(self.archive, main)
        for relation in relations:
            if relation.kind in ("commentAuthors", "authors"):
                self._authors.update((attribute(author, "id"), attribute(author, "name")) for author in self.archive.xml(relation.part))
        by_id = {relation.id: relation.part for relation in relations}
        order = (by_id.get(reference(slide), "") for slide in self.archive.xml(main).iterfind("{*}sldIdLst/{*}sldId"))
        parts = [part for part in order if part]
        if not parts:
            raise Unreadable("unreadable", kind="PowerPoint")
        if len(parts) > MAX_PAGES:
            raise Unreadable("too_many_pages", pages=len(parts), limit=MAX_PAGES)
        return parts

    def page(self, number: int, part: str) -> RawPage:
        """A slide; one that is damaged is empty, and told."""
        try:
            slide = self.archive.xml(part)
        except Unreadable as error:
            if error.code != "unreadable":
                raise
            self.unreadable.append(number)
            return RawPage("", label=str(number))
        hidden = attribute(slide, "show").lower() in _OFF
        if hidden:
            self.hidden.append(number)
        blocks = [block for block in [*_shapes(slide), *self._beside(part)] if block]
        return RawPage(storable("\n\n".join(blocks)), label=f"{number} (hidden)" if hidden else str(number))

    def _beside(self, part: str) -> Iterator[str]:
        """Diagrams, notes and comments, which are parts of their own."""
        notes, comments = [], []
        for relation in related(self.archive, part):
            if relation.kind == "diagramData":
                yield "\n".join(filter(None, (_paragraph(text) for text in self.archive.xml(relation.part).iter("{*}p"))))
            elif relation.kind == "notesSlide":
                notes += [block for block in _shapes(self.archive.xml(relation.part)) if block]
            elif relation.kind == "comments":
                comments += list(self._said(self.archive.xml(relation.part)))
        if notes:
            yield "Notes\n" + "\n".join(notes)
        self.comments += len(comments)
        yield from comments

    def _said(self, root: etree._Element) -> Iterator[str]:
        for comment in root.iter("{*}cm", "{*}reply"):
            plain = comment.findtext("{*}text")
            body = comment.find("{*}txBody")
            paragraphs = () if body is None else body.iterchildren("{*}p")
            text = " ".join((plain if plain is not None else "\n".join(_paragraph(line) for line in paragraphs)).split())
            if text:
                yield f"[Comment by {self._authors.get(attribute(comment, 'authorId')) or 'unknown'}] {text}"


def _shapes(part: etree._Element) -> Iterator[str]:
    """The text of each shape and table, in the order in which the part holds them; groups are looked into."""
    tree = part.find("{*}cSld/{*}spTree")
    if tree is not None:
        yield from _inside(tree)


def _inside(container: etree._Element) -> Iterator[str]:
    for child in container:
        name = local(child)
        if name == "txBody":
            yield "\n".join(text for line in child.iterchildren("{*}p") if (text := _paragraph(line)))
        elif name == "tbl":
            yield "\n".join(_rows(child))
        elif name not in _NOT_READ and len(child) and not _is_frame(child):
            yield from _inside(child)


def _is_frame(shape: etree._Element) -> bool:
    """Places for the slide's number, the date, the header and the picture of the slide in its notes: no content of its own."""
    place = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return place is not None and attribute(place, "type") in _FRAME


def _rows(table: etree._Element) -> Iterator[str]:
    for row in table.iterchildren("{*}tr"):
        cells = [" ".join(filter(None, map(_paragraph, cell.iterfind("{*}txBody/{*}p")))) for cell in row.iterchildren("{*}tc")]
        if any(cells):
            yield "\t".join(cell.replace("\n", " ") for cell in cells)


def _paragraph(element: etree._Element) -> str:
    return "".join(_runs(element)).strip()


def _runs(element: etree._Element) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name not in _NOT_READ and len(child):
            yield from _runs(child)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:_MOST_NAMES])) + (", …" if len(numbers) > _MOST_NAMES else "")


def _sniff(sample: Sample) -> int:
    return sureness(sample, "ppt/", SUFFIXES)


SUFFIXES = (".pptx", ".pptm", ".ppsx", ".potx")
FORMATS = (
    Format(
        mime=PPTX,
        label=gettext_noop("PowerPoint presentation"),
        listed="PowerPoint (PPTX)",
        parse=PptxParser().parse,
        suffixes=SUFFIXES,
        recognised_by="a ZIP file with a folder `ppt/`",
        order=28,
        sniff=_sniff,
        binary=True,
    ),
)
