"""Answers quoted from the documents: from asking to the first sentence, beside a fused search for the same question over the same 100,000
passages of one case; opening a conversation of 200 messages; and a review table filled by a worker, beside the same answers made one after
the other by a process on each core.

A question is asked as a person does, and its task runs in this process: what a worker that idles takes to start is in `bench tasks`.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Max, Min
from django.db.models.signals import post_save
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from bench import review_alone
from bench.bench_search import CASES, Corpus, fill, fill_case, text_of
from bench.bench_tasks import process, until, worker
from bench.evaluated import run_tasks
from bench.figures import Figures, Plan
from bench.installation import UNHASHED, own_database
from cases.models import Case, Membership, Role
from documents.models import Chunk, Conversation, Document, Message, MessageSentence, MessageSource
from documents.services.chat import asking, conversations
from documents.services.review import filling, tables
from documents.services.search import SearchRequest, search
from lexintel.models import User
from tasks.models import Status, TaskRecord

PASSAGES, TOPICS, QUESTIONS = 100_000, 400, 24
ASKED = ("When did {} happen?", "Who said that {}?", "Why was {} so?", "Was {} denied?", "How much was {}?", "What is said of {}?")
MESSAGES, SENTENCES = 200, 3
COLUMNS, ROWS, PER_ROW = 20, 200, 10
"""Of the review table: questions, documents, and passages of each document."""
OPENED = 9
FILLED_WITHIN = 1_800.0


def run(out: Callable[[str], object], plan: Plan) -> Figures:
    """Makes a database of its own on the configured server and drops it. Goals: first words at most 5 times a fused search; a conversation
    of 200 messages in less than 300 ms; the review table at least .7 of the speed of the same answers without tasks."""
    figures = Figures()
    with own_database("lexintel_bench_chat") as env:
        began = time.perf_counter()
        corpus = Corpus(random.Random(15), text_of(plan), plan.size(TOPICS, 80))  # noqa: S311 -- the same every time
        (case,) = fill(corpus, plan.size(PASSAGES, 1_500), cases=1, mixtures=plan.size(CASES, 20))
        out(f"  {Chunk.objects.count():,} passages in one case, loaded and indexed in {time.perf_counter() - began:.0f} s")
        user = User.objects.create_user("bench")
        Membership.objects.create(case=case, user=user, role=Role.OWNER)
        questions = [ASKED[n % len(ASKED)].format(corpus.question()) for n in range(plan.size(QUESTIONS, 2))]
        _first_words(figures, case, user, questions)
        _opening(figures, case, user, plan.size(OPENED, 2))
        _review(figures, env, corpus, user, plan)
    return figures


def _first_words(figures: Figures, case: Case, user: User, questions: list[str]) -> None:
    """Each question once after one round to warm up, as searches are measured."""
    searched, first, whole = [], [], []
    with override_settings(TASK_EXECUTOR="background"), _first_kept() as kept:
        for warm in (False, True):
            for question in questions:
                began = time.perf_counter()
                search(SearchRequest(question, user, case=case.pk))
                took = time.perf_counter() - began
                asked, answered = _asked(case, user, question, kept)
                if warm:
                    searched.append(took)
                    first.append(asked)
                    whole.append(answered)
    times = {
        "a fused search p50 ms": _ms(searched),
        "first words of an answer p50 ms": _ms(first),
        "first words of an answer p95 ms": 1000 * statistics.quantiles(first, n=20)[18],
        "a whole answer p50 ms": _ms(whole),
    }
    figures.absolute |= times
    figures.ratios["first words of an answer to a fused search, p50"] = (
        times["first words of an answer p50 ms"] / times["a fused search p50 ms"]
    )


def _asked(case: Case, user: User, question: str, kept: list[float]) -> tuple[float, float]:
    """Seconds to the first sentence, which may be that nothing answers, and to the end."""
    conversation = conversations.begin(case, user)
    kept.clear()
    began = time.perf_counter()
    message = asking.ask(conversation, user, question)
    run_tasks()
    ended = time.perf_counter()
    message.refresh_from_db()
    if message.state != Message.State.ANSWERED:
        raise RuntimeError(f"An answer is {message.state}: {message.error}")
    return kept[0] - began, ended - began


@contextmanager
def _first_kept() -> Iterator[list[float]]:
    """When sentences were kept."""
    times: list[float] = []

    def note(**_signal: Any) -> None:
        times.append(time.perf_counter())

    post_save.connect(note, sender=MessageSentence)
    try:
        yield times
    finally:
        post_save.disconnect(note, sender=MessageSentence)


def _opening(figures: Figures, case: Case, user: User, times: int) -> None:
    conversation = _long_conversation(case, user)
    client = Client()
    client.force_login(user)
    with override_settings(STORAGES=UNHASHED):
        opened = _page(client, conversation.get_absolute_url(), times)
        listed = _page(client, reverse("conversation-messages", args=[conversation.pk]), times)
        trivial = _page(client, reverse("account"), times)
    figures.absolute |= {
        f"opening a conversation of {MESSAGES} messages ms": opened,
        f"its {MESSAGES} messages by the API, a page of them, ms": listed,
        "the page of one's account ms": trivial,
    }
    figures.ratios[f"opening a conversation of {MESSAGES} messages to 300 ms"] = opened / 300
    figures.ratios[f"opening a conversation of {MESSAGES} messages to the page of one's account"] = opened / trivial


def _page(client: Client, address: str, count: int) -> float:
    """Median milliseconds of a page, after one to warm up."""
    times = []
    for _ in range(count + 1):
        began = time.perf_counter()
        response = client.get(address, headers={"host": "localhost"})
        times.append(time.perf_counter() - began)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
    return _ms(times[1:])


def _long_conversation(case: Case, user: User) -> Conversation:
    """Answers of three sentences, each with a source."""
    conversation = conversations.begin(case, user)
    chunks = list(Chunk.objects.filter(text_version__document__case=case).select_related("text_version")[: MESSAGES * SENTENCES])
    answered = {
        "state": Message.State.ANSWERED,
        "method": Message.Method.EXTRACTIVE,
        "ended": timezone.now(),
        "searched": {"total": 9, "read": 9},
    }
    messages = Message.objects.bulk_create(
        Message(conversation=conversation, number=n, asked_by=user, question=f"What is said of number {n}?", **answered)
        for n in range(1, MESSAGES + 1)
    )
    rows = [
        (message, number, chunks[n * SENTENCES + number - 1]) for n, message in enumerate(messages) for number in range(1, SENTENCES + 1)
    ]
    sentences = MessageSentence.objects.bulk_create(
        MessageSentence(message=message, number=number, text=chunk.text[:200], supported=True, rests_on=1)
        for message, number, chunk in rows
    )
    MessageSource.objects.bulk_create(
        MessageSource(
            sentence=sentence, number=1, document_id=chunk.text_version.document_id, text_version_id=chunk.text_version_id,
            chunk_id=chunk.pk, page=1, page_to=1, start=0, end=200, at=0, to=200, quote=chunk.text[:200],
        )
        for sentence, (_message, _number, chunk) in zip(sentences, rows, strict=True)
    )  # fmt: skip
    return conversation


def _review(figures: Figures, env: dict[str, str], corpus: Corpus, user: User, plan: Plan) -> None:
    cores = os.cpu_count() or 1
    rows, columns = plan.size(ROWS, 2 * cores), plan.size(COLUMNS, 3)
    case = Case.objects.create(title="Review")
    Membership.objects.create(case=case, user=user, role=Role.OWNER)
    documents = fill_case(corpus, case, 0, rows * PER_ROW, PER_ROW)
    questions = [ASKED[n % len(ASKED)].format(corpus.question()) for n in range(columns)]
    env = {**env, "TASK_EXECUTOR": "celery"}
    alone = review_alone.seconds(user.username, questions, env, cores)
    with override_settings(TASK_EXECUTOR="celery"), process(*worker("lexintel.celery", cores), env=env):
        _filled(case, user, questions[:1], documents[: 4 * cores])  # what is loaded once
        through = _filled(case, user, questions, documents)
    cells = rows * columns
    figures.absolute |= {"cells of a review table a second": cells / through, "the same without tasks, cells a second": cells / alone}
    figures.ratios["cells of a review table to the same answers without tasks, speed"] = alone / through


def _filled(case: Case, user: User, questions: list[str], documents: list[Document]) -> float:
    """Seconds between the first start and the last end, by the database's clock."""
    TaskRecord.objects.all().delete()
    table = tables.make(case, user, "Bench", questions, [document.pk for document in documents])
    filling.fill(table, user)
    until(lambda: not TaskRecord.objects.active().exists(), "the end of the table", FILLED_WITHIN)
    done = TaskRecord.objects.filter(name=filling.TASK, status=Status.SUCCEEDED)
    if done.count() != len(documents):
        raise RuntimeError(f"{len(documents) - done.count()} of {len(documents)} rows were not filled.")
    times = done.aggregate(began=Min("started_at"), ended=Max("finished_at"))
    return float((times["ended"] - times["began"]).total_seconds())


def _ms(seconds: list[float]) -> float:
    return 1000 * statistics.median(seconds)
