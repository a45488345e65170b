"""How static files are served: hashed names, compressed, cached for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports of our ES modules: else a module would be loaded twice, under its plain and its hashed name."""

    support_js_module_import_aggregation = True
