"""People and the tokens of their programs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_q import admin as queue_admin

from cases.admin import record_grant
from cases.models import Membership
from lexintel.accounts.pages.sign_in import AdminSignInForm
from lexintel.models import ApiToken, User
from tasks.admin_links import linked

admin.site.login_form = AdminSignInForm
# Of django-q2 only the broker is used: its schedules would not be obeyed, and it keeps no results.
for unused in (queue_admin.Schedule, queue_admin.Success, queue_admin.Failure, queue_admin.OrmQ):
    admin.site.unregister(unused)


class MembershipsOfUser(admin.TabularInline):
    """Which cases a person is in. New ones can be given here; owners change and remove them in the case."""

    model = Membership
    fields = ["case", "role"]
    autocomplete_fields = ["case"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("case", "user")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin):
    place = -2
    list_display = ["username", "first_name", "last_name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "last_login"]
    inlines = [MembershipsOfUser]

    def page_in_product(self, person: User, request: HttpRequest) -> str:
        """Where administrators close accounts, make one-time links and hand cases over."""
        return reverse("person", args=[person.pk]) if request.user.is_superuser else ""

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A person who is being made is in no case yet."""
        return self.inlines if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for made in formset.new_objects:
            if isinstance(made, Membership):
                record_grant(made, request.user)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    place = -1
    list_display = ["name", linked("user", _("person")), "created", "last_used", "expires"]
    list_filter = ["created", "last_used", ("expires", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "user__email"]
    autocomplete_fields = ["user"]
    fields = ["user", "name", "expires", "created", "last_used"]
    readonly_fields = ["created", "last_used"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[str]:
        return [*self.readonly_fields, "user"] if obj else list(self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """A new token's key is made here and shown this once."""
        if change:
            return super().save_model(request, obj, form, change)
        token, key = ApiToken.issue(obj.user, obj.name, obj.expires)
        obj.pk, obj.digest, obj.created = token.pk, token.digest, token.created
        messages.success(request, _("The key of this token, shown only now: %(key)s") % {"key": key})
        return None
