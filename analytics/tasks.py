"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations

from typing import Any

from analytics.jobs import SessionAnalysisJob
from analytics.services.sessions import analysing
from tasks.registry import task
from tasks.run import TaskRun


@task(analysing.TASK, payload=SessionAnalysisJob)
def analyze_session_data(job: SessionAnalysisJob, run: TaskRun) -> dict[str, Any]:
    """Make the whole analysis of a recording."""
    return analysing.analyse(job, run)
