from analytics.admin import sessions  # noqa: F401 (registers)
