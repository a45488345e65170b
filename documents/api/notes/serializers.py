"""Notes as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.models import Note
from documents.services.annotations.anchoring import AROUND, Anchor
from documents.services.annotations.notes import LONGEST_BODY, LONGEST_QUOTE, may_change


class DocumentNoteSerializer(serializers.ModelSerializer[Note]):
    """A note, or with an empty `body` a highlight. Its place is [start, end) in the text of its page."""

    case = serializers.UUIDField(source="document.case_id", read_only=True, allow_null=True)
    reading = serializers.IntegerField(
        source="text_version.number", read_only=True, default=None, allow_null=True, help_text="number of the reading that has it there"
    )
    lost = serializers.BooleanField(read_only=True, help_text="not found in the present reading; its place is that of an earlier one")
    author = serializers.StringRelatedField[Any](read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    can_change = serializers.SerializerMethodField(help_text="whether you may change or delete it")

    class Meta:
        model = Note
        fields = [
            "id", "document", "case", "page", "start", "end", "words", "nth", "reading", "lost", "quote", "before", "after", "body",
            "colour", "private", "author", "created", "updated", "url", "can_change",
        ]  # fmt: skip

    def get_can_change(self, note: Note) -> bool:
        return may_change(note, self.context["request"].user, note.role)


class DocumentNoteChangeSerializer(serializers.ModelSerializer[Note]):
    body = serializers.CharField(max_length=LONGEST_BODY, allow_blank=True, required=False)

    class Meta:
        model = Note
        fields = ["body", "colour", "private"]


class NewDocumentNoteSerializer(DocumentNoteChangeSerializer):
    """Words of a page: with `start` where they begin in its text, else they are looked for; `before` and `after` help to tell places
    apart."""

    page = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    quote = serializers.CharField(max_length=LONGEST_QUOTE, trim_whitespace=False)
    start = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    before = serializers.CharField(required=False, allow_blank=True, max_length=AROUND, trim_whitespace=False)
    after = serializers.CharField(required=False, allow_blank=True, max_length=AROUND, trim_whitespace=False)

    class Meta(DocumentNoteChangeSerializer.Meta):
        fields = ["page", "quote", "start", "before", "after", "body", "colour", "private"]

    def anchor(self) -> Anchor:
        typed = self.validated_data
        return Anchor(typed["quote"], typed.get("before", ""), typed.get("after", ""), typed["page"], typed.get("start", 0))

    def of_note(self) -> dict[str, Any]:
        return {name: self.validated_data[name] for name in ("body", "colour", "private") if name in self.validated_data}
