"""Votes on hits, what they and votes on answers make for evaluation, and how ratings change the order of a search."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.utils import timezone

from analytics.models import HitVote, Rating, RatingScore
from analytics.services.ratings import judgements, prior
from cases.models import Case, Ruling
from documents.models import Conversation, Document, Message
from documents.services.search.fusion import Signals, fuse
from documents.services.search.showing import priors

ADDRESS = "/api/ratings/hits/"


@pytest.fixture
def document(case: Case) -> Document:
    return Document.objects.create(case=case, title="Lease", status=Document.Status.READY)


def test_a_hit_is_useful_or_not_once_for_each_person_and_search(api, viewer, editor, stranger, document):
    body = {"words": {"q": "drift", "tag": ["Lab"], "sort": "newest"}, "document": str(document.pk), "page": 3, "useful": True}
    client = api(viewer)
    assert client.post(ADDRESS, body, format="json").json()["useful"] is True
    asked = client.get(f"{ADDRESS}?tag=Lab&q=drift&page=2&explain=1").json()
    assert asked["words"] == {"q": "drift", "tag": ["Lab"]}
    assert [(one["document"], one["page"], one["useful"]) for one in asked["votes"]] == [(str(document.pk), 3, True)]
    again = {"query": "?q=drift&tag=Lab", "document": str(document.pk), "useful": False}
    assert client.post(ADDRESS, again, format="json").json() | {"updated": ""} == {
        "document": str(document.pk), "page": None, "useful": False, "updated": "",
    }  # fmt: skip
    assert HitVote.objects.count() == 1
    assert api(editor).get(f"{ADDRESS}?q=drift&tag=Lab").json()["votes"] == []
    assert client.get(f"{ADDRESS}?q=drift").json()["votes"] == []
    assert api(stranger).post(ADDRESS, body, format="json").status_code == 404
    assert client.delete(ADDRESS, again, format="json").status_code == 204
    assert not HitVote.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"q": "drift", "useful": "perhaps"}, "useful"), ({"q": "drift"}, "useful"), ({"q": "  ", "useful": True}, "q"),
        ({"useful": True}, "detail"), ({"q": "drift", "useful": True, "page": 0}, "page"), ({"words": {"x": 1}, "useful": True}, "words"),
        ({"q": "drift", "useful": True, "document": "none"}, "document"), ({"words": {"q": "(drift"}, "useful": True}, "detail"),
    ],
)  # fmt: skip
def test_what_is_no_vote_is_refused_with_a_sentence(api, viewer, document, body, field):
    answer = api(viewer).post(ADDRESS, {"document": str(document.pk), **body}, format="json")
    assert (answer.status_code, field in answer.json()) == (400, True), answer.json()


def test_the_owner_gets_votes_without_names_and_no_one_elses_conversations(api, client, owner, editor, viewer, case, document):
    open_, closed = (Conversation.objects.create(case=case, owner=editor, shared=shared) for shared in (True, False))
    answers = [
        Message.objects.create(conversation=one, number=1, question="When does it end?", state="answered") for one in (open_, closed)
    ]
    deleted = Document.objects.create(case=case, title="Gone", deleted_at=timezone.now())
    for user, useful in ((editor, True), (viewer, True), (owner, False)):
        HitVote.objects.create(
            user=user, case=case, document=document.pk, page=2, words={"q": "end of lease"}, digest=str(user), useful=useful
        )
    HitVote.objects.create(user=editor, case=case, document=deleted.pk, words={"q": "gone"}, digest="1", useful=True)
    HitVote.objects.create(user=editor, case=case, document=document.pk, words={"q": "x", "tag": ["Lab"]}, digest="2", useful=True)
    for one in answers:
        Rating.objects.create(user=viewer, target_type="message", target_id=one.pk, case=case, value=2)
    address = f"/api/analytics/cases/{case.pk}/judgements/"
    assert (api(viewer).get(address).status_code, api(editor).get(address).status_code) == (403, 403)
    found = api(owner).get(address, {"page_size": 3}).json()
    assert (found["count"], len(found["results"])) == (5, 3)
    assert found["results"][0] | {"when": ""} == {
        "kind": "answer", "asked": "When does it end?", "words": {}, "document": None, "title": "", "page": None,
        "answer": str(answers[0].pk), "useful": None, "value": 2, "when": "",
    }  # fmt: skip
    assert {"editor", "viewer"} & set(str(found).replace("'", " ").split()) == set()
    streamed = list(judgements.judgements(case, owner))
    assert [one["asked"] for one in streamed] == ["When does it end?", "x", "end of lease", "end of lease", "end of lease"]
    assert streamed == list(judgements.JudgementList(case, owner)[:10])
    (label,) = judgements.labelled_searches(case, owner)
    assert (label.q, label.style, [(*one.documents, one.pages) for one in label.answers]) == (
        "end of lease", "voted", [(document.pk, frozenset([2]))],
    )  # fmt: skip
    told = StringIO()
    call_command("eval_votes", "--case", str(case.pk), stdout=told)
    assert f"votes of {case.pk}: 1 searches" in told.getvalue()
    with pytest.raises(CommandError, match="editor does not own this case"):
        call_command("eval_votes", "--case", str(case.pk), "--user", "editor")
    client.force_login(owner)
    page = client.get(f"/cases/{case.pk}/judgements/").content.decode()
    assert page.count("end of lease</a>") == 3
    assert f"#message-{answers[0].pk}" in page
    assert f"/cases/{case.pk}/judgements/" in client.get(f"/cases/{case.pk}/edit/").content.decode()
    client.force_login(editor)
    assert client.get(f"/cases/{case.pk}/judgements/").status_code == 403


def test_documents_of_other_cases_are_like_the_mean_for_the_search(viewer, stranger, document):
    RatingScore.objects.create(
        target_type="document", target_id=document.pk, case=document.case, count=9, bayesian=1, computed=timezone.now()
    )
    other = uuid4()
    assert prior.of_documents([document.pk, other], viewer) == {document.pk: -1.0, other: 0.0}
    assert prior.of_documents([document.pk, other], stranger) == {document.pk: 0.0, other: 0.0}


def _passages(exact: dict[int, float]) -> dict[int, Signals]:
    return {
        chunk: Signals(f"d{chunk}", bm25=10 - chunk, cosine=0.9 - chunk / 20, coverage=0.5, exact=exact.get(chunk, 0)) for chunk in range(8)
    }


@pytest.mark.parametrize("ways", [{}, {"words": False}, {"meaning": False}])
@pytest.mark.parametrize("exact", [{}, {3: 1.0, 5: 1.0}, {2: 0.3, 6: 0.2}, {7: 2.0}])
def test_ratings_move_nothing_past_an_exact_hit_and_off_nothing_at_all(settings, monkeypatch, exact, ways):
    told = {f"d{chunk}": (-1.0 if chunk in exact or chunk == 0 else 1.0) for chunk in range(8)}
    monkeypatch.setattr(priors, "_providers", [lambda documents, user: told])
    signals = _passages(exact)
    fused = fuse(signals, **ways)
    settings.SEARCH_RATING_BOOST = 0.0
    assert priors.weighed(fused, signals, None) is fused
    settings.SEARCH_RATING_BOOST = 0.2
    weighed = priors.weighed(fused, signals, None)
    before, after = ([passage.chunk for passage in one.ranked] for one in (fused, weighed))
    assert sorted(before) == sorted(after)
    for chunk in exact:
        at = before.index(chunk)
        assert (after.index(chunk), set(after[:at])) == (at, set(before[:at]))
    found = [passage.score for passage in weighed.ranked]
    assert found == sorted(found, reverse=True)
    assert found[0] <= 1
    if not exact:
        assert after.index(0) > before.index(0), "among equals the badly rated one comes later"


def test_stars_stand_where_one_rates(client, viewer, editor, case, document, rf):
    ruling = Ruling.objects.create(name="Roe v. Wade")
    Rating.objects.create(user=editor, target_type="document", target_id=document.pk, case=case, value=4)
    client.force_login(viewer)
    page = client.get(f"/documents/{document.pk}/?tab=details").content.decode()
    assert f'data-target-id="{document.pk}" data-mine="" data-count="1" data-average="4.0"' in page
    assert f'data-target-type="ruling" data-target-id="{ruling.pk}"' in client.get(f"/library/rulings/{ruling.pk}/").content.decode()
    conversation = Conversation.objects.create(case=case, owner=viewer)
    done, running = (Message.objects.create(conversation=conversation, number=n, state=s) for n, s in ((1, "answered"), (2, "answering")))
    chat = client.get(conversation.get_absolute_url()).content.decode()
    assert (f'data-target-id="{done.pk}"' in chat, f'data-target-id="{running.pk}"' in chat) == (True, False)
    request: Any = rf.get("/")
    request.user = viewer
    hit = SimpleNamespace(document=document.pk, page=2, citation="Lease, p. 2", case=case.pk)
    thumbs = Template('{% load slots %}{% slot "hit" hit %}').render(Context({"request": request, "hit": hit}))
    assert thumbs.count("<button") == 2
    assert f'data-document="{document.pk}" data-page="2"' in thumbs
