"""What an answer may rest on: whole sentences that say something, references that are followed, and how much was looked at."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction

from cases.models import Case
from cases.services import matters
from cases.services.citations import extract
from documents.models import Chunk, Citation, Document, Page
from documents.services.authorities.record.linking import link_reading, renew
from documents.services.chat.contracts import Passage, Question
from documents.services.chat.evidence import gather, gathering, searched, statements_of, whole
from documents.services.chat.places import source_in
from documents.tests.searching import document
from lexintel.models import User

LEASE = """LEASE OF THE PIER

TABLE OF CONTENTS

1. Rent ............................ 2
Schedule 2. Rent ................... 4

This Lease is made between Gull Ltd. (the "Landlord") and Tern Inc. (the "Tenant").

1. Rent

1.1 The rent is set out in Schedule 2.

1.2 The Tenant may not assign this Lease without the Landlord's consent. See Kewanee Oil Co. v. Bicron Corp., 416 U.S. 470 (1974).

Did the Tenant pay in time?

IN WITNESS WHEREOF the parties have signed.
By: /s/ Ada Quill
Name: Ada Quill

SCHEDULE 2

Rent

The rent of the pier is $4,100 a month.

Year\tRent
First\t$4,100
Second\t$4,300
"""


def passage(text: str, **fields: object) -> Passage:
    document_id = Document().pk
    return Passage(1, document_id, "Lease of the pier", "contract", None, 1, 1, text, 1, 1, 0, **fields)  # type: ignore[arg-type]


def test_a_source_is_a_sentence_or_a_row_and_knows_what_stands_above_it() -> None:
    found = [(one.line, one.heading, one.section) for one in statements_of(passage(LEASE))]
    assert found == [
        ('This Lease is made between Gull Ltd. (the "Landlord") and Tern Inc. (the "Tenant").', "LEASE OF THE PIER", ""),
        ("The rent is set out in Schedule 2.", "Rent", "1.1"),
        ("The Tenant may not assign this Lease without the Landlord's consent.", "Rent", "1.2"),
        ("The rent of the pier is $4,100 a month.", "SCHEDULE 2 Rent", ""),
        ("First $4,100", "SCHEDULE 2 Rent Year Rent", ""),
        ("Second $4,300", "SCHEDULE 2 Rent Year Rent", ""),
    ]


def test_captions_stamps_and_numbers_are_no_sources_and_lines_are_joined() -> None:
    pleading = passage(
        "UNITED STATES DISTRICT COURT\nDISTRICT OF MAINE\n"
        "TERN, INC.,\nPlaintiff,\nv.\nGULL LTD.,\nDefendant.\nCivil Action No. 1:24-cv-00007\n"
        "Case 1:24-cv-00007 Document 4 Filed 03/01/24 Page 2 of 9\n"
        "1. Gull admits that it let the pier to Tern on the terms of the lease that is attached as Exhibit \nA to the complaint.\n"
        "2. Denied.\n3. Gull never promised to repair the crane at the end of the pier, and no such promise was made for it.\n"
        "Dated: March 1, 2024 Ada Quill (BBO No. 000000)\nQuill & Co. LLP\nCounsel for Gull Ltd.\n"
    )
    assert [(one.line, one.section) for one in statements_of(pleading)] == [
        ("Gull admits that it let the pier to Tern on the terms of the lease that is attached as Exhibit A to the complaint.", "1"),
        ("Gull never promised to repair the crane at the end of the pier, and no such promise was made for it.", "3"),
    ]
    mail = passage(
        "From: Ada Quill <ada@gull.example>\nDate: Mon, 03 Jun 2024 10:15:00 -0400\nSubject: Pier\n\nDear Ben,\n\n"
        "the rent is late.\n\nRegards\nAda"
    )
    assert [one.line for one in statements_of(mail)][:2] == ["From: Ada Quill <ada@gull.example>", "Date: Mon, 03 Jun 2024 10:15:00 -0400"]
    assert [one.line for one in statements_of(mail)][-1] == "the rent is late."


def cut(made: Document, *chunks: tuple[int, int, int, int]) -> None:
    """The passages of a document anew: (first page, start, last page, end)."""
    version = made.text_version
    assert version is not None
    texts = dict(version.pages.values_list("number", "text"))
    with transaction.atomic():
        kept = list(version.chunks.order_by("index"))
        for index, (chunk, (first, start, last, end)) in enumerate(zip(kept, chunks, strict=True)):
            text = texts[first][start:end] if first == last else texts[first][start:] + "\n" + texts[last][:end]
            Chunk.objects.filter(pk=chunk.pk).update(index=index, text=text, page_from=first, page_to=last, start=start, end=end)


@pytest.mark.django_db(transaction=True)
def test_sentences_that_passages_cut_are_whole_and_stand_where_they_say(case: Case, owner: User) -> None:
    one = "The harbour master keeps the key of the crane in a safe to which only the two night watchmen\nand the "
    two = "foreman of the day shift have the number. Nobody else may open it.\nThe pilot lives ashore and he"
    three = "rows to work. The buoys are red."
    made = document(case, "Crane", one, two, three)
    cut(made, (1, 0, 1, len(one.rstrip())), (2, 0, 2, len(two.rstrip())), (3, 0, 3, len(three)))
    evidence = gather(Question("Who has the number of the safe with the key of the crane?", owner, case.pk))
    lines = {statement.line: statement for found in evidence.passages for statement in statements_of(found)}
    assert set(lines) == {
        "The harbour master keeps the key of the crane in a safe to which only the two night watchmen and the foreman of the day shift "
        "have the number.", "Nobody else may open it.", "The pilot lives ashore and he rows to work.", "The buoys are red.",
    }  # fmt: skip
    for statement in lines.values():
        source = source_in(statement.passage, statement.at, statement.to)
        pages = dict(Page.objects.filter(text_version=source.text_version).values_list("number", "text"))
        first, last = pages[source.page], pages[source.page_to]
        stands = first[source.start : source.end] if source.page == source.page_to else f"{first[source.start :]}\n{last[: source.end]}"
        assert stands == source.quote
    assert [(found.number) for found in evidence.passages] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_references_lead_to_what_they_mean_within_the_case(case: Case, owner: User) -> None:
    other = matters.create_case("Other", user=owner, docket_number="1:24-cv-9", court="D. Me.")
    lease = document(
        case, "Lease of the pier", LEASE.partition("SCHEDULE 2")[0], "SCHEDULE 2\n\nRent\n\nIt is $4,100 a month.", kind="contract"
    )
    document(case, "Deposit Agreement", "4. Money\n\n4.2 It is $900 and is held by a bank.", kind="contract")
    exhibit = document(case, "Exhibit B - Survey", "The third pile is rotten to the core.")
    document(other, "Exhibit C - Survey", "The fourth pile is rotten.")
    said = "The deposit is governed by Section 4.2 of the Deposit Agreement. "
    said += "The survey of the timber is attached (Ex. B); another is Exhibit C."
    letter = document(case, "Letter", said)
    assert letter.text_version is not None
    chunk = letter.text_version.chunks.get()
    for mention in extract(chunk.text):
        if mention.key.startswith("record:"):
            Citation.objects.create(
                text_version=letter.text_version, chunk=chunk, page=1, start=mention.start, end=mention.end, text=mention.text,
                key=mention.key, kind=mention.kind, role=Citation.Role.RECORD, method="t",
            )  # fmt: skip
    renew([one.pk for one in (lease, exhibit, letter)])
    link_reading(letter.text_version.pk)

    def led(question: str) -> dict[str, str]:
        return {
            found.text.split("\n")[-1]: found.referred for found in gather(Question(question, owner, case.pk)).passages if found.referred
        }

    assert led("What is the rent set out in?") == {"It is $4,100 a month.": "The rent is set out in Schedule 2."}
    assert led("How is the deposit governed?") == {"4.2 It is $900 and is held by a bank.": said.split(". ")[0] + "."}
    assert led("Where is the survey of the timber attached?")["The third pile is rotten to the core."].startswith(
        "The survey of the timber"
    )
    assert not any("fourth" in text for text in led("Where is the survey of the timber attached?"))
    for asked in ("How is the deposit governed?", "Where is the survey of the timber attached?"):
        about_the_letter = gather(Question(asked, owner, case.pk, documents=(letter.pk,)))
        assert {found.document for found in about_the_letter.passages} == {letter.pk}


@pytest.mark.django_db(transaction=True)
def test_what_was_searched_counts_each_document_once(case: Case, owner: User, stranger: User) -> None:
    read = document(case, "Read", "The pier is long.")
    Document.objects.create(case=case, title="Again", status="ready", duplicate_of=read)
    Document.objects.create(case=case, title="Kept", status="ready", error_code="not_readable")
    Document.objects.create(case=case, title="Failed", status="failed", error_code="broken")
    document(case, "Scan without text")
    Document.objects.create(case=case, title="Coming", status="extracting")
    document(case, "Words only", "The pier is short.", vectors=False)
    question = Question("How long is the pier?", owner, case.pk)
    found = gather(question).searched
    assert (found.total, found.read, found.unread, found.waiting) == (6, 2, 3, 1)
    assert found.partial.startswith("The meaning of 1 document is still being indexed")
    assert found.sentence().startswith("2 of 6 documents were searched; 3 could not be read; 1 is still being read. The meaning")
    narrowed = searched(Question("?", owner, case.pk, documents=(Document.objects.get(title="Again").pk,)))
    assert (narrowed.total, narrowed.read) == (1, 1)
    assert searched(Question("?", stranger, case.pk)).total == 0


@pytest.mark.django_db
def test_a_reranker_that_was_registered_orders_what_was_found(case: Case, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document(
        case,
        "Lease",
        "The rent of the pier is due in May.",
        "The rent of the crane is due in June.",
        "The rent of the dock is due in July.",
    )
    question = Question("When is the rent due?", owner, case.pk)
    before = [one.text for one in gather(question).passages]
    monkeypatch.setattr(gathering, "reranker", lambda: SimpleNamespace(score=lambda asked, texts: list(range(len(texts)))))
    after = gather(question).passages
    assert [one.text for one in after] == before[::-1]
    assert [one.number for one in after] == [1, 2, 3]


@pytest.mark.django_db
def test_a_whole_document_has_whole_sentences_and_a_long_one_is_not_read(case: Case, owner: User) -> None:
    lease = document(case, "Lease", "The rent of the pier is due on the third of", "May of each year. The pier is closed in winter.")
    found = whole(lease, 2)
    assert found is not None
    lines = [" ".join(one.line.split()) for passage in found.passages for one in statements_of(passage)]
    assert lines == ["The rent of the pier is due on the third of May of each year.", "The pier is closed in winter."]
    assert whole(lease, 1) is None
