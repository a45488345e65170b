"""Cues of treatment as rows: found when a document is cited, kept across its readings, decided by people, shown to who may see the text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Role, Ruling
from documents.models import Citation, Document, TreatmentCue
from documents.services.annotations.anchoring import letters_of
from documents.services.authorities.graph.sentences import REACH, sentence_around
from documents.services.authorities.graph.treatment import SAYS_SO, Target, cues_in

State = TreatmentCue.State
LONGEST_QUOTE = 4_000
BRIEF = 120
OF_CASES = frozenset(["case", "short", "id", "supra"])
UNDECIDED_FIRST = Case(
    When(state=State.CONFIRMED, then=Value(0)), When(state=State.UNREVIEWED, then=Value(1)), default=Value(2), output_field=IntegerField()
)
GRAVEST_FIRST = Case(
    *(When(kind=kind, then=Value(place)) for place, kind in enumerate(TreatmentCue.Kind.values)),
    default=Value(99),
    output_field=IntegerField(),
)
ORDER: list[Any] = [UNDECIDED_FIRST, GRAVEST_FIRST, *map(F, ["document__title", "document", "page", "start", "id"])]


# -- finding -----------------------------------------------------------------------------------------------------------------------


def found_in(pages: Sequence[tuple[int, str]], mentions: Iterable[Citation]) -> list[TreatmentCue]:
    """The cues of a reading, as rows without their document. `pages` are (number, text) in order, the mentions in reading order.

    A sentence that runs over a page's end is looked at as a whole; its place is the part on the page of the mention.
    """
    texts = dict(pages)
    around = {number: (_tail(before), _head(after)) for (_, before), (number, _text), (_, after) in _threes(pages)}
    found: list[TreatmentCue] = []
    for number, on_page in groupby((mention for mention in mentions if mention.kind in OF_CASES), lambda mention: mention.page):
        before, after = around.get(number, ("", ""))
        found += _on_page(number, before, texts.get(number, ""), after, list(on_page))
    return found


def _threes(pages: Sequence[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], tuple[int, str], tuple[int, str]]]:
    framed = [(0, ""), *pages, (0, "")]
    return zip(framed, framed[1:], framed[2:], strict=False)


def _tail(text: str) -> str:
    return f"{text[-REACH:]}\n" if text else ""


def _head(text: str) -> str:
    return f"\n{text[:REACH]}" if text else ""


def _on_page(number: int, before: str, own: str, after: str, mentions: list[Citation]) -> Iterator[TreatmentCue]:
    if not SAYS_SO.search(before + own + after):
        return
    text, shift = before + own + after, len(before)
    for (start, end), inside in groupby(mentions, lambda mention: sentence_around(text, mention.start + shift, mention.end + shift)):
        sentence, targets = text[start:end], list(inside)
        for cue in cues_in(sentence, [_target(mention, shift - start) for mention in targets]):
            mention = targets[cue.target]
            if mention.key:
                yield TreatmentCue(
                    citation=mention, key=mention.key, kind=cue.kind, words=" ".join(sentence[cue.start : cue.end].split())[:120],
                    quote=sentence[:LONGEST_QUOTE], digest=digest_of(sentence), page=number,
                    start=min(max(start - shift, 0), len(own)), end=max(0, min(end - shift, len(own))),
                )  # fmt: skip


def _target(mention: Citation, shift: int) -> Target:
    name = mention.name if mention.kind == "case" else ""
    return Target(mention.start + shift, mention.end + shift, name, mention.cluster or mention.key, mention.role != Citation.Role.AUTHORITY)


def digest_of(sentence: str) -> str:
    """By which a sentence is known again, however its lines are broken."""
    return sha256(letters_of(sentence).encode()).hexdigest()


# -- keeping -----------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep(document: Document, found: Iterable[TreatmentCue]) -> int:
    """Let these be the cues of the document's published reading, in the transaction that wrote its mentions; how many there are.

    What was decided of the same sentence, kind and authority stays decided. A decided cue whose sentence is gone waits without a
    citation; an undecided one goes.
    """
    known: dict[tuple[str, str, str], list[TreatmentCue]] = defaultdict(list)
    for cue in TreatmentCue.objects.select_for_update(of=("self",)).filter(document=document).order_by("page", "start", "id"):
        known[cue.key, cue.kind, cue.digest].append(cue)
    new, moved = [], []
    for cue in found:
        cue.document = document
        if same := known[cue.key, cue.kind, cue.digest]:
            kept = same.pop(0)
            kept.citation, kept.words, kept.quote = cue.citation, cue.words, cue.quote
            kept.page, kept.start, kept.end = cue.page, cue.start, cue.end
            moved.append(kept)
        else:
            new.append(cue)
    left = [cue for cues in known.values() for cue in cues]
    TreatmentCue.objects.filter(pk__in=[cue.pk for cue in left if cue.state == State.UNREVIEWED]).delete()
    TreatmentCue.objects.filter(pk__in=[cue.pk for cue in left if cue.state != State.UNREVIEWED]).update(citation=None)
    TreatmentCue.objects.bulk_update(moved, ["citation", "words", "quote", "page", "start", "end"], batch_size=500)
    TreatmentCue.objects.bulk_create(new, batch_size=500)
    return len(new) + len(moved)


# -- deciding ----------------------------------------------------------------------------------------------------------------------


def visible(user: Any, pk: UUID | str) -> TreatmentCue:
    """Raises Http404 for a cue that the user may not see."""
    cue = TreatmentCue.objects.visible_to(user).select_related("document__case", "citation__ruling", "decided_by").filter(pk=pk).first()
    if cue is None:
        raise Http404
    return cue


def may_decide(cue: TreatmentCue, user: Any, role: str | None = None) -> bool:
    """Cues in the library are staff's; those in a document of a case its editors'. `role` is the user's in that case."""
    if cue.document.case is None:
        return bool(user.is_staff)
    own = role or cue.document.case.role_of(user)
    return own is not None and Role(own).includes(Role.EDITOR)


def decide(user: Any, pk: UUID | str, state: str) -> TreatmentCue:
    """Confirm or reject a cue, or take that back. Raises Http404, PermissionDenied, ValueError for another state."""
    wanted = State(state)
    seen = visible(user, pk)
    if not may_decide(seen, user):
        raise PermissionDenied(
            _("Cues in texts of the library are confirmed by administrators.")
            if seen.document.case is None
            else _("Cues in documents of a case are confirmed by its editors.")
        )
    with transaction.atomic():
        cue = TreatmentCue.objects.select_for_update(of=("self",)).select_related("document__case").get(pk=seen.pk)
        if cue.state != wanted:
            before, cue.state = cue.state, wanted
            reviewed = wanted != State.UNREVIEWED
            cue.decided_by, cue.decided_at = (user, timezone.now()) if reviewed else (None, None)
            cue.save(update_fields=["state", "decided_by", "decided_at"])
            AuditEvent.write(
                "treatment.decided",
                case=cue.document.case,
                actor=user,
                target=cue,
                kind=cue.kind,
                key=cue.key,
                before=before,
                after=cue.state,
            )
    return visible(user, pk)


# -- showing -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownCue:
    """A cue with its evidence, for people: where the words of treatment stand in the sentence, and whether this user may decide."""

    cue: TreatmentCue
    before: str
    said: str
    after: str
    may_decide: bool

    @property
    def url(self) -> str:
        return self.cue.address

    @property
    def brief(self) -> str:
        """The sentence, of a long one what stands next to the words of treatment."""
        before = self.before if len(self.before) <= BRIEF else f"… {self.before[-BRIEF:].partition(' ')[2]}"
        after = self.after if len(self.after) <= BRIEF else f"{self.after[:BRIEF].rpartition(' ')[0]} …"
        return f"{before}{self.said}{after}"


def of_ruling(user: Any, ruling: Ruling) -> QuerySet[TreatmentCue]:
    """The cues that are directed at a ruling, in texts that the user may see: confirmed ones first, then unreviewed, then rejected,
    the gravest first."""
    return of_rulings(user, [ruling])


def of_rulings(user: Any, rulings: Sequence[Ruling]) -> QuerySet[TreatmentCue]:
    """The same of several rulings at once."""
    return (
        TreatmentCue.objects.visible_to(user)
        .filter(citation__ruling__in=rulings)
        .exclude(document__ruling=F("citation__ruling"))
        .select_related("document__case", "citation", "decided_by")
        .order_by(*ORDER)
    )


def cues_for(user: Any, ruling: Ruling, limit: int = 3) -> list[ShownCue]:
    """The first cues for the card of a ruling (`library/card_treatment.html`), rejected ones left out."""
    return cues_of_each(user, [ruling], limit)[ruling.pk]


def cues_of_each(user: Any, rulings: Sequence[Ruling], limit: int = 3) -> dict[UUID, list[ShownCue]]:
    """The first cues of each ruling, rejected ones left out; in two queries, however many rulings."""
    told = (
        of_rulings(user, rulings)
        .exclude(state=State.REJECTED)
        .annotate(place=Window(RowNumber(), partition_by="citation__ruling", order_by=ORDER))
        .filter(place__lte=limit)
        if rulings
        else []
    )
    found: dict[UUID, list[ShownCue]] = {ruling.pk: [] for ruling in rulings}
    for one in shown(user, told):
        if one.cue.citation is not None and one.cue.citation.ruling_id is not None:
            found[one.cue.citation.ruling_id].append(one)
    return found


def states_of(user: Any, ruling: Ruling) -> dict[str, int]:
    """How many cues of a ruling are confirmed, how many unreviewed: {confirmed, unreviewed, count}. One query."""
    rows = of_ruling(user, ruling).exclude(state=State.REJECTED).order_by().values_list("state").annotate(n=Count("pk"))
    counts = {State.CONFIRMED.value: 0, State.UNREVIEWED.value: 0, **dict(rows)}
    return {**counts, "count": sum(counts.values())}


def shown(user: Any, cues: Iterable[TreatmentCue]) -> list[ShownCue]:
    listed = list(cues)
    roles = _roles(user, {cue.document.case_id for cue in listed if cue.document.case_id})
    return [_shown(cue, may_decide(cue, user, roles.get(cue.document.case_id) if cue.document.case_id else None)) for cue in listed]


def _roles(user: Any, cases: set[UUID]) -> Mapping[UUID, str]:
    return dict(user.memberships.filter(case__in=cases).values_list("case", "role")) if cases else {}


def _shown(cue: TreatmentCue, may: bool) -> ShownCue:
    quote = " ".join(cue.quote.split())
    at = quote.find(cue.words)
    if at < 0:
        return ShownCue(cue, quote, "", "", may)
    return ShownCue(cue, quote[:at], cue.words, quote[at + len(cue.words) :], may)
