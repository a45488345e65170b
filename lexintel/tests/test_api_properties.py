"""Whatever is sent to the API, each answer is one that the schema names, and errors are in the API's form.

Requests are drawn from the schema itself: for every operation and every kind of person, parameters and bodies that fit, that almost fit
and that do not fit at all. The draw is the same at each run.
"""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
ROUNDS = 14
STRANGE = ["", "0", "-1", "\x00", "'", "ünï", "9" * 30, "null", "true", "[]", "x" * 3000, "%", "../..", "2026-02-30", "1e9", "\u202e", "🦀"]


class Draw:
    """Values for schemas, by a fixed chance."""

    def __init__(self, seed: int, schemas: dict[str, Any], known: list[str]) -> None:
        self.chance, self.schemas, self.known = random.Random(seed), schemas, known

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        if self.chance.random() < 0.15:
            return self.chance.choice([*STRANGE, None, 7, -1, 1e300, [], {}, True])
        if "$ref" in schema:
            return self.value(self.schemas[schema["$ref"].rpartition("/")[2]], depth + 1)
        for joint in ("allOf", "oneOf", "anyOf"):
            if joint in schema:
                return self.value(self.chance.choice(schema[joint]), depth + 1)
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        kind = schema.get("type", "string")
        if kind == "object":
            wanted = schema.get("properties", {})
            return {name: self.value(inner, depth + 1) for name, inner in wanted.items() if self.chance.random() < 0.8 and depth < 5}
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(self.chance.randrange(3))]
        return self._plain(kind, schema)

    def _plain(self, kind: str, schema: dict[str, Any]) -> Any:
        if kind in ("integer", "number"):
            return self.chance.choice([0, 1, 2, 50, -1, 10**9, 10**20])
        if kind == "boolean":
            return self.chance.random() < 0.5
        if schema.get("format") == "uuid":
            return self.chance.choice([*self.known, str(uuid.UUID(int=self.chance.getrandbits(128))), "no-uuid"])
        if schema.get("format") == "date-time":
            return self.chance.choice(["2026-01-01T00:00:00Z", "0373-10-20T08:05:38-23:19", "9999-12-31T23:59:59-14:00"])
        if schema.get("format") == "date":
            return self.chance.choice(["2026-01-01", "0001-01-01", "9999-12-31", "2026-13-01"])
        return self.chance.choice(["Roe", "breach AND", '"open', "cite:x", "title:", "-pending", "status", *STRANGE])


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(public=True)


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    methods = ("get", "post", "put", "patch", "delete", "head")
    return [(path, method, one[method]) for path, one in schema["paths"].items() for method in methods if method in one]


@pytest.fixture
def things(case, owner, settings, tmp_path) -> list[str]:
    """Ids of what exists: a case, its owner, a document, a task, a batch."""
    from documents.models import Document
    from tasks.batches import control
    from tasks.manager import manager

    settings.TASK_EXECUTOR = "background"
    document = Document.objects.create(case=case, title="Complaint", name="complaint.txt", mime="text/plain", created_by=owner)
    task = manager.submit("tasks.health_check", {}, scope=case.pk, user=owner)
    batch = control.create("upload", "Two files", case.pk, owner, expected=2)
    return [str(one.pk) for one in (case, owner, document, task, batch)]


@pytest.mark.parametrize("person", ["owner", "viewer", "stranger", "admin_user", ""])
def test_no_answer_that_the_schema_does_not_name(request, schema, things, person, django_assert_max_num_queries):
    client: Any = APIClient(raise_request_exception=False)
    if person:
        client.force_authenticate(request.getfixturevalue(person))
    draw = Draw(hash_of(person), schema["components"]["schemas"], things)
    wrong: list[str] = []
    asked = 0
    for _ in range(ROUNDS):
        for path, method, operation in operations(schema):
            if path == "/api/auth/token/" and asked > 20:
                continue
            asked += 1
            wrong += misfit(send(client, draw, path, method, operation), path, method, operation)
    assert asked > 400
    assert not sorted(set(wrong))


def hash_of(person: str) -> int:
    return sum(map(ord, person)) + 1


def send(client: Any, draw: Draw, path: str, method: str, operation: dict[str, Any]) -> Any:
    parameters = operation.get("parameters", [])
    for parameter in (one for one in parameters if one["in"] == "path"):
        drawn = str(draw.value(parameter["schema"])).replace("/", "-") or "x"
        path = path.replace("{" + parameter["name"] + "}", drawn)
    query = {one["name"]: draw.value(one["schema"]) for one in parameters if one["in"] == "query" and draw.chance.random() < 0.5}
    query = {name: value for name, value in query.items() if not isinstance(value, dict | list | type(None))}
    headers = {one["name"]: str(draw.chance.choice([0, 5, "x"])) for one in parameters if one["in"] == "header"}
    body = operation.get("requestBody", {}).get("content", {})
    call = getattr(client, method)
    if method in ("get", "head", "delete") or not body:
        return call(path, query, headers=headers) if method in ("get", "head") else call(path, headers=headers)
    kind = draw.chance.choice(list(body))
    drawn = draw.value(body[kind]["schema"])
    if kind == "application/json" or draw.chance.random() < 0.2:
        return call(path, json.dumps(drawn), content_type="application/json", headers=headers)
    return call(path, str(drawn).encode("utf-8", "replace"), content_type=draw.chance.choice([kind, "text/plain"]), headers=headers)


def misfit(reply: Any, path: str, method: str, operation: dict[str, Any]) -> list[str]:
    named = operation["responses"].get(str(reply.status_code))
    where = f"{method.upper()} {path}: {reply.status_code}"
    if named is None:
        return [f"{where} is not in the schema"]
    if reply.status_code == 500:
        return [f"{where} is a mistake of ours"]
    if reply.status_code >= 400 and method != "head":
        answer = json.loads(reply.content)
        if not (isinstance(answer, list) or ("detail" in answer) or all(isinstance(value, list | dict) for value in answer.values())):
            return [f"{where} has another form: {answer}"]
        if "position" in json.dumps(named) and "detail" in answer and "position" not in answer:
            return [f"{where} has no position"]
    return []


def test_a_search_that_cannot_be_understood_says_where(client: Client, owner):
    client.force_login(owner)
    for query in ("", '"open', "a AND", "NOT", "x" * 5000, "(", ")", "cite:nothing"):
        reply = client.get("/api/search/", {"q": query})
        assert reply.status_code != 400 or "position" in reply.json() or "q" in reply.json(), reply.json()
