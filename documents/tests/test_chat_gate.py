"""What passes the gate, and what does not: quotations, negation, modality, attribution, quantifiers, roles, and what is not said."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from cases.models import Case
from documents.models import Chunk, Document, Page
from documents.services.chat import ports
from documents.services.chat.contracts import Draft, Evidence, Passage, Question, Source
from documents.services.chat.gate import Gate, checking, judging
from documents.services.chat.gate.holding import is_heading
from documents.services.chat.places import source_in
from documents.tests.gate_pairs import DOES_NOT, FOLLOWS, NOT_NOTICED
from documents.tests.gate_pairs import TEXTS as PASSAGES
from documents.tests.gating import codes, judged, passage, question
from documents.tests.searching import document
from lexintel.models import User
from tasks import service_registry

RETURNS = "Buyer may reject Products that do not conform to Schedule 1 by written notice within twenty days of delivery. Supplier shall replace rejected Products within thirty days."
SECRET = "Buyer shall hold the Confidential Information in strict confidence, shall use it solely for the purpose of integrating the Products into the Meridian surgical arm, and shall not reverse engineer any Product."
ASSIGN = "The tenant may not assign the lease without the written consent of the landlord."
ADMITS = "Castellan denies that it used the coefficient table."
ALLEGES = "Marlowe alleges that Castellan copied the coefficient table."
BADGE = "On the evening of October 15, 2024 Okonkwo's badge opened the calibration laboratory at 9:47 p.m."
SUED = "Marlowe sued Castellan in the District of Massachusetts."
FAILED = "Castellan failed to deliver the crane, but it paid the deposit."
ORDERS = "Castellan ordered 1,200 sensors in the first year and 640 in the second. In the third year it ordered none."
OFFER = "I spoke to the board and the offer is approved: Principal Engineer, Sensing, at the number we discussed."
TELLS = "On February 3, 2025 counsel for Marlowe demanded by letter that Castellan cease the sale of the Meridian TS."
LIMITS = "Some of the invoices were paid late."
UNLESS = "The lease ends on 3 May 2024 unless the tenant renews it."

PASSES = [
    # in other words
    ("Buyer may reject non-conforming Products by written notice within twenty days of delivery.", RETURNS),
    ("The Supplier must replace rejected Products within 30 days.", RETURNS),
    ("Supplier is required to replace rejected Products within thirty days.", RETURNS),
    ("Buyer must hold the Confidential Information in strict confidence.", SECRET),
    ("Buyer shall not reverse engineer any Product.", SECRET),
    ("Buyer may not reverse engineer any Product.", SECRET),
    ("Buyer shall use the Confidential Information solely for integrating the Products into the Meridian surgical arm.", SECRET),
    ("The tenant may not assign the lease without the landlord's written consent.", ASSIGN),
    ("Without the written consent of the landlord the tenant must not assign the lease.", ASSIGN),
    ("Assignment of the lease by the tenant is prohibited without the landlord's consent.", ASSIGN),
    ("Castellan denies having used the coefficient table.", ADMITS),
    ("Castellan denied that it used the coefficient table.", ADMITS),
    ("Marlowe alleges that Castellan copied the coefficient table.", ALLEGES),
    ("According to Marlowe, Castellan copied the coefficient table.", ALLEGES),
    ("Marlowe claims that the coefficient table was copied by Castellan.", ALLEGES),
    ("Okonkwo's badge opened the calibration laboratory on October 15, 2024.", BADGE),
    ("The badge of Okonkwo opened the laboratory at 9:47 p.m.", BADGE),
    ("Marlowe sued Castellan.", SUED),
    ("Castellan was sued by Marlowe.", SUED),
    ("Castellan was sued in the District of Massachusetts by Marlowe.", SUED),
    ("Castellan did not deliver the crane.", FAILED),
    ("The crane was not delivered by Castellan.", FAILED),
    ("Castellan paid the deposit.", FAILED),
    ("Castellan paid the deposit but did not deliver the crane.", FAILED),
    ("Castellan ordered 640 sensors in the second year.", ORDERS),
    ("In the first year Castellan ordered 1,200 sensors.", ORDERS),
    ("Castellan ordered no sensors in the third year.", ORDERS),
    ("The board approved the offer.", OFFER),
    ("The offer for Principal Engineer was approved by the board.", OFFER),
    ("Counsel for Marlowe demanded that Castellan cease the sale of the Meridian TS.", TELLS),
    ("By letter of February 3, 2025, Marlowe's counsel demanded that Castellan stop the sale of the Meridian TS.", TELLS),
    ("Some invoices were paid late.", LIMITS),
    ("The lease ends on 3 May 2024 unless it is renewed.", UNLESS),
    ("The lease ends on 3 May 2024 unless the tenant renews.", UNLESS),
    ("Payment was not made.", "No payment was made."),
    ("The invoice is unpaid.", "The invoice was not paid."),
    ("The invoice was not paid.", "The invoice remains unpaid."),
    ("Neither party signed the lease.", "The lease was signed by neither party."),
    ("Castellan never ordered the sensors.", "Castellan did not ever order the sensors."),
    ("Rent is due no later than the fifth day of each month.", "Rent shall be paid not later than the fifth day of each month."),
    ("The witness did not deny the meeting.", "The witness did not deny that the meeting took place."),
    ("The court granted the motion to dismiss.", "The motion to dismiss is GRANTED by the court."),
    ("The court denied the motion.", "The motion is denied by the court."),
    ("All invoices were paid.", "Every invoice was paid."),
    ("Only the landlord may end the lease.", "The lease may be ended solely by the landlord."),
    ("Okonkwo signed the agreement in 2016.", "As Director of Calibration Okonkwo was one of four persons. He signed the agreement on March 14, 2016."),
    ("The sensor failed because of the heat.", "Because of the heat, the sensor failed."),
    ("The agreement provides that notices must be in writing.", "Notices shall be in writing."),
    ("Raman could attend the meeting if asked.", "If asked, Raman could attend the meeting."),
    ('The Buyer shall hold the information "in strict confidence".', SECRET),
    ("The Buyer shall use it “solely for the purpose of integrating the Products”.", SECRET),
    ('Supplier "shall replace rejected Products within thirty days."', RETURNS),
    ('Buyer may reject Products "that do not conform … by written notice".', RETURNS),
    ('The offer "is approved".', OFFER),
]  # fmt: skip

FAILS = [
    # negation
    ("The tenant may assign the lease.", ASSIGN, {"negation"}),
    ("The tenant may not assign the lease.", ASSIGN, {"condition"}),
    ("The tenant may assign the lease without the written consent of the landlord.", ASSIGN, {"negation"}),
    ("Buyer shall reverse engineer the Product.", SECRET, {"negation"}),
    ("Buyer may reverse engineer any Product.", SECRET, {"negation"}),
    ("Castellan used the coefficient table.", ADMITS, {"attribution"}),
    ("Castellan admits that it used the coefficient table.", ADMITS, {"not_said"}),
    ("Castellan did not use the coefficient table.", ADMITS, {"attribution"}),
    ("Castellan delivered the crane.", FAILED, {"negation"}),
    ("Castellan did not pay the deposit.", FAILED, {"negation"}),
    ("Castellan delivered the crane but did not pay the deposit.", FAILED, {"negation"}),
    ("Castellan ordered sensors in the third year.", ORDERS, {"negation"}),
    ("Payment was made.", "No payment was made.", {"negation"}),
    ("The invoice was paid.", "The invoice remains unpaid.", {"negation"}),
    ("The invoice was unpaid.", "The invoice was paid.", {"negation"}),
    ("Both parties signed the lease.", "Neither party signed the lease.", {"negation"}),
    ("Okonkwo never opened the laboratory.", "Okonkwo opened the laboratory.", {"negation"}),
    ("The contract is valid.", "The contract is invalid.", {"negation"}),
    ("The court granted the motion.", "The court denied the motion.", {"negation", "not_said"}),
    ("The court did not grant the motion.", "The court granted the motion.", {"negation"}),
    ("The witness denied the meeting.", "The witness did not deny the meeting.", {"negation"}),
    ("The sensor cannot fail.", "The sensor can fail.", {"negation"}),
    ("He had retained property of Marlowe.", "He had retained no property of Marlowe.", {"negation"}),
    ("Castellan refused to return the table.", "Castellan returned the table.", {"negation"}),
    ("The price increased in May.", "The price decreased in May.", {"negation", "not_said"}),
    # may, must, did
    ("Buyer must reject Products that do not conform to Schedule 1.", RETURNS, {"modality"}),
    ("Supplier may replace rejected Products within thirty days.", RETURNS, {"modality"}),
    ("Supplier replaced rejected Products within thirty days.", RETURNS, {"modality"}),
    ("The tenant paid the rent.", "The tenant shall pay the rent.", {"modality"}),
    ("The tenant must pay the rent.", "The tenant may pay the rent.", {"modality"}),
    ("The tenant may pay the rent.", "The tenant must pay the rent.", {"modality"}),
    ("Castellan caused the damage.", "Castellan might have caused the damage.", {"modality"}),
    ("Castellan sold the crane.", "Castellan planned to sell the crane.", {"modality"}),
    # conditions
    ("The lease ends on 3 May 2024.", UNLESS, {"condition"}),
    ("The landlord may end the lease.", "If the tenant defaults, the landlord may end the lease.", {"condition"}),
    ("The lease may be assigned.", "The lease may be assigned only with consent.", {"condition"}),
    # who says so
    ("Castellan copied the coefficient table.", ALLEGES, {"attribution"}),
    ("The crane was defective.", "Raman testified that the crane was defective.", {"attribution"}),
    ("The crane was defective.", "The crane was allegedly defective.", {"attribution"}),
    ("The crane was defective.", "According to Raman the crane was defective.", {"attribution"}),
    # how many
    ("All invoices were paid late.", LIMITS, {"quantifier"}),
    ("Most invoices were paid late.", LIMITS, {"quantifier"}),
    ("The invoices were paid late.", LIMITS, {"quantifier"}),
    ("Only the invoices were paid late.", "The invoices were paid late.", {"quantifier"}),
    ("Every sensor failed.", "The sensors failed in May.", {"quantifier"}),
    # who did it to whom
    ("Castellan sued Marlowe.", SUED, {"roles"}),
    ("Marlowe was sued by Castellan.", SUED, {"roles"}),
    ("The landlord paid the tenant.", "The tenant paid the landlord.", {"roles"}),
    ("The crane was shipped from Boston to Marlowe.", "The crane was shipped from Marlowe to Boston.", {"roles"}),
    # not said
    ("Castellan admitted the theft of the coefficient table.", BADGE, {"not_said"}),
    ("Okonkwo's badge closed the calibration laboratory.", BADGE, {"not_said", "negation"}),
    ("The board rejected the offer.", OFFER, {"not_said", "negation"}),
    ("Rent is payable in advance.", BADGE, {"not_said"}),
    ("The tenant painted the house.", "The tenant burned the house.", {"not_said"}),
    ("Counsel for Marlowe apologised that Castellan ceased the sale.", TELLS, {"not_said"}),
    ("Okonkwo stole the removable drive.", "A removable drive of Okonkwo has not been returned.", {"not_said"}),
    # quotations
    ('The Buyer shall hold the information "in loose confidence".', SECRET, {"quote_not_found"}),
    ('The Buyer "shall reverse engineer any Product".', SECRET, {"quote_not_found"}),
    ('Buyer may reject Products "by written notice within thirty days of delivery".', RETURNS, {"quote_not_found", "quote_pieced"}),
    ('Castellan wrote that "we will never pay for any of this".', SECRET, {"quote_not_found"}),
    ('"Buyer may reject Products within thirty days"', RETURNS, {"quote_pieced"}),
    ('The agreement says "Buyer may reject Products Supplier shall replace rejected Products".', RETURNS, {"quote_pieced"}),
    ('Supplier “shall replace rejected Products within thirty days. Buyer may reject Products”.', RETURNS, {"quote_pieced"}),
    ("The Buyer 'shall use it in strict confidence'.", SECRET, {"quote_pieced", "quote_not_found"}),
    ('The Buyer "may reject Products … within thirty days of delivery".', RETURNS, {"quote_not_found", "quote_pieced"}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "source"), PASSES)
def test_what_the_source_says_is_supported(sentence: str, source: str) -> None:
    found = judged(sentence, source)
    assert found.supported, codes(found)


@pytest.mark.parametrize(("sentence", "source", "expected"), FAILS)
def test_what_the_source_does_not_say_is_not(sentence: str, source: str, expected: set[str]) -> None:
    found = judged(sentence, source)
    assert not found.supported
    assert codes(found) & expected
    assert all(fault.text for fault in found.faults)


def test_false_alarms_and_what_is_not_noticed_over_longer_passages() -> None:
    """What is not noticed is known, and no more than that; a change that notices more takes it off the list."""
    alarms = [sentence for key, sentence in FOLLOWS if not judged(sentence, PASSAGES[key]).supported]
    passed = [sentence for key, sentence in [*DOES_NOT, *NOT_NOTICED] if judged(sentence, PASSAGES[key]).supported]
    assert alarms == []
    assert set(passed) <= {sentence for _key, sentence in NOT_NOTICED}


def test_a_quotation_that_differs_little_becomes_the_words_of_the_source() -> None:
    found = judged('Buyer may reject Products "by a written notice within twenty days of delivery".', RETURNS)
    assert found.supported
    assert (found.text, codes(found)) == (
        'Buyer may reject Products "by written notice within twenty days of delivery".',
        {"quote_corrected"},
    )
    form = judged('The offer "Is approved: principal engineer, sensing".', OFFER)
    assert form.text == 'The offer "is approved: Principal Engineer, Sensing".'
    nested = judged("She said “the ‘bench’ comes with him”.", 'She said that the "bench" comes with him.')
    assert nested.supported, codes(nested)
    block = judged(
        "Buyer says:\n> Supplier shall replace rejected Products within thirty days.", RETURNS.replace("Buyer", "Buyer says: Buyer")
    )
    assert not codes(block) & {"quote_not_found", "quote_pieced"}
    single = judged("The Buyer “rejects” it.", "The Buyer rejected it.")
    assert not single.supported
    assert "quote_not_found" in codes(judged("The Buyer said “never in my life", "The Buyer said it."))


def test_a_true_quotation_of_another_document_is_told_with_its_title() -> None:
    other = passage(SECRET, 9, title="Supply Agreement")
    found = judged("The offer is approved “for the purpose of integrating the Products”.", OFFER, others=[other])
    assert not found.supported
    (fault,) = [one for one in found.faults if one.code == "quote_elsewhere"]
    assert "Supply Agreement" in fault.text
    pieced = judged("It says “the offer is approved for the purpose of integrating the Products”.", OFFER, others=[other])
    assert "quote_pieced" in codes(pieced)


def test_one_sentence_may_rest_on_several_sources() -> None:
    assert judged("Castellan paid the deposit and Marlowe sued Castellan in Massachusetts.", FAILED, SUED).supported
    assert not judged("Castellan paid the deposit and Marlowe sued Castellan in Massachusetts.", FAILED).supported


def test_what_only_the_question_says_is_not_confirmed() -> None:
    asked = "When did Castellan admit on 3 May 2024 that Halverson copied the table?"
    for sentence in (
        "Castellan admitted on 3 May 2024 that Halverson copied the table.",
        "Halverson copied the coefficient table.",
        "Castellan denies that it used the coefficient table on 3 May 2024.",
    ):
        assert not judged(sentence, ADMITS, asked=asked).supported


def test_a_language_that_is_not_understood_is_not_checked() -> None:
    found = judged(
        "Der Mieter darf den Vertrag nicht ohne Zustimmung übertragen.", "Der Mieter darf den Vertrag nicht ohne Zustimmung übertragen."
    )
    assert (found.supported, codes(found)) == (False, {"unchecked"})


def test_headings_and_tables_of_contents_are_no_sources() -> None:
    for text in (
        "7. Confidentiality",
        "ARTICLE IV",
        "TABLE OF CONTENTS",
        "Return of Information ........ 12",
        "Schedule 2",
        "REQUEST FOR RELIEF",
        "Breach of the Supply Agreement",
    ):
        assert is_heading(text), text
    for text in (
        RETURNS,
        "Total Due: $5,000",
        "ordered none",
        "The lease ends.",
        "Castellan shall pay",
        "I never saw him",
        "Ms. Okonkwo signed the lease",
    ):
        assert not is_heading(text), text


TEXTS = [RETURNS, SECRET, ORDERS, TELLS, BADGE]


def test_any_words_that_stand_together_may_be_quoted_and_no_others() -> None:
    chance = random.Random(4)
    for text in TEXTS:
        words = text.split()
        for _ in range(12):
            start = chance.randrange(len(words) - 5)
            part = words[start : start + chance.randint(5, 14)]
            exact = " ".join(part)
            assert not codes(judged(f"“{exact}”", text)) & QUOTES, exact
            place = chance.randrange(1, len(part) - 1)
            swapped = [*part[: place - 1], part[place], part[place - 1], *part[place + 1 :]]
            for changed in (
                [*part[:place], "zebra", *part[place + 1 :]],
                [*part[:place], *part[place + 1 :]],
                [*part[:place], "not", *part[place:]],
                swapped,
            ):
                written = " ".join(changed)
                if written in text:
                    continue
                found = judged(f"“{written}”", text)
                kept = found.text.strip("“”")
                assert codes(found) & (QUOTES | {"quote_corrected"}), written
                assert not found.supported or " ".join(kept.split()).rstrip(".,;:") in " ".join(text.split()), (written, kept)


QUOTES = {"quote_not_found", "quote_pieced", "quote_elsewhere"}


def test_a_sentence_is_judged_in_less_than_five_milliseconds() -> None:
    took = []
    for run in range(3):
        began = time.process_time()
        for sentence, source in PASSES:
            judged(sentence + " " * run, source + " " * run)
        took.append((time.process_time() - began) / len(PASSES))
    assert min(took) < 0.005


# With the database


@pytest.fixture
def lease(case: Case) -> Document:
    return document(case, "Lease", "The rent of the crane is $5,000. The lease ends on 3 May 2024.", "Castellan signed it.", vectors=False)


def passages(*documents: Document) -> tuple[Passage, ...]:
    chunks = Chunk.objects.filter(text_version__document__in=documents).select_related("text_version__document").order_by("pk")
    return tuple(
        Passage(
            n,
            c.text_version.document_id,
            c.text_version.document.title,
            "other",
            None,
            c.text_version_id,
            c.pk,
            c.text,
            c.page_from,
            c.page_to,
            c.start,
        )
        for n, c in enumerate(chunks, 1)
    )


def gate_of(case: Case, user: User, *documents: Document, text: str = "What is the rent?") -> tuple[Gate, tuple[Passage, ...]]:
    found = passages(*documents)
    return Gate(Question(text, user, case.pk), Evidence(found)), found


RENT = "The rent of the crane is $5,000."


@pytest.mark.django_db
def test_a_verbatim_sentence_is_supported_where_it_stands_and_said_once(case: Case, owner: User, lease: Document) -> None:
    gate, (first, _second) = gate_of(case, owner, lease)
    source = source_in(first, 0, len(RENT))
    found = gate.judge(Draft(RENT, (source,), verbatim=True))
    assert (found.supported, found.sources, found.faults) == (True, (source,), ())
    for again in (RENT, "The rent of the crane is $5,000", "The rent of the crane: it is 5,000 dollars."):
        assert gate.judge(Draft(again, (source,))).removed, again
    assert gate.judge(Draft("", (source,))).removed
    assert not gate.judge(Draft("The rent of the crane is $6,000.", (source,), verbatim=True)).supported


@pytest.mark.django_db
def test_a_source_that_was_not_retrieved_or_does_not_say_it_is_dropped(case: Case, owner: User, lease: Document) -> None:
    gate, (first, second) = gate_of(case, owner, lease)
    source = source_in(first, 0, len(RENT))
    wrong: list[Source] = [
        replace(source, chunk=source.chunk + 1000),
        replace(source, quote="The rent of the crane is $6,000."),
        replace(source, at=4, to=4 + len(RENT)),
        replace(source, document=uuid.uuid4()),
        replace(source, text_version=source.text_version + 1000),
        replace(source_in(second, 0, 20), chunk=source.chunk),
    ]
    for one in wrong:
        found = Gate(gate.question, gate.evidence).judge(Draft(one.quote, (one,), verbatim=True))
        assert (found.supported, found.sources, codes(found)) == (False, (), {"no_source"})
    assert codes(gate.judge(Draft(RENT))) == {"no_source"}
    assert gate.judge(Draft(RENT, (wrong[0], source))).sources == (source,)


@pytest.mark.django_db
def test_what_the_user_may_not_see_now_is_removed(case: Case, owner: User, stranger: User, lease: Document) -> None:
    gate, (first, second) = gate_of(case, owner, lease)
    source, other = source_in(first, 0, len(RENT)), source_in(second, 0, 20)
    assert gate.judge(Draft(RENT, (source,), verbatim=True)).supported
    assert gate_of(case, stranger, lease)[0].judge(Draft(RENT, (source,), verbatim=True)).removed
    lease.deleted_at = timezone.now()
    lease.save()
    found = gate.judge(Draft(other.quote, (other,), verbatim=True))
    assert (found.removed, found.text, found.sources) == (True, "", ())


@pytest.mark.django_db
def test_a_text_that_is_no_longer_stored_is_no_source(case: Case, owner: User, lease: Document) -> None:
    gate, (first, second) = gate_of(case, owner, lease)
    Page.objects.filter(text_version=lease.text_version, number=1).update(text="Something else stands here.")
    source, other = source_in(first, 0, len(RENT)), source_in(second, 0, 20)
    found = gate.judge(Draft(RENT, (source,), verbatim=True))
    assert (found.supported, codes(found)) == (False, {"source_gone"})
    both = gate.judge(Draft("Castellan signed it.", (source, other)))
    assert (both.supported, both.sources, codes(both)) == (True, (other,), {"source_gone"})


@pytest.mark.django_db
def test_a_sentence_costs_at_most_three_queries(case: Case, owner: User, lease: Document, django_assert_max_num_queries: object) -> None:
    gate, (first, _second) = gate_of(case, owner, lease)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        gate.judge(Draft(RENT, (source_in(first, 0, len(RENT)),)))
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        gate.judge(Draft("The lease ends in May 2024.", (source_in(first, len(RENT) + 1, len(first.text)),)))


@pytest.mark.django_db
def test_asides_state_nothing_of_the_matter(case: Case, owner: User, lease: Document) -> None:
    gate, _passages = gate_of(case, owner, lease, text="When did Castellan admit the theft?")
    for text in (
        "The sources disagree.", "Nothing in the documents says when Castellan admitted the theft.", "Two documents say different things about this.",
        "The Lease does not say so.", "These sources contradict each other.",
    ):  # fmt: skip
        found = gate.judge(Draft(text, aside=True))
        assert (found.supported, found.aside) == (True, True), text
    for text in (
        "Castellan admitted the theft.",
        "The sources say that Castellan paid.",
        "No source says what Halverson did.",
        "The sources do not say that it was $5.",
        "It does not say “theft”.",
    ):
        found = gate.judge(Draft(text, aside=True))
        assert (found.supported, found.aside) == (False, False), text


@pytest.mark.django_db
def test_a_check_that_breaks_does_not_pass(case: Case, owner: User, lease: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise RecursionError

    monkeypatch.setattr(checking, "quoted", broken)
    gate, (first, _second) = gate_of(case, owner, lease)
    source = source_in(first, 0, len(RENT))
    found = gate.judge(Draft("The rent is $5,000.", (source,)))
    assert (found.supported, codes(found)) == (False, {"unchecked"})
    long = gate.judge(Draft("The rent is $5,000. " * (judging.LONGEST // 10), (source,)))
    assert (long.supported, codes(long)) == (False, {"unchecked"})
    assert gate.judge(Draft(RENT, (source,), verbatim=True)).supported


@pytest.mark.django_db
def test_an_authority_must_stand_in_the_source_or_in_the_library(case: Case, owner: User) -> None:
    cited = "Courts enforce such promises. Incase Inc. v. Timex Corp., 488 F.3d 46, 52 (1st Cir. 2007)."
    brief = document(case, "Brief", cited, vectors=False)
    gate, (first,) = gate_of(case, owner, brief)
    source = source_in(first, 0, len(cited))
    found = gate.judge(Draft("Courts enforce such promises, Incase Inc. v. Timex Corp., 488 F.3d 46, 52 (1st Cir. 2007).", (source,)))
    assert (found.supported, codes(found)) == (True, {"citation_unknown"})
    found = gate.judge(Draft("Courts enforce such promises, Incase Inc. v. Timex Corp., 498 F.3d 46 (1st Cir. 2007).", (source,)))
    assert not found.supported
    assert "citation_not_found" in codes(found)


def test_an_entailment_model_may_refuse_and_never_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, answer: float) -> None:
            self.answer = answer

        def entails(self, premise: str, hypothesis: str) -> float:
            return self.answer

    assert ports.entailment() is None
    assert ports.reranker() is None
    monkeypatch.setattr(service_registry, "get", lambda name: Model(0.1))
    assert codes(judged(*PASSES[0])) == {"not_entailed"}
    monkeypatch.setattr(service_registry, "get", lambda name: Model(1.0))
    assert judged(*PASSES[0]).supported
    assert not judged("Castellan sued Marlowe.", SUED).supported
    assert question().text == ""
