"""What the tasks of analytics are told: ids and days only, so that a task always reads the newest state."""

from __future__ import annotations

import datetime
from uuid import UUID

from pydantic import BaseModel

from analytics.models.ratings import TargetType


class SessionAnalysisJob(BaseModel):
    """A recording whose whole analysis is to be made."""

    session_id: UUID


class DailyReportJob(BaseModel):
    """The UTC day to report, yesterday where none is named; of the installation and all cases, or of one case."""

    date: datetime.date | None = None
    case_id: UUID | None = None


class ExportJob(BaseModel):
    """A file to write; its row says of what."""

    export_id: UUID


class RatingJob(BaseModel):
    target_type: TargetType
    target_id: UUID


class ReportMailJob(BaseModel):
    """A report to send to a person; its row says which and to whom."""

    mail_id: int
