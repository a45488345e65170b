"""The original bytes over HTTP: ranges, conditions, and nothing that runs in our origin."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from documents.models import Document
from documents.ranged import Unsatisfiable, parse_range
from documents.services.storage import blobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(accept) -> Document:
    return accept(bytes(range(65, 91)) * 40_000)


@pytest.fixture
def client(viewer) -> Client:
    client = Client()
    client.force_login(viewer)
    return client


def body(answer) -> bytes:
    """All bytes of an answer, streamed or not."""

    async def collect() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(collect)() if answer.streaming else answer.content


def url(document) -> str:
    return f"/api/documents/{document.pk}/file/"


def test_the_whole_file_comes_with_its_hash_as_tag(client, document):
    answer = client.get(url(document))
    content = blobs.path_of(document).read_bytes()
    assert answer.status_code == 200
    assert body(answer) == content
    assert answer["Content-Length"] == str(len(content))
    assert answer["ETag"] == f'"{document.sha256}"'
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, None), ("bytes=-5", -5, None), ("bytes=1000000-99999999", 1_000_000, None)],
)
def test_a_range_comes_as_partial_content(client, document, wanted, first, last):
    answer = client.get(url(document), headers={"Range": wanted})
    content = blobs.path_of(document).read_bytes()
    expected = content[first : None if last is None else last + 1]
    assert answer.status_code == 206
    assert body(answer) == expected
    start = content.index(expected) if first < 0 else first
    assert answer["Content-Range"].startswith(f"bytes {len(content) + first if first < 0 else start}-")


def test_a_range_behind_the_end_is_416(client, document):
    answer = client.get(url(document), headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{document.size}"


@pytest.mark.parametrize("header", ["bytes=-", "bytes=5-2", "lines=1-2", "bytes=0-1,5-6", "nonsense"])
def test_other_ranges_give_the_whole_file(header):
    assert parse_range(header, 100) is None


@pytest.mark.parametrize(("header", "size"), [("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)])
def test_ranges_of_nothing_can_not_be_satisfied(header, size):
    with pytest.raises(Unsatisfiable):
        parse_range(header, size)


def test_if_range_with_another_tag_gives_the_whole_file(client, document):
    same = client.get(url(document), headers={"Range": "bytes=0-9", "If-Range": f'"{document.sha256}"'})
    other = client.get(url(document), headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_what_the_browser_has_is_not_sent_again(client, document):
    assert client.get(url(document), headers={"If-None-Match": f'"{document.sha256}"'}).status_code == 304


def test_head_tells_the_size_and_sends_nothing(client, document):
    answer = client.head(url(document))
    assert (answer.status_code, answer["Content-Length"]) == (200, str(document.size))
    assert body(answer) == b""


def test_a_web_page_is_never_shown_in_our_origin(accept, client):
    page = accept(b"<html><body><script>alert(1)</script></body></html>", name="evil.html")
    answer = client.get(url(page))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    body(answer)


def test_a_pdf_is_shown_or_saved_as_wished(accept, client):
    pdf = accept(b"%PDF-1.4\n%%EOF", name='quote"name.pdf')
    shown, saved = client.get(url(pdf)), client.get(url(pdf) + "?download=1")
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")
    assert shown["Content-Type"] == "application/pdf"
    body(shown), body(saved)


def test_only_members_may_have_it(document, stranger, editor, token):
    stranger_client = Client()
    stranger_client.force_login(stranger)
    assert stranger_client.get(url(document)).status_code == 404
    assert Client().get(url(document)).status_code == 401
    answer = Client().get(url(document), headers={"Authorization": f"Token {token(editor)}"})
    assert answer.status_code == 200
    body(answer)


def test_missing_bytes_are_said(document, client):
    blobs.remove(document.stored_as)
    assert client.get(url(document)).status_code == 404
    assert client.post(url(document)).status_code in (403, 405)
