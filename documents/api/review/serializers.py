from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents import sheets
from documents.api.selections import NarrowingSerializer, SelectionSerializer
from documents.models import ReviewQuestion, ReviewTable
from documents.services.bulk.selection import MOST
from documents.services.review.showing import NARROWINGS, ShownCell, ShownRow
from documents.services.review.tables import LONGEST_QUESTION, LONGEST_TITLE


class ReviewQuestionSerializer(serializers.ModelSerializer[ReviewQuestion]):
    """A column; `number` is its place, from 1 at the left."""

    class Meta:
        model = ReviewQuestion
        fields = ["id", "number", "text"]


class ReviewCountsSerializer(serializers.Serializer[Any]):
    """Of its cells: each is in one of the four states; `corrected` and `stale` (the document was read anew since) come on top."""

    rows = serializers.IntegerField()
    cells = serializers.IntegerField()
    waiting = serializers.IntegerField()
    found = serializers.IntegerField()
    nothing = serializers.IntegerField()
    failed = serializers.IntegerField()
    corrected = serializers.IntegerField()
    stale = serializers.IntegerField()


class ReviewTableSerializer(serializers.ModelSerializer[ReviewTable]):
    """`batch` is what fills it, or filled it last: followed, paused, resumed, cancelled and tried again at /api/batches/{id}/."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    created_by = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = ReviewTable
        fields = ["id", "case", "title", "batch", "url", "created", "created_by", "updated"]
        read_only_fields = ["id", "case", "batch", "created", "updated"]


class WholeReviewTableSerializer(ReviewTableSerializer):
    """With its columns and what is in it; the rows are at rows/, page by page."""

    questions = ReviewQuestionSerializer(many=True, read_only=True)
    counts = serializers.SerializerMethodField()

    class Meta(ReviewTableSerializer.Meta):
        fields = [*ReviewTableSerializer.Meta.fields, "questions", "counts"]

    @extend_schema_field(ReviewCountsSerializer)
    def get_counts(self, table: ReviewTable) -> dict[str, int]:
        return dict(ReviewCountsSerializer(self.context["counts"]).data)


class NewReviewTableSerializer(SelectionSerializer):
    """A table of the `documents`, or of all that fit `filter` ({}: all of the case)."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    questions = serializers.ListField(child=serializers.CharField(max_length=LONGEST_QUESTION), allow_empty=False, max_length=100)


class ReviewTableChangeSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)


class NewReviewQuestionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_QUESTION)


class ReviewQuestionChangeSerializer(serializers.Serializer[Any]):
    """Another text empties the column; what people wrote there stays, unless `keep_corrections` is false."""

    text = serializers.CharField(max_length=LONGEST_QUESTION, required=False)
    number = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    keep_corrections = serializers.BooleanField(default=True)


class NewReviewRowsSerializer(serializers.Serializer[Any]):
    """`documents` of the table's case, or all that fit `filter`."""

    documents = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=MOST)
    filter = NarrowingSerializer(required=False)


class AddedRowsSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="rows that are new; documents that had one already keep it")


class ReviewFillSerializer(serializers.Serializer[Any]):
    """Without `anew` only empty cells are filled. "stale": also those whose document was read anew since; "failed"; "nothing"."""

    anew = serializers.ListField(child=serializers.ChoiceField(choices=["stale", "failed", "nothing"]), required=False, max_length=3)


class FillingSerializer(serializers.Serializer[Any]):
    batch = serializers.UUIDField(source="batch.pk")
    tasks = serializers.IntegerField(help_text="rows that are filled by it; those that are being filled already are not counted")


class ReviewCellChangeSerializer(serializers.Serializer[Any]):
    """`text` is what stands there from now on, "" that there is nothing; `corrected` null takes that back."""

    text = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    corrected = serializers.JSONField(required=False, allow_null=True, help_text="only null")


class ReviewCellSerializer(serializers.Serializer[ShownCell]):
    """`text` is what stands there; `found` and `quote` are what the document says, also beside a correction; `url` leads to the words."""

    id = serializers.IntegerField(source="cell.pk")
    question = serializers.IntegerField(source="cell.question_id")
    state = serializers.CharField(source="cell.state")
    text = serializers.CharField()
    found = serializers.CharField(source="cell.text")
    quote = serializers.CharField(source="cell.quote")
    page = serializers.IntegerField(source="cell.page", allow_null=True)
    url = serializers.CharField()
    error = serializers.CharField(source="cell.error")
    stale = serializers.BooleanField()
    corrected = serializers.BooleanField()
    corrected_by = serializers.CharField(source="cell.corrected_by", allow_null=True)
    corrected_at = serializers.DateTimeField(source="cell.corrected_at", allow_null=True)


class ReviewRowSerializer(serializers.Serializer[ShownRow]):
    id = serializers.IntegerField(source="row.pk")
    document = serializers.UUIDField(source="document.pk")
    title = serializers.CharField(source="document.title")
    kind = serializers.CharField(source="document.kind")
    status = serializers.CharField(source="document.status")
    cells = ReviewCellSerializer(many=True)


class ReviewRowsQuerySerializer(serializers.Serializer[Any]):
    only = serializers.ChoiceField(choices=list(NARROWINGS), required=False, help_text="rows that have such a cell")
    order = serializers.RegexField(
        r"^-?(title|\d{1,18})$", required=False, help_text="title, or the id of a question; - in front: backwards"
    )


class ReviewExportQuerySerializer(ReviewRowsQuerySerializer):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "format": serializers.ChoiceField(choices=list(sheets.TYPES), default="xlsx")}
