"""The tables of analytics."""

from analytics.admin import exports

__all__ = ["exports"]
