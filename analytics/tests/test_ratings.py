"""Ratings: one of each person, exact with many voters, of what one may see; they go where their things go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from analytics.jobs import RatingJob
from analytics.models import HitVote, Rating, RatingPrior, RatingScore
from analytics.models.ratings import TargetType
from analytics.services.ratings import scores, voting
from analytics.services.ratings.bayesian import WEIGHT, Sums
from cases.models import Case, Membership, Ruling, RulingSource
from cases.services import matters
from documents.models import Conversation, Document, Message
from lexintel.models import User
from tasks.engine import attempts
from tasks.models import TaskRecord

ADDRESS = "/api/ratings/"


@pytest.fixture
def document(case: Case) -> Document:
    return Document.objects.create(case=case, title="Lease", status=Document.Status.READY)


def of(document: Any, kind: str = "document", **further: Any) -> dict[str, Any]:
    return {"target_type": kind, "target_id": str(document.pk), **further}


def test_few_ratings_say_little_and_many_say_all():
    assert Sums(0, 0).average is None
    assert (Sums(0, 0, 3.4).bayesian, Sums(1, 5).bayesian, Sums(1, 1).bayesian) == (3.4, 20 / 6, 16 / 6)
    assert Sums(10_000, 50_000).bayesian > 4.998
    assert Sums(5, 25).bayesian == pytest.approx((3 + 5) / 2), f"{WEIGHT} ratings weigh as much as the mean"


def test_a_person_rates_changes_and_takes_back(api, editor, viewer, document):
    assert api(editor).post(ADDRESS, of(document, value=5), format="json").json() == {"average": 5, "bayesian": 20 / 6, "count": 1}
    assert api(viewer).post(ADDRESS, of(document, value=2), format="json").json() == {"average": 3.5, "bayesian": 22 / 7, "count": 2}
    assert api(viewer).post(ADDRESS, of(document, value=4), format="json").json()["average"] == 4.5
    assert api(viewer).get(ADDRESS, of(document)).json() == {"average": 4.5, "bayesian": 24 / 7, "count": 2, "mine": 4}
    many = api(viewer).get(f"{ADDRESS}many/", of(document)).json()
    assert many == [{"target_id": str(document.pk), "average": 4.5, "bayesian": 24 / 7, "count": 2, "mine": 4}]
    for _time in range(2):
        assert api(viewer).delete(f"{ADDRESS}?target_type=document&target_id={document.pk}").json()["count"] == 1
    assert api(viewer).get(ADDRESS, of(document)).json()["mine"] is None
    record = TaskRecord.objects.get(name=scores.ONE)
    assert (record.user_id, record.scope, record.topic) == (None, None, ""), "nobody learns from the task who voted"


@pytest.mark.parametrize("value", [0, 6, -1, "x", "", None, 4.5, True, "9" * 2000])
def test_what_is_no_rating_is_refused_with_one_sentence(api, editor, document, value):
    answer = api(editor).post(ADDRESS, of(document, value=value), format="json")
    assert (answer.status_code, answer.json()["value"]) == (400, ["A rating is a whole number from 1 to 5."])
    assert not Rating.objects.exists()


def test_what_one_may_not_see_cannot_be_rated(api, owner, editor, stranger, case, document):
    private = Conversation.objects.create(case=case, owner=owner)
    hidden, writing = (Message.objects.create(conversation=private, number=n, state=s) for n, s in ((1, "answered"), (2, "answering")))
    for user, kind, thing in ((stranger, "document", document), (editor, "message", hidden), (editor, "document", hidden)):
        assert api(user).post(ADDRESS, of(thing, kind, value=5), format="json").status_code == 404
        assert api(user).get(ADDRESS, of(thing, kind)).status_code == 404
        assert api(user).get(f"{ADDRESS}many/", of(thing, kind)).json() == []
        assert api(user).delete(f"{ADDRESS}?target_type={kind}&target_id={thing.pk}").status_code == 404
    assert api(editor).post(ADDRESS, of(document, "case", value=5), format="json").status_code == 400
    assert api(owner).post(ADDRESS, of(writing, "message", value=5), format="json").json()["code"] == "not_ready"
    assert api(owner).post(ADDRESS, of(hidden, "message", value=5), format="json").status_code == 200
    assert api(stranger).post(ADDRESS, of(Ruling.objects.create(name="Roe v. Wade"), "ruling", value=5), format="json").status_code == 200
    document.deleted_at = timezone.now()
    document.save()
    assert api(editor).post(ADDRESS, of(document, value=5), format="json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_votes_at_the_same_moment_are_all_counted_and_each_person_once(case, document):
    people = [User.objects.create_user(f"voter{n}") for n in range(4)]
    Membership.objects.bulk_create([Membership(case=case, user=user) for user in people])

    def vote(turn: int) -> None:
        try:
            voting.rate(people[turn % 4], "document", document.pk, turn % 5 + 1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(vote, range(24)))
    assert Rating.objects.count() == 4
    standing = voting.standing(people[0], "document", document.pk)
    assert (standing.count, standing.sums.total) == (4, sum(Rating.objects.values_list("value", flat=True)))
    with transaction.atomic():
        scores.write_score("document", document.pk)
    assert RatingScore.objects.get().total == standing.sums.total


def test_the_daily_calculation_of_all_is_the_one_of_each(case, document):
    other = Document.objects.create(case=case, title="Letter")
    ruling = Ruling.objects.create(name="Roe v. Wade")
    people = User.objects.bulk_create([User(username=f"voter{n}") for n in range(60)])
    given = [("document", document, case, 4), ("document", other, case, 5), ("ruling", ruling, None, 2)]
    Rating.objects.bulk_create(
        Rating(user=user, target_type=kind, target_id=thing.pk, case=of_case, value=value - (number % 7 == 0))
        for number, user in enumerate(people)
        for kind, thing, of_case, value in (given if number < 40 else given[:1])
    )
    RatingScore.objects.create(target_type="message", target_id=other.pk, count=3, total=9, computed=timezone.now())
    assert scores.write_all() == {"scores": 3, "forgotten": 1}
    assert dict(RatingPrior.objects.values_list("target_type", "mean")) == {"document": 4.3, "ruling": 3.0, "message": 3.0}
    fields = ("target_type", "target_id", "case", "count", "total", "average", "bayesian")
    together = list(RatingScore.objects.order_by("pk").values_list(*fields))
    RatingScore.objects.all().delete()
    for target_type, target_id, *_rest in together:
        scores.write_score(target_type, target_id)
    assert list(RatingScore.objects.order_by("pk").values_list(*fields)) == together
    assert scores.write_all()["scores"] == 3


def test_ratings_go_along_and_vanish_with_what_they_are_about(api, owner, editor, case, document):
    target = matters.create_case("Other matter", user=owner)
    message = Message.objects.create(conversation=Conversation.objects.create(case=case, owner=owner), number=1, state="answered")
    former, kept = Ruling.objects.create(name="Roe v. Wade"), Ruling.objects.create(name="Roe v. Wade")
    for user, thing, kind in (
        (owner, document, "document"),
        (owner, message, "message"),
        (owner, former, "ruling"),
        (editor, kept, "ruling"),
    ):
        assert api(user).post(ADDRESS, of(thing, kind, value=5), format="json").status_code == 200
        scores.write_score(kind, thing.pk)
    assert (
        api(owner).post(f"{ADDRESS}hits/", {"q": "lease", "document": str(document.pk), "useful": True}, format="json").status_code == 200
    )
    Document.objects.filter(pk=document.pk).update(case=target)
    assert set(Rating.objects.filter(target_id=document.pk).values_list("case", flat=True)) == {target.pk}
    assert (RatingScore.objects.get(target_id=document.pk).case, HitVote.objects.get().case) == (target, target)

    RulingSource.objects.create(ruling=kept, source="cap", source_id="1", former=former.pk)
    former.delete()
    assert Rating.objects.filter(target_type="ruling", target_id=kept.pk).count() == 2
    message.conversation.delete()
    document.delete()
    assert set(Rating.objects.values_list("target_type", flat=True)) == {"ruling"}
    assert (RatingScore.objects.get().target_type, HitVote.objects.count()) == ("ruling", 0)


def test_the_task_of_a_vote_writes_its_score(api, editor, document, settings, django_capture_on_commit_callbacks):
    settings.TASK_EXECUTOR = "background"
    with django_capture_on_commit_callbacks(execute=True):
        api(editor).post(ADDRESS, of(document, value=5), format="json")
    attempts.run_attempt(TaskRecord.objects.get(name=scores.ONE).pk, "background")
    assert TaskRecord.objects.get(name=scores.ONE).status == "succeeded"
    assert RatingScore.objects.get().bayesian == pytest.approx(20 / 6)
    assert RatingJob(target_type=TargetType.DOCUMENT, target_id=document.pk).model_dump(mode="json") == of(document)


def test_staff_have_all_ratings_calculated_again(api, owner, settings, django_capture_on_commit_callbacks):
    settings.TASK_EXECUTOR = "background"
    address = "/api/tasks/rating/recalculate"
    assert api(owner).post(address).status_code == 403
    owner.is_staff = True
    owner.save()
    with django_capture_on_commit_callbacks(execute=True):
        assert api(owner).post(address).status_code == 202
    record = TaskRecord.objects.get()
    attempts.run_attempt(record.pk, "background")
    record.refresh_from_db()
    assert (record.name, record.status, record.result) == (scores.ALL, "succeeded", {"scores": 0, "forgotten": 0})


def test_no_admin_learns_who_voted(client, editor, document, django_user_model):
    voting.rate(editor, "document", document.pk, 2)
    root = django_user_model.objects.create_superuser("root")
    client.force_login(root)
    rating = Rating.objects.get()
    page = client.get(f"/admin/analytics/rating/{rating.pk}/change/").content.decode()
    assert [secret for secret in (str(editor.pk), f">{editor}<", str(document.pk)) if secret in page] == []
    for query in (f"user__id__exact={editor.pk}", f"user={editor.pk}", f"target_id={document.pk}"):
        assert client.get(f"/admin/analytics/rating/?{query}").status_code == 400
    assert "analytics/rating/?user" not in client.get(f"/admin/lexintel/user/{editor.pk}/change/").content.decode()
