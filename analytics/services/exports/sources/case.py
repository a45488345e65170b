"""A case with what it holds, in several tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.services.exports.content.tables import Column, QueryTable, Type
from analytics.services.exports.sources.base import Options, Source, Subject, visible_case
from analytics.services.exports.sources.tasks import COLUMNS as OF_TASKS
from audio.models import AudioSession
from cases.models import Case, Event, Membership
from documents.models import Citation, Document, DocumentFact
from tasks.models import TaskRecord

CASE = (
    Column("id", Type.WORD, _("id of the case"), of="pk"),
    Column("title", Type.TEXT, _("title of the case")),
    Column("docket_number", Type.TEXT, _("docket number")),
    Column("court", Type.TEXT, _("court, as people wrote it")),
    Column("status", Type.WORD, _("open or closed")),
    Column("legal_hold", Type.FLAG, _("whether nothing of it may be deleted")),
    Column("description", Type.TEXT, _("description")),
    Column("created", Type.TIME, _("when the case was opened here")),
    Column("updated", Type.TIME, _("when it was changed last")),
)
MEMBERS = (
    Column("user", Type.TEXT, _("user name"), of="user__username"),
    Column("role", Type.WORD, _("owner, editor or viewer")),
    Column("since", Type.TIME, _("when he was let in"), of="created"),
)
DOCUMENTS = (
    Column("id", Type.WORD, _("id of the document"), of="pk"),
    Column("title", Type.TEXT, _("title")),
    Column("name", Type.TEXT, _("name of the file as it was added")),
    Column("kind", Type.WORD, _("kind of the document")),
    Column("status", Type.WORD, _("how far its reading is")),
    Column("error_code", Type.WORD, _("why it could not be read, as a word")),
    Column("error", Type.TEXT, _("why it could not be read, as a sentence")),
    Column("date", Type.DATE, _("the document's own date")),
    Column("language", Type.WORD, _("language (ISO 639-1)")),
    Column("pages", Type.WHOLE, _("pages"), of="page_count"),
    Column("size", Type.WHOLE, _("size of the file"), "bytes"),
    Column("sha256", Type.WORD, _("SHA-256 of the file")),
    Column("inside", Type.WORD, _("id of the document that it came inside of"), of="parent_id"),
    Column("duplicate_of", Type.WORD, _("id of the document whose file it has"), of="duplicate_of_id"),
    Column("added", Type.TIME, _("when it was added"), of="created"),
    Column("added_by", Type.TEXT, _("who added it"), of="created_by__username"),
)
FACTS = (
    Column("document", Type.WORD, _("id of the document"), of="document_id"),
    Column("field", Type.WORD, _("which fact: kind, title, date, author, court, docket number, language or parties")),
    Column("value", Type.JSON, _("what is held true; of parties a list of names with roles")),
    Column("state", Type.WORD, _("proposed by rules, or confirmed or corrected by a person")),
    Column("confidence", Type.REAL, _("how sure the rule is, 0 to 1")),
    Column("page", Type.WHOLE, _("page on which it rests, from 1")),
)
EVENTS = (
    Column("id", Type.WORD, _("id of the event"), of="pk"),
    Column("date", Type.DATE, _("its first day; where only a month or year is known, the first day of that")),
    Column("date_precision", Type.WORD, _("how much of the date is known: day, month or year")),
    Column("end_date", Type.DATE, _("its last day, where it has several")),
    Column("time", Type.WORD, _("time of the day")),
    Column("kind", Type.WORD, _("found in a document, filing, hearing, entered by a person, or deadline")),
    Column("state", Type.WORD, _("proposed, confirmed or hidden")),
    Column("doubtful", Type.FLAG, _("whether day and month could be exchanged, or the date is said to be about this")),
    Column("text", Type.TEXT, _("what happened")),
    Column("done", Type.FLAG, _("of a deadline: whether it is done")),
)
CITATIONS = (
    Column("document", Type.WORD, _("id of the document that cites"), of="text_version__document_id"),
    Column("title", Type.TEXT, _("its title"), of="text_version__document__title"),
    Column("page", Type.WHOLE, _("page of the mention, from 1")),
    Column("text", Type.TEXT, _("the citation as written")),
    Column("key", Type.TEXT, _("the authority, in a form that is the same for all ways of citing it")),
    Column("kind", Type.WORD, _("case, statute, rule, constitution, regulation, short, id, supra, record or other")),
    Column("role", Type.WORD, _("what the mention is: an authority, or something beside one")),
    Column("name", Type.TEXT, _("the authority's name as written")),
    Column("year", Type.WHOLE, _("year of the decision")),
    Column("pin", Type.TEXT, _("the pages that are cited")),
    Column("confidence", Type.REAL, _("how sure the grammar is, 0 to 1")),
)
RECORDINGS = (
    Column("id", Type.WORD, _("id of the recording"), of="pk"),
    Column("title", Type.TEXT, _("title")),
    Column("name", Type.TEXT, _("name of the file as it was added")),
    Column("kind", Type.WORD, _("hearing, deposition, dictation or other")),
    Column("status", Type.WORD, _("how far its processing is")),
    Column("duration", Type.REAL, _("length of the recording"), "seconds", "duration_s"),
    Column("speech", Type.REAL, _("time in which somebody speaks"), "seconds", "speech_s"),
    Column("snr", Type.REAL, _("level of speech over what is heard between it"), "decibels", "snr_db"),
    Column("language", Type.WORD, _("language (ISO 639-1)")),
    Column("size", Type.WHOLE, _("size of the file"), "bytes"),
    Column("added", Type.TIME, _("when it was added"), of="created"),
)


def _tables(user: Any, subject: Subject, options: Options) -> list[QueryTable]:
    case: Case = subject.row

    def of(rows: Callable[[], QuerySet[Any]], **narrowed: Any) -> Callable[[], QuerySet[Any]]:
        return lambda: rows().filter(**narrowed)

    seen = Case.objects.visible_to(user).values("pk")
    return [
        QueryTable("case", CASE, of(lambda: Case.objects.visible_to(user), pk=case.pk)),
        QueryTable("members", MEMBERS, of(lambda: Membership.objects.filter(case__in=seen), case=case)),
        QueryTable("documents", DOCUMENTS, of(lambda: Document.objects.visible_to(user), case=case)),
        QueryTable("facts", FACTS, of(lambda: DocumentFact.objects.visible_to(user), document__case=case)),
        QueryTable("events", EVENTS, of(lambda: Event.objects.visible_to(user), case=case)),
        QueryTable("citations", CITATIONS, of(lambda: Citation.objects.visible_to(user), text_version__document__case=case)),
        QueryTable("recordings", RECORDINGS, of(lambda: AudioSession.objects.visible_to(user), case=case)),
        QueryTable("tasks", OF_TASKS, of(lambda: TaskRecord.objects.visible_to(user), scope=case.pk)),
    ]


def _subject(user: Any, target: UUID | None) -> Subject:
    case = visible_case(user, target)
    return Subject(case, case, case.title)


SOURCE = Source("case", _("Documents, facts, events, citations, recordings, tasks and members of a case"), _subject, _tables)
