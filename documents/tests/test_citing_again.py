"""What was cited with older grammars is cited again after a migration, once, and nothing that people decided is lost."""

from __future__ import annotations

import pytest

from cases.services import citations as law
from documents.models import Citation, TextVersion
from documents.services.pipeline import citing_again
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


def test_older_readings_are_cited_again_and_those_of_now_are_not(accept, work_off) -> None:
    document = accept("See Roe v. Wade, 410 U.S. 113 (1973), and Ex. 4.", "brief.txt")
    other = accept("See Doe v. Bolton, 410 U.S. 179 (1973).", "other.txt")
    work_off()
    for one in (document, other):
        one.refresh_from_db()
    assert set(TextVersion.objects.values_list("cited_with", flat=True)) == {law.VERSION}
    citing_again.begin()
    assert not TaskRecord.objects.filter(name=citing_again.TASK).exists()
    TextVersion.objects.filter(document=document).update(cited_with=law.VERSION - 1)
    Citation.objects.filter(text_version__document=document).delete()
    kept = list(other.text_version.citations.values_list("pk", flat=True))
    citing_again.begin()
    citing_again.begin()
    work_off()
    record = TaskRecord.objects.get(name=citing_again.TASK)
    assert (record.status, record.result) == ("succeeded", {"documents": 1})
    assert list(document.text_version.citations.order_by("start").values_list("key", flat=True)) == ["us:410:113", "record:ex:4"]
    assert list(other.text_version.citations.values_list("pk", flat=True)) == kept
    document.refresh_from_db()
    assert document.status == "ready"
