"""Getting a token for a program."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, Throttled
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lexintel.accounts.passwords import seconds_to_wait
from lexintel.accounts.people import make_token
from lexintel.accounts.throttle import sentence
from tasks.base.json_bodies import JSONParser

NAME = "made with name and password"


class SignInSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=500, trim_whitespace=False, style={"input_type": "password"})
    name = serializers.CharField(max_length=100, required=False, help_text=_("what the token is for, as shown in the list of tokens"))


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()


class TokenView(APIView):
    """Name and password for a token; send it as `Authorization: Token <token>`."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    parser_classes = [JSONParser, FormParser]

    @extend_schema(
        operation_id="auth_token_create",
        request=SignInSerializer,
        responses={
            200: TokenSerializer,
            401: OpenApiResponse(description="wrong name or password"),
            429: OpenApiResponse(description="too many tries"),
        },
    )
    def post(self, request: Request) -> Response:
        form = SignInSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = authenticate(request._request, username=form.validated_data["username"], password=form.validated_data["password"])
        if user is None and (seconds := seconds_to_wait(request._request)):
            throttled = Throttled(seconds)
            throttled.detail = ErrorDetail(sentence(seconds), "throttled")
            raise throttled
        if user is None:
            raise AuthenticationFailed(_("That name and password do not match. Mind upper and lower case."), code="wrong_login")
        key = make_token(user, form.validated_data.get("name", NAME), days=None)
        return Response({"token": key}, status=status.HTTP_200_OK)

    def get_authenticate_header(self, request: Request) -> str:
        """With it a wrong password answers 401; without, REST framework makes it 403."""
        return "Token"
