"""LexIntel's settings. Everything an installation may change comes from the environment (or `.env`); a wrong value stops the start."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lexintel.environment import (
    address,
    base_address,
    boolean,
    command,
    file,
    folders,
    hosts,
    integer,
    mail_server,
    one_of,
    price,
    secret,
    sender,
    share,
    text,
    types,
    words,
)
from lexintel.monitoring import logs

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime's own reports to its maker; nothing leaves the machine
django_stubs_ext.monkeypatch()  # lets code say ModelAdmin[Case] and QuerySet[Case], as the type checker wants it

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

VAR = Path(env.str("LEXINTEL_VAR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = boolean("DEBUG")
TESTING = "pytest" in sys.modules


def _secret_key() -> str:
    """SECRET_KEY from the environment, else one made once under var/ (mode 0600)."""
    if key := text("SECRET_KEY"):
        return key
    path = VAR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


SECRET_KEY = _secret_key()
LEXINTEL_HOST = text("LEXINTEL_HOST") or "127.0.0.1"
LEXINTEL_PORT = integer("LEXINTEL_PORT", 8000, 1, 65535)
# This machine itself may always ask: `up` and health checks do.
ALLOWED_HOSTS = [
    *words("ALLOWED_HOSTS"),
    "localhost",
    "127.0.0.1",
    "[::1]",
    *([] if LEXINTEL_HOST in ("0.0.0.0", "::") else [LEXINTEL_HOST]),  # noqa: S104
]
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
TRUST_PROXY = boolean("TRUST_PROXY")  # believe X-Forwarded-For and -Proto: only behind a proxy that sets them itself
HTTPS_ONLY = boolean("HTTPS_ONLY")
DEMO_LOGIN = ("demo", "demo") if boolean("LEXINTEL_DEMO") else None  # set by `up`, for the sign-in page to say

INSTALLED_APPS = [
    "lexintel",
    "analytics",
    "audio",
    "documents",
    "cases",
    "tasks",
    "lexintel.frame.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_celery_results",
    "django_q",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "analytics.services.usage.middleware.UsageMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lexintel.accounts.authentication.TokenMiddleware",
    "lexintel.accounts.zones.ZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lexintel.frame.errors.StorageAwayMiddleware",
    "analytics.services.impressions.middleware.ImpressionsMiddleware",
]

ROOT_URLCONF = "lexintel.urls"
CSRF_FAILURE_VIEW = "lexintel.frame.views.csrf_failure"
ASGI_APPLICATION = "lexintel.asgi.application"
AUTH_USER_MODEL = "lexintel.User"
AUTHENTICATION_BACKENDS = ["lexintel.accounts.passwords.ThrottledBackend"]
SESSION_ENGINE = "lexintel.accounts.sessions"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # how long a one-time link for choosing a password is valid
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "cases:list"
LOGOUT_REDIRECT_URL = "login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lexintel.frame.context.site",
            ]
        },
    }
]

DATABASE_URL = address("DATABASE_URL", ("postgres", "postgresql"), "postgres://user:password@host/name")
try:
    DATABASES = {"default": env.db_url_config(DATABASE_URL or "postgres:///lexintel")}
except ValueError as error:
    raise ImproperlyConfigured(f"DATABASE_URL cannot be understood: {error}.") from error
if not DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured("DATABASE_URL names no database; it must be an address like postgres://user:password@host/name.")
DATABASES["default"].update(CONN_MAX_AGE=0, CONN_HEALTH_CHECKS=True)
# A server that vanished is noticed; a process that froze in the middle of a transaction loses its locks. The URL's own options win.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "options": f"-c idle_in_transaction_session_timeout={integer('DATABASE_IDLE_SECONDS', 60, 1, 86_400)}s",
    **DATABASES["default"].get("OPTIONS", {}),
}

REDIS_URL = address("REDIS_URL", ("redis", "rediss", "unix"), "redis://:password@host:6379/0")
TASK_EXECUTOR = one_of("TASK_EXECUTOR", "hybrid" if REDIS_URL else "background", ("background", "celery", "hybrid", "djangoq"))
if TASK_EXECUTOR in ("celery", "hybrid") and not REDIS_URL:
    raise ImproperlyConfigured(f"TASK_EXECUTOR={TASK_EXECUTOR} needs REDIS_URL.")
HEAVY_TASKS = words("HEAVY_TASKS", ["process_speak_audio", "calculate_all_ratings", "sync_impressions_from_redis"])
TASK_MODULES = env.list("TASK_MODULES", default=[])  # further modules that declare tasks (tests, plug-ins)
TASK_LEASE_SECONDS = env.float("TASK_LEASE_SECONDS", default=15)
TASK_RESCUE_SECONDS = env.float("TASK_RESCUE_SECONDS", default=1)
TASK_WORKER_FRESH_SECONDS = env.float("TASK_WORKER_FRESH_SECONDS", default=15)
TASK_RETRY_DELAYS = [float(delay) for delay in env.list("TASK_RETRY_DELAYS", default=[60, 120, 240])]
TASK_SOFT_LIMIT = env.float("TASK_SOFT_LIMIT", default=25 * 60)
TASK_HARD_LIMIT = env.float("TASK_HARD_LIMIT", default=30 * 60)
TASK_BACKGROUND_THREADS = env.int("TASK_BACKGROUND_THREADS", default=max(2, min(4, os.cpu_count() or 2)))
STOP_GRACE_SECONDS = integer("STOP_GRACE_SECONDS", 20, 0, 600)  # for running work, when a process is asked to end
TASK_SERVICES_AT_START = env.bool("TASK_SERVICES_AT_START", default=True)  # else a worker builds each at its first use
TASK_PROGRESS_INTERVAL = 0.25
TASK_RECHECK_SECONDS = env.float("TASK_RECHECK_SECONDS", default=30)
TASK_AGING_SECONDS = env.float("TASK_AGING_SECONDS", default=60)  # a waiting task gains one step of priority in this time
TASK_MESSAGES_OUT = integer("TASK_MESSAGES_OUT", 200, 1, 10_000)  # how many wake-ups may lie at the broker
TASK_SCHEDULES_IN_WEB = boolean("TASK_SCHEDULES_IN_WEB", TASK_EXECUTOR in ("background", "djangoq"))  # instead of beat
TASK_KEEP_SUCCEEDED_DAYS = integer("TASK_KEEP_SUCCEEDED_DAYS", 30, 1, 36_500)
USAGE_KEEP_DAYS = integer("USAGE_KEEP_DAYS", 90, 1, 36_500)  # rows of requests; their sums of hours stay
AUDIO_KEEP_DAYS = integer("AUDIO_KEEP_DAYS", 30, 1, 36_500)  # recordings that nobody pinned and no transcript needs
AUDIO_KEEP_FAILED_HOURS = integer("AUDIO_KEEP_FAILED_HOURS", 24, 1, 87_600)  # recordings that failed or were cancelled
DELETED_KEEP_DAYS = integer("DELETED_KEEP_DAYS", 30, 1, 36_500)  # how long the deletion of a document can be taken back
IMPORT_KEEP_DAYS = integer("IMPORT_KEEP_DAYS", 30, 1, 36_500)  # files of imports into the law library that failed, so that they can go on
SEARCH_HISTORY_KEEP_DAYS = integer("SEARCH_HISTORY_KEEP_DAYS", 365, 1, 36_500)  # what somebody has searched for
SEARCH_HISTORY_MOST = integer("SEARCH_HISTORY_MOST", 500, 1, 100_000)  # of each person
RECENT_VIEWS_KEEP_DAYS = integer("RECENT_VIEWS_KEEP_DAYS", 365, 1, 36_500)  # what somebody has looked at, shown to herself
RECENT_VIEWS_MOST = integer("RECENT_VIEWS_MOST", 500, 1, 100_000)  # of each person
OPENINGS_KEEP_DAYS = integer("OPENINGS_KEEP_DAYS", 400, 1, 36_500)  # how often each thing was opened on each day; sums stay
SEARCH_RATING_BOOST = share("SEARCH_RATING_BOOST", 0, 0.2)  # how much ratings of documents change scores; 0: not at all
DOWNLOAD_KEEP_HOURS = integer("DOWNLOAD_KEEP_HOURS", 24, 1, 8760)  # how long a ZIP of documents can be fetched by who asked for it
DOWNLOAD_MAX_MB = integer("DOWNLOAD_MAX_MB", 20_480, 1, 10_000_000)  # what the files of one ZIP may come to
EXPORT_KEEP_HOURS = integer("EXPORT_KEEP_HOURS", 24, 1, 8760)  # how long an export can be fetched by who asked for it
EXPORT_MAX_MB = integer("EXPORT_MAX_MB", 20_480, 1, 10_000_000)  # what the exports of one person may come to
TASK_KEEP_FAILED_DAYS = integer("TASK_KEEP_FAILED_DAYS", 180, 1, 36_500)
HEALTH_KEEP_DAYS = integer("HEALTH_KEEP_DAYS", 90, 1, 36_500)  # what the hourly health check found
SUPERVISOR_TOKEN = text("LEXINTEL_SUPERVISOR_TOKEN")  # made anew by each `up`, so that it can ask its own web process
USAGE_RECORDING = boolean("USAGE_RECORDING", not TESTING)  # whether requests are recorded at all
METRICS_TOKEN = text("METRICS_TOKEN")  # lets a program without a login read /metrics
TASK_FALLBACK = one_of("TASK_FALLBACK", "background", ("background", "wait"))  # hybrid's heavy tasks, while no worker is alive

CHANNEL_LAYERS = {
    "default": (
        {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # redis-py 8's own limits (5 s, 100 connections) kill idle consumers and fail bursts.
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30, "max_connections": 2000}]},
        }
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7200,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "queue_order_strategy": "priority",
    "priority_steps": list(range(10)),
}
# The name of the database is in the queue's, so that test databases and second installations on one server stay apart.
CELERY_TASK_DEFAULT_QUEUE = f"lexintel.{DATABASES['default']['NAME']}"
CELERY_RESULT_BACKEND = "tasks.workers.results:ResultBackend"  # of Celery's own tasks; ours have their results in their records
CELERY_RESULT_EXTENDED = True  # with the task's name
CELERY_RESULT_EXPIRES = timedelta(days=TASK_KEEP_SUCCEEDED_DAYS)
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_SOFT_TIME_LIMIT = TASK_SOFT_LIMIT
CELERY_TASK_TIME_LIMIT = TASK_HARD_LIMIT
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = STOP_GRACE_SECONDS
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "tasks.scheduling.scheduler:ManagedScheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Only the broker of django-q2 is used, and messages are taken off it at once: leases and the rescuer decide what runs again.
Q_CLUSTER = {"name": "lexintel", "orm": "default", "poll": 0.1, "timeout": 30, "retry": 60, "scheduler": False, "save_limit": -1}

STORAGE_URL = env.str("STORAGE_URL", default=f"file://{VAR / 'files'}")
STORAGE_ACCESS_KEY_ID = env.str("AWS_ACCESS_KEY_ID", default="")  # of the bucket, where STORAGE_URL names one
STORAGE_SECRET_ACCESS_KEY = env.str("AWS_SECRET_ACCESS_KEY", default="")
STORAGE_SESSION_TOKEN = env.str("AWS_SESSION_TOKEN", default="")
STORAGE_CACHE_MB = integer("STORAGE_CACHE_MB", 2048, 1, 10_000_000)  # copies on this machine of files that lie in a bucket
STORAGE_CHECK_GB = integer("STORAGE_CHECK_GB", 50, 1, 1_000_000)  # that are read again in a night to see that they are what they were
STORAGE_CHECK_MBPS = integer("STORAGE_CHECK_MBPS", 50, 1, 100_000)  # how fast, at most
MAX_UPLOAD_MB = integer("MAX_UPLOAD_MB", 500, 1, 100_000)
CONFINEMENT = one_of("CONFINEMENT", "best-effort", ("required", "best-effort"))  # of parsers, where the kernel can
REFUSED_TYPES = types("REFUSED_TYPES")  # endings and media types that are not taken at all
WATCH_ROOTS = folders("WATCH_ROOTS", VAR)  # below which owners of cases may have folders watched; empty: nowhere
IMAP_HOSTS = hosts("IMAP_HOSTS", (993, 143))  # which mail servers may be asked; empty: none
IMAP_CA_FILE = file("IMAP_CA_FILE")  # certificates that are believed beside those of the system
SITE_URL = address("SITE_URL", ("http", "https"), "https://lexintel.example.org").rstrip("/")  # in links of mails and webhooks
SITE_URL = SITE_URL or f"http://{LEXINTEL_HOST}:{LEXINTEL_PORT}"
EMAIL_URL, _mail = mail_server("EMAIL_URL")  # where e-mail is handed over; empty: none is sent
DEFAULT_FROM_EMAIL = sender("EMAIL_FROM", needed=bool(EMAIL_URL))
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
ALERT_WEBHOOK_HOSTS = hosts("ALERT_WEBHOOK_HOSTS", (443,))  # to which notices of alerts may be sent; empty: none
EMBEDDING_URL = env.str("EMBEDDING_URL", default="")
EMBEDDING_MODEL = env.str("EMBEDDING_MODEL", default="")
EMBEDDING_API_KEY = env.str("EMBEDDING_API_KEY", default="")
EMBEDDING_FOLDER = env.str("EMBEDDING_FOLDER", default="")
LLM_URL = base_address("LLM_URL", "https://host/v1", key_in="LLM_API_KEY")  # empty: answers are quoted
LLM_MODEL = text("LLM_MODEL")
if LLM_URL and not LLM_MODEL:
    raise ImproperlyConfigured("LLM_URL needs LLM_MODEL, the name of the model to ask for.")
LLM_API_KEY = secret("LLM_API_KEY")
LLM_TIMEOUT_S = integer("LLM_TIMEOUT_S", 120, 1, 540)  # for a whole answer; below the soft limit of its task
LLM_MAX_TOKENS = integer("LLM_MAX_TOKENS", 1024, 16, 32_768)  # that an answer may have
LLM_CONTEXT_TOKENS = integer("LLM_CONTEXT_TOKENS", 8000, 2048, 1_000_000)  # that what is asked may have, passages and all
LLM_PRICE_PROMPT = price("LLM_PRICE_PROMPT")  # of a million tokens
LLM_PRICE_COMPLETION = price("LLM_PRICE_COMPLETION")
TTS_COMMAND = command("TTS_COMMAND")  # reads UTF-8 text, writes WAV; empty: nothing is read aloud
TTS_SECONDS = integer("TTS_SECONDS", 60, 1, 3600)  # that it may take for about a minute of speech
TTS_CACHE_MB = integer("TTS_CACHE_MB", 200, 1, 100_000)
OCR_ENGINE = env.str("OCR_ENGINE", default="auto")  # tesseract, rapidocr, off; auto: Tesseract where it finds data of a language
OCR_LANGUAGES = env.str("OCR_LANGUAGES", default="")  # as Tesseract calls them, "eng+deu"; empty: told by what is read first
TESSDATA_FOLDER = env.str("TESSDATA_FOLDER", default="")
OCR_IDLE_SECONDS = integer("OCR_IDLE_SECONDS", 60, 5, 86_400)
WHISPER_MODEL = env.str("WHISPER_MODEL", default="")
TRANSCRIBER_IDLE_SECONDS = integer("TRANSCRIBER_IDLE_SECONDS", 60, 5, 86_400)
TRANSCRIPTIONS_AT_ONCE = integer("TRANSCRIPTIONS_AT_ONCE", 1, 1, 1000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = VAR / "tmp"
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "lexintel.frame.uploads.UnnamedFileUploadHandler"]
SCRATCH_FOLDER = VAR / "scratch"  # working folders of parsers; each goes with its work, or is swept when its process has died
DATA_UPLOAD_MAX_NUMBER_FILES = 1000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lexintel.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tasks.base.json_bodies.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "lexintel.frame.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "lexintel.frame.errors.api_exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LexIntel",
    "DESCRIPTION": "Legal case intelligence: cases, documents, search, tasks.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "lexintel.frame.openapi.with_errors"],
    "ENUM_NAME_OVERRIDES": {
        "CaseStatusEnum": "cases.models.Case.Status",
        "DocumentStatusEnum": "documents.models.Document.Status",
        "TaskStatusEnum": "tasks.models.Status",
        "AudioStatusEnum": "audio.models.AudioSession.Status",
        "AudioKindEnum": "audio.models.AudioSession.Kind",
        "DocumentKindEnum": "documents.models.Document.Kind",
        "FactFieldEnum": "documents.models.DocumentFact.Field",
        "AttemptOutcomeEnum": "tasks.models.TaskAttempt.Outcome",
        "SourceItemOutcomeEnum": "documents.models.SourceItem.Outcome",
        "DatePrecisionEnum": "cases.models.DatePrecision",
        "StatuteStatusEnum": "cases.models.Statute.Status",
        "MentionRoleEnum": "documents.models.Citation.Role",
        "RoleEnum": "cases.models.Role",
        "OpinionKindEnum": "cases.models.Opinion.Kind",
        "LawImportStateEnum": "documents.models.LawImport.State",
        "FactStateEnum": "documents.models.DocumentFact.State",
        "EventStateEnum": "cases.models.Event.State",
        "EventKindEnum": "cases.models.Event.Kind",
        "PaperFormatEnum": "documents.models.papers.PaperFormat",
        "ExportFormatEnum": "analytics.models.Export.Format",
        "PaperKindEnum": "documents.models.papers.PaperKind",
        "CueKindEnum": "documents.models.TreatmentCue.Kind",
        "PaperStatusEnum": "documents.models.Paper.Status",
        "CueStateEnum": "documents.models.TreatmentCue.State",
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "documents.services.storage.selection.configured"},  # what STORAGE_URL names
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG or TESTING else "lexintel.frame.static_storage.Statics"
    },
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the container's own health check, without TLS
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
}

LOGGING = logs.configuration(
    one_of("LOG_FORMAT", logs.default_format(), ("text", "json")),
    one_of("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
)
