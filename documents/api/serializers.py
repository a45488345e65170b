"""Documents, pages, citations and processing history as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Role
from documents.models import Citation, Document, DocumentFact, Page, RedactionFinding, Tag, TextVersion
from documents.services.ingest import replacing
from documents.services.pipeline import passwords
from documents.services.reading.failures import remedy_of
from documents.services.reading.overview import who_stopped
from documents.services.storage.names import MAX_TITLE
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
    tags = serializers.SlugRelatedField[Any](slug_field="name", many=True, read_only=True)

    class Meta:
        model = Document
        fields = [
            "id", "case", "title", "kind", "status", "kept", "error", "error_code", "notices", "pages", "name", "mime", "size", "sha256",
            "date", "created", "created_by", "updated", "task_id", "parent", "duplicate_of", "tags",
        ]  # fmt: skip
        read_only_fields = [field for field in fields if field not in ("title", "kind", "date")]


class AttachmentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = ["id", "title", "name", "status", "mime", "size"]


class TextVersionSerializer(serializers.ModelSerializer[TextVersion]):
    class Meta:
        model = TextVersion
        fields = ["number", "source", "engine", "characters", "complete", "created"]


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


class DocumentChangeSerializer(serializers.ModelSerializer[Document]):
    """What a person may correct."""

    class Meta:
        model = Document
        fields = ["title", "kind", "date"]


class FactSerializer(serializers.Serializer[Any]):
    """What is held for true of a field. `value` is text (a date as ISO, a language as its ISO code), of parties a list of {name, role}."""

    field = serializers.ChoiceField(choices=DocumentFact.Field.choices)
    value = serializers.JSONField(allow_null=True)
    shown = serializers.CharField(help_text="the value for people")
    state = serializers.ChoiceField(choices=[*DocumentFact.State.values, "unknown"])
    is_used = serializers.BooleanField(help_text="whether the document itself goes by it; a guess is only shown")
    confidence = serializers.FloatField(allow_null=True, help_text="0 to 1; 1 where a person decided")
    reason = serializers.CharField()
    evidence = serializers.CharField(help_text="the words on which it rests")
    page = serializers.IntegerField(allow_null=True)
    start = serializers.IntegerField(allow_null=True, help_text="code points of the page's text")
    end = serializers.IntegerField(allow_null=True)
    learned_from = serializers.UUIDField(source="learned_from.pk", default=None, allow_null=True, help_text="whose correction taught it")
    decided_by = serializers.CharField(allow_null=True)
    decided = serializers.DateTimeField(allow_null=True)


class PartySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    role = serializers.CharField(max_length=60, allow_blank=True, default="")


class FactsChangeSerializer(serializers.Serializer[Any]):
    """Fields to correct (an empty value says that there is none), names of fields to confirm, names of fields to take back."""

    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False)
    title = serializers.CharField(max_length=MAX_TITLE, required=False)
    date = serializers.DateField(required=False, allow_null=True)
    author = serializers.CharField(max_length=200, required=False, allow_blank=True)
    court = serializers.CharField(max_length=200, required=False, allow_blank=True)
    docket_number = serializers.CharField(max_length=100, required=False, allow_blank=True)
    language = serializers.RegexField(r"^[a-z]{2,3}$", required=False, allow_blank=True)
    parties = serializers.ListField(child=PartySerializer(), required=False, max_length=50)
    confirm = serializers.ListField(child=serializers.ChoiceField(choices=DocumentFact.Field.choices), required=False, max_length=20)
    take_back = serializers.ListField(child=serializers.ChoiceField(choices=DocumentFact.Field.choices), required=False, max_length=20)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({unknown[0]: [_("There is no such field.")]})
        if isinstance(data, dict) and data.get("date") == "":
            data = {**data, "date": None}
        return super().to_internal_value(data)


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


class TaggingSerializer(serializers.Serializer[Any]):
    """Names of tags."""

    add = serializers.ListField(child=serializers.CharField(max_length=Tag.LONGEST), default=list, max_length=50)
    remove = serializers.ListField(child=serializers.CharField(max_length=Tag.LONGEST), default=list, max_length=50)


class ReplacementSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True, write_only=True)


class TryingAgainSerializer(serializers.Serializer[Any]):
    """What failed in a case; with `error_code` for these reasons only."""

    case = serializers.UUIDField()
    error_code = serializers.ListField(child=serializers.CharField(max_length=50), required=False, allow_empty=False, max_length=50)


class CitationSerializer(serializers.ModelSerializer[Citation]):
    target = serializers.SerializerMethodField()

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
            "role",
            "cluster",
            "court",
            "target",
            "ruling",
            "statute",
            "chunk",
        ]

    @extend_schema_field(serializers.UUIDField(allow_null=True, help_text="the document of the same case that a record citation means"))
    def get_target(self, mention: Citation) -> UUID | None:
        return mention.meant.pk if mention.meant is not None else None


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
