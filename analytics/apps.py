from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics.services.usage import recorder as usage_recorder

        usage_recorder.register()
        _impressions()


def _impressions() -> None:
    from analytics.services.impressions import middleware, panels, writing
    from cases.slots import fill_slot
    from documents.services.bulk.moving import register_carrier
    from documents.services.chat.observers import observe as observe_answers
    from documents.services.search.observers import observe as observe_searches

    observe_searches(middleware.searched)
    observe_answers(middleware.read)
    register_carrier(writing.carry)
    fill_slot("case overview", panels.of_case)
    fill_slot("document facts", panels.of_document)
        from analytics.services.ratings import prior, showing
        from documents.services.search.showing.priors import register_prior

        showing.register()
        register_prior(prior.of_documents)
        from analytics.services.figures import registering as figures

        figures.register()
        from analytics.services.sessions import analysing, paper
        from cases.slots import fill_slot

        analysing.register()
        paper.register()
        fill_slot("recording", analysis_of_recording)


def analysis_of_recording(session: object, user: object) -> tuple[str, dict[str, object]]:
    return "analytics/session_link.html", {"session": session}
        from analytics.services import dashboards

        dashboards.register()
        from analytics.services.exports import registering as exports

        exports.register()
