from analytics.admin import reports

__all__ = ["reports"]
