"""The tables of analytics in the admin: metadata, never content."""

from __future__ import annotations

from analytics.admin import exports, impressions, ratings, reports, sessions, usage

__all__ = ["exports", "impressions", "ratings", "reports", "sessions", "usage"]
