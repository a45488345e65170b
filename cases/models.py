"""The matter and the law as facts: cases, their members and the one door; rulings and statutes."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
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


class Ruling(models.Model):
    """A decision of a court, as the law knows it; its text is a Document that points here."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=500)
    court = models.CharField(max_length=200, blank=True)
    date = models.DateField(null=True, blank=True)
    docket_number = models.CharField(max_length=100, blank=True)
    judges = models.CharField(max_length=500, blank=True)
    keys = ArrayField(models.CharField(max_length=120), default=list, blank=True, help_text="canonical citation keys, as us:410:113")

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Statute(models.Model):
    """A section of a code as of a date; its text is a Document that points here."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=50)
    title = models.CharField(max_length=50, blank=True)
    section = models.CharField(max_length=50)
    heading = models.CharField(max_length=500, blank=True)
    as_of = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        verbose_name = _("statute")
        verbose_name_plural = _("statutes")
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.title} {self.code} § {self.section}".strip()
