"""What short forms, Id., supra and bare sections refer to: told by the mentions before them, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cases.services.citations.mentions import FULL, RECORD, Found

# An "Id. at 200" does not mean a decision that begins on page 1 (the same bound as eyecite's).
LONGEST_DECISION = 150
UNRESOLVED = 0.3


class Antecedents:
    """Remembers full mentions and gives each reference the key it means; one per document."""

    def __init__(self) -> None:
        self._volumes: dict[str, dict[str, str]] = {}
        self._names: dict[str, str] = {}
        self._sections: dict[tuple[str, str], str] = {}
        self._last: Found | None = None
        self._last_is_record = False
        self._last_case: Found | None = None
        self._last_law: Found | None = None

    def resolve(self, mentions: Iterable[Found]) -> Iterator[Found]:
        """The mentions with their keys; bare sections and rules that mean nothing known are dropped."""
        for mention in mentions:
            if mention.kind == RECORD:
                self._last, self._last_is_record = None, True
                continue
            if mention.history and self._last_case is not None:
                self._means(mention, self._last_case.key, "us/history", 0.9)
                mention.name = mention.name or self._last_case.name
            if mention.kind == "short":
                self._short(mention)
            elif mention.kind == "supra":
                self._supra(mention)
            elif mention.kind == "id":
                self._id(mention)
            elif not mention.key and mention.section and not self._bare(mention):
                # A section of something unknown: an "Id." after it means that.
                self._last = None
                continue
            self._remember(mention)
            yield mention

    def _remember(self, mention: Found) -> None:
        if mention.kind in FULL and mention.key and mention.method != "inferred" and not mention.history:
            self._learn(mention)
        if mention.nested or mention.parallel or mention.history:
            return
        if mention.kind == "id" and not mention.key and self._last_is_record:
            return
        self._last_is_record = False
        self._last = mention if mention.key else None
        if mention.key and mention.kind == "case":
            self._last_case = mention
        elif mention.key and mention.kind in ("statute", "regulation"):
            self._last_law = mention

    def _learn(self, mention: Found) -> None:
        if mention.kind == "case":
            self._volumes.setdefault(mention.key.rpartition(":")[0], {})[mention.key] = mention.name
            if mention.name and not mention.parallel:
                self._names[mention.name] = mention.key
        elif mention.section:
            family = "rule" if mention.kind == "rule" else "section"
            self._sections[family, mention.section.lower()] = mention.key

    def _short(self, mention: Found) -> None:
        known = self._volumes.get(mention.reporter, {})
        named = [key for key, name in known.items() if mention.name and _last_word(mention.name) in name]
        if len(known) == 1:
            self._means(mention, next(iter(known)), "us/short", 0.92)
        elif len(named) == 1:
            self._means(mention, named[0], "us/short-name", 0.9)
        elif key := _beginning_before(known, mention.pin):
            self._means(mention, key, "us/short-page", 0.75)
        else:
            self._unresolved(mention, "us/short")

    def _supra(self, mention: Found) -> None:
        wanted = _last_word(mention.name)
        named = {key for name, key in self._names.items() if wanted and re.search(rf"\b{re.escape(wanted)}\b", name)}
        if len(named) == 1:
            self._means(mention, named.pop(), "us/supra", 0.85)
        else:
            self._unresolved(mention, "us/supra")

    def _id(self, mention: Found) -> None:
        if mention.section:
            self._id_section(mention)
        elif self._last is None:
            self._unresolved(mention, "us/id-record" if self._last_is_record else "us/id")
        elif _fits(self._last, mention.pin):
            self._means(mention, self._last.key, "us/id", 0.9 if self._last.kind in FULL else 0.85)
        elif self._last.kind != "case" and self._last_case and _fits(self._last_case, mention.pin):
            # A page cannot be of a statute that stands in between.
            self._means(mention, self._last_case.key, "us/id-page", 0.6)
        else:
            self._unresolved(mention, "us/id")

    def _id_section(self, mention: Found) -> None:
        """Id. § 3 is another section of the law cited last."""
        if self._last_law is None:
            return self._unresolved(mention, "us/id-section")
        code = self._last_law.key.rpartition(":")[0]
        return self._means(mention, f"{code}:{mention.section.lower()}", "us/id-section", 0.8)

    def _bare(self, mention: Found) -> bool:
        family = "rule" if mention.kind == "rule" else "section"
        known = self._sections.get((family, mention.section.lower()))
        if known is None:
            return False
        if family == "rule":
            known = known.partition(":")[0] + ":" + (mention.section + mention.pin).lower()
        self._means(mention, known, "inferred", 0.7)
        return True

    def _means(self, mention: Found, key: str, method: str, confidence: float) -> None:
        mention.key, mention.method, mention.confidence = key, method, confidence

    def _unresolved(self, mention: Found, method: str) -> None:
        mention.method, mention.confidence = method, UNRESOLVED


def _last_word(name: str) -> str:
    words = re.findall(r"[\w'-]+", name)
    return words[-1] if words else ""


def _first_number(text: str) -> int | None:
    number = re.search(r"\d+", text)
    return int(number[0]) if number else None


def _fits(antecedent: Found, pin: str) -> bool:
    """Whether a page can be one of the antecedent: no page says nothing, laws have no pages."""
    page = _first_number(pin)
    if page is None or "¶" in pin or "*" in pin:
        return True
    if antecedent.key.split(":")[0] in ("usc", "cfr", "const", "frcp", "frcrp", "fre", "frap", "frbp", "ussg", "scr"):
        return False
    first = antecedent.key.rpartition(":")[2]
    return not first.isdigit() or int(first) <= page <= int(first) + LONGEST_DECISION


def _beginning_before(known: dict[str, str], pin: str) -> str | None:
    """The decision of the volume in which the page lies: the last that begins before it."""
    page = _first_number(pin)
    if page is None:
        return None
    begins = [(int(first), key) for key in known if (first := key.rpartition(":")[2]).isdigit() and int(first) <= page]
    return max(begins)[1] if begins and page - max(begins)[0] <= LONGEST_DECISION else None
