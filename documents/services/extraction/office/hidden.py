"""Hidden text of Word files: what nobody sees on paper, but stands in the file. Runs, styles and table rows can hide."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_LONGEST_CHAIN = 100
_OFF = ("0", "false", "off")
_NOT_SHOWN = ("{*}del", "{*}moveFrom", "{*}Fallback")


class HiddenText:
    """Knows which styles hide; counts the hidden passages of one part after the other, and keeps how the first begins."""

    def __init__(self, styles: etree._Element | None) -> None:
        self.passages = 0
        self.first = ""
        self._styles = {} if styles is None else {_value(style, "styleId"): style for style in styles.iterchildren("{*}style")}
        self._hides: dict[str, bool] = {}
        self._may_hide = bool(self._styles) and any(True for style in self._styles.values() for _ in style.iter("{*}vanish"))
        self._usual = next((name for name, style in self._styles.items() if _is_usual_paragraph(style)), "")
        defaults = None if styles is None else styles.find("{*}docDefaults/{*}rPrDefault/{*}rPr")
        self._by_default = _switch(defaults, "vanish") or False

    def look_at(self, root: etree._Element) -> None:
        """Count the hidden passages below: runs side by side in a paragraph are one."""
        if not (self._may_hide or self._by_default or any(True for _ in root.iter("{*}vanish", "{*}hidden"))):
            return
        for paragraph in root.iter("{*}p"):
            before_hidden = False
            for run in paragraph.iter("{*}r"):
                if next(run.iterancestors("{*}p"), None) is not paragraph or next(run.iterancestors(*_NOT_SHOWN), None) is not None:
                    continue
                text = "".join(_texts(run))
                if not text.strip():
                    continue
                hidden = self._is_hidden(run, paragraph)
                if hidden and not before_hidden:
                    self.passages += 1
                    self.first = self.first or " ".join(text.split())
                before_hidden = hidden

    def _is_hidden(self, run: etree._Element, paragraph: etree._Element) -> bool:
        """By the run's own word; else by its style or its paragraph's, of which two cancel each other; else by the row of a table."""
        row = next(run.iterancestors("{*}tr"), None)
        if row is not None and _switch(row.find("{*}trPr"), "hidden"):
            return True
        own = run.find("{*}rPr")
        said = _switch(own, "vanish")
        if said is not None:
            return said
        by_run = self._style_hides(_style_of(own, "rStyle"))
        by_paragraph = self._style_hides(_style_of(paragraph.find("{*}pPr"), "pStyle") or self._usual)
        return by_run != by_paragraph or (self._by_default and not by_run)

    def _style_hides(self, name: str) -> bool:
        """Whether a style hides, by itself or by the nearest one below it that says so; a circle of styles hides nothing."""
        asked: list[str] = []
        hides = False
        while name in self._styles and len(asked) < _LONGEST_CHAIN:
            if name in self._hides:
                hides = self._hides[name]
                break
            asked.append(name)
            said = _switch(self._styles[name].find("{*}rPr"), "vanish")
            if said is not None:
                hides = said
                break
            name = _style_of(self._styles[name], "basedOn")
        self._hides.update(dict.fromkeys(asked, hides))
        return hides


def _texts(run: etree._Element) -> Iterator[str]:
    for text in run.iter("{*}t"):
        yield str(text.text or "")


def _switch(properties: etree._Element | None, name: str) -> bool | None:
    """A property that is on, off, or not said."""
    found = None if properties is None else next(properties.iterchildren(f"{{*}}{name}"), None)
    return None if found is None else _value(found, "val").lower() not in _OFF


def _style_of(properties: etree._Element | None, kind: str) -> str:
    found = None if properties is None else next(properties.iterchildren(f"{{*}}{kind}"), None)
    return "" if found is None else _value(found, "val")


def _is_usual_paragraph(style: etree._Element) -> bool:
    return _value(style, "type") == "paragraph" and _value(style, "default").lower() in ("1", "true", "on")


def _value(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
