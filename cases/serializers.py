"""Cases and members as JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.models import Case, Membership, Role
from cases.services.matters import find_person


class SpaceSerializer(serializers.Serializer[dict[str, int]]):
    files = serializers.IntegerField(help_text="each once, however many documents have it")
    bytes = serializers.IntegerField()


class CaseSerializer(serializers.ModelSerializer[Case]):
    role = serializers.ChoiceField(choices=Role.choices, read_only=True, help_text="your role in this case")
    members = serializers.IntegerField(source="member_count", read_only=True, help_text="how many people are in the case")
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        read_only=True,
        help_text='how much is in the case, as {"documents": 40, "processing": 2, "failed": 1}',
    )
    space = SpaceSerializer(read_only=True, help_text="what its files take, deleted ones until they are purged")

    class Meta:
        model = Case
        fields = [
            "id", "title", "docket_number", "court", "status", "description", "legal_hold",
            "role", "members", "counts", "space", "created", "updated",
        ]  # fmt: skip
        read_only_fields = ["id", "created", "updated"]


class NewCaseSerializer(serializers.ModelSerializer[Case]):
    """What a case can be opened with."""

    class Meta:
        model = Case
        fields = ["title", "docket_number", "court", "description"]


class MemberSerializer(serializers.ModelSerializer[Membership]):
    user = serializers.UUIDField(source="user_id", read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.__str__", read_only=True)
    since = serializers.DateTimeField(source="created", read_only=True)

    class Meta:
        model = Membership
        fields = ["user", "username", "name", "role", "since"]


class NewMemberSerializer(serializers.Serializer[Membership]):
    """A person, by `username` or by `user` (an id), and the role to give."""

    username = serializers.CharField(required=False)
    user = serializers.PrimaryKeyRelatedField(queryset=get_user_model().objects.filter(is_active=True), required=False)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.VIEWER)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Puts the person under `person`. Raises UnknownPerson."""
        if ("username" in attrs) == ("user" in attrs):
            raise serializers.ValidationError({"username": [_("Name one person, by username or by user id.")]})
        person = attrs["user"] if "user" in attrs else find_person(attrs["username"])
        return {"person": person, "role": attrs["role"]}


class RoleSerializer(serializers.Serializer[Membership]):
    role = serializers.ChoiceField(choices=Role.choices)
