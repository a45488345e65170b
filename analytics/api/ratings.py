"""/api/ratings/: what people think of documents, rulings and answers, and whether a hit was useful. Who voted how is told to nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.models import HitVote, Rating
from analytics.models.ratings import TargetType
from analytics.services.ratings import hits, voting
from analytics.services.ratings.judgements import JudgementList
from cases.models import Case
from documents.api.errors import RefusedErrors
from documents.api.searching.words import AskedSerializer

MOST = 200
"""Things that may be asked for at once."""
WRONG = gettext_lazy("A rating is a whole number from 1 to 5.")


class TargetSerializer(serializers.Serializer[Any]):
    target_type = serializers.ChoiceField(choices=TargetType.choices)
    target_id = serializers.UUIDField()


class RatingSerializer(TargetSerializer):
    value = serializers.IntegerField(
        min_value=Rating.LEAST,
        max_value=Rating.MOST,
        error_messages={
            "invalid": WRONG, "min_value": WRONG, "max_value": WRONG, "max_string_length": WRONG, "required": WRONG, "null": WRONG,
        },
    )  # fmt: skip


class TargetsSerializer(serializers.Serializer[Any]):
    target_type = serializers.ChoiceField(choices=TargetType.choices)
    target_id = serializers.ListField(child=serializers.UUIDField(), max_length=MOST, help_text="repeated, at most 200 times")


class StandingSerializer(serializers.Serializer[Any]):
    """How a thing stands with everybody who rated it."""

    average = serializers.FloatField(allow_null=True, help_text="null where nobody has rated it")
    bayesian = serializers.FloatField(help_text="Bayesian average, in which few ratings say little")
    count = serializers.IntegerField(help_text="ratings")


class OwnStandingSerializer(StandingSerializer):
    mine = serializers.IntegerField(allow_null=True, help_text="what you gave it, 1 to 5")


class NamedStandingSerializer(OwnStandingSerializer):
    target_id = serializers.UUIDField()


class RatingView(RefusedErrors, APIView):
    @extend_schema(operation_id="ratings_get", tags=["ratings"], parameters=[TargetSerializer], responses=OwnStandingSerializer)
    def get(self, request: Request) -> Response:
        """How one thing stands, and what you gave it."""
        return Response(OwnStandingSerializer(voting.standing(request.user, *_target(request.query_params))).data)

    @extend_schema(operation_id="ratings_rate", tags=["ratings"], request=RatingSerializer, responses=StandingSerializer)
    def post(self, request: Request) -> Response:
        """Rate a document, a ruling or an answer; rated again it has the new value alone."""
        asked = RatingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        return Response(StandingSerializer(voting.rate(request.user, given["target_type"], given["target_id"], given["value"])).data)

    @extend_schema(operation_id="ratings_take_back", tags=["ratings"], parameters=[TargetSerializer], responses=StandingSerializer)
    def delete(self, request: Request) -> Response:
        """Take your rating back."""
        return Response(StandingSerializer(voting.take_back(request.user, *_target(request.query_params or request.data))).data)


class RatingsView(APIView):
    @extend_schema(
        operation_id="ratings_many", tags=["ratings"], parameters=[TargetsSerializer], responses=NamedStandingSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """How several things stand; what you may not see is left out."""
        asked = TargetsSerializer(
            data={"target_type": request.query_params.get("target_type"), "target_id": request.query_params.getlist("target_id")}
        )
        asked.is_valid(raise_exception=True)
        found = voting.standings(request.user, asked.validated_data["target_type"], asked.validated_data["target_id"])
        told = [{"target_id": pk, **OwnStandingSerializer(standing).data} for pk, standing in found.items()]
        return Response(NamedStandingSerializer(told, many=True).data)


class HitSerializer(AskedSerializer):
    """A search as `words`, as `query`, or only as `q`; and a document that it found."""

    q = serializers.CharField(required=False, max_length=2000, help_text="instead of words: what was typed")
    document = serializers.UUIDField()

    @property
    def asked(self) -> dict[str, Any]:
        found = super().asked
        return found if found is not None else {"q": self.validated_data.get("q", "")}


class HitVoteSerializer(HitSerializer):
    page = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1, help_text="where the hit stands")
    useful = serializers.BooleanField()


class VoteSerializer(serializers.ModelSerializer[HitVote]):
    class Meta:
        model = HitVote
        fields = ["document", "page", "useful", "updated"]


class VotesSerializer(serializers.Serializer[Any]):
    words = serializers.DictField(help_text="of the search, as they are to be sent with a vote")
    votes = VoteSerializer(many=True)


class HitVoteView(RefusedErrors, APIView):
    @extend_schema(operation_id="ratings_hits_get", tags=["ratings"], responses=VotesSerializer)
    def get(self, request: Request) -> Response:
        """Your votes on what a search found; the search is given as in the address of its page (?q=drift&tag=Lab)."""
        asked = {word: list(values) for word, values in request.query_params.lists()}
        words, votes = hits.votes_of(request.user, asked)
        return Response(VotesSerializer({"words": words, "votes": votes}).data)

    @extend_schema(operation_id="ratings_hits_vote", tags=["ratings"], request=HitVoteSerializer, responses=VoteSerializer)
    def post(self, request: Request) -> Response:
        """Say whether a document was useful for a search; said again it is changed."""
        asked = HitVoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        vote = hits.vote(request.user, given["document"], asked.asked, useful=given["useful"], page=given.get("page"))
        return Response(VoteSerializer(vote).data)

    @extend_schema(operation_id="ratings_hits_take_back", tags=["ratings"], request=HitSerializer, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take your vote back."""
        asked = HitSerializer(data=request.data or request.query_params)
        asked.is_valid(raise_exception=True)
        hits.take_back(request.user, asked.validated_data["document"], asked.asked)
        return Response(status=204)


class JudgementSerializer(serializers.Serializer[Any]):
    """What was asked and what somebody thought of what was shown. Of an answer `document`, `title`, `page` and `useful` are empty."""

    kind = serializers.ChoiceField(choices=["hit", "answer"])
    asked = serializers.CharField()
    words = serializers.DictField(help_text="of the search")
    document = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    answer = serializers.UUIDField(allow_null=True, help_text="id of the message")
    useful = serializers.BooleanField(allow_null=True)
    value = serializers.IntegerField(allow_null=True)
    when = serializers.DateTimeField()


class JudgementsView(ListAPIView[Any]):
    """Votes on hits and answers of a case, for its owner, the newest first; who voted is not told."""

    serializer_class = JudgementSerializer
    filter_backends = ()

    def get_queryset(self) -> Any:
        return JudgementList(get_object_or_404(Case.objects.visible_to(self.request.user), pk=self.kwargs["pk"]), self.request.user)


def _target(given: Any) -> tuple[str, UUID]:
    asked = TargetSerializer(data=given)
    asked.is_valid(raise_exception=True)
    return asked.validated_data["target_type"], asked.validated_data["target_id"]
