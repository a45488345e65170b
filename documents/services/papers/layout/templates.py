"""An office's own templates: a Word file or lines of text with fields in double braces, rendered in Jinja's sandbox and nowhere else.

A template may name fields, repeat and choose; it calls nothing, imports nothing, and what is put in is escaped always. What runs too long
or grows too large is stopped by the limits of the child in which this runs.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents.services.papers.blocks import line, spelled
from documents.services.papers.layout import word
from documents.services.sandbox import JobRefused

BODY = "\ue0b0body\ue0b0"
"""What `{{ body }}` becomes until the paper takes its place; no field of a paper has characters of private use."""
FILTERS = ("capitalize", "default", "first", "join", "last", "length", "lower", "title", "trim", "truncate", "upper")
FIELDS = ("title", "subject", "case_title", "court", "docket_number", "made_on", "made_by", "note", "kind", "body", "sections")
MOST_SPOOLED = 2_000_000
"""Characters of a rendered template; a paper has its length in `body`."""


class Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with few filters, no globals, no calls, and no arithmetic that makes much of little."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_plain)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"the operator {operator} may not be used in a template")

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is; what there is not says so itself."""
        return isinstance(obj, Undefined)

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        for node in self.parse(source).find_all(nodes.ScopedEvalContextModifier):
            raise TemplateSyntaxError("what is put in is always escaped, and a template cannot switch that off", node.lineno)
        return super().from_string(source, *args, **kwargs)


def _plain(value: Any) -> Any:
    """Only text and numbers are written; lists are for repeating over, and methods for nobody."""
    if not isinstance(value, str | int | float | Undefined):
        raise SecurityError("only text and numbers can be written")
    return value


def fields_of(paper: dict[str, Any]) -> dict[str, Any]:
    given = {name: line(paper[name]) for name in FIELDS if name not in ("body", "sections")}
    return {**given, "body": BODY, "sections": spelled(paper["blocks"])}


def frame_of(text: str, paper: dict[str, Any]) -> list[dict[str, str]]:
    """A template of text, rendered: its lines, one of which is the place of the paper. `# ` begins the title, `## ` a heading, `= ` a line
    in the middle. Raises JobRefused as `refused` says."""
    with _Told():
        rendered = html.unescape(Environment().from_string(text).render(fields_of(paper)))
    _require_body(rendered.count(BODY), "sections" in text)
    return [_line(one) for one in rendered[:MOST_SPOOLED].splitlines() if one.strip()]


def _line(text: str) -> dict[str, str]:
    if text.strip() == BODY:
        return {"t": "body", "s": ""}
    for mark, kind in (("## ", "heading"), ("# ", "title"), ("= ", "centre")):
        if text.startswith(mark):
            return {"t": kind, "s": line(text.removeprefix(mark).replace(BODY, ""))}
    return {"t": "line", "s": line(text.replace(BODY, ""))}


def fill(path: str, paper: dict[str, Any], place: Path) -> None:
    """A Word file with its fields filled and the paper where it says `{{ body }}`. Raises JobRefused as `refused` says."""
    template = _opened(path)
    with _Told():
        uses_sections = "sections" in template.get_xml()
        template.render(fields_of(paper), jinja_env=Environment())
    document = template.docx
    places = [paragraph for paragraph in document.paragraphs if BODY in paragraph.text]
    _require_body(len(places), uses_sections)
    for one in places:
        word.put_into(document, Paragraph(one._p, one._parent), paper["blocks"])
    document.save(str(place))


def _opened(path: str) -> DocxTemplate:
    template = DocxTemplate(path)
    try:
        template.init_docx()
    except Exception as error:  # whatever is wrong with the file: zipfile, lxml and python-docx each have errors of their own
        raise JobRefused("template_unreadable") from error
    return template


def _require_body(places: int, uses_sections: bool) -> None:
    if places != 1 and not (places == 0 and uses_sections):
        raise JobRefused("template_body", places=places)


class _Told:
    """What Jinja says of a template, as refusals with codes."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, TemplateError | TypeError | ValueError | ArithmeticError | LookupError | AttributeError | RecursionError):
            raise refused(error) from error


def refused(error: BaseException) -> JobRefused:
    """template_code (something a template may not do), template_field (one that there is not), template_syntax, template_other."""
    words = line(error)[:200]
    if isinstance(error, SecurityError):
        return JobRefused("template_code", reason=words)
    if isinstance(error, UndefinedError):
        return JobRefused("template_field", reason=words)
    if isinstance(error, TemplateSyntaxError):
        return JobRefused("template_syntax", reason=words)
    return JobRefused("template_other", reason=words)
