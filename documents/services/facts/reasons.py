"""Why something is proposed and how surely, in words for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import DocumentFact

REASONS: dict[str, str | Promise] = {
    "addressed": gettext_lazy("the letter is addressed to it"),
    "between": gettext_lazy("who the first paragraph says it is between"),
    "caption": gettext_lazy("stands in the caption"),
    "case_name": gettext_lazy("the name of the case"),
    "date_alone": gettext_lazy("a date with a line of its own at the top"),
    "date_at_end": gettext_lazy("a date with a line of its own at the end"),
    "date_decided": gettext_lazy("stands after “decided”"),
    "date_dated": gettext_lazy("stands after “dated”"),
    "date_filed": gettext_lazy("stands after “filed”"),
    "date_first": gettext_lazy("the first date in it"),
    "date_made": gettext_lazy("says when it was made"),
    "date_place": gettext_lazy("stands after the place in the letterhead"),
    "date_signed": gettext_lazy("stands by the signature"),
    "declares": gettext_lazy("who declares it"),
    "file_name": gettext_lazy("the name of the file"),
    "file_says": gettext_lazy("the file says so"),
    "format": gettext_lazy("the kind of file"),
    "format_title": gettext_lazy("the subject or title in the file"),
    "from_line": gettext_lazy("stands after “from”"),
    "given": gettext_lazy("given when it was added"),
    "heading": gettext_lazy("the heading"),
    "judge": gettext_lazy("the judge named in it"),
    "labelled": gettext_lazy("stands after “No.” or the like"),
    "properties": gettext_lazy("the properties of the file, which are often another's"),
    "questions": gettext_lazy("questions and answers follow each other"),
    "script": gettext_lazy("the letters it is written in"),
    "sender": gettext_lazy("the sender"),
    "sent": gettext_lazy("when it was sent"),
    "signed": gettext_lazy("who signed it"),
    "stamp": gettext_lazy("the court's filing stamp"),
    "subject": gettext_lazy("the subject line"),
    "taught_caption": gettext_lazy("as was said of “%(title)s”, which has the same caption"),
    "taught_docket": gettext_lazy("as was said of “%(title)s”, which has the same docket number"),
    "taught_heading": gettext_lazy("as was said of “%(title)s”, which has the same heading"),
    "taught_name": gettext_lazy("as was said of “%(title)s”, whose file has such a name"),
    "taught_proposed": gettext_lazy("as was said of “%(title)s”, where the same was proposed"),
    "taught_sender": gettext_lazy("as was said of “%(title)s”, which has the same sender"),
    "wording_end": gettext_lazy("what it says at the end"),
    "wording_head": gettext_lazy("what it says on the first page"),
    "wording_text": gettext_lazy("what it says"),
    "words": gettext_lazy("its commonest words"),
}
SURE, LIKELY = 0.85, 0.6


def sentence(fact: DocumentFact) -> str:
    """Why it is proposed; "" for what a person decided."""
    if fact.is_decided and fact.reason != "given":
        return ""
    title = fact.learned_from.title if fact.learned_from is not None else _("another document")
    return str(REASONS.get(fact.reason, "")) % {"title": title}


def in_words(confidence: float) -> str:
    if confidence >= SURE:
        return _("quite sure")
    return _("likely") if confidence >= LIKELY else _("a guess")
