"""People for the browser tests, made by a process of its own in the tests' own database."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")

PASSWORD = "pass-word-123"
PEOPLE = ("owner", "viewer", "newcomer")


def main() -> None:
    django.setup()
    from lexintel.models import User

    for name in PEOPLE:
        User.objects.create_user(name, password=PASSWORD)
    User.objects.create_user("operator", password=PASSWORD, is_staff=True)
    User.objects.create_superuser("chief", password=PASSWORD, first_name="Carla", last_name="Hiefer")


if __name__ == "__main__":
    main()
