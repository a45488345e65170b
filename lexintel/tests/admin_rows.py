"""Rows for every table of the admin, as many as a test wants; each points to others where it can, so that a list has much to look up."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from django_celery_results.models import GroupResult, TaskResult

from analytics.models import (
    APIRequest,
    AppliedImpressions,
    DailyReport,
    Export,
    HitVote,
    Impression,
    ImpressionDay,
    Rating,
    RatingPrior,
    RatingScore,
    ReportMail,
    ReportSubscription,
    SessionAnalysis,
    TargetDay,
    UsageHour,
    UsageMark,
    ViewHabits,
)
from analytics.models.ratings import TargetType
from audio.models import AudioPart, AudioSession, Dictation, NoiseDetection, NoiseLabel, NoiseModel, ProcessingMetric, TranscriptSegment
from cases.models import AuditEvent, Case, Event, Importance, Membership, Opinion, Role, Ruling, RulingSource, Statute
from documents.models import (
    AlertDelivery,
    AlertHit,
    AlertNotice,
    AuthorityCheck,
    BatesNumbering,
    Chunk,
    ChunkEmbedding,
    ChunkWords,
    Citation,
    CitationDecision,
    Conversation,
    Document,
    DocumentArrival,
    DocumentFact,
    DocumentTag,
    Download,
    EmbeddingModel,
    EventSource,
    FactDecision,
    LawImport,
    Message,
    Note,
    Page,
    Paper,
    PaperTemplate,
    PastSearch,
    RedactionFinding,
    ReviewCell,
    ReviewQuestion,
    ReviewRow,
    ReviewTable,
    SavedFilter,
    SavedSearch,
    SearchAlert,
    SearchHabits,
    Source,
    SourceItem,
    StorageCheck,
    Tag,
    TextSignature,
    TextVersion,
    TreatmentCue,
    Upload,
)
from lexintel.models import ApiToken, User
from tasks.models import HealthSample, TaskAttempt, TaskRecord, TopicState, Worker


def add_rows(first: int, last: int) -> None:
    """Rows number `first` to `last` - 1 of each table."""
    for number in range(first, last):
        user = User.objects.create_user(f"person{number}", first_name="Ann", last_name=f"Person {number}")
        case = Case.objects.create(title=f"Case {number}", created_by=user)
        _of_cases(number, case, user)
        document = _of_documents(number, case, user)
        _of_tasks(number, case, user, document)
        _of_schedules(number)
        _of_recordings(number, case, user)
        _of_usage(number, case, user)
        _of_impressions(number, case, user, document)
        _of_ratings(number, case, user, document)
        _of_reports(case, user)
        ApiToken.issue(user, f"token {number}")
        Group.objects.create(name=f"group {number}")


def _of_cases(number: int, case: Case, user: User) -> None:
    Membership.objects.create(case=case, user=user, role=Role.OWNER)
    ruling = Ruling.objects.create(name=f"Roe v. Wade {number}", keys=[f"us:410:{number}"])
    RulingSource.objects.create(ruling=ruling, source="cap", source_id=str(number))
    Importance.objects.create(ruling=ruling, score=0.1, percentile=50, cited_by=3, counted=10, computed=timezone.now())
    Opinion.objects.create(ruling=ruling, source_id="lead", fingerprint=str(number))
    Statute.objects.create(code="usc", title="42", section=str(number), key=f"usc:42:{number}")


def _of_documents(number: int, case: Case, user: User) -> Document:
    document = Document.objects.create(case=case, title=f"Document {number}", created_by=user)
    Document.objects.create(case=case, title=f"Attachment {number}", created_by=user, parent=document)
    AuditEvent.write("document.added", case=case, actor=user, target=document)
    version = TextVersion.objects.create(document=document, number=1)
    Document.objects.filter(pk=document.pk).update(text_version=version)
    Upload.objects.create(case=case, user=user, name=f"file{number}.txt", length=5, document=document)
    LawImport.objects.create(kind="rulings", name=f"clusters{number}.csv", user=user)
    BatesNumbering.objects.create(case=case, prefix="ABC")
    StorageCheck.objects.create(case=case, stored_as=f"{case.pk}/{number:064x}", size=5, state="missing", since=timezone.now())
    source = Source.objects.create(case=case, kind="folder", options={"path": "/srv/scans"}, created_by=user)
    SourceItem.objects.create(source=source, key=str(number), path="letter.txt", outcome="accepted", document=document)
    DocumentTag.objects.create(document=document, tag=Tag.objects.create(case=case, name="Hot"), created_by=user)
    search = SavedSearch.objects.create(case=case, user=user, name="Drift", words={"q": "drift"})
    _of_alerts(search, document)
    conversation = Conversation.objects.create(case=case, owner=user, title="secret words")
    conversation.documents.add(document)
    Message.objects.create(conversation=conversation, number=1, asked_by=user, question="secret words", error="secret words")
    PastSearch.objects.create(case=case, user=user, words={"q": "secret words"}, digest="drift", last=timezone.now())
    SearchHabits.objects.create(user=user)
    SavedFilter.objects.create(case=case, user=user, name="Hot ones", words={"tag": ["Hot"]})
    Download.objects.create(case=case, user=user, count=1, original_bytes=1, expires_at=timezone.now())
    RedactionFinding.objects.create(document=document, page=1, left=1, bottom=1, right=2, top=2, kind="covered", text="secret words")
    DocumentFact.objects.create(document=document, field="court", value="secret words", decided_by=user)
    event = Event.objects.create(case=case, kind="found", date="2021-03-03", text="secret words", decided_by=user, created_by=user)
    EventSource.objects.create(event=event, document=document, text_version=version, page=1, start=0, end=6, quote="secret words")
    FactDecision.objects.create(document=document, field="court", verb="corrected", after="secret words", by=user)
    template = PaperTemplate.objects.create(kind="memo", name=f"Template {number}", text="{{ body }}")
    Paper.objects.create(
        case=case, kind="memo", format="pdf", title="secret words", inputs={"q": "secret words"}, content=[{"t": "para", "runs": []}],
        document=document, template=template, created_by=user,
    )  # fmt: skip
    Page.objects.create(text_version=version, number=1, text="secret words")
    TextSignature.objects.create(document=document, text_version=version, words=2, minhash=b"")
    Note.objects.create(document=document, author=user, text_version=version, page=1, start=0, end=6, words="secret", quote="secret")
    chunk = Chunk.objects.create(text_version=version, index=0, text="secret", page_from=1, page_to=1, start=0, end=6, tokens=1)
    model = EmbeddingModel.objects.create(name=f"model {number}", sha256=str(number), dimensions=384)
    ChunkEmbedding.objects.create(chunk=chunk, model=model, document=document, case_id=case.pk, vector=[0.1] * 384)
    ChunkWords.objects.create(chunk=chunk, document=document, case_id=case.pk, tsv="secret", length=1)
    Citation.objects.create(text_version=version, chunk=chunk, page=1, start=0, end=6, text="410 U.S. 113", key="us:410:113", kind="case")
    CitationDecision.objects.create(document=document, text="secret words", key="us:410:113", verdict="confirmed", by=user)
    AuthorityCheck.objects.create(text_version=version, mark="1", findings=[{"text": "secret words"}])
    mention = {"text": "410 U.S. 113", "key": "us:410:113", "kind": "case"}
    citation = Citation.objects.create(text_version=version, chunk=chunk, page=1, start=0, end=6, **mention)
    said = {"kind": "overruled", "words": "overruled", "quote": "secret words"}
    TreatmentCue.objects.create(document=document, citation=citation, key=citation.key, page=1, start=0, end=6, decided_by=user, **said)
    _of_review(case, user, document)
    Export.objects.create(
        user=user, case=case, what="search", format="csv", options={"filters": {"q": ["secret words"]}}, digest=str(number),
        name="secret words.csv", expires_at=timezone.now(),
    )  # fmt: skip
    return document


def _of_review(case: Case, user: User, document: Document) -> None:
    table = ReviewTable.objects.create(case=case, title="secret words", created_by=user)
    question = ReviewQuestion.objects.create(table=table, number=1, text="secret words")
    row = ReviewRow.objects.create(table=table, number=1, document=document)
    said = {"text": "secret words", "quote": "secret words", "corrected": "secret words", "corrected_by": user}
    ReviewCell.objects.create(row=row, question=question, state="found", corrected_at=timezone.now(), **said)


def _of_recordings(number: int, case: Case, user: User) -> None:
    session = AudioSession.objects.create(case=case, title=f"Hearing {number}", created_by=user, status="ready")
    NoiseLabel.objects.create(session=session, label="hum", start_s=0, end_s=1, user=user)
    NoiseModel.objects.create(number=number + 1, size=1, schema="1", metrics={"accuracy": 0.9, "f1": 0.8, "folds": [{"accuracy": 0.9}]})
    NoiseDetection.objects.create(session=session, version=1, label="speech", start_s=0, end_s=1, confidence=1, level_db=-20)
    ProcessingMetric.objects.create(session=session, version=1, step="decoding", seconds=1, audio_s=60)
    Dictation.objects.create(session=session, speaker="An editor")
    TranscriptSegment.objects.create(session=session, version=1, index=0, start_s=0, end_s=2, text="Secret words.", confidence=0.9)
    AudioPart.objects.create(session=session, version=1, index=0, levels=b"", speech=b"", clipped=b"")
    SessionAnalysis.objects.create(session=session, version=1, figures={"talk": [{"name": "secret words"}]}, made=timezone.now())


def _of_usage(number: int, case: Case, user: User) -> None:
    now = timezone.now()
    APIRequest.objects.create(time=now, method="GET", route="cases/{pk}/", status=200, ms=12.5, size=900, user=user.pk, case=case.pk)
    UsageHour.objects.create(hour=now, method="GET", route="cases/{pk}/", case=case.pk, requests=1, ms=12.5)
    UsageMark.objects.create(pk=number + 1)


def _of_impressions(number: int, case: Case, user: User, document: Document) -> None:
    now = timezone.now()
    counted = {"kind": "document", "case": case, "views": 1}
    Impression.objects.create(target=document.pk, last=now, **counted)
    ImpressionDay.objects.create(day=now.date(), **counted)
    TargetDay.objects.create(target=document.pk, day=now.date(), **counted)
    AppliedImpressions.objects.create(key=f"bundle {number}", applied=now)
    ViewHabits.objects.create(user=user)


def _of_reports(case: Case, user: User) -> None:
    report = DailyReport.objects.create(day="2026-03-04", case=case, figures={"documents_in": 123456}, made=timezone.now())
    ReportSubscription.objects.create(case=case, user=user)
    ReportMail.objects.create(report=report, user=user)


def _of_alerts(search: SavedSearch, document: Document) -> None:
    DocumentArrival.objects.create(document=document, case=document.case)
    alert = SearchAlert.objects.create(search=search, webhook_url="https://secret.example.org/words", secret="secret words")
    notice = AlertNotice.objects.create(alert=alert, words={"q": "secret words"}, number=1)
    AlertHit.objects.create(alert=alert, document=document, notice=notice)
    AlertDelivery.objects.create(notice=notice, way="webhook")


def _of_tasks(number: int, case: Case, user: User, document: Document) -> None:
    record = TaskRecord.objects.create(name="documents.extract", user=user, scope=case.pk, topic=document.topic, status="succeeded")
    TaskAttempt.objects.create(record=record, number=1, started=timezone.now())
    Document.objects.filter(pk=document.pk).update(task_id=record.pk)
    TopicState.objects.create(topic=document.topic, scope=case.pk, status="succeeded", updated=timezone.now())
    Worker.objects.create(kind="web", name=f"web {number}", host="here", pid=number + 1, started=timezone.now(), last_seen=timezone.now())
    TaskResult.objects.create(task_id=f"task {number}")
    TaskResult.objects.create(task_id=f"call {number}", task_name="tasks.health_check", result=f'"{record.pk}"')
    HealthSample.objects.create(ok=False, parts=[{"name": "broker", "ok": False, "ms": 1.0, "detail": "away"}])
    GroupResult.objects.create(group_id=f"group {number}", result="[]")


def _of_ratings(number: int, case: Case, user: User, document: Document) -> None:
    Rating.objects.create(user=user, target_type="document", target_id=document.pk, case=case, value=4)
    RatingScore.objects.create(target_type="document", target_id=document.pk, case=case, count=1, total=4, computed=timezone.now())
    HitVote.objects.create(user=user, case=case, document=document.pk, words={"q": "secret words"}, digest=str(number), useful=True)
    if number < len(TargetType.values):
        RatingPrior.objects.create(target_type=TargetType.values[number], mean=3, computed=timezone.now())


def _of_schedules(number: int) -> None:
    interval = IntervalSchedule.objects.create(every=number + 1, period="days")
    PeriodicTask.objects.create(name=f"schedule {number}", task="documents.extract", interval=interval)
    CrontabSchedule.objects.create(minute=str(number), hour="4")
    ClockedSchedule.objects.create(clocked_time=timezone.now())
    SolarSchedule.objects.create(event="sunset", latitude=number, longitude=number)
