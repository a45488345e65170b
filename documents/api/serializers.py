"""Documents, pages, citations and processing history as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Role
from documents.models import Citation, Document, Page, RedactionFinding, TextVersion
from documents.services.ingest import replacing
from documents.services.pipeline import passwords
from documents.services.production import copies, numbering
from documents.services.reading.failures import remedy_of
from documents.services.reading.overview import who_stopped
from tasks.api.serializers import WaitingReasonField
from tasks.base.causes import hopeless_codes
from tasks.models import TaskAttempt, TaskRecord


class NoticeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A document as lists show it."""

    pages = serializers.IntegerField(source="page_count", read_only=True)
    kept = serializers.BooleanField(read_only=True, help_text="ready, but not read: the file itself is all there is")
    notices = NoticeSerializer(many=True, read_only=True)
    created_by = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = Document
        fields = [
            "id", "case", "title", "kind", "status", "kept", "error", "error_code", "notices", "pages", "name", "mime", "size", "sha256",
            "date", "created", "created_by", "updated", "task_id", "parent", "duplicate_of",
        ]  # fmt: skip
        read_only_fields = [field for field in fields if field not in ("title", "kind", "date")]


class AttachmentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = ["id", "title", "name", "status", "mime", "size"]


class TextVersionSerializer(serializers.ModelSerializer[TextVersion]):
    class Meta:
        model = TextVersion
        fields = ["number", "source", "engine", "characters", "created"]


class CanSerializer(serializers.Serializer[Document]):
    """What the asking user may do with the document now."""

    edit = serializers.BooleanField()
    delete = serializers.BooleanField()
    reprocess = serializers.BooleanField()
    cancel = serializers.BooleanField()
    retry = serializers.BooleanField(help_text="where trying again can help")


class RedactionFindingSerializer(serializers.ModelSerializer[RedactionFinding]):
    """Text that can be read in the file though its page does not show it."""

    box = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, read_only=True, help_text="left, bottom, right, top in points of the page"
    )

    class Meta:
        model = RedactionFinding
        fields = ["page", "box", "kind", "text"]


class ToldSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    value = serializers.CharField()


class DisclosuresSerializer(serializers.Serializer[Any]):
    """What a file gives away beside what its pages show."""

    redactions = RedactionFindingSerializer(many=True)
    told = ToldSerializer(many=True)


class DocumentDetailSerializer(DocumentSerializer):
    """A document with everything known of it."""

    attachments = serializers.SerializerMethodField()
    text_version = serializers.SerializerMethodField()
    can = serializers.SerializerMethodField()
    remedies = serializers.SerializerMethodField(help_text="what can be done about not being read, the fitting one first")
    stopped_by = serializers.SerializerMethodField(help_text="who cancelled its reading")

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "language", "metadata", "attachments", "text_version", "can", "remedies", "stopped_by"]

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, document: Document) -> Any:
        return AttachmentSerializer(document.attachments.filter(deleted_at=None).order_by("created", "id"), many=True).data

    @extend_schema_field(TextVersionSerializer(allow_null=True))
    def get_text_version(self, document: Document) -> Any:
        version = document.read_as()
        return TextVersionSerializer(version).data if version else None

    def get_stopped_by(self, document: Document) -> str | None:
        who = who_stopped([document]).get(document.task_id) if document.status == Document.Status.CANCELLED and document.task_id else None
        return str(who) if who else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=["password", "retry", "replace", "keep"])))
    def get_remedies(self, document: Document) -> list[str]:
        return remedies(document, self.context["request"].user)

    @extend_schema_field(CanSerializer)
    def get_can(self, document: Document) -> dict[str, bool]:
        return allowed(document, self.context["request"].user)


def allowed(document: Document, user: Any) -> dict[str, bool]:
    """The verbs open to this user on this document as it is now."""
    role = document.case.role_of(user) if document.case is not None else None
    edits = role is not None and role.includes(Role.EDITOR)
    original = edits and document.duplicate_of_id is None
    failed = document.status == Document.Status.FAILED
    helpless = failed and document.error_code in hopeless_codes()
    return {
        "edit": edits,
        "delete": edits and document.case is not None and not document.case.legal_hold,
        "reprocess": original and not document.processing,
        "cancel": edits and document.processing,
        "retry": original and ((failed and not helpless) or document.status == Document.Status.CANCELLED),
    }


def remedies(document: Document, user: Any) -> list[str]:
    """What this user can do about a document that could not be read: the addresses `password`, `retry`, `replace`, `keep`, the one that
    fits its cause first."""
    can = allowed(document, user)
    if not can["edit"] or document.duplicate_of_id is not None:
        return []
    failed = document.status == Document.Status.FAILED
    open_to_all = {
        "password": passwords.is_asked_for(document),
        "retry": failed and can["retry"],
        "replace": replacing.is_replaceable(document),
        "keep": failed,
    }
    found = [name for name, is_open in open_to_all.items() if is_open]
    return sorted(found, key=lambda name: name != remedy_of(document.error_code)) if failed else found


class SelectionSerializer(serializers.Serializer[Any]):
    """Documents of one case, in the order in which they are to be taken."""

    case = serializers.UUIDField()
    documents = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=10_000)


class BatesSerializer(SelectionSerializer):
    prefix = serializers.CharField(max_length=20, allow_blank=True, default="", trim_whitespace=False)
    digits = serializers.IntegerField(default=6, min_value=numbering.MIN_DIGITS, max_value=numbering.MAX_DIGITS)
    start = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text="absent: where the case's numbering goes on")


class CopiesSerializer(serializers.Serializer[copies.Asked]):
    """What copies are made of; the copies become documents of the case."""

    task_id = serializers.UUIDField()
    documents = serializers.ListField(child=serializers.UUIDField())
    left_out = serializers.ListField(child=serializers.UUIDField(), help_text="no PDF, or not read yet")
    bates_begin = serializers.CharField(source="numbers.begin", default=None, allow_null=True)
    bates_end = serializers.CharField(source="numbers.end", default=None, allow_null=True)


class DocumentChangeSerializer(serializers.ModelSerializer[Document]):
    """What a person may correct."""

    class Meta:
        model = Document
        fields = ["title", "kind", "date"]


class NewDocumentsSerializer(serializers.Serializer[Document]):
    """Files (the field `file`, repeated) for a case."""

    file = serializers.ListField(child=serializers.FileField(allow_empty_file=True), write_only=True)
    case = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False)


class AcceptedSerializer(serializers.Serializer[Any]):
    """One accepted file: a document, or a recording, as the kind in `topic` says. A duplicate has `duplicate_of` and no
    task; several files of one request have a batch."""

    id = serializers.UUIDField(source="item.pk")
    title = serializers.CharField(source="item.title")
    name = serializers.CharField(source="item.name")
    status = serializers.CharField(source="item.status")
    topic = serializers.CharField(source="item.topic", help_text="document:<id>, audio:<id>")
    task_id = serializers.UUIDField(allow_null=True)
    duplicate_of = serializers.UUIDField(source="duplicate_of.pk", allow_null=True, default=None)
    batch = serializers.UUIDField(source="batch_id", allow_null=True)


class PasswordSerializer(serializers.Serializer[Any]):
    """It is kept sealed, for this document only, and never given out."""

    password = serializers.CharField(max_length=passwords.LONGEST, trim_whitespace=False, write_only=True, style={"input_type": "password"})


class ReplacementSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True, write_only=True)


class TryingAgainSerializer(serializers.Serializer[Any]):
    """What failed in a case; with `error_code` for these reasons only."""

    case = serializers.UUIDField()
    error_code = serializers.ListField(child=serializers.CharField(max_length=50), required=False, allow_empty=False, max_length=50)


class RereadingSerializer(serializers.Serializer[Any]):
    """Documents of one case to read anew; without `documents` all of it, with `kept` only what lies there unread."""

    case = serializers.UUIDField()
    kept = serializers.BooleanField(default=False)
    documents = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=10_000)


class CitationSerializer(serializers.ModelSerializer[Citation]):
    class Meta:
        model = Citation
        fields = [
            "id",
            "page",
            "start",
            "end",
            "text",
            "key",
            "pin",
            "kind",
            "method",
            "confidence",
            "name",
            "year",
            "ruling",
            "statute",
            "chunk",
        ]


class SpanSerializer(serializers.Serializer[Any]):
    """A passage's part of a page, in code points of the page's text."""

    id = serializers.IntegerField()
    index = serializers.IntegerField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class PageSerializer(serializers.ModelSerializer[Page]):
    """One page. `raw` (what the parser gave) only with ?raw=1."""

    pages = serializers.IntegerField(read_only=True, help_text="how many pages the document has")
    chunks = SpanSerializer(many=True, read_only=True)
    citations = CitationSerializer(many=True, read_only=True)

    class Meta:
        model = Page
        fields = ["number", "pages", "label", "text", "raw", "needs_ocr", "width", "height", "chunks", "citations"]

    def to_representation(self, instance: Page) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not self.context.get("raw"):
            del shown["raw"]
        return shown


class MatchSerializer(serializers.Serializer[Any]):
    """Where something was found: code points of the page's text."""

    page = serializers.IntegerField()
    part = serializers.IntegerField(help_text="of a long page, from 1")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    nth = serializers.IntegerField(help_text="the how-manieth on its page, from 0")
    before = serializers.CharField()
    words = serializers.CharField()
    after = serializers.CharField()


class PlacedWordSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    left = serializers.FloatField()
    top = serializers.FloatField()
    right = serializers.FloatField()
    bottom = serializers.FloatField()
    confidence = serializers.FloatField(help_text="0 to 1")


class RecognisedSerializer(serializers.Serializer[Page]):
    """What text recognition found on a page; no words and no engine where it read none of it."""

    width = serializers.FloatField(allow_null=True)
    height = serializers.FloatField(allow_null=True)
    engine = serializers.CharField(source="recognised.engine", default="")
    confidence = serializers.FloatField(source="recognised.confidence", default=None, allow_null=True)
    turn = serializers.IntegerField(source="recognised.turn", default=0)
    words = serializers.SerializerMethodField()

    @extend_schema_field(PlacedWordSerializer(many=True))
    def get_words(self, page: Page) -> list[dict[str, Any]]:
        found = page.recognised
        if found is None:
            return []
        names = ("left", "top", "right", "bottom", "confidence")
        return [{"text": found.text[start:end], **dict(zip(names, placed, strict=True))} for start, end, *placed in found.words]


class AttemptSerializer(serializers.ModelSerializer[TaskAttempt]):
    class Meta:
        model = TaskAttempt
        fields = ["number", "executor", "worker", "started", "ended", "outcome", "error_class", "message"]


class HistorySerializer(serializers.ModelSerializer[TaskRecord]):
    """One task of the document's processing, with its attempts."""

    attempts = AttemptSerializer(many=True, read_only=True)
    waiting = WaitingReasonField()

    class Meta:
        model = TaskRecord
        fields = [
            "id", "name", "status", "attempt", "percent", "step", "message", "error", "error_code", "created", "started_at", "finished_at",
            "run_after", "waiting", "attempts",
        ]  # fmt: skip
