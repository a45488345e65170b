"""People and a case for the browser tests, made by a process of its own in the tests' own database."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")

PASSWORD = "pass-word-123"
PEOPLE = ("owner", "viewer", "newcomer")


def main() -> None:
    django.setup()
    from cases.services import matters
    from lexintel.models import User

    owner, viewer, _newcomer = (User.objects.create_user(name, password=PASSWORD) for name in PEOPLE)
    User.objects.create_user("operator", password=PASSWORD, is_staff=True)
    User.objects.create_superuser("administrator", password=PASSWORD)
    case = matters.create_case("Doe v. Roe", user=owner, docket_number="1:26-cv-00001", court="D. Mass.")
    matters.add_member(case, viewer, "viewer", user=owner)
    print(case.pk)


if __name__ == "__main__":
    main()
