"""What all tables of the admin have in common that show what the system wrote."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class Shown(admin.ModelAdmin[Any]):
    """What the system wrote is looked at here, not edited."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
