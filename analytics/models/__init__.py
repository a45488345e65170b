"""What happened and what it was worth: requests, views, ratings, reports, exports, analyses of recordings."""

from analytics.models.exports import Export
from analytics.models.impressions import (
    AppliedImpressions,
    Impression,
    ImpressionDay,
    PendingImpression,
    RecentView,
    TargetDay,
    ViewHabits,
)
from analytics.models.ratings import HitVote, Rating, RatingPrior, RatingScore
from analytics.models.reports import DailyReport, ReportMail, ReportSubscription
from analytics.models.sessions import SessionAnalysis
from analytics.models.usage import APIRequest, UsageHour, UsageMark

__all__ = [
    "APIRequest",
    "AppliedImpressions",
    "DailyReport",
    "Export",
    "HitVote",
    "Impression",
    "ImpressionDay",
    "PendingImpression",
    "Rating",
    "RatingPrior",
    "RatingScore",
    "RecentView",
    "ReportMail",
    "ReportSubscription",
    "SessionAnalysis",
    "TargetDay",
    "UsageHour",
    "UsageMark",
    "ViewHabits",
]
