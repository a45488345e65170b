"""A case with one thing of each kind, whose addresses the permission matrix asks for."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from audio.models import AudioNote, AudioSession, Dictation, NoiseLabel, Speaker, TranscriptSegment
from cases.models import Case
from documents.models import (
    AlertNotice,
    Conversation,
    Document,
    Download,
    Message,
    Note,
    Page,
    Paper,
    PastSearch,
    SavedFilter,
    SavedSearch,
    SearchAlert,
    Source,
    Tag,
    TextVersion,
    Upload,
)
from documents.services.storage import blobs
from lexintel.models import ApiToken, User
from lexintel.tests.permission_table import Expected, World
from tasks.models import Batch, TaskRecord


def world_of(case: Case, owner: User, editor: User, viewer: User, stranger: User) -> World:
    User.objects.create_user("newcomer")
    file = blobs.store(ContentFile(b"The lease ends in May.", name="lease.txt"), case.pk)
    document = Document.objects.create(
        case=case, title="Lease", status=Document.Status.FAILED, created_by=editor,
        name="lease.txt", mime="text/plain", size=file.size, sha256=file.sha256, stored_as=file.name, page_count=1,
    )  # fmt: skip
    document.text_version = TextVersion.objects.create(document=document, number=1)
    document.save()
    Page.objects.create(text_version=document.text_version, number=1, text="The lease ends in May.")
    upload = Upload.objects.create(case=case, user=editor, name="letter.txt", length=10)
    failed, waiting = (
        TaskRecord.objects.create(
            name="documents.extract_citations", payload={"document_id": str(document.pk)}, status=status, scope=case.pk, user=editor
        )
        for status in ("failed", "pending")
    )  # fmt: skip
    batch = Batch.objects.create(kind="upload", title="Forty files", scope=case.pk, user=editor, expected=40)
    member, (token, _key) = case.memberships.get(user=viewer), ApiToken.issue(owner, "Scanner")
    recording = AudioSession.objects.create(
        case=case, title="Hearing", status="failed", created_by=editor, name="hearing.wav", sha256=file.sha256, stored_as=file.name,
        transcript_version=1,
    )  # fmt: skip
    speaker = Speaker.objects.create(session=recording, number=1)
    TranscriptSegment.objects.create(
        id=1, session=recording, version=1, index=0, start_s=0, end_s=2, text="The lease ends in May.", confidence=1, speaker=speaker
    )
    Dictation.objects.create(session=recording, ended_at=timezone.now())
    NoiseLabel.objects.create(session=recording, label="hum", start_s=1, end_s=2, user=editor)
    AudioNote.objects.create(session=recording, at_s=1, text="Listen here.", user=editor)
    tag, other_tag = (Tag.objects.create(case=case, name=name) for name in ("Hot", "Cold"))
    saved = SavedFilter.objects.create(case=case, user=owner, name="Leases", words={"q": "lease"}, shared=True)
    search = SavedSearch.objects.create(case=case, user=owner, name="Leases", words={"q": "lease"})
    past = PastSearch.objects.create(case=case, user=owner, words={"q": "lease"}, last=timezone.now())
    download = Download.objects.create(case=case, user=editor, count=1, original_bytes=1, expires_at=timezone.now() + timedelta(hours=1))
    source = Source.objects.create(case=case, kind="folder", options={"path": "/srv/scans"}, created_by=owner)
    note = Note.objects.create(
        document=document, author=editor, text_version=document.text_version, page=1, start=4, end=9, words="lease", quote="lease"
    )
    paper = Paper.objects.create(case=case, kind="exhibit_list", format="pdf", title="Exhibit list", status="failed", created_by=editor)
    alert = SearchAlert.objects.create(
        search=SavedSearch.objects.create(case=case, user=owner, name="Leases with an alert", words={"q": "lease"})
    )
    AlertNotice.objects.create(alert=alert, words={"q": "lease"}, number=1)
    conversation = Conversation.objects.create(case=case, owner=owner, shared=True)
    message = Message.objects.create(conversation=conversation, number=1, asked_by=owner, question="When?", state="answered")
    message.sentences.create(number=1, text="The lease ends in May.", supported=True).sources.create(
        number=1, document=document, text_version=document.text_version, page=1, page_to=1, start=0, end=22, at=0, to=22,
        quote="The lease ends in May.",
    )  # fmt: skip
    things = (tag, other_tag, saved, search, past, download, note, paper, alert, conversation, message)
    return World(case, document, upload, failed, waiting, batch, member, stranger, token, recording, source, *things)


def address(route: str, world: World, expected: Expected) -> str:
    ids = {**world.ids(route), **expected.ids(world)}
    return "/" + re.sub(r"<(\w+)>", lambda match: str(ids[match[1]]), route)
