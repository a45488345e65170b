"""Watched folders on a real disk: taken once, left as they are, never left, and said why something was not taken."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import AuditEvent, Membership
from cases.services import matters
from documents.errors import Refused
from documents.models import Document, Source, SourceItem
from documents.services.sources import looking, managing
from documents.services.sources.kinds import folder as kind
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = time.time() - 3600


@pytest.fixture
def root(tmp_path, settings):
    made = tmp_path / "watched"
    made.mkdir()
    settings.WATCH_ROOTS = [made]
    return made


@pytest.fixture
def put(root):
    def write(path: str, text: str = "", *, changed: float = LONG_AGO):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text or f"What {path} says of the crane.")
        os.utime(place, (changed, changed))
        return place

    return write


@pytest.fixture
def source(root, case, owner):
    return managing.add(case, owner, "folder", {"path": str(root), "tags": ["Scans"]})


@pytest.fixture
def look(work_off):
    """One look without reading what it found."""

    def once(source: Source, **options) -> Source:
        if not TaskRecord.objects.active().filter(pk=Source.objects.get(pk=source.pk).task_id).exists():
            looking.submit(Source.objects.get(pk=source.pk), **options)
        TaskRecord.objects.active().exclude(name=looking.LOOK).update(paused_at=timezone.now())
        work_off(1)
        return Source.objects.get(pk=source.pk)

    return once


def test_files_become_documents_with_their_folders_as_tags_and_stay(put, source, look, owner):
    place = put("Discovery/Emails/2024/letter.txt")
    source = look(source)
    document = Document.objects.get()
    assert {tag.name for tag in document.tags.all()} == {"Scans", "Discovery", "Emails", "2024"}
    assert document.metadata["folder"] == "Discovery/Emails/2024"
    assert document.created_by == owner
    assert place.exists()
    item = source.items.get()
    assert (item.outcome, item.document, item.path) == ("accepted", document, "Discovery/Emails/2024/letter.txt")
    assert (source.error, source.state) == ("", {"files": 1})
    assert source.last_looked is not None
    assert source.next_look > timezone.now()


def test_a_second_look_takes_only_what_is_new_or_has_changed(put, source, look):
    put("a.txt")
    look(source)
    put("b.txt")
    look(source)
    assert Document.objects.count() == 2
    put("a.txt", "Its second version.", changed=LONG_AGO + 60)
    look(source)
    assert Document.objects.count() == 3
    put("a.txt", "Its second version.", changed=LONG_AGO + 120)  # only touched
    look(source)
    assert Document.objects.count() == 3


def test_a_file_that_is_still_written_is_left_until_it_is_quiet(put, source, look):
    place = put("growing.txt", "The first page.", changed=time.time())
    assert look(source).items.get().outcome == "waiting"
    place.write_text("The first page. The second page.")
    assert look(source).items.get().outcome == "waiting"
    assert not Document.objects.exists()
    SourceItem.objects.update(updated=timezone.now() - timedelta(seconds=60))
    look(source)
    assert Document.objects.get().size == len("The first page. The second page.")
    put("future.txt", changed=time.time() + 86_400)  # of a disk whose clock is ahead
    look(source)
    SourceItem.objects.filter(path="future.txt").update(updated=timezone.now() - timedelta(seconds=60))
    look(source)
    assert Document.objects.count() == 2


def test_nothing_outside_is_reached_by_links_pipes_or_steps_upward(put, root, source, look, tmp_path, case, owner):
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "key.txt").write_text("secret")
    put("plain.txt")
    (root / "link.txt").symlink_to(outside / "key.txt")
    (root / "folder").symlink_to(outside)
    (root / "same.txt").symlink_to(root / "plain.txt")
    os.mkfifo(root / "pipe")
    source = look(source)
    assert Document.objects.get().name == "plain.txt"
    assert sorted(source.items.filter(outcome="refused").values_list("path", "code")) == [("folder", "link"), ("link.txt", "link")]
    for path in (str(outside), f"{root}/../secret", "relative", f"{root}/folder"):
        with pytest.raises(Refused):
            managing.add(case, owner, "folder", {"path": path})


def test_a_folder_exchanged_for_a_link_later_is_not_followed(put, root, case, owner, look, tmp_path):
    put("inbox/a.txt")
    source = managing.add(case, owner, "folder", {"path": f"{root}/inbox"})
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "key.txt").write_text("secret")
    (root / "inbox").rename(root / "moved")
    (root / "inbox").symlink_to(outside)
    assert look(source).error_code == "folder_outside"
    assert not Document.objects.exists()


def test_roots_can_be_kept_apart_by_case(root, case, owner, settings):
    settings.WATCH_ROOTS = [root / "{case}"]
    (root / str(case.pk)).mkdir()
    other = root / "another-case"
    other.mkdir()
    managing.add(case, owner, "folder", {"path": str(root / str(case.pk))})
    with pytest.raises(Refused) as refused:
        managing.add(case, owner, "folder", {"path": str(other)})
    assert refused.value.code == "folder_outside"


def test_what_is_refused_is_noted_once_and_tried_again_when_asked(put, source, look, settings):
    settings.REFUSED_TYPES = frozenset([".exe"])
    put("setup.exe")
    put("empty.txt").write_text("")
    os.utime(put("a.txt"))
    source = look(source)
    assert dict(source.items.filter(outcome="refused").values_list("path", "code")) == {"setup.exe": "refused_type"}
    settings.REFUSED_TYPES = frozenset()
    look(source)
    assert not Document.objects.filter(name="setup.exe").exists()
    look(source, again=True)
    assert Document.objects.filter(name="setup.exe").exists()


def test_a_folder_of_several_pieces_is_taken_once(root, source, look):
    count = 2 * kind.AT_ONCE + 1
    for number in range(count):
        folder = root / f"Box {number // 300}"
        folder.mkdir(exist_ok=True)
        path = folder / f"{number}.txt"
        path.write_text(f"Letter {number}.")
        os.utime(path, (LONG_AGO, LONG_AGO))
    for _look in range(2):
        source = look(source)
        assert source.error == ""
        assert (Document.objects.count(), source.items.filter(outcome="accepted").count()) == (count, count)
    assert source.state == {"files": count}


def test_a_folder_that_is_gone_is_said_and_looked_for_later_and_later(put, root, source, look):
    root.rename(root.with_name("elsewhere"))
    first = look(source)
    assert first.error_code == "folder_missing"
    second = look(source)
    assert second.failures == 2
    assert second.next_look - second.last_looked > first.next_look - first.last_looked
    root.with_name("elsewhere").rename(root)
    put("a.txt")
    assert look(source).error == ""
    assert Document.objects.count() == 1


def test_a_source_stops_when_its_person_may_add_no_more_and_an_owner_takes_it_over(put, case, owner, editor, root, look):
    source = managing.add(case, owner, "folder", {"path": str(root)})
    Membership.objects.filter(case=case, user=editor).update(role="owner")
    matters.remove_member(case.memberships.get(user=owner), user=owner)
    put("a.txt")
    source = look(source)
    assert (source.active, source.error_code, source.next_look) == (False, "person_gone", None)
    assert not Document.objects.exists()
    assert AuditEvent.objects.filter(verb="source.stopped", case=case).count() == 1
    managing.resume(source, editor)
    source = look(source)
    assert (source.error, source.created_by) == ("", editor)
    assert Document.objects.get().created_by == editor


def test_a_paused_source_and_one_of_a_deleted_case_are_not_looked_at(put, case, owner, source, look, work_off):
    put("a.txt")
    work_off()
    Document.objects.all().delete()
    Source.objects.update(next_look=timezone.now() - timedelta(minutes=1))
    managing.pause(source, owner)
    assert looking.submit_due() == 0
    managing.resume(source, owner)
    work_off()
    matters.delete_case(case, user=owner)
    Source.objects.update(next_look=timezone.now() - timedelta(minutes=1))
    assert looking.submit_due() == 0


def test_due_sources_are_looked_at_once_each(root, source, work_off):
    work_off()
    Source.objects.update(next_look=timezone.now() - timedelta(minutes=1))
    assert looking.submit_due() == 1
    assert looking.submit_due() == 0
    assert TaskRecord.objects.active().filter(name=looking.LOOK).count() == 1


def test_a_source_that_is_paused_or_removed_meanwhile_ends_before_its_next_group(put, source, owner, look, monkeypatch):
    for number in range(250):
        put(f"{number:03}.txt")
    before, calls = kind._settle, []

    def pause_in_the_middle(*args):
        calls.append(1)
        if len(calls) == 150:
            managing.pause(source, owner)
        before(*args)

    monkeypatch.setattr(kind, "_settle", pause_in_the_middle)
    assert look(source).active is False
    assert Document.objects.count() == 100
    monkeypatch.undo()
    managing.resume(source, owner)
    look(source)
    assert Document.objects.count() == 250


def test_unreadable_files_are_told_and_taken_when_they_can_be(put, source, look):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    place = put("locked.txt")
    place.chmod(0)
    assert look(source).items.get().code == "not_allowed"
    place.chmod(0o600)
    look(source)
    assert Document.objects.count() == 1
