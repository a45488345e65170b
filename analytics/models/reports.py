"""What happened on a day: of the installation for staff, of a case for its members."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case


class DailyReportQuerySet(models.QuerySet["DailyReport"]):
    def visible_to(self, user: Any) -> DailyReportQuerySet:
        """Those of the user's cases; staff also see those of the installation."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        seen = models.Q(case__in=Case.objects.visible_to(user).values("pk"))
        return self.filter(seen | models.Q(case=None) if user.is_staff else seen)


class DailyReport(models.Model):
    """The figures of a UTC day. Made again it is written over; `figures` are {key: value}, which services.figures defines."""

    day = models.DateField(_("day"))
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="none: the installation")
    figures = models.JSONField(default=dict)
    version = models.PositiveSmallIntegerField(default=1, help_text="of the definitions")
    made = models.DateTimeField(_("made"))

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        ordering = ["-day", "case_id"]
        constraints = [models.UniqueConstraint(fields=["day", "case"], name="one_report_per_day", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.day}"


class ReportSubscriptionQuerySet(models.QuerySet["ReportSubscription"]):
    def visible_to(self, user: Any) -> ReportSubscriptionQuerySet:
        own = self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()
        seen = models.Q(case__in=Case.objects.visible_to(user).values("pk"))
        return own.filter(seen | models.Q(case=None) if user.is_staff else seen)


class ReportSubscription(models.Model):
    """Who gets a report by e-mail. Whether he may still see it is asked each time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="none: the installation")
    created = models.DateTimeField(auto_now_add=True)

    objects = ReportSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription to reports")
        verbose_name_plural = _("subscriptions to reports")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="one_subscription_per_report", nulls_distinct=False)]

    def __str__(self) -> str:
        return str(self.pk)


class ReportMail(models.Model):
    """A report that is to be sent to a person, or was."""

    report = models.ForeignKey(DailyReport, on_delete=models.CASCADE, related_name="mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sent = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("mail of a report")
        verbose_name_plural = _("mails of reports")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["report", "user"], name="one_mail_per_report_and_person")]

    def __str__(self) -> str:
        return str(self.pk)
