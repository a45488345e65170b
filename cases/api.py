"""/api/cases/: the verbs of cases/services/matters.py as JSON."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cases.errors import LastOwner, MatterError, OnLegalHold
from cases.filters import CaseFilter
from cases.models import Case, CaseQuerySet, Membership, Role
from cases.serializers import CaseSerializer, MemberSerializer, NewCaseSerializer, NewMemberSerializer, RoleSerializer
from cases.services import matters, summaries


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


def as_api_error(error: MatterError) -> exceptions.APIException:
    """{field: [sentence]} for what was typed wrong, 409 for what the case's state forbids."""
    if error.field:
        return exceptions.ValidationError({error.field: [error.message]}, code=error.code)
    if isinstance(error, LastOwner | OnLegalHold):
        return Conflict(error.message, code=error.code)
    return exceptions.ValidationError({"detail": error.message}, code=error.code)


class MatterErrors:
    """A view that turns refused verbs into answers."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(as_api_error(exc) if isinstance(exc, MatterError) else exc)  # type: ignore[misc]


@extend_schema_view(
    list=extend_schema(description="The cases of which you are a member."),
    destroy=extend_schema(description="Take a case out of sight (owners; 409 under legal hold)."),
)
class CaseViewSet(MatterErrors, viewsets.ModelViewSet[Case]):
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    http_method_names = ["get", "head", "options", "post", "patch", "delete"]
    queryset = Case.objects.none()

    def get_queryset(self) -> CaseQuerySet:
        return Case.objects.visible_to(self.request.user).described_for(self.request.user).order_by("-updated", "-id")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return None if page is None else summaries.attach(page)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=NewCaseSerializer, responses={201: CaseSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        typed = NewCaseSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        case = matters.create_case(user=request.user, **typed.validated_data)
        return self._answer(self.get_queryset().get(pk=case.pk), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        case = self.get_object()
        case.require(request.user, Role.EDITOR)
        typed = CaseSerializer(case, data=request.data, partial=True)
        typed.is_valid(raise_exception=True)
        changes = dict(typed.validated_data)
        held = changes.pop("legal_hold", None)
        with transaction.atomic():
            matters.update_case(case, user=request.user, **changes)
            if held is not None and held != case.legal_hold:
                matters.set_legal_hold(case, held, user=request.user)
        return self._answer(self.get_queryset().get(pk=case.pk))

    def perform_destroy(self, instance: Case) -> None:
        matters.delete_case(instance, user=self.request.user)

    def _answer(self, case: Case, code: int = status.HTTP_200_OK) -> Response:
        summaries.attach([case])
        return Response(CaseSerializer(case).data, status=code)


CASE = OpenApiParameter("case_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
USER = OpenApiParameter("user_id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="the member's user id")


@extend_schema_view(
    list=extend_schema(parameters=[CASE], description="Who is in the case, and with which role."),
    destroy=extend_schema(parameters=[CASE, USER], description="Take a member out (owners), or leave the case yourself."),
)
class MemberViewSet(MatterErrors, mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Membership]):
    serializer_class = MemberSerializer
    filter_backends: list[Any] = []
    lookup_field = lookup_url_kwarg = "user_id"
    queryset = Membership.objects.none()

    def case(self) -> Case:
        return get_object_or_404(Case.objects.visible_to(self.request.user), pk=self.kwargs["case_id"])

    def get_queryset(self) -> QuerySet[Membership]:
        return self.case().memberships.select_related("user", "case").order_by("created", "id")

    @extend_schema(parameters=[CASE], request=NewMemberSerializer, responses={201: MemberSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        case = self.case()
        # Before anything is looked up: only owners may learn who exists here.
        case.require(request.user, Role.OWNER)
        typed = NewMemberSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        membership = matters.add_member(case, user=request.user, **typed.validated_data)
        return Response(MemberSerializer(membership).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[CASE, USER], request=RoleSerializer, responses={200: MemberSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        membership = self.get_object()
        membership.case.require(request.user, Role.OWNER)
        typed = RoleSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        return Response(MemberSerializer(matters.change_role(membership, typed.validated_data["role"], user=request.user)).data)

    def perform_destroy(self, instance: Membership) -> None:
        matters.remove_member(instance, user=self.request.user)
