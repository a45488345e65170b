"""The sources by what they export."""

from __future__ import annotations

from analytics.services.exports.sources import case, judgements, report, review, search, session, tasks, usage
from analytics.services.exports.sources.base import Source

SOURCES: dict[str, Source] = {
    module.SOURCE.what: module.SOURCE for module in (case, session, review, search, tasks, report, usage, judgements)
}
