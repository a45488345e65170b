"""HTML: visible text, a block per line; nothing is fetched or run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import selectolax
from selectolax.lexbor import LexborHTMLParser

from documents.services.extraction.charsets import Decoded, decode, name_of
from documents.services.extraction.formats import HTML, LIKELY, NO, Format, FormatLimits, Sample, gettext_noop
from documents.services.extraction.limits import MAX_CHARACTERS
from documents.services.extraction.parsers.base import Job, Parsed, RawPage, storable

# fmt: off
_DROPPED = frozenset([
    "script", "style", "head", "template", "noscript", "svg", "iframe", "object", "embed", "canvas", "audio", "video", "select", "textarea",
])
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
])
# fmt: on
_PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|title)[\s>]", re.IGNORECASE)
_COMMON_TAG = re.compile(rb"<(?:p|div|table|h[1-6]|br|span|meta|a|ul|ol|script|style|font|center)[\s>/]", re.IGNORECASE)
_SIGN_OF_LIFE = 10_000
_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAKS = re.compile(r"[ \t]*\n[ \t]*")
_MANY_BREAKS = re.compile(r"\n{3,}")


class HtmlParser:
    def parse(self, job: Job) -> Parsed:
        markup, encoding, guessed = decoded(job.path.read_bytes())
        text, title, hidden = html_to_text(markup, alive=lambda: job.tick(0, 1))
        parsed = Parsed([RawPage(storable(text))], f"lexbor {selectolax.__version__}", title=title, metadata={"encoding": encoding})
        if guessed:
            parsed.notice("encoding_guessed", name=name_of(encoding))
        if hidden:
            parsed.notice("not_shown", count=len(hidden), name=hidden[0])
        job.tick(1, 1)
        return parsed


def html_to_text(markup: str, alive: Callable[[], None] = lambda: None) -> tuple[str, str, list[str]]:
    """The visible text (blocks on lines of their own, cells apart by tabs), the title, and how the hidden passages begin.

    `alive` is called now and then.
    """
    tree = LexborHTMLParser(markup)
    title = tree.css_first("title")
    hidden: list[str] = []
    text = "".join(_pieces(tree.root, alive, hidden))
    text = _MANY_BREAKS.sub("\n\n", _AROUND_BREAKS.sub("\n", text)).strip()
    return text, storable(" ".join(title.text().split()))[:300] if title else "", hidden


def decoded(content: bytes, declared: str = "") -> Decoded:
    """By what was said from outside, else by the page's own word, where these can be true."""
    own = _CHARSET.search(content[:4096])
    return decode(content, declared or (own[1].decode("ascii") if own else ""))


def _pieces(root: Any, alive: Callable[[], None], hidden: list[str]) -> Iterator[str]:
    """Text in reading order, walked with a stack of our own: pages may be nested deeper than Python recurses."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    preformatted = visited = 0
    while stack:
        node, leaving = stack.pop()
        visited += 1
        if visited % _SIGN_OF_LIFE == 0:
            alive()
        if node is None:
            continue
        tag = node.tag
        if leaving:
            preformatted -= tag == "pre"
            yield _boundary(tag)
            continue
        if tag == "-text":
            text = node.text_content or ""
            yield text if preformatted else _SPACES.sub(" ", text)
            continue
        if tag == "br":
            yield "\n"
        if tag in _DROPPED or tag.startswith(("-", "!")):
            continue
        if _is_hidden(node):
            if found := " ".join(_beginning(node).split())[:80]:
                hidden.append(storable(found))
            continue
        yield _boundary(tag) if tag in _BLOCKS else ""
        preformatted += tag == "pre"
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))


def _boundary(tag: str) -> str:
    if tag in ("td", "th"):
        return "\t"
    return "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _BLOCKS else ""


def _is_hidden(node: Any) -> bool:
    attributes = node.attributes
    return bool(attributes) and ("hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or "")))


def _beginning(node: Any) -> str:
    """The first words below, without those of scripts; looked for among the first few nodes only."""
    stack, pieces = [node], []
    for _ in range(200):
        if not stack:
            break
        below = stack.pop()
        if below.tag == "-text":
            pieces.append(below.text_content or "")
        elif below.tag not in _DROPPED:
            stack.extend(reversed(list(below.iter(include_text=True))))
    return " ".join(pieces)


def _sniff(sample: Sample) -> int:
    return LIKELY + 10 if sample.is_text and _is_html(sample.narrow, sample.suffix) else NO


def _is_html(head: bytes, suffix: str) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf\r\n \t")
    if _TAG.match(start) or (start.startswith((b"<!--", b"<?xml")) and _TAG.search(head)):
        return True
    return (suffix in SUFFIXES or start.startswith(b"<")) and bool(_TAG.search(head) or _COMMON_TAG.search(head))


SUFFIXES = (".html", ".htm", ".xhtml")
FORMATS = (
    Format(
        mime=HTML,
        label=gettext_noop("Web page"),
        listed="HTML",
        parse=HtmlParser().parse,
        suffixes=SUFFIXES,
        recognised_by="text that begins with a tag of HTML",
        order=50,
        sniff=_sniff,
        limits=FormatLimits(bytes=4 * MAX_CHARACTERS),
        titled=True,
    ),
)
