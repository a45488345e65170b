from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics.services import dashboards
        from analytics.services.exports import registering as exports
        from analytics.services.figures import registering as figures
        from analytics.services.impressions import middleware, panels, writing
        from analytics.services.ratings import prior, showing
        from analytics.services.sessions import analysing, paper
        from analytics.services.usage import recorder
        from cases.slots import fill_slot
        from documents.services.bulk.moving import register_carrier
        from documents.services.chat.observers import observe as observe_answers
        from documents.services.search.observers import observe as observe_searches
        from documents.services.search.showing.priors import register_prior

        recorder.register()
        observe_searches(middleware.searched)
        observe_answers(middleware.read)
        register_carrier(writing.carry)
        fill_slot("case overview", panels.of_case)
        fill_slot("document facts", panels.of_document)
        showing.register()
        register_prior(prior.of_documents)
        figures.register()
        analysing.register()
        paper.register()
        fill_slot("recording", analysis_of_recording)
        dashboards.register()
        exports.register()


def analysis_of_recording(session: object, user: object) -> tuple[str, dict[str, object]]:
    return "analytics/session_link.html", {"session": session}
