from __future__ import annotations

from django.contrib import admin

from analytics.models import APIRequest, UsageHour, UsageMark
from tasks.admin import ReadOnly


@admin.register(APIRequest)
class APIRequestAdmin(ReadOnly):
    list_display = ["time", "method", "route", "status", "milliseconds", "size"]
    list_filter = ["method", "status", "time"]
    search_fields = ["route"]
    show_full_result_count = False

    @admin.display(description="ms", ordering="ms")
    def milliseconds(self, row: APIRequest) -> str:
        return f"{row.ms:.1f}"


@admin.register(UsageHour)
class UsageHourAdmin(ReadOnly):
    list_display = ["hour", "method", "route", "requests", "client_errors", "server_errors", "size"]
    list_filter = ["method", "hour"]
    search_fields = ["route"]
    show_full_result_count = False


@admin.register(UsageMark)
class UsageMarkAdmin(ReadOnly):
    internal = True
    list_display = ["until", "moved"]
