"""A hit leads to the sentence that answers: in its excerpt, in its link, and on the page that opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from django.test import Client

from cases.models import Case, Ruling
from documents.models import Document, Page
from documents.services.search.request import Hit
from documents.services.search.sentences.memory import Memory
from documents.services.search.sentences.nearest import LONGEST, SENTENCES, likeliest
from documents.tests.searching import ask, document
from lexintel.models import User
from tasks import service_registry
from tasks.errors import RetryableError

PARAGRAPHS = (
    "The harbour was calm that morning and the cranes stood still. Nobody expected a storm before the evening.",
    "The crew met for breakfast at the usual place. They spoke about the football match of the night before.",
    "The physician prescribed medication for the patient's illness. It helped within a few days.",
    "The harbour office closed at noon. Ships that came later had to wait until the next day.",
)
PASSAGE = "\n\n".join(PARAGRAPHS)
ANSWER = "The physician prescribed medication for the patient's illness."
PARAPHRASE = "doctor treating a sick person"


@pytest.fixture
def matter(case: Case) -> Document:
    document(case, "Roof", "The roof of the warehouse leaks when it rains. The tenant complained about it several times.")
    return document(case, "Diary", PASSAGE)


def best(owner: User, q: str, **wanted: Any) -> Hit:
    return ask(owner, q, **({"mode": "hybrid"} | wanted)).results[0]


def sentence_on_page(owner: User, url: str) -> str:
    """What the page that opens marks as found."""
    browser = Client()
    browser.force_login(owner)
    page = browser.get(url)
    return "".join(segment.text for segment in page.context["opened"].sheet.segments if segment.found).strip()


def test_words_lead_to_their_sentence_and_not_to_the_passage(owner: User, matter: Document) -> None:
    hit = best(owner, "harbour office noon")
    assert hit.url.endswith(f"&at={PASSAGE.index('harbour office')}")
    assert "The <mark>harbour</mark> <mark>office</mark> closed at <mark>noon</mark>." in hit.snippet
    assert sentence_on_page(owner, hit.url) == "The harbour office closed at noon."


def test_the_rarest_words_choose_the_sentence(owner: User, matter: Document) -> None:
    """Two sentences have one of the words each; what stands in fewer passages says more."""
    for n in range(4):
        document(matter.case, f"Other {n}", "The harbour is large.")
    hit = best(owner, "harbour breakfast")
    assert sentence_on_page(owner, hit.url) == "The crew met for breakfast at the usual place."


def test_what_is_said_in_other_words_leads_to_its_sentence(owner: User, matter: Document) -> None:
    answer = ask(owner, PARAPHRASE, mode="hybrid")
    hit = answer.results[0]
    assert (hit.title, hit.why) == ("Diary", ["meaning"])
    assert hit.url.endswith(f"&at={PASSAGE.index(ANSWER)}")
    assert "The physician prescribed" in hit.snippet
    assert sentence_on_page(owner, hit.url) == ANSWER
    assert answer.weights is not None
    assert answer.weights.sentences > 0
    assert [leg.name for leg in answer.legs] == ["words", "meaning", "sentences"]


def test_by_meaning_alone_the_page_finds_the_sentence(owner: User, matter: Document) -> None:
    hit = best(owner, PARAPHRASE, mode="semantic")
    assert "&near=doctor%20treating" in hit.url
    assert sentence_on_page(owner, hit.url) == ANSWER


def test_a_citation_is_marked_and_led_to_before_any_word(case: Case, owner: User) -> None:
    text = "Privacy, liberty and the right to privacy were argued at length. The panel relied on 410 U.S. 113 for that. It was late."
    document(case, "Brief", text)
    hit = best(owner, "410 U.S. 113 right to privacy and liberty")
    assert hit.url.endswith(f"&at={text.index('410 U.S.')}")
    assert "<mark>410 U.S. 113</mark>" in hit.snippet
    assert sentence_on_page(owner, hit.url) == "The panel relied on 410 U.S. 113 for that."


def test_a_docket_number_is_marked_and_led_to(case: Case, owner: User) -> None:
    text = "The clerk wrote a letter about the filing of 2020. It was filed in No. 2:20-cv-01234 by hand. Nobody objected."
    document(case, "Letter", text)
    hit = best(owner, "2:20-cv-01234")
    assert sentence_on_page(owner, hit.url) == "It was filed in No. 2:20-cv-01234 by hand."
    assert "<mark>2:20-cv-01234</mark>" in hit.snippet


def test_the_sentence_tells_the_page_of_a_passage_that_goes_over_two(case: Case, owner: User) -> None:
    made = document(case, "Diary", PASSAGE)
    version, cut = made.text_version, PASSAGE.index("The physician")
    assert version is not None
    Page.objects.filter(text_version=version).update(text=PASSAGE[: cut - 1])
    Page.objects.create(text_version=version, number=2, text=PASSAGE[cut:])
    version.chunks.update(page_to=2, end=len(PASSAGE) - cut)
    Document.objects.filter(pk=made.pk).update(page_count=2)
    assert best(owner, PARAPHRASE).page == 2
    assert best(owner, "calm harbour morning").page == 1


def test_the_text_that_a_citation_names_is_before_what_cites_it(case: Case, owner: User, stranger: User) -> None:
    ruling = Ruling.objects.create(name="Roe v. Wade", source="courtlistener", source_id="1", keys=["us:410:113"])
    own = document(None, "Roe v. Wade", "A pregnant woman brought this suit.", "Other words of the Court.", kind=Document.Kind.RULING)
    Document.objects.filter(pk=own.pk).update(ruling=ruling)
    document(case, "Brief", "See Roe v. Wade, 410 U.S. 113, 152 (1973), which 410 U.S. 113 says.")
    for q in ("410 U.S. 113", "Roe v. Wade, 410 U.S. 113 (1973)"):
        for mode in ("hybrid", "text"):
            hit = best(owner, q, mode=mode)
            assert (hit.title, hit.page) == ("Roe v. Wade", 1)
            assert "the text itself" in hit.why
    assert best(owner, "410 U.S. 113 cited in a brief").title == "Brief", "who says more looks for what is said about it"
    assert best(owner, "410 U.S. 113", case=case.pk).title == "Brief", "the library was not asked"
    assert [hit.title for hit in ask(stranger, "410 U.S. 113", mode="hybrid").results][:1] == ["Roe v. Wade"]


def test_the_likeliest_sentences_are_few_and_short() -> None:
    text = f"Yes. {'Long ' * 200}. The lease was cancelled in spring. It rained. A second lease of land was cancelled by letter."
    chosen = list(likeliest(text, "who cancelled the lease"))
    assert len(chosen) == SENTENCES
    assert [sentence for _start, sentence in chosen][:2] == [
        "A second lease of land was cancelled by letter.",
        "The lease was cancelled in spring.",
    ]
    assert all(text.startswith(sentence, start) and len(sentence) <= LONGEST for start, sentence in chosen)
    assert list(likeliest("", "lease")) == []


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """How many texts were embedded by each call since it was asked last; queries are not counted."""
    service, counts = service_registry.get("embedding"), []
    embed = service.embed

    def counted(texts: Sequence[str], **options: Any) -> np.ndarray:
        counts.append(len(texts))
        return embed(texts, **options)

    def since() -> list[int]:
        told = list(counts)
        counts.clear()
        return told

    monkeypatch.setattr(service, "embed", counted)
    return since


def test_sentences_are_remembered_and_only_looked_at_where_the_words_say_little(
    case: Case, owner: User, embedded: Callable[[], list[int]]
) -> None:
    document(case, "Tale", "The veterinary surgeon healed the wounded animal quickly. A long walk home followed in the evening.")
    embedded()
    ask(owner, "the veterinary surgeon healed", mode="hybrid")
    assert embedded() == []
    ask(owner, "curing an injured dog", mode="hybrid")
    assert embedded() == [2]
    ask(owner, "curing an injured dog", mode="hybrid", page=2)
    assert embedded() == []


def test_an_answer_whose_sentences_could_not_be_compared_says_so(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document(case, "Story", "The nurse bandaged the wrist of the boy with care. Then they all went home by tram.")

    def away(_texts: Sequence[str], **_options: Any) -> np.ndarray:
        raise RetryableError("The embedding server is away.")

    monkeypatch.setattr(service_registry.get("embedding"), "embed", away)
    answer = ask(owner, "first aid after an accident", mode="hybrid")
    assert [hit.title for hit in answer.results] == ["Story"]
    assert [(notice.code, notice.text) for notice in answer.partial] == [
        ("sentences_unavailable", "The sentences of the first passages could not be compared: The embedding server is away.")
    ]


def test_the_memory_keeps_what_was_asked_for_last() -> None:
    memory = Memory(2)
    for n in range(2):
        memory.keep((1, str(n)), np.full(3, n, np.float32))
    assert memory.get((1, "0")) is not None
    memory.keep((1, "2"), np.zeros(3, np.float32))
    assert memory.get((1, "1")) is None
    kept = memory.get((1, "0"))
    assert kept is not None
    assert kept.tolist() == [0, 0, 0]
    assert memory.get((2, "0")) is None, "of another model"
