"""What search keeps of a reading: its words, its vectors, the authorities it cites.

Everything here writes in the caller's transaction (a stage's `run.publish()`), may be repeated, and replaces what was there.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from pgvector import HalfVector
from pgvector.psycopg.halfvec import HalfVectorBinaryDumper
from psycopg.types.numeric import Int8

from documents.models import Chunk, ChunkEmbedding, ChunkWords, Document, TextVersion
from documents.services import embedding
from documents.services.search import statistics
from documents.services.search.text.language import forget, language_of, languages_of
from documents.services.search.text.variants import MARK, captions_in, lexeme_of, pairs_in, variants_in, words_of
from documents.services.search.text.words import Word, quoted, stems, words_in

BATCH = 500
SAMPLE = 200  # passages by which the language of a document is told
APART = 50  # positions between heading, text and citations, so that no phrase reaches across

_INSERT_WORDS = """
INSERT INTO documents_chunkwords (chunk_id, document_id, case_id, tsv, cites, length)
SELECT chunk, %s, %s, tsv::tsvector, '{}', length FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS made(chunk, tsv, length)
"""
_MOVE_WORDS = "UPDATE documents_chunkwords SET case_id = %s WHERE document_id = ANY(%s)"
# Vectors are inserted and deleted, never updated, for so they are counted.
_MOVE_VECTORS = """
WITH gone AS (DELETE FROM documents_chunkembedding WHERE document_id = ANY(%s) RETURNING chunk_id, model_id, document_id, vector)
INSERT INTO documents_chunkembedding (chunk_id, model_id, document_id, case_id, vector)
SELECT chunk_id, model_id, document_id, %s, vector FROM gone
"""
_INSERT_WORDS_OF_MANY = """
INSERT INTO documents_chunkwords (chunk_id, document_id, case_id, tsv, cites, length)
SELECT chunk, document, NULL, tsv::tsvector, '{}', length
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::uuid[]) AS made(chunk, tsv, length, document)
"""
_COPY_VECTORS = "COPY documents_chunkembedding (chunk_id, model_id, document_id, case_id, vector) FROM STDIN (FORMAT BINARY)"
_SET_CITATIONS = """
UPDATE documents_chunkwords AS kept
SET cites = ARRAY(SELECT jsonb_array_elements_text(made.keys::jsonb)), tsv = ts_delete(kept.tsv, kept.cites) || made.tsv::tsvector
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS made(chunk, keys, tsv)
WHERE kept.chunk_id = made.chunk AND kept.document_id = %s
"""

T = TypeVar("T")


def index_words(text_version: TextVersion) -> None:
    """Make the reading the one whose words are searched, in place of any other of its document."""
    document = text_version.document
    case_id = _case_of(document.pk)
    ChunkWords.objects.filter(document=document).delete()
    read = text_version.chunks.order_by("index").only("text_version", "text", "context")
    chunks = list(read)
    language = language_of(_sample(chunks))
    if text_version.language != language:
        text_version.language = language
        text_version.save(update_fields=["language"])
        transaction.on_commit(forget, robust=True)
    for batch in _batches(chunks):
        rows = list(_word_rows([_Words(chunk, document.title) for chunk in batch], language))
        with connection.cursor() as cursor:
            cursor.execute(_INSERT_WORDS, [document.pk, case_id, *map(list, zip(*rows, strict=True))])
    transaction.on_commit(statistics.fold_if_due, robust=True)


def index_library(readings: Sequence[tuple[TextVersion, Sequence[Chunk]]]) -> None:
    """The words of whole readings of the library that have none yet, of all together in a few statements. Their documents' titles and the
    texts of the chunks are read from what is given."""
    by_language: dict[str, list[tuple[_Words, Any]]] = defaultdict(list)
    languages = languages_of(_sample(chunks) for _version, chunks in readings)
    for (version, chunks), language in zip(readings, languages, strict=True):
        version.language, document = language, version.document
        by_language[version.language] += [(_Words(chunk, document.title), document.pk) for chunk in chunks]
    for language, passages in by_language.items():
        for batch in _batches(passages):
            rows = list(_word_rows([words for words, _document in batch], language))
            with connection.cursor() as cursor:
                cursor.execute(_INSERT_WORDS_OF_MANY, [*map(list, zip(*rows, strict=True)), [document for _words, document in batch]])
    others = [version for version, _chunks in readings if version.language != "english"]
    if others:
        TextVersion.objects.bulk_update(others, ["language"], batch_size=BATCH)
        transaction.on_commit(forget, robust=True)
    transaction.on_commit(statistics.fold_if_due, robust=True)


def index_citations(text_version: TextVersion, keys_by_chunk: Mapping[int, Iterable[str]]) -> None:
    """Note which authorities the passages of an indexed reading cite, as {chunk id: canonical keys}; others cite none."""
    wanted = {chunk: sorted({key for key in keys if key}) for chunk, keys in keys_by_chunk.items()}
    cited = ChunkWords.objects.filter(document=text_version.document_id).exclude(cites=[]).values_list("chunk_id", flat=True)
    rows = [(chunk, wanted.get(chunk, [])) for chunk in sorted(wanted.keys() | set(cited))]
    for batch in _batches(rows):
        chunks = [chunk for chunk, _ in batch]
        keys = [json.dumps(keys) for _, keys in batch]
        tsvs = [" ".join(f"{quoted(key)}:{APART}A" for key in keys) for _, keys in batch]
        with connection.cursor() as cursor:
            cursor.execute(_SET_CITATIONS, [chunks, keys, tsvs, text_version.document_id])
    transaction.on_commit(statistics.fold_if_due, robust=True)


def index_vectors(chunks: Sequence[Chunk], vectors: np.ndarray) -> None:
    """Keep the active model's vectors, float (len(chunks), 384) with length 1 each, one for each chunk in its order."""
    if len(chunks) != len(vectors):
        raise ValueError(f"{len(chunks)} chunks came with {len(vectors)} vectors.")
    if not chunks:
        return
    model = embedding.active_model()
    versions = TextVersion.objects.filter(pk__in={chunk.text_version_id for chunk in chunks})
    owners = {pk: (document, _case_of(document)) for pk, document in versions.values_list("pk", "document")}
    ChunkEmbedding.objects.filter(model=model, chunk__in=[chunk.pk for chunk in chunks]).delete()
    _copy(
        (Int8(chunk.pk), Int8(model.pk), *owners[chunk.text_version_id], HalfVector(vector))
        for chunk, vector in zip(chunks, vectors, strict=True)
    )
    transaction.on_commit(statistics.fold_if_due, robust=True)


def _copy(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write vectors in their binary form: to write and read them as decimals would take a millisecond for every two."""
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.adapters.register_dumper(HalfVector, HalfVectorBinaryDumper)
        with cursor.copy(_COPY_VECTORS) as copy:
            for row in rows:
                copy.write_row(row)


def unindex(document: Document) -> None:
    """Let a document vanish from search: its words, citation keys and the vectors of every model."""
    ChunkWords.objects.filter(document=document).delete()
    ChunkEmbedding.objects.filter(document=document).delete()
    transaction.on_commit(statistics.fold_if_due, robust=True)


def move(documents: Sequence[UUID], case_id: UUID) -> None:
    """Let what search keeps of these documents, whose rows the caller has locked, be that of another case."""
    ids = list(documents)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_WORDS, [case_id, ids])
        cursor.execute(_MOVE_VECTORS, [ids, case_id])
    transaction.on_commit(statistics.fold_if_due, robust=True)


def _case_of(document_id: UUID) -> UUID | None:
    """The document's case, held until the transaction ends: while something is indexed for it, the document does not move to another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id FROM documents_document WHERE id = %s FOR NO KEY UPDATE", [document_id])
        found: tuple[UUID | None] | None = cursor.fetchone()
    if found is None:
        raise Document.DoesNotExist(document_id)
    return found[0]


def _sample(chunks: Sequence[Chunk]) -> Iterator[str]:
    """The words by which the language of a document is told."""
    return (word.folded for chunk in chunks[:: 1 + len(chunks) // SAMPLE] for word in words_in(chunk.text))


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


class _Words:
    """A passage's words and variants, found once: they are counted before their stems are asked for."""

    def __init__(self, chunk: Chunk, title: str) -> None:
        self.chunk = chunk.pk
        self.heading = list(words_in(chunk.context or title))
        self.text = list(words_in(chunk.text))
        self.heading_variants = list(variants_in(chunk.context or title))
        self.variants = list(variants_in(chunk.text))
        self.captions = list(captions_in(chunk.text))

    def folded(self) -> Iterator[str]:
        for words in (self.heading, self.text):
            yield from (word.folded for word in words)
        for variants in (self.heading_variants, self.variants, *self.captions):
            yield from words_of(variants)


def _word_rows(passages: Sequence[_Words], language: str) -> Iterator[tuple[int, str, int]]:
    """(chunk id, tsvector as text, its length in lexemes with repeats, variants not counted) for each passage."""
    lexemes = stems((word for passage in passages for word in passage.folded()), language)
    for passage in passages:
        places: defaultdict[str, list[str]] = defaultdict(list)
        body = 1 + len(passage.heading) + APART
        for words, first, weight in ((passage.heading, 1, "A"), (passage.text, body, "")):
            for position, word in enumerate(words, first):
                if lexeme := lexemes[word.folded]:
                    places[lexeme].append(f"{position}{weight}")
        length = sum(map(len, places.values()))
        for variants, words, first, weight in (
            (passage.heading_variants, passage.heading, 1, "A"),
            (passage.variants, passage.text, body, ""),
        ):
            for variant, place in _placed(variants, words):
                places[lexeme_of(variant.folded, lexemes)].append(f"{first + place}{weight}")
            for place, both in pairs_in(words, lexemes):
                places[both.folded].append(f"{first + place}{weight}")
        for caption in passage.captions:
            _place_caption(caption, passage.text, body, lexemes, places)
        yield passage.chunk, " ".join(f"{quoted(lexeme)}:{','.join(at)}" for lexeme, at in places.items()), length


def _placed(variants: Iterable[Word], words: Sequence[Word]) -> Iterator[tuple[Word, int]]:
    """Each variant with the place of the word that it begins with."""
    starts = [word.start for word in words]
    for variant in variants:
        yield variant, max(0, bisect_right(starts, variant.start) - 1)


def _place_caption(
    caption: Sequence[Word], words: Sequence[Word], first: int, lexemes: Mapping[str, str], places: defaultdict[str, list[str]]
) -> None:
    """The words of a caption set with spaces at places that follow each other; its letters take up more."""
    begin = first + next(place for _, place in _placed(caption[:1], words))
    stems_of = {word.folded: lexemes[word.folded[1:]] for word in caption if word.folded[1:] in lexemes}
    for place, word in enumerate(caption, begin):
        if lexeme := stems_of.get(word.folded, word.folded[1:]):
            places[MARK + lexeme].append(str(place))
    plain = [Word(word.start, word.end, word.folded[1:]) for word in caption]
    for place, both in pairs_in(plain, {word.folded: stems_of.get(MARK + word.folded, word.folded) for word in plain}):
        places[both.folded].append(str(begin + place))
