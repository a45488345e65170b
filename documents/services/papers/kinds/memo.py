"""A memo of what a search found: the question, the chosen passages (or the best), each word for word with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from documents.errors import Refused
from documents.models import Chunk, Document
from documents.services.papers.blocks import Block, heading, note, para, quote, run
from documents.services.papers.kinds.base import Draft, Kind, Making
from documents.services.search import SearchError, SearchRequest, search

LONGEST_QUESTION = 1000
MOST = 30
USUAL = 10


def understood(case: Case, user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """{q, passages?, limit, library}. Raises Refused (no_question, no_conversation, too_many, no_such_passage, query)."""
    if given.get("conversation"):
        raise Refused(_("There are no conversations here yet; give a question as “q”."), "no_conversation")
    question = " ".join(str(given.get("q") or "").replace("\x00", "").split())
    if not question:
        raise Refused(_("Say what was searched for: give it as “q”."), "no_question")
    if len(question) > LONGEST_QUESTION:
        raise Refused(_("The question is longer than %(most)d characters.") % {"most": LONGEST_QUESTION}, "too_long")
    chosen = [int(one) for one in given.get("passages") or [] if str(one).isdecimal() and len(str(one)) < 19]
    if len(chosen) > MOST:
        raise Refused(_("Please choose at most %(most)d passages.") % {"most": MOST}, "too_many")
    if len(chosen) != len(given.get("passages") or []) or len(_passages(case, user, chosen)) != len(set(chosen)):
        raise Refused(_("One of these passages is not in this case (any more)."), "no_such_passage")
    library = given.get("library") in (True, "true", "on", "1")
    inputs: dict[str, Any] = {"q": question, "library": library}
    if chosen:
        inputs["passages"] = list(dict.fromkeys(chosen))
    else:
        _hits(case, user, question, library=False, most=1)
    return inputs


def _passages(case: Case, user: Any, keys: Iterable[int]) -> list[Chunk]:
    """Published passages of the case, or of the library, that the user may see; nothing of another case."""
    documents = Document.objects.visible_to(user).filter(Q(case=case) | Q(case=None), paper=None)
    found = Chunk.objects.filter(
        pk__in=list(keys), text_version__document__in=documents.values("pk"), text_version=F("text_version__document__text_version")
    )
    return list(found.select_related("text_version__document"))


def _hits(case: Case, user: Any, question: str, *, library: bool, most: int) -> list[int]:
    """The keys of the best passages of the case, or of the library."""
    try:
        response = search(SearchRequest(q=question, user=user, case=None if library else case.pk, library=library))
    except SearchError as error:
        raise Refused(str(error.message), "query") from error
    return [hit.chunk for hit in response.results[:most]]


def built(making: Making) -> Draft:
    question, chosen = str(making.inputs["q"]), making.inputs.get("passages")
    keys = list(chosen) if chosen else _hits(making.case, making.user, question, library=False, most=2 * USUAL)
    if making.inputs.get("library") and not chosen:
        keys += _hits(making.case, making.user, question, library=True, most=USUAL)
    by_key = {one.pk: one for one in _passages(making.case, making.user, keys)}
    found = [by_key[key] for key in keys if key in by_key]
    own = [one for one in found if one.text_version.document.case_id is not None][: MOST if chosen else USUAL]
    law = [one for one in found if one.text_version.document.case_id is None]
    blocks = [para(_("Searched for: "), run(question, bold=True))]
    for title, passages in ((_("In the documents of the case"), own), (_("In the law library"), law)):
        if passages:
            blocks += [heading(title), *_quoted(making, passages)]
    if not found:
        blocks.append(para(_("Nothing was found.")))
    if chosen and len(found) < len(chosen):
        blocks.append(
            note(
                _("%(n)d of the chosen passages are no longer there: their documents were read anew, or deleted.")
                % {"n": len(chosen) - len(found)}
            )
        )
    how = (
        _("The passages were chosen by a person.")
        if chosen
        else _("These are the best passages that the search found, by words and meaning.")
    )
    return Draft(_("Memo of findings"), question, [*blocks, note(how, " ", _("They stand here word for word."))])


def _quoted(making: Making, passages: list[Chunk]) -> list[Block]:
    blocks: list[Block] = []
    for number, passage in enumerate(passages, 1):
        document = passage.text_version.document
        label = _labels(passage)
        blocks += [
            heading(f"{number}. {document.title}", 2),
            quote(run(passage.text), " ", making.source(document.pk, document.title, passage.page_from, label)),
        ]
    return blocks


def _labels(passage: Chunk) -> str:
    ends = (passage.page_from, passage.page_to)
    known = dict(passage.text_version.pages.filter(number__in=ends).values_list("number", "label"))
    first, last = (known.get(number) or str(number) for number in ends)
    return first if first == last else f"{first}–{last}"


KIND = Kind(
    "memo",
    "search",
    gettext_lazy("What a search of this case finds: the question, and the best passages word for word with their pages."),
    understood,
    built,
)
