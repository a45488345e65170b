from __future__ import annotations

from django.urls import path

from documents.views import case_pages, detail, search_page

app_name = "documents"
urlpatterns = [
    path("cases/<uuid:pk>/documents/", case_pages.case_documents, name="case-documents"),
    path("cases/<uuid:pk>/search/", search_page.case_search, name="case-search"),
    path("search/", search_page.search, name="search"),
    path("documents/<uuid:pk>/", detail.document_detail, name="detail"),
    path("documents/<uuid:pk>/text/<int:number>/", detail.document_text, name="text"),
    path("documents/<uuid:pk>/history/", detail.document_history, name="history"),
]
