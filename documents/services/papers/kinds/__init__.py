"""The kinds of papers, each a module: what it is made from, and what it says."""

from __future__ import annotations

from documents.services.papers.kinds import authorities, case_brief, chronology, exhibits, hearing, memo, recording
from documents.services.papers.kinds.base import Draft, Kind, Making

KINDS: dict[str, Kind] = {
    kind.key: kind for kind in (authorities.KIND, chronology.KIND, case_brief.KIND, memo.KIND, exhibits.KIND, hearing.KIND, recording.KIND)
}

__all__ = ["KINDS", "Draft", "Kind", "Making"]
