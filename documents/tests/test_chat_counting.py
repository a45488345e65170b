"""Questions that the database answers, exactly, with a link to exactly the documents that were counted."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.services import matters
from documents.filters import Narrowing
from documents.models import Citation, Document, DocumentFact
from documents.services.chat.contracts import Listing, Question
from documents.services.chat.counting import counted
from documents.services.chat.understanding import understand
from documents.services.organising import tags
from documents.services.reading.overview import documents_of
from documents.tests.searching import document
from lexintel.models import User

pytestmark = pytest.mark.django_db
Day = datetime.date
NOTHING = "None"

# What is asked, and the documents that are counted by their short names; None where the database must keep silent.
CASES: dict[str, str | None] = {
    "How many orders are there after March?": "o2 o3",
    "how many orders after 31 March 2025": "o2 o3",
    "How many orders were issued before April 2025?": "o1",
    "How many orders?": "o1 o2 o3 o4",
    "Please tell me how many rulings there are in this case.": "o1 o2 o3 o4 j1",
    "what is the number of court orders since 2 May 2025?": "o2 o3",
    "list orders by Judge Lee between 1 May and 30 June 2025": "o2",
    "How many orders did Judge Lee issue?": "o1 o2",
    "what is the latest order?": "o3",
    "Which is the earliest order by Judge Lee?": "o1",
    "Are there any judgments?": "j1",
    "Which documents mention the Halden-7?": "c1 m1 copy",
    "which documents mention halden-7": "c1 m1 copy",
    "Which documents contain the words \"breach of contract\"?": "c1 copy",
    "Which documents mention Okonkwo and the Halden-7?": "m1",
    "Which documents mention Zanzibar?": "",
    "How many e-mails mention the Halden-7?": "m1",
    "Which e-mails in 2024 mention Okonkwo?": "m1",
    "list all e-mails from Raman in 2024": "m1",
    "list all emails from raman": "m1 m2",
    "How many e-mails did Raman send to Okonkwo?": "m1",
    "how many e-mails between Raman and Okonkwo": "m1 m3",
    "How many e-mails were sent to Okonkwo in 2024?": "m1",
    "how many emails from Ferreira or Raman?": "m1 m2 m4",
    "Which documents cite 35 U.S.C. § 101?": "c1 copy",
    "which documents cite Alice": "j1",
    "Which orders cite Alice?": "",
    "how many documents are there": "o1 o2 o3 o4 j1 c1 copy m1 m2 m3 m4 t1 e1 x1 bad slow",
    "How many documents could not be read?": "bad",
    "How many documents couldn't be read?": "bad",
    "how many documents are still being read": "slow",
    "how many hearings": "t1",
    "how many transcripts are there in this case?": "t1",
    "how many exhibits do we have?": "e1 x1",
    "Which documents are tagged Lab?": "c1 e1",
    "Which documents were added last week?": "m3",
    "which documents were added in the last 30 days?": "o1 o2 o3 o4 j1 c1 copy m1 m2 m4 t1 e1 x1 bad slow m3",
    "Which orders have no date?": "o4",
    "how many undated orders": "o4",
    "How many complaints from the year 2025?": "c1 copy",
    "how many contracts": "",
    "How many orders of the Northern District of Texas?": "o1",
    # The database must not say a number here.
    "How many documents did Okonkwo sign?": None,
    "how many times did Castellan breach the agreement?": None,
    "How many sensors did Castellan order?": None,
    "Which agreement did Castellan breach?": None,
    "Which orders are not by Judge Lee?": None,
    "How many orders were reversed?": None,
    "Which documents mention the Halden-7 but not Okonkwo?": None,
    "which documents mention it": None,
    "Which documents are about the Halden-7?": None,
    "Which documents mention the $4.5 million?": None,
    "Which documents mention 6 May 2022?": None,
    "Which documents mention the meeting in March 2025?": None,
    "Which documents mention the": None,
    "How many orders after the 31st of February 2025?": None,
    "how many orders after 3/4/2025": None,
    "How many orders after the hearing?": None,
    "how many e-mails from nobody": None,
    "Which documents are tagged Nothing?": None,
    "Which documents support the claim?": None,
    "Is there an order for the payment of costs?": None,
    "When did Castellan admit the breach?": None,
    "hello": None,
    "What orders did the court make about discovery?": None,
    "How many motions did Castellan file?": None,
    "How many orders? And how many judgments?": None,
    "list the reasons for the breach": None,
    "Which documents mention Okonkwo's badge and who signed them?": None,
    "what is the order": None,
}  # fmt: skip


FOLLOWED = ("How many orders are there after March?", "Which documents mention the Halden-7?", "how many e-mails between Raman and Okonkwo")


@pytest.fixture
def papers(case: Case, owner: User) -> dict[str, Document]:
    lee = "Jane Lee"
    made = {
        "o1": _paper(case, "Scheduling Order", "It is so ordered.", "order", Day(2025, 2, 3), author=lee),
        "o2": _paper(case, "Protective Order", "The motion is granted.", "order", Day(2025, 5, 2), author=lee),
        "o3": _paper(case, "Order on Costs", "Costs are taxed.", "order", Day(2025, 7, 9), author="A. Smith"),
        "o4": _paper(case, "Minute Order", "The hearing is moved.", "order", None),
        "j1": _paper(case, "Judgment", "Under Alice Corp. v. CLS Bank Int'l, 573 U.S. 208 (2014), it fails.", "judgment", Day(2025, 8, 1)),
        "c1": _paper(case, "Complaint", "The Halden-7 sensor. A breach of contract. See 35 U.S.C. § 101.", "complaint", Day(2025, 2, 27)),
        "m1": _paper(case, "Offer", "Okonkwo knows the Halden 7.", "email", Day(2024, 9, 12), "Priya Raman <p@c.example>", "D. Okonkwo"),
        "m2": _paper(case, "Forecast", "Breach and contract.", "email", Day(2025, 1, 2), "Priya Raman <p@c.example>", "Lucia Ferreira"),
        "m3": _paper(case, "Re: Offer", "Thank you.", "email", Day(2025, 3, 1), "Dan Okonkwo <d@o.example>", "Priya Raman"),
        "m4": _paper(case, "Halden-7 shortfall", "The price falls due.", "email", Day(2024, 6, 1), "Lucia Ferreira", "Sales"),
        "t1": _paper(case, "Hearing of 4 March", "THE COURT: Good morning.", "transcript", Day(2025, 3, 4)),
        "e1": _paper(case, "Exhibit A", "The lease.", "exhibit", None),
        "x1": _paper(case, "Exhibit B - Letter", "Dear Sir.", "letter", Day(2025, 2, 3)),
        "bad": Document.objects.create(case=case, title="Scan", status="failed", error_code="damaged", kind="other"),
        "slow": Document.objects.create(case=case, title="Coming", status="extracting", kind="other"),
    }
    made["copy"] = Document.objects.create(
        case=case, title="Complaint (2)", kind="complaint", status="ready", duplicate_of=made["c1"], date=Day(2025, 2, 27)
    )
    Citation.objects.filter(text_version__document=made["j1"]).update(name="Alice Corp. v. CLS Bank Int'l")
    Document.objects.filter(pk=made["x1"].pk).update(record_keys=["record:ex:b"])
    DocumentFact.objects.create(document=made["o1"], field="court", value="United States District Court for the Northern District of Texas")
    tags.put_on(case, [made["c1"].pk, made["e1"].pk], ["Lab"], owner)
    monday = timezone.localtime() - datetime.timedelta(days=timezone.localdate().weekday())
    Document.objects.filter(pk=made["m3"].pk).update(created=monday - datetime.timedelta(days=3))
    gone = _paper(case, "Deleted Order", "The Halden-7.", "order", Day(2025, 6, 1))
    Document.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    other = matters.create_case("Other v. Case", user=owner)
    _paper(other, "Foreign Order", "The Halden-7 and Okonkwo.", "order", Day(2025, 6, 1))
    _paper(None, "Library", "The Halden-7.", "order", Day(2025, 6, 1))
    return made


def _paper(
    case: Case | None, title: str, text: str, kind: str, date: Day | None, sender: str = "", to: str = "", author: str = ""
) -> Document:
    made = document(case, title, text, kind=kind, date=date, vectors=False)
    if sender:
        Document.objects.filter(pk=made.pk).update(metadata={"from": sender, "to": to})
    if author:
        DocumentFact.objects.create(document=made, field="author", value=author)
    return made


def _asked(text: str, user: User, case: Case, documents: tuple[Document, ...] = ()) -> Question:
    return understand(text, user=user, case=case.pk, documents=[one.pk for one in documents])


def _listed(client: Client, url: str) -> list[str]:
    """The ids of the documents that the page shows."""
    answer = client.get(url)
    assert answer.status_code == 200
    return [str(one.pk) for one in answer.context["page"].object_list]


def _addressed(case: Case, url: str) -> list[str]:
    """The same as the page takes them from its address, without the page around them."""
    return [str(one.pk) for one in Narrowing.of(QueryDict(urlsplit(url).query)).apply(documents_of(case))]


def test_what_is_counted_is_what_the_link_shows(case: Case, owner: User, papers: dict[str, Document], client: Client) -> None:
    client.force_login(owner)
    names = {str(made.pk): name for name, made in papers.items()}
    wanted = {text: None if expected is None else set(expected.split()) for text, expected in CASES.items()}
    given: dict[str, set[str] | None] = {}
    for text in CASES:
        listing = counted(_asked(text, owner, case))
        if listing is None:
            given[text] = None
            continue
        shown = _addressed(case, listing.url)
        if text in FOLLOWED:
            assert _listed(client, listing.url) == shown, text
        given[text] = {names.get(pk, pk) for pk in shown}
        assert (listing.count, len(listing.items)) == (len(shown), min(len(shown), 20)), text
    assert {text: given[text] for text in given if given[text] != wanted[text]} == {}


def _said(text: str, user: User, case: Case, *documents: Document) -> str:
    listing = counted(_asked(text, user, case, documents))
    return listing.sentence if listing is not None else NOTHING


def test_the_sentence_says_what_was_counted_and_what_could_not_be(
    case: Case, owner: User, stranger: User, papers: dict[str, Document]
) -> None:
    assert _said("How many orders after March?", owner, case) == (
        "There are 2 orders dated from April 1, 2025 on: Order on Costs (July 9, 2025); Protective Order (May 2, 2025). 1 more has no date."
    )
    assert _said("Which documents mention Zanzibar?", owner, case) == (
        "There is no document that mentions “Zanzibar” in this case. 1 document could not be read and is not counted. "
        "1 document is still being read and not counted."
    )
    assert _said("Which documents mention the Halden-7?", owner, case) == (
        "There are 3 documents that mention “Halden-7”: Complaint (2) (Feb. 27, 2025); Offer (Sept. 12, 2024); Complaint (Feb. 27, 2025). "
        "1 of them is a copy of another. 1 document could not be read and is not counted. 1 document is still being read and not counted."
    )
    assert _said("How many orders did Judge Lee issue in 2025?", owner, case).endswith("Of 1 more it is not known who wrote it.") is False
    assert "not known who wrote it" in _said("How many orders did Judge Lee issue?", owner, case)
    assert _said("what is the latest order?", owner, case).startswith("The latest order is of July 9, 2025: Order on Costs.")
    assert "“hearing” in any form" in _said("Which orders mention the word hearing?", owner, case)
    assert _said("which documents cite Alice", owner, case).startswith("There is 1 document that cites Alice Corp. v. CLS Bank Int'l")
    assert _said("how many orders", owner, case, papers["o1"], papers["c1"]) == "There is 1 order: Scheduling Order (Feb. 3, 2025)."
    assert _said("how many letters", owner, case, papers["o1"]) == "There is no letter among the chosen documents."
    assert _said("how many pages does the judgment have?", owner, case) == "“Judgment” has 1 page."
    assert _said("how many pages does the order have?", owner, case) == NOTHING
    assert _said("how many orders", stranger, case).startswith("There is no order")


def test_a_list_keeps_what_it_is_narrowed_by(case: Case, owner: User, papers: dict[str, Document], client: Client) -> None:
    client.force_login(owner)
    listing = counted(_asked("Which documents mention the Halden-7?", owner, case))
    assert isinstance(listing, Listing)
    page = client.get(listing.url).content.decode()
    assert 'name="says" value="Halden-7"' in page
    words: dict[str, list[str]] = {}
    for word, value in parse_qsl(urlsplit(listing.url).query):
        words.setdefault(word, []).append(value)
    told = client.post(
        "/api/documents/bulk/",
        {"case": str(case.pk), "verb": "tag", "tags": ["Found"], "filter": words, "count": 3},
        content_type="application/json",
    )
    assert told.status_code in (200, 202), told.content
    assert told.json()["count"] == 3
    odd = {"since": "nonsense", "reading": "maybe", "document": "x", "says": '"', "between": "Raman", "cites": "%", "until": "0001-01-01"}
    base = listing.url.partition("?")[0]
    assert [len(_listed(client, f"{base}?{word}={value}")) for word, value in odd.items()] == [16, 16, 16, 0, 0, 0, 16]
