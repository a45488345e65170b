"""Vectors of passages and queries, with the real model; the service of another machine is a small real HTTP server."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from cases.models import Case
from documents.models import Chunk, ChunkEmbedding, Document, EmbeddingModel, TextVersion
from documents.services import embedding
from documents.services.embedding import conversion, reference, weights
from documents.services.embedding.errors import EmbeddingUnavailable
from documents.services.embedding.local import LocalEmbedding
from documents.services.embedding.remote import RemoteEmbedding, endpoint
from documents.services.embedding.service import build
from documents.services.embedding.tokens import Tokens
from tasks import service_registry
from tasks.errors import PermanentError, RetryableError

LEASE = "The tenant shall pay rent on the first day of each calendar month, without demand or set-off. "


@pytest.fixture(scope="module")
def local() -> LocalEmbedding:
    service = LocalEmbedding(weights.embedded_folder())
    service.load()
    return service


@pytest.fixture(scope="module")
def shared_file(local) -> Path:
    """What `local` was loaded from."""
    return conversion.location(weights.embedded_folder())


@pytest.fixture
def own_var(settings, tmp_path):
    settings.VAR = tmp_path / "var"
    return settings.VAR


@pytest.fixture
def made(shared_file, own_var) -> Path:
    """The converted file, in a folder of the test's own."""
    path = conversion.location(weights.embedded_folder())
    path.parent.mkdir(parents=True)
    for suffix in (".onnx", ".sha256"):
        shutil.copy(shared_file.with_suffix(suffix), path.with_suffix(suffix))
    return path


# --- the vectors


def test_a_vector_agrees_with_the_float32_model(local):
    folder = weights.embedded_folder()
    tensors, architecture = weights.read_safetensors(folder.weights), weights.Architecture.read(folder)
    texts = ["Defendant's motion in limine is denied.", "e-mail of 3 March about the boiler", LEASE * 9]
    exact = np.stack([reference.encode(tensors, architecture, local.tokenizer.ids(text)) for text in texts])
    assert (local.embed(texts) * exact).sum(axis=1).min() >= 0.98


def test_texts_of_like_meaning_are_nearer_than_others(local):
    question = local.embed_query("Did the lessee fall behind with the monthly payments?")
    passages = local.embed(
        [
            "Tenant has not paid rent since February and owes three installments.",
            "The witness saw a red truck leave the loading dock.",
            "This Agreement is governed by the laws of Delaware.",
        ]
    )
    assert (passages @ question).argmax() == 0


def test_vectors_have_length_one_and_their_declared_size(local):
    vectors = local.embed(["", "x", LEASE])
    assert vectors.shape == (3, local.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(local):
    assert local.embed([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_its_neighbours(local):
    texts = [LEASE, "Short.", LEASE * 5]
    together = local.embed(texts)
    assert all(np.array_equal(together[index], local.embed([text])[0]) for index, text in enumerate(texts))


def test_threads_share_one_model(local):
    texts = [f"Exhibit {number} is admitted. {LEASE}" for number in range(24)]
    expected = local.embed(texts)
    with ThreadPoolExecutor(6) as pool:
        found = np.stack(list(pool.map(lambda text: local.embed([text])[0], texts)))
    assert np.array_equal(found, expected)


def test_a_text_is_read_up_to_256_tokens(local):
    assert len(local.tokenizer.ids(LEASE * 40)) == 256
    assert np.array_equal(local.embed_query(LEASE * 40), local.embed_query(LEASE * 60))


@pytest.mark.parametrize("text", ["\x00\x00", "\ud800 half a character", "法院驳回了动议", "🙂" * 300, "x" * 5000, " \n\t"])
def test_strange_texts_still_have_a_vector(local, text):
    assert np.isfinite(local.embed_query(text)).all()


def test_a_query_is_remembered_and_cannot_be_changed(local):
    first = local.embed_query("statute of limitations")
    assert local.embed_query(" statute of limitations ") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_progress_is_told_and_may_stop_the_work(local):
    told: list[int] = []
    local.embed(["a"] * 10, on_batch=told.append)
    assert told == [4, 8, 10]

    def cancel(_done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        local.embed(["a"] * 10, on_batch=cancel)


def test_a_text_has_the_pieces_that_its_tokenizer_gives_it(local, monkeypatch):
    """Words are looked up one by one; accents, scripts, controls and special tokens must not make a difference, nor forgetting."""
    tokenizer = Tokenizer.from_buffer(weights.embedded_folder().verified_tokenizer())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    choice = random.Random(7).choice
    odd = [
        "a",
        "Σ",
        "e\u0301",
        "[SEP]",
        "F.3d",
        "§",
        "\v",
        "\f",
        "\x1c",
        "\x85",
        "\xa0",
        "\u200b",
        "\u2028",
        "\ufffd",
        "\0",
        "\n",
        " ",
        "漢",
        "🙂",
        "ﬁ",
        "x" * 130,
    ]
    texts = ["".join(choice(odd) for _ in range(length % 60)) for length in range(2000)] + [LEASE, "", "See Roe v. Wade, 410 U.S. 113."]
    for remembered in (30_000, 50):
        monkeypatch.setattr("documents.services.embedding.tokens.REMEMBERED", remembered)
        assert all(local.tokenizer.ids(text).tolist() == tokenizer.encode(text).ids for text in texts if len(tokenizer.encode(text)) <= 256)


def test_a_tokenizer_that_is_not_berts_is_asked_for_the_whole_text():
    """A multilingual BERT of the administrator's choice may come with one that cuts sentences, not words."""
    tokenizer = Tokenizer(Unigram([("<unk>", 0.0), ("▁", -2.0), ("▁pay", -3.0), ("▁rent", -3.0), ("s", -4.0), ("e", -4.0)], 0, False))
    tokenizer.pre_tokenizer = Metaspace()
    tokens = Tokens(tokenizer.to_str().encode())
    assert tokens.ids("pay rents").tolist() == tokenizer.encode("pay rents").ids == [2, 3, 4]
    assert tokens.counts({"pay", "rents"}) == {"pay": 1, "rents": 2}


def test_offsets_are_code_points_of_the_whole_text(local):
    text = "Café 🙂 sued.\n" * 200
    offsets = local.tokenizer.encode_offsets(text)
    assert len(offsets) == local.tokenizer.count(text) > 256
    pieces = [text[start:end] for start, end in offsets[:4]]
    assert pieces == ["Café", "🙂", "sued", "."]
    assert text[slice(*offsets[-1])] == "."


def test_a_forked_child_makes_the_same_vectors(local):
    expected = local.embed([LEASE])
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, local.embed([LEASE]).tobytes())
        os._exit(0)
    os.waitpid(child, 0)
    assert np.array_equal(np.frombuffer(os.read(read, 384 * 4), np.float32), expected[0])


# --- the converted file


def test_the_model_is_converted_once_and_its_hash_recorded(made):
    before = made.stat().st_mtime_ns
    assert conversion.converted(weights.embedded_folder()) == made
    assert made.stat().st_mtime_ns == before
    assert made.with_suffix(".sha256").read_text().split()[0] == hashlib.sha256(made.read_bytes()).hexdigest()


@pytest.mark.parametrize("damage", ["one byte", "cut", "no record"])
def test_a_damaged_model_is_made_again(made, local, damage):
    content = made.read_bytes()
    if damage == "one byte":
        made.write_bytes(content[:1_000_000] + bytes([content[1_000_000] ^ 1]) + content[1_000_001:])
    elif damage == "cut":
        made.write_bytes(content[: len(content) // 2])
    else:
        made.with_suffix(".sha256").unlink()
    again = LocalEmbedding(weights.embedded_folder())
    assert np.array_equal(again.embed([LEASE]), local.embed([LEASE]))
    assert made.read_bytes() == content


def test_two_processes_that_start_together_convert_once(own_var):
    code = (
        "import logging; logging.basicConfig(level='INFO');"
        "from documents.services.embedding.conversion import converted;"
        "from documents.services.embedding.weights import embedded_folder;"
        "converted(embedded_folder())"
    )
    environment = os.environ | {"LEXINTEL_VAR": str(own_var), "DJANGO_SETTINGS_MODULE": "lexintel.settings", "PYTHONPATH": os.getcwd()}
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    logs = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], logs
    assert "".join(logs).count("Made the embedding model") == 1
    assert sorted(path.suffix for path in (own_var / "models").iterdir()) == [".lock", ".onnx", ".sha256"]


def test_seven_bits_serve_processors_that_saturate(own_var, monkeypatch, caplog):
    monkeypatch.setattr(conversion, "STEPS", (2, 63))
    with caplog.at_level("INFO"):
        conversion.converted(weights.embedded_folder())
    assert "Made the embedding model" in caplog.text


def test_a_model_that_cannot_be_quantised_well_is_refused(own_var, monkeypatch):
    monkeypatch.setattr(conversion, "STEPS", (2,))
    with pytest.raises(EmbeddingUnavailable, match="does not agree"):
        conversion.converted(weights.embedded_folder())
    assert not list((own_var / "models").glob("*.onnx"))


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_changed_bytes_in_the_package_are_refused(own_var, tmp_path, file):
    folder = weights.embedded_folder()
    copy = tmp_path / "copy"
    shutil.copytree(folder.path, copy)
    with (copy / file).open("r+b") as changed:
        changed.seek(5000)
        changed.write(b"!")
    forged = weights.ModelFolder(folder.name, copy, folder.weights_sha256, folder.tokenizer_sha256)
    with pytest.raises(EmbeddingUnavailable, match="not the file LexIntel expects"):
        LocalEmbedding(forged).load()


def test_a_missing_package_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr(weights, "EMBEDDED_PACKAGES", ("no_such_package",))
    with pytest.raises(EmbeddingUnavailable, match="Install requirements-embedded"):
        weights.embedded_folder()


# --- a folder of the administrator's


def test_a_local_folder_is_used_and_named_after_its_bytes(own_var, settings, tmp_path, local):
    folder = tmp_path / "our-model"
    shutil.copytree(weights.embedded_folder().path, folder)
    settings.EMBEDDING_FOLDER = str(folder)
    service = build()
    assert (service.name, service.sha256) == ("our-model-int8-1", weights.EMBEDDED_WEIGHTS)
    assert np.array_equal(service.embed([LEASE]), local.embed([LEASE]))


@pytest.mark.parametrize(("change", "message"), [({"hidden_size": 768}, "768"), ({"model_type": "xlm-roberta"}, "not a BERT")])
def test_a_model_that_does_not_fit_is_refused(own_var, settings, tmp_path, change, message):
    folder = tmp_path / "other"
    shutil.copytree(weights.embedded_folder().path, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    settings.EMBEDDING_FOLDER = str(folder)
    with pytest.raises(EmbeddingUnavailable, match=message):
        build()


def test_an_incomplete_folder_is_refused(settings, tmp_path):
    settings.EMBEDDING_FOLDER = str(tmp_path)
    with pytest.raises(EmbeddingUnavailable, match=r"lacks model\.safetensors"):
        build()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("EMBEDDING_FOLDER", "/no/such/folder", "not a folder"),
        ("EMBEDDING_URL", "ftp://host/v1", "must look like"),
        ("EMBEDDING_URL", "http://host/v1", "needs EMBEDDING_MODEL"),
    ],
)
def test_a_wrong_setting_stops_the_start(settings, name, value, message):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=message):
        embedding.register()


# --- another machine's service


class Endpoint:
    """A real HTTP server whose answer each test decides: `respond(payload) -> (status, body)`."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], dict]] = []
        self.respond: Callable[[dict], tuple[int, object]] = lambda payload: (200, vectors_for(payload))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(endpoint) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.seen.append((self.path, dict(self.headers), payload))
                status, body = endpoint.respond(payload)
                content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", endpoint.url + "/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args) -> None:
                """Quiet."""

        return Handler


def vectors_for(payload: dict, size: int = 384) -> dict:
    """Answers in reverse order, as the protocol allows, with vectors that are not of length 1."""
    rows = [{"index": index, "embedding": [float(len(text)), 2.0] + [0.0] * (size - 2)} for index, text in enumerate(payload["input"])]
    return {"data": rows[::-1]}


@pytest.fixture
def server():
    endpoint = Endpoint()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


@pytest.fixture
def remote(server, local) -> RemoteEmbedding:
    return RemoteEmbedding(server.url, "some-model", "sekret", local.tokenizer)


def test_another_machines_vectors_are_put_in_order_and_normalised(server, remote):
    told: list[int] = []
    vectors = remote.embed(["x" * length for length in range(1, 41)], on_batch=told.append)
    assert vectors.shape == (40, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(vectors[:, 0] / vectors[:, 1] * 2, np.arange(1, 41))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert told == [32, 40]
    path, headers, payload = server.seen[0]
    assert (path, headers["Authorization"], payload["model"]) == ("/v1/embeddings", "Bearer sekret", "some-model")


def test_no_texts_ask_nobody(server, remote):
    assert remote.embed([]).shape == (0, 384)
    assert server.seen == []


def test_a_remote_query_is_asked_once(server, remote):
    assert remote.embed_query("fraud") is remote.embed_query("fraud")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_later(server, remote, status):
    server.respond = lambda payload: (status, "overloaded")
    with pytest.raises(RetryableError, match=f"{status}: overloaded"):
        remote.embed(["a"])


def test_a_service_that_is_away_is_asked_again_later(server, remote):
    server.server.shutdown()
    server.server.server_close()
    with pytest.raises(RetryableError, match="does not answer"):
        remote.embed(["a"])


def test_a_service_that_hangs_is_asked_again_later(server, remote, monkeypatch):
    monkeypatch.setattr("documents.services.embedding.remote.QUERY_TIMEOUT", 0.3)
    server.respond = lambda payload: (time.sleep(1), (200, vectors_for(payload)))[1]
    with pytest.raises(RetryableError, match="does not answer"):
        remote.embed_query("a")


@pytest.mark.parametrize("status", [400, 401, 404, 307])
def test_a_refusal_is_final_and_redirects_are_not_followed(server, remote, status):
    server.respond = lambda payload: (status, "no such model")
    with pytest.raises(PermanentError, match=f"{status}: no such model"):
        remote.embed(["a"])
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda payload: vectors_for(payload, 768), "768 numbers, but LexIntel stores 384"),
        (lambda payload: {"data": []}, "wrong number"),
        (lambda payload: {"error": "x"}, "not a list of vectors"),
        (lambda payload: "<html>", "not a list of vectors"),
        (lambda payload: [1, 2], "not a list of vectors"),
        (lambda payload: {"data": [{"index": 0, "embedding": [0.0] * 384}]}, "means nothing"),
        (lambda payload: {"data": [{"index": 0, "embedding": [float("nan")] * 384}]}, "means nothing"),
    ],
)
def test_an_answer_without_usable_vectors_is_final(server, remote, answer, message):
    server.respond = lambda payload: (200, answer(payload))
    with pytest.raises(PermanentError, match=message):
        remote.embed(["a"])


@pytest.mark.parametrize("url", ["http://host", "http://host/", "http://host/v1", "http://host/v1/", "http://host/v1/embeddings"])
def test_the_address_may_be_given_in_any_usual_form(url):
    assert endpoint(url) == "http://host/v1/embeddings"


# --- which vectors count


@pytest.fixture
def service(settings):
    """The registered service, built from this test's settings."""
    embedding.register()
    yield service_registry
    service_registry.get("embedding").close()
    embedding.register()


def readable_document(case: Case, passages: int) -> Document:
    document = Document.objects.create(case=case, title="Lease")
    version = TextVersion.objects.create(document=document, number=1)
    Chunk.objects.bulk_create(
        Chunk(text_version=version, index=index, text=LEASE, page_from=1, page_to=1, start=0, end=len(LEASE), tokens=20)
        for index in range(passages)
    )
    document.text_version = version
    document.save()
    return document


def add_vectors(document: Document, model: EmbeddingModel) -> None:
    ChunkEmbedding.objects.bulk_create(
        ChunkEmbedding(chunk=chunk, model=model, document=document, case_id=document.case_id, vector=[1.0] * 384)
        for chunk in document.text_version.chunks.all()
    )


@pytest.mark.django_db
def test_the_active_model_is_made_once_and_then_found_with_one_query(service, django_assert_num_queries):
    model = embedding.active_model()
    assert (model.dimensions, model.active) == (384, True)
    assert model.sha256 == weights.EMBEDDED_WEIGHTS
    with django_assert_num_queries(1):
        assert embedding.active_model() == model


@pytest.mark.django_db
def test_a_changed_model_makes_old_vectors_visibly_missing(service, settings, server):
    case = Case.objects.create(title="Rent")
    document = readable_document(case, 3)
    assert embedding.missing_vectors([case.pk]) == 3
    old = embedding.active_model()
    add_vectors(document, old)
    assert embedding.missing_vectors([case.pk]) == 0
    settings.EMBEDDING_URL, settings.EMBEDDING_MODEL = server.url, "another"
    embedding.register()
    assert embedding.missing_vectors([case.pk]) == 3
    old.refresh_from_db()
    assert (embedding.active_model().name, old.active) == ("another", False)


@pytest.mark.django_db
def test_only_readable_documents_of_the_asked_cases_count_as_missing(service):
    case, other = Case.objects.create(title="Rent"), Case.objects.create(title="Boiler")
    readable_document(other, 2)
    Document.objects.create(case=case, title="still being read")
    assert embedding.missing_vectors([case.pk]) == 0
    assert embedding.missing_vectors([case.pk, other.pk]) == 2
    assert embedding.missing_vectors([]) == 0
