from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from documents.api.alerts.views import AlertNoticeViewSet, AlertViewSet
from documents.api.bulk import BulkView, DownloadAskView, DownloadViewSet, download_file
from documents.api.chat.streams import conversation_messages, message_stream
from documents.api.chat.views import ConversationViewSet, MessageViewSet
from documents.api.documents import DocumentViewSet
from documents.api.law.authorities import CaseAuthoritiesViewSet
from documents.api.law.checking import CitationCheckView
from documents.api.law.graph import TreatmentViewSet
from documents.api.law.imports import ImportViewSet
from documents.api.law.mentions import MentionViewSet
from documents.api.law.views import RulingViewSet, StatuteViewSet
from documents.api.notes.exports import note_export
from documents.api.notes.views import NoteViewSet
from documents.api.organising import SavedFilterViewSet, TagViewSet
from documents.api.papers import CasePapersViewSet, PaperViewSet
from documents.api.review.urls import urlpatterns as review_tables
from documents.api.searching.exports import SearchExportView
from documents.api.searching.history import HistorySettingsView, PastSearchViewSet
from documents.api.searching.like import LikeView
from documents.api.searching.saved import SavedSearchViewSet
from documents.api.searching.search import SearchView
from documents.api.sources import CaseSourcesViewSet, SourceViewSet
from documents.api.streams import document_file, document_progress, page_index, page_picture, searchable_pdf
from documents.api.timeline.views import TimelineViewSet, timeline_calendar
from documents.api.uploads import UploadsView, UploadView

case_sources = CaseSourcesViewSet.as_view({"get": "list", "post": "create"})
timeline = TimelineViewSet.as_view({"get": "list", "post": "create"})
timeline_event = TimelineViewSet.as_view({"get": "retrieve", "patch": "partial_update"})
source = SourceViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})

router = SimpleRouter()
router.register("alerts/notices", AlertNoticeViewSet, basename="alert-notice")
router.register("alerts", AlertViewSet, basename="alert")
router.register("documents", DocumentViewSet, basename="document")
router.register("tags", TagViewSet, basename="tag")
router.register("filters", SavedFilterViewSet, basename="filter")
router.register("searches", SavedSearchViewSet, basename="saved-search")
router.register("downloads", DownloadViewSet, basename="download")
router.register("notes", NoteViewSet, basename="note")
router.register("rulings", RulingViewSet, basename="ruling")
router.register("citations", MentionViewSet, basename="citation")
router.register("statutes", StatuteViewSet, basename="statute")
router.register("imports", ImportViewSet, basename="import")
router.register("conversations", ConversationViewSet, basename="conversation")

urlpatterns = [
    path("documents/<uuid:document_id>/file/", document_file, name="document-file"),
    path("documents/<uuid:document_id>/progress/", document_progress, name="document-progress"),
    path("documents/<uuid:document_id>/pages/<int:number>/picture/", page_picture, name="page-picture"),
    path("documents/<uuid:document_id>/page-index/", page_index, name="page-index"),
    path("documents/<uuid:document_id>/searchable/", searchable_pdf, name="searchable-pdf"),
    path("documents/bulk/", BulkView.as_view(), name="documents-bulk"),
    path("documents/download/", DownloadAskView.as_view(), name="documents-download"),
    path("downloads/<uuid:download_id>/file/", download_file, name="download-file"),
    path("documents/<uuid:document_id>/notes/export/", note_export, name="note-export"),
    path("treatment/<uuid:pk>/", TreatmentViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="treatment"),
    path("search/", SearchView.as_view(), name="search"),
    path("search/like/", LikeView.as_view(), name="search-like"),
    path("search/export/", SearchExportView.as_view(), name="search-export"),
    path("searches/history/", PastSearchViewSet.as_view({"get": "list", "delete": "clear"}), name="past-searches"),
    path("searches/history/settings/", HistorySettingsView.as_view(), name="past-searches-settings"),
    path("searches/history/<uuid:pk>/", PastSearchViewSet.as_view({"delete": "destroy"}), name="past-search"),
    path("citations/check/", CitationCheckView.as_view(), name="citations-check"),
    path("cases/<uuid:case_id>/authorities/", CaseAuthoritiesViewSet.as_view({"get": "list"}), name="case-authorities"),
    path("cases/<uuid:case_id>/authorities/passages/", CaseAuthoritiesViewSet.as_view({"get": "passages"}), name="authority-passages"),
    path("cases/<uuid:case_id>/authorities/findings/", CaseAuthoritiesViewSet.as_view({"get": "findings"}), name="authority-findings"),
    path("cases/<uuid:case_id>/authorities/decide/", CaseAuthoritiesViewSet.as_view({"post": "decide"}), name="authority-decide"),
    path("cases/<uuid:case_id>/sources/", case_sources, name="case-sources"),
    path("cases/<uuid:case_id>/timeline/", timeline, name="case-timeline"),
    path("cases/<uuid:case_id>/timeline/<uuid:pk>/", timeline_event, name="case-timeline-event"),
    path("cases/<uuid:case_id>/timeline.ics", timeline_calendar, name="case-timeline-calendar"),
    path("sources/<uuid:pk>/", source, name="source"),
    path("sources/<uuid:pk>/items/", SourceViewSet.as_view({"get": "items"}), name="source-items"),
    path("sources/<uuid:pk>/look/", SourceViewSet.as_view({"post": "look"}), name="source-look"),
    path("cases/<uuid:case_id>/papers/", CasePapersViewSet.as_view({"get": "list", "post": "create"}), name="case-papers"),
    path("papers/<uuid:pk>/", PaperViewSet.as_view({"get": "retrieve"}), name="paper"),
    path("papers/<uuid:pk>/again/", PaperViewSet.as_view({"post": "again"}), name="paper-again"),
    path("conversations/<uuid:pk>/messages/", conversation_messages, name="conversation-messages"),
    path("messages/<uuid:pk>/", MessageViewSet.as_view({"get": "retrieve"}), name="message"),
    path("messages/<uuid:pk>/stop/", MessageViewSet.as_view({"post": "stop"}), name="message-stop"),
    path("messages/<uuid:pk>/stream/", message_stream, name="message-stream"),
    path("review-tables/", include(review_tables)),
    path("uploads/", UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>/", UploadView.as_view(), name="upload"),
    path("", include(router.urls)),
]
