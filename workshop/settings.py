"""Settings. Everything that differs between installations is read by workshop.env."""

import hashlib
import ipaddress
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF

from workshop.env import Env, InvalidEnvironment

# Lets annotations such as ModelAdmin[User] stand at run time.
django_stubs_ext.monkeypatch()

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("DRYDOCK_VAR", str(BASE_DIR / "var")))

# --- Core -----------------------------------------------------------------------------------------

DEBUG = env.flag("DRYDOCK_DEBUG", default=False)
SECRET_KEY = env.text("DRYDOCK_SECRET_KEY")
ADDRESS = env.text("DRYDOCK_ADDRESS", "127.0.0.1:8000")
ALLOWED_HOSTS = env.words("DRYDOCK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("DRYDOCK_TRUSTED_ORIGINS")
# web: pages only, no engine; gateway: terminals; all: both in one process.
ROLE = env.choice("DRYDOCK_ROLE", "all", ("web", "gateway", "all"))

INSTALLED_APPS = [
    "workshop.accounts",
    "workshop.curriculum",
    "workshop.agendas",
    "labs",
    "sandboxes",
    "workshop",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "workshop.urls"
ASGI_APPLICATION = "workshop.asgi.application"
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

# --- Data -----------------------------------------------------------------------------------------

# No connection outlives its request: under ASGI each request has a thread of its own, which would take
# its connection along.
DATABASES = {"default": dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'drydock.sqlite3'}"), conn_max_age=0)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write takes the lock when it begins, so two of them queue up
    # instead of one failing half way ("database is locked") after both have read.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    "sessions": {
        "BACKEND": "workshop.caches.SessionCache",
        "LOCATION": REDIS_URL,
        # Databases that share a Redis, as those of two test runs do, have sessions of their own.
        "KEY_PREFIX": hashlib.sha256(str(DATABASES["default"].get("NAME")).encode()).hexdigest()[:10],
        # A Redis that hangs is one that is not there.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"
# Publish/subscribe instead of queues in Redis: nothing is kept for a process that is gone, and a
# subscription comes back by itself after Redis has been restarted.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "drydock"},
    }
}

# --- Celery (read with the prefix CELERY_) --------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "admit": {"task": "sandboxes.admit", "schedule": 5.0, "options": {"expires": 5}},
    "recover": {"task": "sandboxes.recover", "schedule": 5.0, "options": {"expires": 5}},
    "expire": {"task": "sandboxes.expire", "schedule": 5.0, "options": {"expires": 5}},
    "check-engines": {"task": "sandboxes.check_engines", "schedule": 10.0, "options": {"expires": 10}},
    "recover-labs": {"task": "labs.recover", "schedule": 15.0, "options": {"expires": 15}},
    "sweep": {"task": "sandboxes.sweep", "schedule": 60.0, "options": {"expires": 60}},
}

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "workshop.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
EMAIL_BACKEND = env.text("DRYDOCK_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("DRYDOCK_FROM_EMAIL", "drydock@localhost")

# --- Security -------------------------------------------------------------------------------------

HTTPS = env.flag("DRYDOCK_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "drydock_session"
CSRF_COOKIE_NAME = "drydock_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "workshop.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Static files and language --------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist"), ("img", BASE_DIR / "static" / "img")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

# --- Drydock --------------------------------------------------------------------------------------

CONTENT_DIRS = [Path(folder) for folder in env.words("DRYDOCK_CONTENT", str(BASE_DIR / "content"))]

# Names this installation on the engine, so that two of them (a test beside a running site) leave each
# other's containers alone. Derived from the secret: every process of one installation has it, no other has.
INSTALLATION = hashlib.sha256(b"drydock installation " + SECRET_KEY.encode()).hexdigest()[:10]
ENGINE_URL = env.text("DOCKER_HOST", "")
ENGINE_CAPACITY = env.whole("DRYDOCK_ENGINE_CAPACITY", 40, least=1)
ENGINE_PARALLEL_STARTS = env.whole("DRYDOCK_PARALLEL_STARTS", 4, least=1)
SANDBOX_PROFILE = env.choice("DRYDOCK_PROFILE", "confined", ("confined", "caps"))
SANDBOX_IMAGE = env.text("DRYDOCK_SANDBOX_IMAGE", "drydock/sandbox:latest")
MIRROR_IMAGE = env.text("DRYDOCK_MIRROR_IMAGE", "drydock/mirror:latest")
MIRROR_UPSTREAM = env.text("DRYDOCK_MIRROR_UPSTREAM", "https://registry-1.docker.io")
SANDBOX_HOURS = env.number("DRYDOCK_SANDBOX_HOURS", 4, least=0.001)
SANDBOX_MEMORY = env.size("DRYDOCK_SANDBOX_MEMORY", "2g")
SANDBOX_CPUS = env.number("DRYDOCK_SANDBOX_CPUS", 2, least=0.05)
SANDBOX_PIDS = env.whole("DRYDOCK_SANDBOX_PIDS", 2000, least=100)
SANDBOX_INTERNET = env.flag("DRYDOCK_SANDBOX_INTERNET", default=True)
SANDBOX_DNS = tuple(env.words("DRYDOCK_SANDBOX_DNS"))
SANDBOX_LIMIT = env.whole("DRYDOCK_SANDBOXES_PER_PERSON", 1, least=1)
TERMINAL_LIMIT = env.whole("DRYDOCK_TERMINALS_PER_SANDBOX", 8, least=1)
try:
    SANDBOX_SUBNETS = ipaddress.IPv4Network(env.text("DRYDOCK_SANDBOX_SUBNETS", "10.128.0.0/12"))
except ValueError as error:
    raise InvalidEnvironment(f"DRYDOCK_SANDBOX_SUBNETS is not an IPv4 network: {error}.") from error

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"not_health": {"()": "workshop.logs.NotHealth"}},
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("DRYDOCK_LOG_LEVEL", "INFO")},
    "loggers": {
        "asyncio": {"level": "WARNING"},
        "django.request": {"filters": ["not_health"]},
    },
}
