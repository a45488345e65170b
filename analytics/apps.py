from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics.services.sessions import analysing, paper
        from cases.slots import fill_slot

        analysing.register()
        paper.register()
        fill_slot("recording", analysis_of_recording)


def analysis_of_recording(session: object, user: object) -> tuple[str, dict[str, object]]:
    return "analytics/session_link.html", {"session": session}
