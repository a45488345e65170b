"""The matter and the law as facts: cases, their members and the one door, their events; rulings and statutes."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.ids import uuid7


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may."""

    VIEWER = "viewer", _("Viewer")
    EDITOR = "editor", _("Editor")
    OWNER = "owner", _("Owner")

    def includes(self, other: str) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(Role(other))


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> CaseQuerySet:
        """The cases of which this user is a member; being a superuser shows no content."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(deleted_at=None, memberships__user=user)

    def described_for(self, user: Any) -> CaseQuerySet:
        """Each case with the user's `role` in it and its `member_count`, in the same query."""
        own = Membership.objects.filter(case=models.OuterRef("pk"), user=user).values("role")[:1]
        members = Membership.objects.filter(case=models.OuterRef("pk")).order_by().values("case").annotate(n=models.Count("pk")).values("n")
        return self.annotate(role=models.Subquery(own), member_count=Coalesce(models.Subquery(members), 0))


class Case(models.Model):
    """A matter. Everything confidential belongs to exactly one."""

    # Not columns: set by CaseQuerySet.described_for and cases.services.summaries.attach.
    role: str
    member_count: int
    counts: dict[str, int]
    space: dict[str, int]

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("title"), max_length=300)
    docket_number = models.CharField(_("docket number"), max_length=100, blank=True)
    court = models.CharField(_("court"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    description = models.TextField(_("description"), blank=True)
    legal_hold = models.BooleanField(_("legal hold"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-updated"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.pk])

    def role_of(self, user: Any) -> Role | None:
        """The user's role here, or None for a stranger."""
        if isinstance(user, AnonymousUser) or not getattr(user, "is_authenticated", False) or self.deleted_at:
            return None
        role = self.memberships.filter(user=user).values_list("role", flat=True).first()
        return Role(role) if role else None

    def require(self, user: Any, role: str) -> None:
        """Raise Http404 for who may not see the case, PermissionDenied for who may see but not do this."""
        own = self.role_of(user)
        if own is None:
            raise Http404
        if not own.includes(role):
            raise PermissionDenied(
                _("Your role in this case is %(own)s; this needs %(role)s.") % {"own": own.label, "role": Role(role).label}
            )


class Membership(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.VIEWER)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="one_membership_per_case_and_user")]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class AuditEvent(models.Model):
    """Who did what to what; written inside each verb, never changed."""

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="audit_events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["case", "-id"], name="audit_by_case")]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"

    @classmethod
    def write(cls, verb: str, *, case: Case | None, actor: Any, target: models.Model | None = None, **detail: Any) -> AuditEvent:
        """Record a verb in the caller's transaction."""
        return cls.objects.create(
            verb=verb,
            case=case,
            actor=actor if getattr(actor, "pk", None) else None,
            target_type=target._meta.model_name if target is not None else "",
            target_id=str(target.pk) if target is not None else "",
            detail=detail,
        )


class DatePrecision(models.TextChoices):
    """How much of a date is known; the rest of the stored one is its first month or day."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")


class Ruling(models.Model):
    """A decision of a court as one authority, whatever reporters print it; its texts are Documents that point to its opinions.

    Keys are not unique: two short orders may begin on one page. `source` and `source_id` are, so that an import finds its own again.
    """

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=500, help_text="as it is cited, as Roe v. Wade")
    full_name = models.TextField(_("full name"), blank=True, help_text="the caption with all parties")
    court = models.CharField(_("court"), max_length=200, blank=True, help_text="for people")
    court_id = models.CharField(_("court's id"), max_length=40, blank=True, help_text="of courts-db, as scotus or ca1; empty where unknown")
    date = models.DateField(_("date"), null=True, blank=True)
    date_precision = models.CharField(max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY)
    docket_number = models.CharField(_("docket number"), max_length=300, blank=True)
    judges = models.CharField(_("judges"), max_length=1000, blank=True)
    status = models.CharField(_("precedential status"), max_length=40, blank=True, help_text="as the source says, as Published")
    citations = ArrayField(models.CharField(max_length=200), default=list, blank=True, help_text="as written, parallel ones too")
    inferred = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="those of the citations that the source itself only inferred"
    )
    keys = ArrayField(models.CharField(max_length=120), default=list, blank=True, help_text="canonical citation keys, as us:410:113")
    source = models.CharField(_("source"), max_length=40, blank=True, help_text="who says so, as courtlistener; empty where typed by hand")
    source_id = models.CharField(max_length=200, blank=True, help_text="its name there")
    source_docket = models.CharField(max_length=40, blank=True, help_text="its docket there, by which bulk files are joined")
    source_url = models.URLField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the facts as imported; empty of a stub")
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        ordering = ["name"]
        indexes = [
            GinIndex(fields=["keys"], name="rulings_by_key"),
            models.Index(fields=["court_id", "-date"], name="rulings_by_court"),
            models.Index(fields=["-date", "-id"], name="rulings_by_date"),
            models.Index(fields=["source", "source_docket"], name="rulings_by_docket", condition=~models.Q(source_docket="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="one_ruling_of_a_source", condition=~models.Q(source_id="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("documents:ruling", args=[self.pk])

    @property
    def dated(self) -> str:
        """The date as far as it is known: 2010-06-02, 2010-06 or 2010; "" where it is not."""
        return shown_date(self.date, self.date_precision)


class RulingSource(models.Model):
    """A further source that gives a ruling: `Ruling.source` is the one that gave it first, whose facts and text are shown.

    What it says fills what the first leaves open. `former` is the ruling that its own was before the two were found to be one.
    """

    ruling = models.ForeignKey(Ruling, on_delete=models.CASCADE, related_name="further_sources")
    source = models.CharField(_("source"), max_length=40, help_text="as courtlistener")
    source_id = models.CharField(max_length=200, help_text="the ruling's name there")
    source_docket = models.CharField(max_length=40, blank=True, help_text="its docket there, by which bulk files are joined")
    source_url = models.URLField(max_length=500, blank=True)
    citations = ArrayField(models.CharField(max_length=200), default=list, blank=True, help_text="as it gives them")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the facts as imported")
    former: models.UUIDField[uuid.UUID | None, uuid.UUID | None] = models.UUIDField(null=True, blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("further source of a ruling")
        verbose_name_plural = _("further sources of rulings")
        ordering = ["created", "id"]
        indexes = [
            models.Index(fields=["former"], name="sources_by_former", condition=models.Q(former__isnull=False)),
            models.Index(fields=["source", "source_docket"], name="sources_by_docket", condition=~models.Q(source_docket="")),
        ]
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="one_ruling_of_a_further_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class Importance(models.Model):
    """How much the rulings of this library rely on one of them: PageRank over their citations
    (`documents.services.authorities.graph.importance`).

    Texts of the library only; documents of cases change nothing in it. Written anew as a whole; a ruling that came since has no row.
    """

    ruling = models.OneToOneField(Ruling, primary_key=True, on_delete=models.CASCADE, related_name="importance")
    score = models.FloatField(_("score"), help_text="PageRank; all scores of the library add up to 1")
    percentile = models.FloatField(_("percentile"), help_text="percent of the rulings that were counted whose score is lower")
    cited_by = models.PositiveIntegerField(_("cited by"), default=0, help_text="other rulings of the library that cite it")
    counted = models.PositiveIntegerField(_("rulings counted"), help_text="how many rulings the library had")
    computed = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("importance of a ruling")
        verbose_name_plural = _("importance of rulings")
        ordering = ["-percentile", "ruling_id"]

    def __str__(self) -> str:
        return f"{self.percentile:.0f} of 100"


class Opinion(models.Model):
    """One of the texts of a ruling: the court's, a concurrence, a dissent."""

    class Kind(models.TextChoices):
        COMBINED = "combined", _("Opinion")
        LEAD = "lead", _("Lead opinion")
        PLURALITY = "plurality", _("Plurality opinion")
        PER_CURIAM = "per_curiam", _("Per curiam")
        CONCURRENCE = "concurrence", _("Concurrence")
        IN_PART = "in_part", _("Concurrence in part, dissent in part")
        DISSENT = "dissent", _("Dissent")
        ADDENDUM = "addendum", _("Addendum")
        REMITTITUR = "remittitur", _("Remittitur")
        REHEARING = "rehearing", _("On rehearing")
        ON_THE_MERITS = "on_the_merits", _("On the merits")
        ON_MOTION = "on_motion", _("On motion")
        OTHER = "other", _("Opinion (other)")

    ruling = models.ForeignKey(Ruling, on_delete=models.CASCADE, related_name="opinions")
    position = models.PositiveSmallIntegerField(default=0, help_text="order within the ruling; the first is what the ruling shows")
    kind = models.CharField(max_length=15, choices=Kind.choices, default=Kind.COMBINED)
    author = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=40, blank=True, help_text="the further source that brought it; empty where the ruling's own did")
    source_id = models.CharField(max_length=200, help_text="its name at that source")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the text as imported")

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["ruling", "source", "source_id"], name="an_opinion_once_in_a_ruling")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.author})" if self.author else str(self.get_kind_display())


class Statute(models.Model):
    """A section of a code as it stood on a date: a version. Versions share their key; the text is a Document that points here."""

    class Status(models.TextChoices):
        IN_FORCE = "in_force", _("In force")
        REPEALED = "repealed", _("Repealed")
        RESERVED = "reserved", _("Reserved")
        TRANSFERRED = "transferred", _("Transferred")
        RENUMBERED = "renumbered", _("Renumbered")
        OMITTED = "omitted", _("Omitted")
        EXPIRED = "expired", _("Expired")
        VACANT = "vacant", _("Vacant")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=50, help_text="as usc or cfr")
    title = models.CharField(_("title"), max_length=50, blank=True)
    section = models.CharField(_("section"), max_length=80)
    citation = models.CharField(_("citation"), max_length=200, blank=True, help_text="as 9 U.S.C. § 1")
    heading = models.TextField(_("heading"), blank=True)
    hierarchy = ArrayField(models.TextField(), default=list, blank=True, help_text="labels from the title down to the section's parent")
    as_of = models.DateField(_("as of"), null=True, blank=True, help_text="the date of the edition, not of the last amendment")
    as_of_precision = models.CharField(max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY)
    occurrence = models.PositiveSmallIntegerField(default=1, help_text="2 for the second section of the same number, and so on")
    key = models.CharField(max_length=120, help_text="canonical, as usc:9:1; shared by the versions of a section")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.IN_FORCE)
    source_credit = models.TextField(_("source credit"), blank=True, help_text="the acts that made and amended it")
    currency = models.CharField(_("currency"), max_length=300, blank=True, help_text="what the source says of how current it is")
    source = models.CharField(_("source"), max_length=40, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was imported")
    text_fingerprint = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("statute")
        verbose_name_plural = _("statutes")
        ordering = ["code", "title", "section", "-as_of"]
        indexes = [
            models.Index(fields=["key", "-as_of"], name="statutes_by_key"),
            models.Index(fields=["code", "title"], name="statutes_by_title"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "as_of", "occurrence"], name="one_version_of_a_section", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.citation or f"{self.title} {self.code} § {self.section}".strip()

    def get_absolute_url(self) -> str:
        return reverse("documents:statute", args=[self.pk])

    @property
    def dated(self) -> str:
        """The as-of date as far as it is known: 2013-07-26, 2026-04 or 2026; "" where it is not."""
        return shown_date(self.as_of, self.as_of_precision)


def shown_date(date: datetime.date | None, precision: str) -> str:
    """A date as far as it is known, as ISO 8601 writes it."""
    if date is None:
        return ""
    return date.isoformat()[: {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7}.get(DatePrecision(precision), 10)]


Shown = Callable[[Any], models.Q]
"""user -> which events of a kind he may see, beyond being a member of their case."""
_shown: dict[str, Shown] = {}


def register_events(kinds: Iterable[str], shown: Shown) -> None:
    """The app that keeps what events of these kinds rest on says which of them are seen: what rests on what is deleted is not."""
    _shown.update(dict.fromkeys(kinds, shown))


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: Any) -> EventQuerySet:
        """Events of the user's cases, hidden ones too. Of those that rest on something else only where that is seen."""
        mine = self.filter(case__in=Case.objects.visible_to(user).values("pk"))
        seen = models.Q(kind__in=Event.BY_PEOPLE)
        for kind, shown in _shown.items():
            seen |= models.Q(kind=kind) & shown(user)
        return mine.filter(seen)


class Event(models.Model):
    """Something that happened in a matter, or is due in it. What it rests on is kept by the app that found it, which points to it.

    `date` and `text` are what is held true. Of one that a person corrected `said` keeps what was found.
    """

    class Kind(models.TextChoices):
        FOUND = "found", _("From a document")
        FILING = "filing", _("Filing")
        HEARING = "hearing", _("Hearing")
        ENTERED = "entered", _("Entered by a person")
        DEADLINE = "deadline", _("Deadline")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        HIDDEN = "hidden", _("Hidden")

    BY_PEOPLE = (Kind.ENTERED, Kind.DEADLINE)

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    date = models.DateField(_("date"), help_text="the first day of it, where only a month or a year is known")
    date_precision = models.CharField(max_length=5, choices=DatePrecision.choices, default=DatePrecision.DAY)
    end_date = models.DateField(_("last day"), null=True, blank=True)
    time = models.TimeField(_("time"), null=True, blank=True)
    doubtful = models.BooleanField(default=False, help_text="day and month could be exchanged, or the date is said to be about this")
    text = models.TextField(_("what happened"), help_text="the sentence, or a title")
    said = models.JSONField(null=True, blank=True, help_text="what was found: {date, date_precision, end_date, text}; of corrected ones")
    done = models.BooleanField(_("done"), default=False, help_text="of a deadline")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["date", "time", "id"]
        indexes = [models.Index(fields=["case", "date", "id"], name="events_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_date=None) | models.Q(end_date__gte=models.F("date")), name="an_event_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.dated}"

    @property
    def dated(self) -> str:
        """The date as far as it is known: 2021-03-03, 2021-03 or 2021."""
        return shown_date(self.date, self.date_precision)

    @property
    def is_decided(self) -> bool:
        return self.decided is not None
