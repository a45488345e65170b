from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cases.models import Case
    from tasks.progress.topics import Subject


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases.access import connect
        from cases.services import citations
        from tasks import service_registry
        from tasks.base.scopes import register_scope_editor, register_scope_filter
        from tasks.progress.topics import register_subjects, register_topic

        connect()
        register_topic("case", cases_of)
        register_subjects("case", cases_named)
        register_scope_filter(case_ids_of)
        register_scope_editor(may_change_case)
        service_registry.register("citation grammars", citations.grammars, inherited=True)


def cases_of(user: Any) -> QuerySet[Case]:
    from cases.models import Case

    return Case.objects.visible_to(user)


def cases_named(user: Any, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """Title and page of those of the cases that the user sees."""
    from cases.models import Case
    from tasks.progress.topics import Subject

    return {case.pk: Subject(case.title, case.get_absolute_url()) for case in Case.objects.visible_to(user).filter(pk__in=ids)}


def case_ids_of(user: Any) -> Iterable[Any]:
    """The ids of the cases a user sees, as a query that others may nest in theirs."""
    from cases.models import Case

    return Case.objects.visible_to(user).order_by().values_list("pk", flat=True)


def may_change_case(user: Any, case_id: uuid.UUID) -> bool:
    """Editors and owners may cancel and retry everybody's tasks in the case."""
    from cases.models import Case, Role

    return (
        Case.objects.visible_to(user).filter(pk=case_id, memberships__user=user, memberships__role__in=[Role.EDITOR, Role.OWNER]).exists()
    )
