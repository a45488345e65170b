"""The hearings of a case, and one of them: to be listened to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from audio.models import AudioSession, Dictation
from audio.services import intake, sessions
from audio.services.dictation import sessions as dictations
from audio.services.hearing import listening_page
from audio.services.hearing.quality import quality_of
from audio.services.noise.labels import LABELS, OTHER, SPEECH
from audio.services.speakers import MOST_SPEAKERS, proposing
from audio.services.transcript import editing
from audio.services.transcript.reading import transcript_of
from cases.filters import Days
from cases.models import Case, Role
from cases.views import case_page, visible_case
from documents.errors import Refused

PER_PAGE = 100
SPEEDS = ("0.5", "0.75", "1", "1.25", "1.5", "2")
FORMS = (
    ("docx", gettext_lazy("Word, with page and line numbers")),
    ("txt", gettext_lazy("Text")),
    ("vtt", gettext_lazy("WebVTT")),
    ("srt", gettext_lazy("SubRip")),
    ("json", gettext_lazy("JSON")),
)


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; what each of them is, is decided by who takes them in."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class RecordingForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=AudioSession.Kind.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    file = ManyFilesField(
        label=gettext_lazy("Recordings"),
        allow_empty_file=True,
        widget=ManyFiles(attrs={"class": "form-control", "accept": ",".join(["audio/*", *sorted(intake.SUFFIXES)])}),
    )


@login_required
def case_audio(request: HttpRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    form = RecordingForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        case.require(request.user, Role.EDITOR)
        if form.is_valid() and _taken(request, case, form):
            return redirect("audio:case-audio", pk=case.pk)
    role = case.role_of(request.user)
    deleted = listening_page.deleted_of(case) if role is not None and role.includes(Role.EDITOR) else AudioSession.objects.none()
    shows_deleted = request.GET.get("status") == "deleted"
    found = deleted if shows_deleted else AudioSession.objects.filter(case=case, deleted_at=None)
    days = Days.of(request.GET)
    found = days.apply(found).select_related("created_by", "duplicate_of").order_by("-created", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = listening_page.attach_live(page.object_list)
    return case_page(
        request, case, "hearings", "audio/case_audio.html", page=page, form=form, deleted=deleted.count(), shows_deleted=shows_deleted,
        days=days, status=422 if form.is_bound else 200,
    )  # fmt: skip


def _taken(request: HttpRequest, case: Case, form: RecordingForm) -> bool:
    files = [(file, file.name or "") for file in form.cleaned_data["file"]]
    try:
        taken = sessions.accept_many(files, case=case, user=request.user, kind=form.cleaned_data["kind"])
    except Refused as refusal:
        form.add_error("file", refusal.message)
        return False
    sentence = ngettext("%(n)d recording is being listened to.", "%(n)d recordings are being listened to.", len(taken))
    messages.success(request, sentence % {"n": len(taken)})
    return True


@login_required
@require_POST
def dictate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a dictation and go to its page."""
    session = dictations.begin(visible_case(request, pk), request.user)
    return redirect("audio:detail", pk=session.pk)


@login_required
def session_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    visible = AudioSession.objects.visible_to(request.user).select_related("case", "duplicate_of", "created_by")
    session = get_object_or_404(visible, pk=pk)
    listening_page.attach_live([session])
    return case_page(request, session.case, "hearings", "audio/detail.html", **_about(session))


def _about(session: AudioSession) -> dict[str, Any]:
    heard = listening_page.heard_of(session)
    detections = list(heard.detections.all())
    others = [each for each in detections if each.label != SPEECH]
    spoken = [each for each in detections if each.label == SPEECH]
    transcript = transcript_of(heard)
    quality = quality_of(heard, transcript.segments)
    return {
        "session": session,
        "heard": heard,
        "bars": listening_page.bars_of(heard),
        "picture": listening_page.picture_of(heard, detections),
        "labels": list(heard.noise_labels.select_related("user")),
        "kinds": [*LABELS, OTHER],
        "detections": others[: listening_page.MOST_LISTED],
        "more": max(0, len(others) - listening_page.MOST_LISTED),
        "spoken": spoken[: listening_page.MOST_LISTED],
        "stretches": len(spoken),
        "transcript": transcript,
        "doubtful": sum(line.segment.doubtful for line in transcript.lines),
        "differences": list(heard.differences.all()),
        "names": editing.names_in_case(heard) if transcript.lines else [],
        "speakers": [str(speaker) for speaker in heard.speakers.all()],
        "proposal": listening_page.live_task(proposing.newest(heard)),
        "can_propose": proposing.possible(heard),
        "most_speakers": MOST_SPEAKERS,
        "notes": list(heard.listener_notes.select_related("user")),
        "dictating": Dictation.objects.filter(session=heard, ended_at=None).exists(),
        "quality": quality,
        "curve": listening_page.curve_of(quality, heard.duration_s),
        "forms": FORMS,
        "speeds": SPEEDS,
    }


@login_required
@require_POST
def session_act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """Hear it anew, pin it, take it out of sight or back."""
    visible = AudioSession.objects.visible_to(request.user, with_deleted=action == "restore")
    session = get_object_or_404(visible.select_related("case"), pk=pk)
    try:
        if action == "delete":
            sessions.delete(session, request.user)
            messages.success(request, _("“%(title)s” has been deleted.") % {"title": session.title})
            return redirect("audio:case-audio", pk=session.case_id)
        if action == "restore":
            sessions.restore(session, request.user)
        elif action in ("pin", "unpin"):
            sessions.pin(session, request.user, pinned=action == "pin")
        elif action == "reprocess":
            sessions.reprocess(session, request.user)
        else:
            raise Http404
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("audio:detail", pk=pk)
