"""The people of tests, and a case with one of each role."""

from __future__ import annotations

from cases.models import Case, Membership, Role
from cases.services import matters
from lexintel.models import User

PASSWORD = "pass-word-123"


def person(name: str) -> User:
    return User.objects.create_user(name, email=f"{name}@example.org", password=PASSWORD)


def case_of(owner: User, editor: User, viewer: User) -> Case:
    made = matters.create_case("Roe v. Wade", user=owner, docket_number="1:24-cv-00123", court="N.D. Tex.")
    Membership.objects.create(case=made, user=editor, role=Role.EDITOR)
    Membership.objects.create(case=made, user=viewer, role=Role.VIEWER)
    return made
