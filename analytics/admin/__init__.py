"""The tables of analytics in the admin: metadata, never content."""

from __future__ import annotations

from analytics.admin import usage

__all__ = ["usage"]
from analytics.admin import impressions

__all__ = ["impressions"]
from analytics.admin import ratings as ratings
from analytics.admin import reports

__all__ = ["reports"]
from analytics.admin import sessions  # noqa: F401 (registers)
"""The tables of analytics."""

from analytics.admin import exports

__all__ = ["exports"]
