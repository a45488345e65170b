from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cases.models import Ruling, Statute
from documents.models.documents import Document, TextVersion
from documents.models.passages import Chunk
from tasks.ids import uuid7


class CitationQuerySet(models.QuerySet["Citation"]):
    def visible_to(self, user: Any) -> CitationQuerySet:
        """Mentions in the published readings of documents that the user may see."""
        return self.filter(
            text_version__document__in=Document.objects.visible_to(user).values("pk"),
            text_version=F("text_version__document__text_version"),
        )

    def first_hand(self) -> CitationQuerySet:
        """Without those of papers that were made here, which repeat what other documents cite."""
        return self.exclude(text_version__document__kind=Document.Kind.GENERATED)

    def authorities(self) -> CitationQuerySet:
        """Without the record of the case, the history of a decision and the document's own citation."""
        return self.filter(role=Citation.Role.AUTHORITY)


class Citation(models.Model):
    """One mention of an authority in a document."""

    class Role(models.TextChoices):
        """What a mention is to its document; only the first kind is an authority that it cites."""

        AUTHORITY = "authority", _("Authority")
        HISTORY = "history", _("History of the decision before it")
        RECORD = "record", _("Record of the case")
        SELF = "self", _("The document's own citation")

    text_version = models.ForeignKey(TextVersion, on_delete=models.CASCADE, related_name="citations")
    chunk = models.ForeignKey(Chunk, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    page = models.PositiveIntegerField()
    start = models.PositiveIntegerField(help_text="code points in the page's text")
    end = models.PositiveIntegerField()
    text = models.TextField(help_text="as written")
    key = models.CharField(
        max_length=120, blank=True, help_text="normalised, as us:410:113; record:ex:4 of the record; empty where unresolved"
    )
    pin = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=20, help_text="case, statute, rule, constitution, regulation, short, id, supra, other, record")
    method = models.CharField(max_length=40, help_text="which grammar found it and how")
    confidence = models.FloatField(default=1.0)
    name = models.CharField(max_length=500, blank=True, help_text="the authority's name as written, as Roe v. Wade")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.AUTHORITY)
    cluster = models.CharField(max_length=120, blank=True, help_text="the key of the first of parallel citations; else the mention's own")
    court = models.CharField(max_length=40, blank=True, help_text="as the citation names it, by the id of courts-db")
    target = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="record_mentions",
        help_text="the document of the same case that a record citation means",
    )  # fmt: skip
    ruling = models.ForeignKey(Ruling, null=True, blank=True, on_delete=models.SET_NULL, related_name="mentions")
    statute = models.ForeignKey(Statute, null=True, blank=True, on_delete=models.SET_NULL, related_name="mentions")

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["page", "start"]
        indexes = [
            models.Index(fields=["key"], name="citation_by_key"),
            models.Index(fields=["text_version", "page"], name="citation_by_page"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def meant(self) -> Document | None:
        """What a record citation means, as long as that is in the case of the document that cites it and is not deleted."""
        if self.target is None or self.target.deleted_at is not None or self.target.case_id is None:
            return None
        return self.target if self.target.case_id == self.text_version.document.case_id else None


class TreatmentCueQuerySet(models.QuerySet["TreatmentCue"]):
    def visible_to(self, user: Any) -> TreatmentCueQuerySet:
        """Cues in the published readings of documents that the user may see."""
        return self.filter(
            document__in=Document.objects.visible_to(user).values("pk"),
            citation__text_version=F("document__text_version"),
        )


class TreatmentCue(models.Model):
    """A sentence in which a document says what was done to an authority that it cites; a signal to look at, never a verdict.

    What a person decided of it outlives a new reading of the document: it is found again by its sentence, kind and key. One that is not
    found again has no citation and is shown nowhere until a later reading has its sentence.
    """

    class Kind(models.TextChoices):
        """From the gravest; the words are those of the texts."""

        OVERRULED = "overruled", _("Overruled")
        ABROGATED = "abrogated", _("Abrogated")
        SUPERSEDED = "superseded", _("Superseded")
        REVERSED = "reversed", _("Reversed")
        VACATED = "vacated", _("Vacated")
        DECLINED = "declined", _("Not followed")
        QUESTIONED = "questioned", _("Questioned")
        LIMITED = "limited", _("Limited")
        DISTINGUISHED = "distinguished", _("Distinguished")
        FOLLOWED = "followed", _("Followed")
        AFFIRMED = "affirmed", _("Affirmed")

    class State(models.TextChoices):
        UNREVIEWED = "unreviewed", _("Unreviewed")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="treatment_cues")
    citation = models.ForeignKey(
        Citation, null=True, blank=True, on_delete=models.SET_NULL, related_name="cues", help_text="the mention at which it is directed"
    )
    key = models.CharField(max_length=120, help_text="canonical key of the authority")
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    words = models.CharField(max_length=120, help_text="the words that say so, as written")
    quote = models.TextField(help_text="the sentence, as written")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the sentence's letters, by which it is found again")
    page = models.PositiveIntegerField()
    start = models.PositiveIntegerField(help_text="of the sentence: code points in the page's text")
    end = models.PositiveIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UNREVIEWED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = TreatmentCueQuerySet.as_manager()

    class Meta:
        verbose_name = _("treatment cue")
        verbose_name_plural = _("treatment cues")
        ordering = ["document", "page", "start", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.key}"

    @property
    def address(self) -> str:
        """Of its evidence: the page, with the mention marked."""
        return f"{self.document.get_absolute_url()}?page={self.page}&citation={self.citation_id}"


class CitationDecisionQuerySet(models.QuerySet["CitationDecision"]):
    def visible_to(self, user: Any) -> CitationDecisionQuerySet:
        return self.filter(document__in=Document.objects.visible_to(user).values("pk"))


class CitationDecision(models.Model):
    """What a person said of a doubtful citation. It hangs on the document, the words as written and the authority, so that it outlives each
    new reading; it holds for all mentions of the document with these words that were read as this authority."""

    LONGEST = 300

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="citation_decisions")
    text = models.CharField(max_length=LONGEST, help_text="as written, on one line")
    key = models.CharField(max_length=120)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now=True)

    objects = CitationDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a citation")
        verbose_name_plural = _("decisions on citations")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["document", "text", "key"], name="one_decision_on_a_citation")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.key}"


class AuthorityCheck(models.Model):
    """What the check of a reading's citations and quotations found, kept until the reading or the library is another one (`mark`)."""

    text_version = models.OneToOneField(TextVersion, on_delete=models.CASCADE, related_name="authority_check")
    mark = models.CharField(max_length=64, help_text="of the mentions and of the law that they led to")
    totals = models.JSONField(default=dict)
    quote_totals = models.JSONField(default=dict)
    findings = models.JSONField(default=list, help_text="citations with something to say of")
    created = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("check of citations")
        verbose_name_plural = _("checks of citations")

    def __str__(self) -> str:
        return f"check of {self.text_version_id}"
