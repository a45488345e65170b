"""Where an authority is cited in a case: each passage with the words around the citation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from documents.models import Citation, Page

AROUND = 160
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Passage:
    """`before`, `text` and `after` are what stands on the page, on one line, with the spaces between; `verdict` is what a person said of a
    doubtful one."""

    mention: Citation
    before: str
    text: str
    after: str
    verdict: str | None = None

    @property
    def url(self) -> str:
        document = self.mention.text_version.document
        return f"{document.get_absolute_url()}?page={self.mention.page}&citation={self.mention.pk}"


def passages(found: Sequence[tuple[int, str | None]]) -> list[Passage]:
    """For (id of a mention, verdict), in their order; two queries."""
    mentions = Citation.objects.select_related("text_version__document").in_bulk([pk for pk, _verdict in found])
    wanted = {(mention.text_version_id, mention.page) for mention in mentions.values()}
    rows = Page.objects.filter(text_version__in={version for version, _page in wanted}, number__in={page for _version, page in wanted})
    texts = {(version, number): text for version, number, text in rows.values_list("text_version", "number", "text")}
    return [_passage(mentions[pk], texts, verdict) for pk, verdict in found if pk in mentions]


def _passage(mention: Citation, texts: dict[tuple[int, int], str], verdict: str | None) -> Passage:
    text = texts.get((mention.text_version_id, mention.page), "")
    before = _SPACES.sub(" ", text[max(0, mention.start - AROUND) : mention.start]).lstrip()
    after = _SPACES.sub(" ", text[mention.end : mention.end + AROUND]).rstrip()
    if mention.start > AROUND:
        before = "… " + before.partition(" ")[2]
    if mention.end + AROUND < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Passage(mention, before, " ".join(mention.text.split()), after, verdict)
