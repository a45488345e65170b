"""Every address of the project. Each app names its own pages in `urls.py` and its JSON in `api_urls.py`."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from lexintel.monitoring.views import healthz, metrics, readyz

handler400 = "lexintel.frame.views.bad_request"
handler403 = "lexintel.frame.views.permission_denied"
handler404 = "lexintel.frame.views.page_not_found"
handler500 = "lexintel.frame.views.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/", include("lexintel.accounts.api_urls")),
    path("api/", include("cases.api_urls")),
    path("api/", include("documents.api.urls")),
    path("api/", include("audio.api.urls")),
    path("api/", include("analytics.api.urls")),
    path("api/", include("tasks.api.urls")),
    path("", include("lexintel.accounts.pages.urls")),
    path("", include("documents.urls")),
    path("", include("audio.urls")),
    path("", include("analytics.urls")),
    path("", include("cases.urls")),
    path("", include("tasks.urls")),
]
