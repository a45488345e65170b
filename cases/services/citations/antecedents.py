"""What short forms, Id., supra and bare sections refer to: told by the mentions before them, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from cases.services.citations.mentions import FULL, RECORD, Found
from cases.services.citations.names import likeness

# An "Id. at 200" does not mean a decision that begins on page 1 (the same bound as eyecite's).
LONGEST_DECISION = 150
UNRESOLVED = 0.3
FEW = 20
"""Decisions of one volume among which a name is also looked for by its abbreviations."""
_WORD = re.compile(r"[\w'-]+")
_OF_NO_NAME = ("v", "V", "the", "The")


class Antecedents:
    """Remembers full mentions and gives each reference the key it means; one per document."""

    def __init__(self, own: Collection[str] = ()) -> None:
        """`own`: keys of the text itself."""
        self._own = frozenset(own)
        self._volumes: dict[str, dict[str, str]] = {}
        self._names: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._sections: dict[tuple[str, str], str] = {}
        self._words: dict[str, dict[str, None]] = {}
        self._words_of_volumes: dict[str, dict[str, dict[str, None]]] = {}
        self._clusters: dict[str, str] = {}
        self._leader = ""
        self._last: Found | None = None
        self._later: Found | None = None
        self._last_is_record = False
        self._last_case: Found | None = None
        self._last_law: Found | None = None

    def resolve(self, mentions: Iterable[Found]) -> Iterator[Found]:
        """The mentions with their keys; bare sections and rules that mean nothing known are dropped."""
        for mention in mentions:
            if mention.kind == RECORD:
                if not mention.aside:
                    self._last, self._last_is_record = None, True
                yield mention
                continue
            if mention.own or (mention.key and mention.key in self._own):
                # Its own citation in a running header comes between a reference and what it means.
                mention.own, mention.cluster = True, mention.key
                yield mention
                continue
            if mention.history and self._last_case is not None:
                self._means(mention, self._last_case.key, "us/history", 0.9)
                mention.name = mention.name or self._last_case.name
            elif mention.became and not mention.name and self._last_case is not None and mention.became not in ("overruled", "abrogated"):
                mention.name = self._last_case.name
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
            self._join(mention)
            self._remember(mention)
            yield mention

    def _join(self, mention: Found) -> None:
        """Parallel citations are one decision, which has the key of the first; references to any of them too."""
        if mention.cluster and mention.cluster != mention.key:
            self._clusters[mention.key] = self._clusters.setdefault(mention.cluster, mention.cluster)
        elif mention.parallel and self._leader and mention.kind == "case" and mention.key:
            self._clusters.setdefault(mention.key, self._leader)
        elif mention.kind == "case" and mention.key and not mention.history:
            self._leader = self._clusters.get(mention.key, mention.key)
        mention.cluster = self._clusters.get(mention.key, mention.key)

    def _remember(self, mention: Found) -> None:
        if mention.kind in FULL and mention.key and mention.method != "inferred" and not mention.history:
            self._learn(mention)
        if mention.became:
            # An "Id." behind both may mean either; the decision that is cited for itself before the other.
            self._later = mention
        if mention.nested or mention.parallel or mention.history or mention.became:
            return
        if mention.kind == "id" and not mention.key and self._last_is_record:
            return
        if mention.kind != "id":
            self._later = None
        self._last_is_record = False
        self._last = mention if mention.key else None
        if mention.key and mention.kind == "case":
            self._last_case = mention
        elif mention.key and mention.kind in ("statute", "regulation"):
            self._last_law = mention

    def _learn(self, mention: Found) -> None:
        if mention.kind == "case":
            volume = mention.key.rpartition(":")[0]
            if self._volumes.setdefault(volume, {}).get(mention.key) != mention.name:
                _index(self._words_of_volumes.setdefault(volume, {}), mention.name, mention.key)
            self._volumes[volume][mention.key] = mention.name
            if mention.name and not mention.parallel:
                if mention.name not in self._names:
                    _index(self._words, mention.name, mention.name)
                self._names[mention.name] = mention.key
                self._named.setdefault(mention.key, mention.name)
            elif not mention.name:
                mention.name = self._named.get(mention.key, "")
        elif mention.section:
            family = "rule" if mention.kind == "rule" else "section"
            self._sections[family, mention.section.lower()] = mention.key

    def _short(self, mention: Found) -> None:
        known = self._volumes.get(mention.reporter, {})
        index = self._words_of_volumes.get(mention.reporter, {})
        named = [key for key in _with_words(mention.name, index) if _is_named(mention.name, known[key])]
        if not named and len(known) <= FEW:
            named = [key for key, name in known.items() if likeness(mention.name, name) == 1.0]
        if known and self._is_one(known):
            key = next(iter(known))
            told = not mention.name or not known[key] or key in named
            fits = _can_be_at(key, mention.pin)
            self._means(mention, key, "us/short", 0.92 if told and fits else 0.6 if told or fits else 0.4)
        elif len(named) == 1:
            self._means(mention, named[0], "us/short-name", 0.9)
        elif begins := _beginning_before(known, mention.pin):
            self._means(mention, begins, "us/short-page", 0.75)
        else:
            self._unresolved(mention, "us/short")

    def _is_one(self, known: Mapping[str, str]) -> bool:
        """Whether all of these keys are of one decision."""
        first = ""
        for key in known:
            decision = self._clusters.get(key, key)
            if first and decision != first:
                return False
            first = decision
        return True

    def _called(self, written: str) -> dict[str, str]:
        """{decision: key} of those whose name has these words."""
        found = (name for name in _with_words(written, self._words) if _is_named(written, name))
        return {self._clusters.get(self._names[name], self._names[name]): self._names[name] for name in found}

    def _supra(self, mention: Found) -> None:
        named = self._called(mention.name) or self._called(_last_word(mention.name))
        if len(named) > 1:
            fitting = {
                cluster: key
                for cluster, key in named.items()
                if mention.pin and _can_be_at(key, mention.pin.partition(", ")[2] or mention.pin)
            }
            named = fitting if len(fitting) == 1 and "note" not in mention.pin else named
        if len(named) == 1:
            (key,) = named.values()
            self._means(mention, key, "us/supra", 0.85 if "note" in mention.pin or _can_be_at(key, mention.pin) else 0.5)
        else:
            self._unresolved(mention, "us/supra")

    def _id(self, mention: Found) -> None:
        if mention.section:
            self._id_section(mention)
        elif self._last is None:
            self._unresolved(mention, "us/id-record" if self._last_is_record else "us/id")
        elif _fits(self._last, mention.pin):
            certain = 0.7 if self._later is not None else 0.9 if self._last.kind in FULL else 0.85
            self._means(mention, self._last.key, "us/id", min(certain, max(self._last.confidence, 0.3)))
        elif self._later is not None and _fits(self._later, mention.pin):
            self._means(mention, self._later.key, "us/id", 0.7)
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


def _index(words: dict[str, dict[str, None]], name: str, what: str) -> None:
    for word in _WORD.findall(name):
        words.setdefault(word, {})[what] = None


def _with_words(written: str, words: Mapping[str, dict[str, None]]) -> list[str]:
    """What is indexed under the rarest word of a name, in the order of the text: all that has every word of it is among them."""
    wanted = [words.get(word, {}) for word in _WORD.findall(written) if word not in _OF_NO_NAME]
    rarest: dict[str, None] = min(wanted, key=len, default={})
    return list(rarest)


def _is_named(written: str, name: str) -> bool:
    """Whether every word of a short name stands in the name, in this order: "Polk Cty." in "Polk Cty. v. Dodson"."""
    if not written or not name:
        return False
    if written in name and re.search(rf"(?<!\w){re.escape(written)}(?!\w)", name):
        return True
    words = [word for word in re.findall(r"[\w'-]+", written) if word not in _OF_NO_NAME]
    return bool(words) and re.search(r"(?<!\w)" + r"(?!\w).*?(?<!\w)".join(map(re.escape, words)) + r"(?!\w)", name) is not None


def _can_be_at(key: str, pin: str) -> bool:
    """Whether a decision with this key can have that page."""
    page, first = _first_number(pin), key.rpartition(":")[2]
    if page is None or "¶" in pin or "*" in pin or not first.isdigit() or key.startswith(("wl:", "docket:")) or "lexis:" in key:
        return True
    return int(first) <= page <= int(first) + LONGEST_DECISION


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
    return _can_be_at(antecedent.key, pin)


def _beginning_before(known: dict[str, str], pin: str) -> str | None:
    """The decision of the volume in which the page lies: the last that begins before it."""
    page = _first_number(pin)
    if page is None:
        return None
    begins = [(int(first), key) for key in known if (first := key.rpartition(":")[2]).isdigit() and int(first) <= page]
    return max(begins)[1] if begins and page - max(begins)[0] <= LONGEST_DECISION else None
