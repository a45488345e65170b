"""What can be wrong with a sentence: a code for programs and a sentence for people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from documents.services.chat.contracts import Fault

_SENTENCES = {
    "no_source": _l("No source was found for this sentence."),
    "source_gone": _l("A source of this sentence is no longer there."),
    "heading": _l("A heading or a table of contents is no source."),
    "quote_not_found": _l("The words “%(what)s” do not stand in the source."),
    "quote_altered": _l("The words “%(what)s” are not as they stand in the source."),
    "quote_corrected": _l("A quotation was corrected to the words of the source."),
    "quote_elsewhere": _l("The words “%(what)s” stand in “%(where)s”, which is not the source of this sentence."),
    "quote_pieced": _l("The quotation “%(what)s” is put together from pieces that do not stand together in the source."),
    "figure": _l("The figure “%(what)s” does not stand in the source."),
    "figure_of_other": _l("The source says “%(what)s” of something else."),
    "date": _l("The date or time “%(what)s” does not stand in the source."),
    "name": _l("The name “%(what)s” does not stand in the source."),
    "negation": _l("The source and this sentence do not agree on whether it is so."),
    "modality": _l("The source and this sentence do not agree on whether it may, must or did happen."),
    "condition": _l("The source says this on a condition that this sentence leaves out or changes."),
    "attribution": _l("The source says that somebody says so, and this sentence states it as a fact."),
    "quantifier": _l("The source does not say how much or how many of them as this sentence does."),
    "roles": _l("The source says it with the parties exchanged."),
    "not_said": _l("The source does not say this."),
    "citation_mismatch": _l("The citation “%(what)s” does not fit what the law library has under it."),
    "citation_unknown": _l("The citation “%(what)s” is not in the law library."),
    "not_entailed": _l("This does not follow from the source."),
    "aside": _l("This states something of the matter and has no source."),
    "repeated": _l("This was said before."),
    "empty": _l("There is no text."),
    "unchecked": _l("This sentence could not be checked."),
}
NOTES = frozenset({"quote_corrected", "citation_unknown", "source_gone"})
"""Told beside a sentence that may be supported all the same."""
_SHOWN = 120


def fault(code: str, what: str = "", where: str = "", *, blocking: bool = False) -> Fault:
    """`blocking`: a note that this time means that the sentence is not supported; its code is then `<code>` without being a note."""
    what = what if len(what) <= _SHOWN else what[: _SHOWN - 1] + "…"
    sentence = str(_SENTENCES[code]) % {"what": what, "where": where}
    if code == "citation_unknown" and blocking:
        sentence = _("The citation “%(what)s” stands neither in the source nor in the law library.") % {"what": what}
    return Fault("citation_not_found" if code == "citation_unknown" and blocking else _CODES.get(code, code), sentence)


_CODES = {"figure_of_other": "figure", "quote_altered": "quote_not_found"}
