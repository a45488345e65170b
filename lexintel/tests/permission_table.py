"""Who may do what at each address: the expectation of test_permission_matrix.py, keyed by route pattern.

A new address needs an entry here. What one may not see is 404, what one sees but may not do is 403, nobody is 401 in the API and
is sent to the sign-in page (302) by pages.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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


def _read(status: int = 200, **options: Any) -> Expected:
    return Expected((status, status, status, 404, 401), **options)


def _everyone(status: int = 200, nobody: int = 401, **options: Any) -> Expected:
    return Expected((status, status, status, status, nobody), **options)


def _public(status: int = 200, **options: Any) -> Expected:
    return Expected((status, status, status, status, status), **options)


def _editors(status: int, nobody: int = 401, **options: Any) -> Expected:
    return Expected((status, status, 403, 404, nobody), **options)


def _staff(nobody: int = 401) -> Expected:
    return Expected((403, 403, 403, 403, nobody))


def _hidden(**options: Any) -> Expected:
    return Expected((404, 404, 404, 404, 302), **options)


def _owners(status: int, nobody: int = 401, **options: Any) -> Expected:
    return Expected((status, 403, 403, 404, nobody), **options)


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


# Addresses that read on database connections of their own, which see committed rows only.
OWN_CONNECTION = ("api/tasks/<pk>/progress/",)

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
    "api/documents/<pk>/redactions/": {"GET": _read()},
    "api/documents/<pk>/findings/": {"GET": _read()},
    "api/documents/reprocess/": {"POST": _editors(202, send=_whole_case)},
    "api/documents/scrub/": {"POST": _editors(409, send=_selection)},
    "api/documents/bates/": {"POST": _editors(409, send=_selection)},
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
    "api/documents/<document_id>/searchable/": {"GET": _read(409)},
    "api/documents/<document_id>/pages/<number>/picture/": {"GET": _read(422, ids=lambda world: {"number": 1})},
    "api/documents/<pk>/find/": {"GET": _read(send=lambda world: {"data": {"q": "lease"}})},
    "api/documents/<pk>/pages/<number>/words/": {"GET": _read(ids=lambda world: {"number": 1})},
    "api/documents/<document_id>/progress/": {"GET": _read()},
    "api/uploads/": {"POST": _editors(201, send=_new_upload)},
    "api/uploads/<upload_id>/": {"PATCH": Expected(_OWN_UPLOAD, send=_piece), "DELETE": Expected(_OWN_UPLOAD)},
    "api/search/": {"GET": _everyone(send=lambda world: {"data": {"q": "lease", "mode": "text"}})},
    "cases/<pk>/documents/": {"GET": _page()},
    "cases/<pk>/search/": {"GET": _page()},
    "search/": {"GET": _everyone(nobody=302)},
    "documents/<pk>/": {"GET": _page()},
    "documents/<pk>/text/<number>/": {"GET": _page()},
    "documents/<pk>/history/": {"GET": _page()},
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
    "audio/<pk>/<action>/": {"POST": _editors(302, 302, ids=lambda world: {"pk": world.recording.pk, "action": "reprocess"})},
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
    "api/tasks/rating/recalculate": {"POST": _staff()},
    "api/tasks/rating/recalculate/": {"POST": _staff()},
    "api/tasks/impressions/sync": {"POST": _staff()},
    "api/tasks/impressions/sync/": {"POST": _staff()},
    "api/tasks/cleanup/sessions": {"POST": _staff()},
    "api/tasks/cleanup/sessions/": {"POST": _staff()},
    "tasks/": {"GET": _everyone(nobody=302)},
    "tasks/board/": {"GET": Expected((404, 404, 404, 404, 302))},
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
