"""The one settings module. Everything that differs between hosts comes from the environment.

Without any variable set this is the embedded default: SQLite, local disk and a broker made of
files, all below DATA_DIR. docs/reference/settings.md lists every variable.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from django.urls import reverse_lazy

from portal.administration import UNFOLD as UNFOLD
from portal.apidocs import layout
from portal.env import Env
from portal.logging import configuration as logging_configuration
from portal.static import add_static_headers

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# --- Where things are -------------------------------------------------------------------------
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
RUN_DIR = DATA_DIR / "run"
JOBS_DIR = DATA_DIR / "jobs"
SCRATCH_DIR = DATA_DIR / "scratch"
for directory in (RUN_DIR, JOBS_DIR, SCRATCH_DIR):
    directory.mkdir(exist_ok=True)

VERSION = re.findall(r"^## \[?(\d+\.\d+\.\d+)", (BASE_DIR / "CHANGELOG.md").read_text(), re.M)[0]


def _generated_secret_key() -> str:
    """The key of the embedded default: made once, kept readable by its owner only."""
    file = DATA_DIR / "secret_key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    key = os.urandom(48).hex()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(key)
    return key


SECRET_KEY = env.secret("SECRET_KEY") or _generated_secret_key()
DEBUG = env.flag("DEBUG", default=False)
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, least=1, most=65535)
PUBLIC_URL = env.url("PUBLIC_URL", f"http://{HOST}:{PORT}", schemes={"http", "https"}).rstrip("/")
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", HOST, urlsplit(PUBLIC_URL).hostname or ""]
)
HTTPS = PUBLIC_URL.startswith("https://")

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "unfold.apps.BasicAppConfig",
    "apps.accounts.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "oauth2_provider",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.core",
    "apps.tallies",
    "apps.audit",
    "apps.accounts",
    "apps.clients",
    "apps.workfiles",
    "apps.document_sessions",
    "apps.conversion",
    "apps.comparison",
    "apps.document_templates",
    "apps.envelopes",
    "apps.viewing",
    "apps.connect",
    "apps.extraction",
    "apps.editing",
    "apps.dialects",
    "apps.portal_ui",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.logging.CorrelationMiddleware",
    "portal.watching.WatchingMiddleware",
    "apps.clients.rates.RateHeaders",
    "portal.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = False
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
            ]
        },
    }
]

# --- Database ---------------------------------------------------------------------------------
DATABASE_URL = env.url(
    "DATABASE_URL",
    f"sqlite:///{DATA_DIR / 'portal.sqlite3'}",
    schemes={"sqlite", "postgres", "postgresql"},
)
_database = dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)
DATABASES = {"default": _database}
if DATABASE_URL.startswith("sqlite:"):
    DATABASES["default"]["OPTIONS"] = {
        # Writers take the lock when they begin, so a busy database waits instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA journal_size_limit=67108864; "
            # What is deleted is overwritten. Debian's SQLite does so anyway, others do not.
            "PRAGMA secure_delete=ON"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Files ------------------------------------------------------------------------------------
STORAGE_URL = env.url("STORAGE_URL", "", schemes={"s3"})
STORAGE_SIGNED_SECONDS = env.integer("STORAGE_SIGNED_SECONDS", 0, least=0, most=3600)
STORAGE_NEARBY_BYTES = env.integer("STORAGE_NEARBY_BYTES", 1024**3, least=0)
S3_ENCRYPTION = env.choice("S3_ENCRYPTION", "bucket", among=("bucket", "AES256", "aws:kms"))


def _blob_storage(url: str) -> dict[str, object]:
    """`s3://key:secret@bucket/prefix?endpoint=https://...&region=...`, or the local disk."""
    if not url:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": DATA_DIR / "blobs", "file_permissions_mode": 0o600},
        }
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    options = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
        "endpoint_url": query.get("endpoint"),
        "region_name": query.get("region"),
        # Names are random: nothing needs to be asked before a file is put.
        "file_overwrite": True,
        "default_acl": None,
        "object_parameters": None
        if S3_ENCRYPTION == "bucket"
        else {"ServerSideEncryption": S3_ENCRYPTION},
    }
    return {
        "BACKEND": "apps.workfiles.bucket.Bucket",
        "OPTIONS": {name: value for name, value in options.items() if value is not None},
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "blobs": _blob_storage(STORAGE_URL),
    "staticfiles": {"BACKEND": "portal.static.GzipStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Installed by `make setup`; without it, documents in page groups and the editor stay shut.
_PDFJS = BASE_DIR / "node_modules" / "pdfjs-dist"
_BROWSER_FOLDERS = {
    "bundles": BASE_DIR / "node_modules" / ".bundles",
    "pdfjs/build": _PDFJS / "legacy" / "build",
    "pdfjs/cmaps": _PDFJS / "cmaps",
    "pdfjs/iccs": _PDFJS / "iccs",
    "pdfjs/standard_fonts": _PDFJS / "standard_fonts",
    "pdfjs/wasm": _PDFJS / "wasm",
    "pdfjs/web": _PDFJS / "legacy" / "web",
}
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [
    BASE_DIR / "static",
    *((prefix, folder) for prefix, folder in _BROWSER_FOLDERS.items() if folder.is_dir()),
]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ADD_HEADERS_FUNCTION = add_static_headers
FILE_UPLOAD_TEMP_DIR = SCRATCH_DIR
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.SignedInOnly",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MAX_UPLOAD_BYTES = env.integer("MAX_UPLOAD_BYTES", 2 * 1024**3, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2
CONNECT_XML_BYTES = env.integer("CONNECT_XML_BYTES", 1024**2, least=1)
CONNECT_XML_ELEMENTS = env.integer("CONNECT_XML_ELEMENTS", 10_000, least=1)
CONNECT_XML_DEPTH = env.integer("CONNECT_XML_DEPTH", 16, least=3, most=200)

# --- Queue ------------------------------------------------------------------------------------
BROKER_URL = env.url(
    "BROKER_URL",
    "filesystem://localhost/",
    schemes={"filesystem", "redis", "rediss", "amqp", "amqps"},
)
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if BROKER_URL.startswith("filesystem:"):
    for _queue in (DATA_DIR / "queue" / name for name in ("messages", "control")):
        _queue.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(DATA_DIR / "queue" / "messages"),
        "data_folder_out": str(DATA_DIR / "queue" / "messages"),
        "control_folder": str(DATA_DIR / "queue" / "control"),
        # How soon a worker sees a message; one directory listing each time.
        "polling_interval": 0.02,
    }
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # a job's lease lives in the database; a message is a wake-up call
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "portal"
# What waits for other servers has a queue and a worker of its own: however slow they are, they
# hold up no conversion.
NETWORK_QUEUE = "network"
CELERY_TASK_ROUTES = {
    name: {"queue": NETWORK_QUEUE}
    for name in (
        "clients.deliver",
        "viewing.fetch",
        "viewing.fetch_package",
        "editing.fetch",
        "editing.push",
        "editing.relock",
        "editing.unlock",
    )
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "portal.schedule:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "conversion-nudge": {"task": "conversion.nudge", "schedule": timedelta(seconds=5)},
    "conversion-evict": {"task": "conversion.evict", "schedule": timedelta(minutes=5)},
    "sessions-sweep": {"task": "document_sessions.sweep", "schedule": timedelta(minutes=1)},
    "connect-sweep": {"task": "connect.sweep", "schedule": timedelta(minutes=1)},
    "extraction-work": {"task": "extraction.work", "schedule": timedelta(seconds=10)},
    "extraction-sweep": {"task": "extraction.sweep", "schedule": timedelta(seconds=30)},
    "editing-push": {"task": "editing.push_due", "schedule": timedelta(seconds=5)},
    "editing-sweep": {"task": "editing.sweep", "schedule": timedelta(seconds=30)},
    "envelopes-sweep": {"task": "envelopes.sweep", "schedule": timedelta(minutes=5)},
    "viewing-sweep": {"task": "viewing.sweep", "schedule": timedelta(minutes=5)},
    "workfiles-sweep": {"task": "workfiles.sweep", "schedule": timedelta(minutes=5)},
    "clients-webhooks": {"task": "clients.deliver_due", "schedule": timedelta(seconds=5)},
    "clients-sweep": {"task": "clients.sweep", "schedule": timedelta(hours=1)},
    "portal-measure": {"task": "portal.measure", "schedule": timedelta(seconds=30)},
    "portal-measure-storage": {
        "task": "portal.measure_storage",
        "schedule": timedelta(minutes=5),
    },
    "tallies-sweep": {"task": "tallies.sweep", "schedule": timedelta(hours=1)},
    "accounts-sweep": {"task": "accounts.sweep", "schedule": timedelta(hours=1)},
    "audit-sweep": {"task": "audit.sweep", "schedule": timedelta(minutes=5)},
}

# --- Cache ------------------------------------------------------------------------------------
CACHE_URL = env.url("CACHE_URL", "locmem://", schemes={"locmem", "redis", "rediss"})
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if CACHE_URL.startswith("locmem:")
    else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
}

# --- Processes --------------------------------------------------------------------------------
CORES = len(os.sched_getaffinity(0))
WORKERS = env.integer("WORKERS", CORES, least=1)
WEB_THREADS = env.integer("WEB_THREADS", 16, least=1)
ENGINE_PROCESSES = env.integer("ENGINE_PROCESSES", CORES, least=1)
CONVERSION_SECONDS = env.integer("CONVERSION_SECONDS", 300, least=1)
CONVERSION_MEMORY_BYTES = env.integer("CONVERSION_MEMORY_BYTES", 4 * 1024**3, least=256 * 1024**2)
CACHE_BYTES = env.integer("CACHE_BYTES", 20 * 1024**3, least=0)
# Tasks that are woken when a rendition of this kind has ended.
WAKE_AFTER_CONVERSION = {kind: ("extraction.work",) for kind in ("pdf", "words", "embedded")}

# --- Extraction -------------------------------------------------------------------------------
EXTRACTION_ENGINE = env.choice("EXTRACTION_ENGINE", "rules", among=("rules", "openai"))
EXTRACTION_URL = env.url("EXTRACTION_URL", "", schemes={"http", "https"}).rstrip("/")
EXTRACTION_API_KEY = env.secret("EXTRACTION_API_KEY")
EXTRACTION_MODEL = env.text("EXTRACTION_MODEL")
EXTRACTION_SYNC_SECONDS = env.integer("EXTRACTION_SYNC_SECONDS", 30, least=0, most=100)
EXTRACTION_PAGES = env.integer("EXTRACTION_PAGES", 500, least=1)
EXTRACTION_DOCUMENTS = env.integer("EXTRACTION_DOCUMENTS", 10_000, least=1)
if EXTRACTION_ENGINE == "openai":
    env.require("EXTRACTION_URL", "EXTRACTION_MODEL")
    CELERY_TASK_ROUTES["extraction.work"] = {"queue": NETWORK_QUEUE}

# --- Editing ----------------------------------------------------------------------------------
EDITOR_TOKEN_SECONDS = env.integer("EDITOR_TOKEN_SECONDS", 900, least=10, most=86_400)
EDITOR_AUTOSAVE_SECONDS = env.integer("EDITOR_AUTOSAVE_SECONDS", 30, least=1)
EDITOR_AUTOSAVES_KEPT = env.integer("EDITOR_AUTOSAVES_KEPT", 200, least=1)
WOPI_CLIENT_URL = env.url("WOPI_CLIENT_URL", "", schemes={"http", "https"}).rstrip("/")
WOPI_HOST_URL = env.url("WOPI_HOST_URL", PUBLIC_URL, schemes={"http", "https"}).rstrip("/")
WOPI_REQUIRE_PROOF = env.flag("WOPI_REQUIRE_PROOF", default=False)

# --- People and programs ----------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
ADMIN_SECOND_FACTOR = env.choice("ADMIN_SECOND_FACTOR", "optional", among=("optional", "required"))
SANDBOX_HOURS = env.integer("SANDBOX_HOURS", 2, least=1, most=24)
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
OAUTH2_PROVIDER_APPLICATION_MODEL = "clients.ApiClient"
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "apps.clients.validators.ClientCredentialsValidator",
    "SCOPES_BACKEND_CLASS": "apps.clients.scopes.ClientScopes",
    "OAUTH2_BACKEND_CLASS": "oauth2_provider.oauth2_backends.OAuthLibCore",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# --- HTTP -------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
# Pages that hold a session id in their address set no-referrer themselves; a form of the
# administration needs its Origin header, which no-referrer would make "null".
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_AGE = 12 * 3600  # the administration's; readers have no cookie
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Browsers let no other host, not even one of the same domain, set a cookie of such a name.
SESSION_COOKIE_NAME = "__Host-recto-session" if HTTPS else "recto-session"
CSRF_COOKIE_NAME = "__Host-recto-csrf" if HTTPS else "recto-csrf"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.clients.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = layout(VERSION)

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Logs -------------------------------------------------------------------------------------
LOGGING = logging_configuration(
    level=env.text("LOG_LEVEL", "INFO").upper(),
    form=env.choice("LOG_FORMAT", "text", among=("text", "json")),
)

# --- Watching ---------------------------------------------------------------------------------
METRICS_TOKEN = env.secret("METRICS_TOKEN")
OTEL_ENDPOINT = env.url("OTEL_EXPORTER_OTLP_ENDPOINT", "", schemes={"http", "https"}).rstrip("/")
AUDIT_DAYS = env.integer("AUDIT_DAYS", 400, least=1, most=36_500)
REQUEST_LOG_DAYS = env.integer("REQUEST_LOG_DAYS", 14, least=1, most=3650)
REQUEST_LOG_ROWS = env.integer("REQUEST_LOG_ROWS", 1_000_000, least=1000, most=100_000_000)
TALLY_SECONDS = 5  # how often each process stores what it has counted; 0: when told to

env.check()
