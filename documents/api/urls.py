from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from documents.api.documents import DocumentViewSet
from documents.api.search import SearchView
from documents.api.streams import document_file, document_progress, page_picture, searchable_pdf
from documents.api.uploads import UploadsView, UploadView

router = SimpleRouter()
router.register("documents", DocumentViewSet, basename="document")

urlpatterns = [
    path("documents/<uuid:document_id>/file/", document_file, name="document-file"),
    path("documents/<uuid:document_id>/progress/", document_progress, name="document-progress"),
    path("documents/<uuid:document_id>/pages/<int:number>/picture/", page_picture, name="page-picture"),
    path("documents/<uuid:document_id>/searchable/", searchable_pdf, name="searchable-pdf"),
    path("search/", SearchView.as_view(), name="search"),
    path("uploads/", UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>/", UploadView.as_view(), name="upload"),
    path("", include(router.urls)),
]
