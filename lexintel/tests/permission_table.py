"""Who may do what at each address: the expectation of test_permission_matrix.py, keyed by route pattern.

A new address needs an entry here. What one may not see is 404, what one sees but may not do is 403, nobody is 401 in the API and
is sent to the sign-in page (302) by pages.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

ROLES = ("owner", "editor", "viewer", "stranger", "anonymous")


@dataclass
class World:
    """What the addresses are about: one case with everything in it, of which the stranger is no member."""

    case: Any
    document: Any
    upload: Any
    task: Any
    waiting: Any
    batch: Any
    member: Any
    stranger: Any
    token: Any
    recording: Any
    source: Any
    tag: Any
    other_tag: Any
    saved: Any
    search: Any
    past: Any
    download: Any
    note: Any
    paper: Any
    alert: Any
    conversation: Any
    message: Any

    def ids(self, route: str) -> dict[str, Any]:
        """Values for the parameters of a route."""
        subject = route.removeprefix("api/").partition("/")[0]
        of_subject = {
            "cases": self.case,
            "documents": self.document,
            "uploads": self.upload,
            "tasks": self.task,
            "batches": self.batch,
            "audio": self.recording,
            "sources": self.source,
            "tags": self.tag,
            "filters": self.saved,
            "searches": self.search,
            "downloads": self.download,
            "notes": self.note,
            "imports": self.document,  # any number will do for what is for administrators only
            "papers": self.paper,
            "alerts": self.alert,
            "conversations": self.conversation,
            "messages": self.message,
            "library": self.document,  # any number will do for what is for administrators only
            "noise-models": self.recording,  # any number will do: none of the roles gets so far
        }.get(subject)
        return {
            "pk": getattr(of_subject, "pk", ""),
            "case_id": self.case.pk,
            "document_id": self.document.pk,
            "upload_id": self.upload.pk,
            "session_id": self.recording.pk,
            "user_id": self.member.user_id,
            "member": self.member.pk,
            "number": 1,
            "download_id": self.download.pk,
            "message_pk": self.message.pk,
        }


@dataclass
class Expected:
    """The status for each of ROLES, and what to send."""

    statuses: tuple[int, int, int, int, int]
    send: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    """Keyword arguments of Django's test client."""
    ids: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    """Parameters other than the usual ones."""


def json(**body: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"data": body, "content_type": "application/json"}


def _json(**body: Any) -> dict[str, Any]:
    return {"data": body, "content_type": "application/json"}


def form(**body: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"data": body}


def _page(members: int = 200) -> Expected:
    return Expected((members, members, members, 404, 302))


def _page_of(members: int = 200, **options: Any) -> Expected:
    """A page that a form names the case to."""
    return Expected((members, members, members, 404, 302), **options)


def _read(status: int = 200, **options: Any) -> Expected:
    return Expected((status, status, status, 404, 401), **options)


def _everyone(status: int = 200, nobody: int = 401, **options: Any) -> Expected:
    return Expected((status, status, status, status, nobody), **options)


def _owner_alone(status: int, nobody: int = 401, **options: Any) -> Expected:
    """The owner's own; it exists for nobody else, who may be in the same case."""
    return Expected((status, 404, 404, 404, nobody), **options)


def _public(status: int = 200, **options: Any) -> Expected:
    return Expected((status, status, status, status, status), **options)


def _editors(status: int, nobody: int = 401, **options: Any) -> Expected:
    return Expected((status, status, 403, 404, nobody), **options)


def _staff(nobody: int = 401) -> Expected:
    return Expected((403, 403, 403, 403, nobody))


def _makers(status: int) -> Expected:
    """The editor made it; it exists for nobody else."""
    return Expected((404, status, 404, 404, 401))


def _hidden(**options: Any) -> Expected:
    return Expected((404, 404, 404, 404, 302), **options)


def _owners(status: int, nobody: int = 401, **options: Any) -> Expected:
    return Expected((status, 403, 403, 404, nobody), **options)


def _ruling(world: World) -> dict[str, Any]:
    from cases.models import Ruling

    return {"pk": Ruling.objects.get_or_create(name="Roe v. Wade", keys=["us:410:113"])[0].pk}


def _rated(world: World) -> dict[str, Any]:
    return {"target_type": "document", "target_id": str(world.document.pk)}


def _statute(world: World) -> dict[str, Any]:
    from cases.models import Statute

    return {"pk": Statute.objects.get_or_create(code="usc", title="9", section="1", key="usc:9:1")[0].pk}


def _event(world: World) -> dict[str, Any]:
    import datetime

    from cases.models import Event

    day = datetime.date(2026, 3, 2)
    return {"pk": Event.objects.get_or_create(case=world.case, kind="deadline", date=day, text="Answer due", state="confirmed")[0].pk}


def _cited_mention(world: World) -> Any:
    from documents.models import Citation

    about = {"page": 1, "start": 4, "end": 9, "text": "410 U.S. 113", "key": "us:410:113", "cluster": "us:410:113", "kind": "case"}
    return Citation.objects.get_or_create(text_version=world.document.text_version, **about)[0]


def _cited(world: World) -> dict[str, Any]:
    _cited_mention(world)
    return {"data": {"authority": "k:us:410:113"}}


def _decision(world: World) -> dict[str, Any]:
    return {"citation": _cited_mention(world).pk, "verdict": "confirmed"}


def _cue(world: World) -> dict[str, Any]:
    from documents.models import Citation, TreatmentCue

    mention, _ = Citation.objects.get_or_create(
        text_version=world.document.text_version, page=1, start=0, end=9, text="410 U.S. 113", key="us:410:113", kind="case",
        ruling_id=_ruling(world)["pk"],
    )  # fmt: skip
    cue = {"citation": mention, "key": mention.key, "kind": "overruled", "words": "overruled", "quote": "Overruled.", "page": 1}
    return {"pk": TreatmentCue.objects.get_or_create(document=world.document, **cue, defaults={"start": 0, "end": 9})[0].pk}


REPORTED = "2026-03-04"


def _reported(world: World) -> dict[str, Any]:
    from django.utils import timezone

    from analytics.models import DailyReport

    DailyReport.objects.get_or_create(day=REPORTED, case=world.case, defaults={"made": timezone.now()})
    return {"pk": world.case.pk, "day": REPORTED}


def _report_order(world: World) -> dict[str, Any]:
    type(world.case).objects.filter(pk=world.case.pk).update(created="2026-01-01T00:00Z")
    return _json(case=str(world.case.pk), date=REPORTED)


def _new_document(world: World) -> dict[str, Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {"data": {"file": SimpleUploadedFile("note.txt", b"A new note about the lease."), "case": str(world.case.pk)}}


def _new_recording(world: World) -> dict[str, Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {"data": {"file": SimpleUploadedFile("hearing.wav", b"RIFF of a hearing"), "case": str(world.case.pk)}}


def _audio_batch(world: World) -> dict[str, Any]:
    return json(case=str(world.case.pk), audio=[str(world.recording.pk)])(world)


def _recording_form(world: World) -> dict[str, Any]:
    return {"data": {"kind": "hearing", "file": _new_recording(world)["data"]["file"]}}


def _new_upload(world: World) -> dict[str, Any]:
    words = {"filename": "letter.txt", "case": str(world.case.pk)}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
    return {"headers": {"Upload-Length": "10", "Upload-Metadata": metadata, "Tus-Resumable": "1.0.0"}}


def _new_batch(world: World) -> dict[str, Any]:
    return {"data": {"case": str(world.case.pk), "title": "Forty files", "expected": 40}, "content_type": "application/json"}


def _whole_case(world: World) -> dict[str, Any]:
    return {"data": {"case": str(world.case.pk)}, "content_type": "application/json"}


def _bulk(world: World) -> dict[str, Any]:
    return _json(case=str(world.case.pk), verb="kind", kind="memo", documents=[str(world.document.pk)])


def _new_search(world: World) -> dict[str, Any]:
    return _json(case=str(world.case.pk), name="Rents", words={"q": "rent"})


def _typed_search(world: World) -> dict[str, Any]:
    return {"data": {"case": str(world.case.pk), "name": "Rents", "query": "?q=rent"}}


def _past(world: World) -> dict[str, Any]:
    return {"pk": world.past.pk}


def _alert_again(world: World) -> dict[str, Any]:
    """Its search has an alert already: a conflict for its owner."""
    return _json(search=str(world.alert.search_id))


def _notice(world: World) -> dict[str, Any]:
    return {"pk": world.alert.notices.get().pk}


def _export(world: World) -> dict[str, Any]:
    from analytics.models import Export

    values = {"what": "case", "target": world.case.pk, "format": "csv", "expires_at": timezone.now() + timedelta(hours=1)}
    owner = world.case.memberships.get(role="owner").user
    made, _new = Export.objects.get_or_create(user=owner, case=world.case, digest="export", defaults=values)
    return {"pk": made.pk, "export_id": made.pk}


def _case_export(world: World) -> dict[str, Any]:
    return _json(what="case", id=str(world.case.pk), format="csv")


def _export_form(world: World) -> dict[str, Any]:
    return {"data": {"what": "case", "id": str(world.case.pk), "format": "csv"}}


def _search_of_alert(world: World) -> dict[str, Any]:
    return {"pk": world.alert.search_id}


def _new_filter(world: World) -> dict[str, Any]:
    return _json(case=str(world.case.pk), name="Letters", filter={"q": "letter"})


def _selection(world: World) -> dict[str, Any]:
    """A document that is no PDF: a conflict for who may have copies made."""
    return {"data": {"case": str(world.case.pk), "documents": [str(world.document.pk)]}, "content_type": "application/json"}


def _piece(world: World) -> dict[str, Any]:
    headers = {"Upload-Offset": "0", "Tus-Resumable": "1.0.0"}
    return {"data": b"01234", "content_type": "application/offset+octet-stream", "headers": headers}


def _person(world: World) -> dict[str, Any]:
    return {"pk": world.stranger.pk}


def _waiting(world: World) -> dict[str, Any]:
    return {"pk": world.waiting.pk}


def _mention(world: World) -> dict[str, Any]:
    reading = world.document.text_version
    return {"pk": reading.citations.get_or_create(page=1, start=0, end=9, text="1 U.S. 1", key="us:1:1", kind="case")[0].pk}


def _passage(world: World) -> dict[str, Any]:
    from documents.models import Chunk

    where = {"text_version": world.document.text_version, "index": 0, "page_from": 1, "page_to": 1, "start": 0, "end": 5, "tokens": 1}
    return {"chunk": Chunk.objects.get_or_create(**where, defaults={"text": "lease"})[0].pk, "q": "lease"}


def _new_conversation(world: World) -> dict[str, Any]:
    return _json(case=str(world.case.pk))


def _question(world: World) -> dict[str, Any]:
    """It is not waited for."""
    return {**_json(question="When does the lease end?"), "query_params": {"wait": "0"}}


def _review(world: World) -> dict[str, Any]:
    """A review table of the case with two questions, one document and one cell."""
    from documents.models import ReviewCell, ReviewQuestion, ReviewRow, ReviewTable

    table, _made = ReviewTable.objects.get_or_create(case=world.case, title="Leases")
    question, _made = ReviewQuestion.objects.get_or_create(table=table, number=1, text="When does it end?")
    ReviewQuestion.objects.get_or_create(table=table, number=2, text="Who signed it?")
    row, _made = ReviewRow.objects.get_or_create(table=table, number=1, document=world.document)
    cell, _made = ReviewCell.objects.get_or_create(row=row, question=question)
    return {"pk": table.pk, "question_id": question.pk, "row_id": row.pk, "cell_id": cell.pk}


def _new_review(world: World) -> dict[str, Any]:
    return _json(case=str(world.case.pk), title="Leases", questions=["When?"], documents=[str(world.document.pk)])


def _reviewed(world: World) -> dict[str, Any]:
    return _json(documents=[str(world.document.pk)])


# Addresses that read on database connections of their own, which see committed rows only.
OWN_CONNECTION = ("api/tasks/<pk>/progress/", "api/messages/<pk>/stream/")

# Only who began an upload sees it: here the editor.
_OWN_UPLOAD = (404, 204, 404, 404, 401)

TABLE: dict[str, dict[str, Expected]] = {
    # health, sign-in, documentation of the API
    "healthz": {"GET": _public()},
    "readyz": {"GET": _public()},
    "metrics": {"GET": _public(403)},  # for staff and the metrics token
    "api/schema/": {"GET": _public()},
    "api/docs/": {"GET": _public()},
    "api/auth/token/": {"POST": _public(401, send=json(username="owner", password="wrong"))},
    "login/": {
        "GET": Expected((302, 302, 302, 302, 200)),
        "POST": Expected((302, 302, 302, 302, 200), send=form(username="x", password="y")),
    },
    "logout/": {"POST": _public(302)},
    # Whoever has the link (here nobody has a valid one) is told so.
    "welcome/<uidb64>/<token>/": {"GET": _public(ids=lambda world: {"uidb64": "MQ", "token": "none"})},
    # one's own account
    "account/": {"GET": _everyone(nobody=302), "POST": _everyone(302, nobody=302, send=form(first_name="Ada"))},
    "account/password/": {"POST": _everyone(422, nobody=302, send=form(**{"password-old_password": "wrong"}))},
    "account/tokens/": {"POST": _everyone(nobody=302, send=form(**{"token-name": "Scanner"}))},
    # Tokens and sessions of others do not exist for one; ending one that is gone already is no error.
    "account/tokens/<pk>/revoke/": {"POST": Expected((302, 404, 404, 404, 302), ids=lambda world: {"pk": world.token.pk})},
    "account/sessions/end/": {"POST": _everyone(302, nobody=302)},
    "account/sessions/<public_id>/end/": {"POST": _everyone(302, nobody=302, ids=lambda world: {"public_id": world.case.pk})},
    # For administrators, of whom there is none among ROLES; it does not exist for others.
    "people/": {"GET": _hidden(), "POST": _hidden()},
    "people/<pk>/": {"GET": _hidden(ids=_person)},
    "people/<pk>/link/": {"POST": _hidden(ids=_person)},
    "people/<pk>/<action>/": {"POST": _hidden(ids=lambda world: {**_person(world), "action": "close"})},
    # cases
    "api/cases/": {"GET": _everyone(), "POST": _everyone(201, send=json(title="Another"))},
    "api/cases/<pk>/": {
        "GET": _read(),
        "PATCH": _editors(200, send=json(title="Renamed")),
        "DELETE": _owners(204),
    },
    "api/cases/<case_id>/members/": {"GET": _read(), "POST": _owners(201, send=json(username="newcomer", role="viewer"))},
    "api/cases/<case_id>/members/<user_id>/": {
        "PATCH": _owners(200, send=json(role="editor")),
        # The member in question is the viewer, who may leave by himself.
        "DELETE": Expected((204, 403, 204, 404, 401)),
    },
    "": {"GET": _everyone(nobody=302)},
    "cases/": {"GET": _everyone(nobody=302)},
    "cases/new/": {"GET": _everyone(nobody=302), "POST": _everyone(302, nobody=302, send=form(title="Another"))},
    "cases/<pk>/": {"GET": _page()},
    "cases/<pk>/edit/": {"GET": _editors(200, 302), "POST": _editors(302, 302, send=form(title="Renamed", status="open"))},
    "cases/<pk>/members/": {"GET": _page(), "POST": _owners(302, 302, send=form(username="newcomer", role="viewer"))},
    "cases/<pk>/members/<member>/": {"POST": _owners(302, 302, send=form(role="editor"))},
    "cases/<pk>/activity/": {"GET": _page()},
    # usage
    "api/analytics/usage/": {"GET": Expected((200, 403, 403, 404, 401), send=lambda world: {"data": {"case": str(world.case.pk)}})},
    "usage/": {"GET": _hidden()},
    "usage/people/": {"GET": _hidden()},
    "cases/<pk>/usage/": {"GET": _owners(200, 302)},
    # documents
    "api/documents/": {"GET": _everyone(), "POST": _editors(201, send=_new_document)},
    "api/documents/<pk>/": {
        "GET": _read(),
        "PATCH": _editors(200, send=json(title="Renamed")),
        "DELETE": _editors(204),
    },
    "api/documents/<pk>/pages/<number>/": {"GET": _read()},
    "api/documents/<pk>/citations/": {"GET": _read()},
    "api/documents/<pk>/history/": {"GET": _read()},
    "api/documents/<pk>/similar/": {"GET": _read()},
    "api/documents/<pk>/conversation/": {"GET": _read()},
    "api/documents/<pk>/compare/<other>/": {"GET": _read(ids=lambda world: {"other": world.document.pk})},
    "api/documents/<pk>/redactions/": {"GET": _read()},
    "api/documents/<pk>/findings/": {"GET": _read()},
    "api/documents/<pk>/facts/": {"GET": _read(), "PATCH": _editors(200, send=json(court="Supreme Court of Indiana"))},
    "api/documents/reprocess/": {"POST": _editors(202, send=_whole_case)},
    "api/documents/scrub/": {"POST": _editors(409, send=_selection)},
    "api/documents/bates/": {"POST": _editors(409, send=_selection)},
    "api/documents/bulk/": {"POST": _editors(200, send=_bulk)},
    "api/documents/download/": {"POST": _editors(202, send=_selection)},
    "api/documents/<pk>/tags/": {"POST": _editors(200, send=json(add=["Hot"]))},
    "api/tags/": {"GET": _everyone()},
    "api/tags/<pk>/": {"PATCH": _editors(200, send=json(name="Warm")), "DELETE": _editors(204)},
    "api/tags/<pk>/merge/": {"POST": _editors(200, send=lambda world: _json(into=world.other_tag.pk))},
    "api/filters/": {"GET": _everyone(), "POST": _read(201, send=_new_filter)},
    "api/filters/<pk>/": {"GET": _read(), "PATCH": _editors(200, send=json(name="Others")), "DELETE": _editors(204)},
    "api/alerts/": {"GET": _everyone(), "POST": _owner_alone(409, send=_alert_again)},
    "api/alerts/<pk>/": {"GET": _owner_alone(200), "PATCH": _owner_alone(200, send=json(when="daily")), "DELETE": _owner_alone(204)},
    # It has no webhook, which is said to who may.
    "api/alerts/<pk>/secret/": {"POST": _owner_alone(400)},
    "api/alerts/<pk>/test/": {"POST": _owner_alone(400)},
    "api/alerts/notices/": {"GET": _everyone()},
    "api/alerts/notices/seen/": {"POST": _everyone()},
    "api/alerts/notices/<pk>/": {"GET": _owner_alone(200, ids=_notice)},
    "api/alerts/notices/<pk>/seen/": {"POST": _owner_alone(200, ids=_notice)},
    "alerts/": {"GET": _everyone(nobody=302)},
    "alerts/for/<pk>/": {
        "GET": _owner_alone(200, 302, ids=_search_of_alert),
        "POST": _owner_alone(422, 302, send=form(when="never"), ids=_search_of_alert),
    },
    "alerts/notices/seen/": {"POST": _everyone(302, nobody=302)},
    "alerts/notices/<pk>/": {"GET": _owner_alone(200, 302, ids=_notice)},
    "alerts/<pk>/<action>/": {"POST": _owner_alone(302, 302, ids=lambda world: {"action": "pause"})},
    "api/analytics/exports/": {"GET": _everyone(), "POST": _read(202, send=_case_export)},
    "api/analytics/exports/<pk>/": {"GET": _owner_alone(200, ids=_export), "DELETE": _owner_alone(204, ids=_export)},
    # It is not written yet.
    "api/analytics/exports/<export_id>/file/": {"GET": _owner_alone(409, ids=_export)},
    "exports/": {"GET": _everyone(nobody=302)},
    "exports/new/": {"GET": _page_of(send=_export_form), "POST": _page_of(302, send=_export_form)},
    "exports/<pk>/discard/": {"POST": _owner_alone(302, 302, ids=_export)},
    "api/downloads/": {"GET": _everyone()},
    "api/downloads/<pk>/": {"GET": _makers(200), "DELETE": _makers(204)},
    "api/downloads/<download_id>/file/": {"GET": _makers(409)},
    "api/documents/<pk>/reprocess/": {"POST": _editors(202)},
    "api/documents/<pk>/retry/": {"POST": _editors(202)},
    "api/documents/retry/": {"POST": _editors(202, send=_whole_case)},
    "api/documents/<pk>/keep/": {"POST": _editors(200)},
    # It waits for no password, and has been read: conflicts for who may.
    "api/documents/<pk>/password/": {"POST": _editors(409, send=json(password="open sesame"))},
    "api/documents/<pk>/replace/": {"POST": _editors(409, send=_new_document)},
    # Nothing is running: a conflict for who may cancel.
    "api/documents/<pk>/cancel/": {"POST": _editors(409)},
    # Nothing is deleted: a conflict for who may take it back.
    "api/documents/<pk>/restore/": {"POST": _editors(409)},
    "api/documents/<document_id>/file/": {"GET": _read()},
    "api/documents/<document_id>/page-index/": {"GET": _read(404)},
    "api/documents/<document_id>/searchable/": {"GET": _read(409)},
    "api/documents/<document_id>/pages/<number>/picture/": {"GET": _read(422, ids=lambda world: {"number": 1})},
    "api/documents/<pk>/find/": {"GET": _read(send=lambda world: {"data": {"q": "lease"}})},
    "api/documents/<pk>/pages/<number>/words/": {"GET": _read(ids=lambda world: {"number": 1})},
    "api/documents/<document_id>/progress/": {"GET": _read()},
    "api/cases/<case_id>/sources/": {
        "GET": _read(),
        "POST": _owners(409, send=json(kind="folder", options={"path": "/srv/scans"})),  # no folder may be watched: a conflict for who may
    },
    "api/cases/<case_id>/timeline/": {"GET": _read(), "POST": _editors(201, send=json(text="Answer due", date="2026-03-02"))},
    "api/cases/<case_id>/timeline/<pk>/": {
        "GET": _read(ids=_event),
        "PATCH": _editors(200, ids=_event, send=json(done=True)),
    },
    "api/cases/<case_id>/timeline.ics": {"GET": _read()},
    "cases/<pk>/timeline/": {"GET": _page()},
    "api/sources/<pk>/": {"GET": _read(), "PATCH": _owners(200, send=json(active=False)), "DELETE": _owners(204)},
    "api/sources/<pk>/items/": {"GET": _read()},
    "api/sources/<pk>/look/": {"POST": _editors(202, send=json(again=False))},
    "cases/<pk>/sources/": {"GET": _page()},
    "cases/<pk>/sources/new/<kind>/": {
        "GET": _owners(200, 302, ids=lambda world: {"kind": "folder"}),
        "POST": _owners(422, 302, send=form(path="/srv/scans"), ids=lambda world: {"kind": "folder"}),
    },
    "sources/<pk>/": {"GET": _page()},
    "sources/<pk>/edit/": {"GET": _owners(200, 302), "POST": _owners(422, 302, send=form(path="/srv/scans"))},
    "sources/<pk>/<action>/": {"POST": _owners(302, 302, ids=lambda world: {"pk": world.source.pk, "action": "pause"})},
    # Viewers write private notes only, which for them is no change of the case.
    "api/documents/<pk>/notes/": {"GET": _read(), "POST": _editors(201, send=json(page=1, quote="ends in May"))},
    "api/documents/<document_id>/notes/export/": {"GET": _read(send=lambda world: {"data": {"as": "csv"}})},
    "api/notes/": {"GET": _everyone()},
    # The editor wrote it: he and the owner may.
    "api/notes/<pk>/": {"GET": _read(), "PATCH": _editors(200, send=json(body="Ask.")), "DELETE": _editors(204)},
    # It is not deleted: a conflict for who may take it back.
    "api/notes/<pk>/restore/": {"POST": _editors(409)},
    # The conversation is the owner's, and shared with the case.
    "api/conversations/": {"GET": _everyone(), "POST": _read(201, send=_new_conversation)},
    "api/conversations/<pk>/": {"GET": _read(), "PATCH": _owners(200, send=json(title="Lease")), "DELETE": _owners(204)},
    "api/conversations/<pk>/messages/": {"GET": _read(), "POST": _read(202, send=_question)},
    "api/messages/<pk>/": {"GET": _read()},
    "api/messages/<pk>/stop/": {"POST": _owners(200)},
    "api/messages/<pk>/stream/": {"GET": _read()},
    "api/cases/<case_id>/papers/": {"GET": _read(), "POST": _editors(202, send=json(kind="exhibit_list", format="pdf"))},
    "api/papers/<pk>/": {"GET": _read()},
    "api/papers/<pk>/again/": {"POST": _editors(202)},
    "cases/<pk>/papers/": {"GET": _page()},
    "cases/<pk>/papers/new/<kind>/": {
        "GET": _editors(200, 302, ids=lambda world: {"kind": "memo"}),
        "POST": _editors(302, 302, send=form(format="pdf"), ids=lambda world: {"kind": "exhibit_list"}),
    },
    "papers/<pk>/": {"GET": _page()},
    "papers/<pk>/<action>/": {"POST": _editors(302, 302, ids=lambda world: {"pk": world.paper.pk, "action": "again"})},
    "cases/<pk>/review/": {"GET": _page(), "POST": _editors(302, 302, send=form(title="Leases", questions="When does it end?"))},
    "review/<pk>/": {"GET": Expected((200, 200, 200, 404, 302), ids=_review)},
    "api/review-tables/": {"GET": _everyone(), "POST": _editors(201, send=_new_review)},
    "api/review-tables/<pk>/": {
        "GET": _read(ids=_review),
        "PATCH": _editors(200, send=json(title="Others"), ids=_review),
        "DELETE": _editors(204, ids=_review),
    },
    "api/review-tables/<pk>/fill/": {"POST": _editors(202, send=json(), ids=_review)},
    "api/review-tables/<pk>/export/": {"GET": _read(ids=_review)},
    "api/review-tables/<pk>/questions/": {"POST": _editors(201, send=json(text="Where is it?"), ids=_review)},
    "api/review-tables/<pk>/questions/<question_id>/": {
        "PATCH": _editors(200, send=json(text="Where is it?"), ids=_review),
        "DELETE": _editors(204, ids=_review),
    },
    "api/review-tables/<pk>/rows/": {"GET": _read(ids=_review), "POST": _editors(201, send=_reviewed, ids=_review)},
    "api/review-tables/<pk>/rows/<row_id>/": {"DELETE": _editors(204, ids=_review)},
    "api/review-tables/<pk>/cells/<cell_id>/": {"PATCH": _editors(200, send=json(text="in May"), ids=_review)},
    "api/uploads/": {"POST": _editors(201, send=_new_upload)},
    "api/uploads/<upload_id>/": {"PATCH": Expected(_OWN_UPLOAD, send=_piece), "DELETE": Expected(_OWN_UPLOAD)},
    "api/searches/": {"GET": _everyone(), "POST": _read(201, send=_new_search)},
    "api/searches/<pk>/": {"GET": _owner_alone(200), "PATCH": _owner_alone(200, send=json(name="Others")), "DELETE": _owner_alone(204)},
    "api/searches/history/": {"GET": _everyone(), "DELETE": _everyone(204)},
    "api/searches/history/settings/": {"GET": _everyone(), "POST": _everyone(send=json(keep=False))},
    "api/searches/history/<pk>/": {"DELETE": _owner_alone(204, ids=_past)},
    "api/search/": {"GET": _everyone(send=lambda world: {"data": {"q": "lease", "mode": "text"}})},
    "api/search/like/": {"GET": _read(send=lambda world: {"data": {"document": str(world.document.pk)}})},
    "api/search/export/": {"GET": _everyone(send=lambda world: {"data": {"q": "lease", "mode": "text", "format": "csv"}})},
    # the library: everybody reads, administrators (none of ROLES) import
    "api/rulings/": {"GET": _everyone()},
    "api/rulings/<pk>/": {"GET": _everyone(ids=_ruling)},
    "api/rulings/<pk>/cites/": {"GET": _everyone(ids=_ruling)},
    "api/rulings/<pk>/cited-by/": {"GET": _everyone(ids=_ruling)},
    "api/rulings/<pk>/graph/": {"GET": _everyone(ids=_ruling)},
    "api/rulings/<pk>/treatment/": {"GET": _everyone(ids=_ruling)},
    "api/rulings/<pk>/export/": {"GET": _everyone(ids=_ruling)},
    # A cue in the document: everybody who sees it reads it, editors decide.
    "api/treatment/<pk>/": {"GET": _read(ids=_cue), "PATCH": _editors(200, ids=_cue, send=json(state="confirmed"))},
    "api/rulings/import/": {"POST": _staff()},
    "api/statutes/": {"GET": _everyone()},
    "api/statutes/<pk>/": {"GET": _everyone(ids=_statute)},
    "api/statutes/import/": {"POST": _staff()},
    "api/citations/": {"GET": _everyone()},
    "citations/card/": {"GET": _everyone(nobody=302, send=lambda world: {"data": {"key": "410 U.S. 113"}})},
    "citations/<pk>/card/": {"GET": Expected((200, 200, 200, 404, 302), ids=_mention)},
    "api/imports/": {"GET": _staff()},
    "api/imports/<pk>/": {"GET": _staff()},
    "api/imports/<pk>/cancel/": {"POST": _staff()},
    "api/imports/<pk>/retry/": {"POST": _staff()},
    "api/imports/<pk>/report/": {"GET": _staff()},
    "library/": {"GET": _everyone(nobody=302)},
    "library/statutes/": {"GET": _everyone(nobody=302)},
    "library/check/": {"GET": _everyone(nobody=302), "POST": _everyone(nobody=302, send=form(text="See 410 U.S. 113."))},
    "library/rulings/<pk>/": {"GET": _everyone(nobody=302, ids=_ruling)},
    "library/rulings/<pk>/cited-by/": {"GET": _everyone(nobody=302, ids=_ruling)},
    "library/rulings/<pk>/cites/": {"GET": _everyone(nobody=302, ids=_ruling)},
    "library/rulings/<pk>/treatment/": {"GET": _everyone(nobody=302, ids=_ruling)},
    "library/rulings/<pk>/graph/": {"GET": _everyone(nobody=302, ids=_ruling)},
    "library/treatment/<pk>/": {"POST": _editors(302, 302, ids=_cue, send=form(state="confirmed"))},
    "library/statutes/<pk>/": {"GET": _everyone(nobody=302, ids=_statute)},
    "library/imports/": {"GET": _staff(302), "POST": _staff(302)},
    "library/imports/<pk>/": {"GET": _staff(302), "POST": _staff(302)},
    "library/imports/<pk>/again/": {"POST": _staff(302)},
    "library/imports/<pk>/cancel/": {"POST": _staff(302)},
    "library/imports/<pk>/report/": {"GET": _staff(302)},
    "cases/<pk>/documents/": {"GET": _page()},
    "cases/<pk>/search/": {"GET": _page()},
    "cases/<pk>/authorities/": {"GET": _page()},
    "cases/<pk>/authorities/passages/": {"GET": Expected((200, 200, 200, 404, 302), send=_cited)},
    "cases/<pk>/authorities/findings/": {"GET": _page()},
    "cases/<pk>/authorities/export/": {"GET": _page()},
    "cases/<pk>/authorities/decide/": {"POST": _editors(302, 302, send=lambda world: {"data": _decision(world)})},
    "api/cases/<case_id>/authorities/": {"GET": _read()},
    "api/cases/<case_id>/authorities/passages/": {"GET": _read(send=_cited)},
    "api/cases/<case_id>/authorities/findings/": {"GET": _read()},
    "api/cases/<case_id>/authorities/decide/": {"POST": _editors(200, send=lambda world: _json(**_decision(world)))},
    "api/citations/check/": {"POST": _read(send=lambda world: _json(text="See 410 U.S. 113.", case=str(world.case.pk)))},
    "search/": {"GET": _everyone(nobody=302)},
    "search/help/": {"GET": _everyone(nobody=302)},
    "search/like/": {"GET": Expected((200, 200, 200, 404, 302), send=lambda world: {"data": {"document": str(world.document.pk)}})},
    "search/preview/": {"GET": Expected((200, 200, 200, 404, 302), send=lambda world: {"data": _passage(world)})},
    # of one case
    "search/export/": {"GET": Expected((200, 200, 200, 404, 302), send=lambda world: {"data": {"q": "lease", "case": world.case.pk}})},
    "searches/": {"GET": _everyone(nobody=302)},
    "searches/save/": {"POST": Expected((302, 302, 302, 404, 302), send=_typed_search)},
    "searches/<pk>/<action>/": {"POST": _owner_alone(302, 302, send=form(name="Others"), ids=lambda world: {"action": "rename"})},
    "searches/history/clear/": {"POST": _everyone(302, 302)},
    "searches/history/keep/": {"POST": _everyone(302, 302, send=form(keep="0"))},
    "searches/history/<pk>/delete/": {"POST": _owner_alone(302, 302, ids=_past)},
    "cases/<pk>/chat/": {"GET": _page(), "POST": Expected((302, 302, 302, 404, 302), send=form(question="When does the lease end?"))},
    "conversations/": {"GET": _everyone(nobody=302)},
    "conversations/<pk>/": {"GET": _page()},
    "conversations/<pk>/messages/": {"GET": _page(), "POST": Expected((302, 302, 302, 404, 302), send=form(question="And the rent?"))},
    "conversations/<pk>/messages/<message_pk>/": {"GET": _page()},
    "conversations/<pk>/messages/<message_pk>/stop/": {"POST": Expected((302, 403, 403, 404, 302))},
    "conversations/<pk>/<action>/": {
        "POST": Expected((302, 403, 403, 404, 302), send=form(title="Rent"), ids=lambda world: {"action": "rename"})
    },
    "documents/<pk>/": {"GET": _page()},
    "documents/<pk>/text/<number>/": {"GET": _page()},
    "documents/<pk>/history/": {"GET": _page()},
    "documents/<pk>/similar/": {"GET": _page()},
    "documents/<pk>/compare/<other>/": {"GET": Expected((200, 200, 200, 404, 302), ids=lambda world: {"other": world.document.pk})},
    "documents/<pk>/notes/": {"GET": _page()},
    "documents/<pk>/paper/": {"GET": _page()},
    # recordings
    "api/audio/": {"GET": _everyone(), "POST": _editors(201, send=_new_recording)},
    "api/audio/<pk>/": {"GET": _read(), "DELETE": _editors(204)},
    "api/audio/<pk>/reprocess/": {"POST": _editors(202)},
    "api/audio/<pk>/cancel/": {"POST": _editors(409)},
    "api/audio/<pk>/retry/": {"POST": _editors(409)},
    "api/audio/<pk>/restore/": {"POST": _editors(409)},
    "api/audio/<pk>/pin/": {"POST": _editors(200, send=json(pinned=True))},
    "api/audio/batch/": {"POST": _editors(202, send=_audio_batch)},
    "api/audio/<pk>/detections/": {"GET": _read()},
    "api/audio/<pk>/metrics/": {"GET": _read()},
    "api/audio/<pk>/labels/": {"GET": _read(), "POST": _editors(201, send=json(label="hum", start_s=1, end_s=3))},
    "api/audio/<pk>/labels/<number>/": {"DELETE": _editors(204, ids=lambda world: {"number": world.recording.noise_labels.get().pk})},
    "api/noise-models/": {"GET": _staff()},
    "api/noise-models/<pk>/": {"GET": _staff()},
    "api/noise-models/train/": {"POST": _staff()},
    "api/noise-models/<pk>/validate/": {"POST": _staff()},
    "api/noise-models/<pk>/activate/": {"POST": _staff()},
    "api/audio/dictations/": {"POST": Expected((201, 201, 403, 404, 401), send=lambda world: _json(case=str(world.case.pk)))},
    "api/audio/speak/": {
        "POST": Expected((202, 202, 403, 404, 401), send=lambda world: _json(resource_id=str(world.case.pk), audio_chunks=["AAA="]))
    },
    "api/audio/<pk>/finish/": {"POST": _editors(200)},
    "api/audio/<pk>/segments/": {"GET": _read()},
    "api/audio/<pk>/segments/<number>/": {"PATCH": _editors(200, send=json(text="The lease ended in June."))},
    "api/audio/<pk>/segments/<number>/edits/": {"GET": _read()},
    "api/audio/<pk>/speakers/": {"GET": _read(), "POST": _editors(200, send=json(segments=[1], name="The Court"))},
    "api/audio/<pk>/speakers/propose/": {"POST": _editors(202)},
    "api/audio/<pk>/speakers/<number>/": {"PATCH": _editors(200, send=json(name="Ms. Osei"))},
    "api/audio/<pk>/notes/": {"GET": _read(), "POST": _editors(201, send=json(at_s=1.5, text="Compare with her letter."))},
    "api/audio/<pk>/notes/<number>/": {"DELETE": _editors(204, ids=lambda world: {"number": world.recording.listener_notes.get().pk})},
    **{f"api/audio/<session_id>/transcript.{form}": {"GET": _read()} for form in ("vtt", "srt", "txt", "json", "docx")},
    "api/audio/<session_id>/file/": {"GET": _read()},
    "api/audio/<session_id>/progress/": {"GET": _read()},
    "api/speech/": {"POST": _read(409, send=lambda world: json(document=str(world.document.pk), page=1)(world))},
    "cases/<pk>/hearings/": {"GET": _page(), "POST": _editors(302, 302, send=_recording_form)},
    "cases/<pk>/dictate/": {"POST": _editors(302, 302)},
    "audio/<pk>/": {"GET": _page()},
    "audio/<pk>/analysis/": {"GET": _page(), "POST": _editors(302, 302)},
    "api/analytics/sessions/<session_id>/": {"GET": _read(), "POST": _editors(409)},
    "audio/<pk>/<action>/": {"POST": _editors(302, 302, ids=lambda world: {"pk": world.recording.pk, "action": "reprocess"})},
    # impressions
    "recent/": {"GET": _everyone(nobody=302)},
    "recent/forget/": {"POST": _everyone(302, nobody=302)},
    "recent/keep/": {"POST": _everyone(302, nobody=302, send=form(keep="0"))},
    "api/analytics/recent/": {"GET": _everyone(), "DELETE": _everyone(204)},
    "api/analytics/recent/settings/": {"GET": _everyone(), "POST": _everyone(send=json(keep=False))},
    "api/analytics/cases/<case_id>/most-viewed/": {"GET": _read()},
    # reports of days
    "api/analytics/reports/": {"GET": _everyone(), "POST": _editors(202, send=_report_order)},
    "api/analytics/reports/subscriptions/": {
        "GET": _everyone(),
        "POST": _read(409, send=lambda world: _json(case=str(world.case.pk))),
        "DELETE": _staff(),
    },
    "reports/": {"GET": _everyone(nobody=302)},
    "reports/make/": {"POST": _editors(302, 302, send=lambda world: {"data": {"case": str(world.case.pk), "date": REPORTED}})},
    "reports/subscribe/": {"POST": Expected((302, 302, 302, 404, 302), send=lambda world: {"data": {"case": str(world.case.pk)}})},
    "reports/<day>/": {"GET": _hidden(ids=_reported)},
    "cases/<pk>/reports/<day>/": {"GET": Expected((200, 200, 200, 404, 302), ids=_reported)},
    # tasks
    "api/tasks/": {"GET": _everyone()},
    "api/tasks/summary/": {"GET": _everyone()},
    "api/tasks/<pk>/": {"GET": _read()},
    "api/tasks/<pk>/status": {"GET": _read()},
    "api/tasks/<pk>/status/": {"GET": _read()},
    "api/tasks/<pk>/progress/": {"GET": _read()},
    "api/tasks/<pk>/cancel": {"POST": _editors(200, ids=_waiting)},
    "api/tasks/<pk>/cancel/": {"POST": _editors(200, ids=_waiting)},
    "api/tasks/<pk>/retry": {"POST": _editors(200)},
    "api/tasks/<pk>/retry/": {"POST": _editors(200)},
    "api/tasks/<pk>/pause": {"POST": _editors(200, ids=_waiting)},
    "api/tasks/<pk>/pause/": {"POST": _editors(200, ids=_waiting)},
    "api/tasks/<pk>/resume": {"POST": _editors(200, ids=_waiting)},
    "api/tasks/<pk>/resume/": {"POST": _editors(200, ids=_waiting)},
    # Does what the asking person may, which for some is nothing.
    "api/tasks/bulk": {"POST": _everyone(send=json(action="retry", filter={"status": "failed"}))},
    "api/tasks/bulk/": {"POST": _everyone(send=json(action="retry", filter={"status": "failed"}))},
    "api/ratings/": {
        "GET": _read(send=lambda world: {"data": _rated(world)}),
        "POST": _read(send=lambda world: _json(**_rated(world), value=4)),
        "DELETE": _read(send=lambda world: _json(**_rated(world))),
    },
    # What one may not see is left out.
    "api/ratings/many/": {"GET": _everyone(send=lambda world: {"data": _rated(world)})},
    "api/ratings/hits/": {
        "GET": _everyone(send=lambda world: {"data": {"q": "lease"}}),
        "POST": _read(send=lambda world: _json(q="lease", document=str(world.document.pk), useful=True)),
        "DELETE": _read(204, send=lambda world: _json(q="lease", document=str(world.document.pk))),
    },
    "api/analytics/cases/<pk>/judgements/": {"GET": _owners(200, ids=lambda world: {"pk": world.case.pk})},
    "cases/<pk>/judgements/": {"GET": _owners(200, nobody=302)},
    "api/tasks/rating/recalculate": {"POST": _staff()},
    "api/tasks/rating/recalculate/": {"POST": _staff()},
    "api/tasks/impressions/sync": {"POST": _staff()},
    "api/tasks/impressions/sync/": {"POST": _staff()},
    "api/tasks/cleanup/sessions": {"POST": _staff()},
    "api/tasks/cleanup/sessions/": {"POST": _staff()},
    "api/tasks/schedules/": {"GET": _staff()},
    "api/tasks/health/": {"GET": _staff()},
    "schedules/": {"GET": _hidden()},
    "schedules/<pk>/run/": {"POST": _hidden(ids=lambda world: {"pk": 1})},
    "health/": {"GET": _hidden()},
    "tasks/": {"GET": _everyone(nobody=302)},
    "tasks/board/": {"GET": Expected((404, 404, 404, 404, 302))},
    "cases/<pk>/dashboard/": {"GET": _page()},
    "dashboard/": {"GET": Expected((404, 404, 404, 404, 302))},
    "api/analytics/cases/<pk>/": {"GET": Expected((200, 200, 200, 404, 401), ids=lambda world: {"pk": world.case.pk})},
    "api/analytics/dashboard/": {"GET": _staff()},
    "tasks/many/": {
        "GET": _everyone(nobody=302, send=lambda world: {"data": {"action": "retry", "state": "failed"}}),
        "POST": Expected((302, 302, 302, 302, 302), send=form(action="retry", state="failed")),
    },
    "tasks/<pk>/": {"GET": _page()},
    "tasks/<pk>/<action>/": {"POST": _editors(302, 302, ids=lambda world: {"pk": world.task.pk, "action": "retry"})},
    # batches
    "api/batches/": {"GET": _everyone(), "POST": _editors(201, send=_new_batch)},
    "api/batches/<pk>/": {"GET": _read(), "PATCH": _editors(200, send=json(withdrawn=1))},
    "api/batches/<pk>/pause": {"POST": _editors(200)},
    "api/batches/<pk>/pause/": {"POST": _editors(200)},
    "api/batches/<pk>/resume": {"POST": _editors(200)},
    "api/batches/<pk>/resume/": {"POST": _editors(200)},
    "api/batches/<pk>/cancel": {"POST": _editors(200)},
    "api/batches/<pk>/cancel/": {"POST": _editors(200)},
    "api/batches/<pk>/retry": {"POST": _editors(200)},
    "api/batches/<pk>/retry/": {"POST": _editors(200)},
}
