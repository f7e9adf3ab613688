"""One file for all environments: what differs comes from the environment (see .env.example)."""

import logging
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from kombu.transport import TRANSPORT_ALIASES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# --- Where things are kept ---------------------------------------------------------------------------------
TESTING = "pytest" in sys.modules
DEMO = env.bool("KM_DEMO", False)
DATA_DIR = Path(env.str("KM_DATA_DIR", str(BASE_DIR / "var" / ("demo" if DEMO else "portal")))).resolve()
# For its owner alone: the database in it holds sessions and what people wrote, and is made with the umask of the shell.
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
VERSION = (BASE_DIR / "VERSION").read_text().strip()


def _secret_key() -> str:
    """The key from the environment, or one made once and kept in the data folder, readable by its owner alone."""
    if key := env.str("SECRET_KEY", ""):
        return key
    path = DATA_DIR / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
# Several machines may share such a database, and a session or a link made by one must open on the others.
if not (IS_SQLITE or DEMO or env.str("SECRET_KEY", "")):
    raise SystemExit(
        "KM Portal does not start: with PostgreSQL it needs a SECRET_KEY in the environment or in .env, the same on "
        f"every machine. If this machine ran without one, take over the key in {DATA_DIR / 'secret.key'}, so that "
        "sessions and links stay good. To make a new one: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
SECRET_KEY = _secret_key()
# After a change of the key, the ones from before: what they signed and encrypted stays good.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("KM_DEBUG", False)

# --- Who may call, and under which address ------------------------------------------------------------------
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")
LOOPBACK_ONLY = not PUBLIC_URL and HOST in {"127.0.0.1", "localhost", "::1"}
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = []
if _public.hostname:
    ALLOWED_HOSTS.append(_public.hostname)
    CSRF_TRUSTED_ORIGINS.append(f"{_public.scheme}://{_public.netloc}")
elif HOST == "0.0.0.0":  # noqa: S104  the operator asked for the whole network
    ALLOWED_HOSTS.append("*")
elif HOST not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(HOST)
SECURE = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# A browser takes such a cookie over https only, from this very host and for all of it: nobody beside us can set one.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if env.bool("KM_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- The house, top to bottom reversed: an app may import only those above it in this list -----------------------
LOCAL_APPS = [
    "organisations",
    "attachments",
    "search",
    "jobs",
    "notifications",
    "actionplan",
    "roadmap",
    "techniques",
    "lessons",
    "people",
    "coffee",
    "selfassessment",
    "communities",
    "dashboards",
    "help",
    "demo",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "crispy_forms",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "kmportal.lib",
    *LOCAL_APPS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kmportal.lib.compression.CompressPages",
    "csp.middleware.CSPMiddleware",
    "kmportal.lib.middleware.keep_words_apart",
    "kmportal.lib.middleware.forbid_devices",
    "kmportal.lib.middleware.refuse_odd_methods",
    "kmportal.lib.middleware.refuse_oversize",
    "kmportal.lib.middleware.refuse_noughts",
    "kmportal.lib.middleware.keep_private",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kmportal.lib.middleware.limit_sessions",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "kmportal.urls"
WSGI_APPLICATION = "kmportal.wsgi.application"
ASGI_APPLICATION = "kmportal.asgi.application"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

FORM_RENDERER = "kmportal.lib.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # What a template shows is said in the words of the organisation (docs/decisions/0044).
            "loaders": [
                (
                    "kmportal.lib.quick_templates.Loader",
                    ["kmportal.lib.template_words.FilesystemLoader", "kmportal.lib.template_words.AppsLoader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "organisations.context.shell",
                "notifications.context.bell",
                "help.context.introduction",
            ],
            "builtins": [
                "crispy_forms.templatetags.crispy_forms_tags",
                "django.contrib.humanize.templatetags.humanize",
                "kmportal.lib.templatetags.km",
                "kmportal.lib.templatetags.fields",
                "kmportal.lib.templatetags.figures",
                "kmportal.lib.templatetags.moments",
                "kmportal.lib.templatetags.presses",
                "kmportal.lib.templatetags.texts",
                "kmportal.lib.templatetags.ways",
                "kmportal.lib.templatetags.words",
            ],
            "debug": DEBUG or TESTING,
        },
    }
]

# --- Database, cache, broker -------------------------------------------------------------------------------------
if IS_SQLITE:
    # IMMEDIATE: a read that turns into a write never fails with "database is locked". FULL: what was
    # acknowledged survives a power cut; what the tests write need not. secure_delete: what is deleted is overwritten,
    # so that no old row can be read out of the file (docs/decisions/0024).
    # Connections are kept: the last one to go takes the log with it, and on a full disk none could be opened again.
    DATABASES["default"]["CONN_MAX_AGE"] = 0 if TESTING else None
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA journal_size_limit=67108864;PRAGMA secure_delete=ON;"
        f"PRAGMA synchronous={'OFF' if TESTING else 'FULL'};",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# What PostgreSQL plans once for each connection. A pooler that lends it for one transaction would lose that.
SERVER_STATEMENTS = env.bool("KM_SERVER_STATEMENTS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "kmportal.lib.fallback_cache.FallbackCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "kmportal",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # with fewer, sessions that wait for room on the disk push each other out
    }
}
# Of the worker: one each for mail, imports and the timetable, the others for what people wait for (jobs.seats)
WORKER_PROCESSES = env.int("KM_WORKER_PROCESSES", 4)
# With it, as “Authorization: Bearer …”, /healthz tells moments and counts, too
HEALTH_KEY = env.str("KM_HEALTH_KEY", "")
# How long a page waits for work that it has just given away, before it shows the progress instead
JOB_WAIT_SECONDS = 0.0 if TESTING else 1.5
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 30 * 60  # what hangs for ever is ended; its lease lets another try
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object]
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    if REDIS_URL.startswith("unix://"):  # as Django and redis say; Celery has words of its own for a socket
        CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 2, "max_retries": 0}
else:
    _broker = DATA_DIR / "broker"
    for _name in ("queue", "processed", "control"):
        (_broker / _name).mkdir(parents=True, exist_ok=True)
    TRANSPORT_ALIASES["folder"] = "kmportal.lib.folder_broker:Transport"
    CELERY_BROKER_URL = "folder://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "processed_folder": str(_broker / "processed"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }

# --- People and sign-in --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisations.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "kmportal.lib.passwords.OneCharacterValidator"},
    {"NAME": "organisations.passwords.ListedWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "organisations.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "kmportal.lib.account_forms.LoginForm",
    "reset_password": "kmportal.lib.account_forms.ResetPasswordForm",
    "reset_password_from_key": "kmportal.lib.account_forms.ResetPasswordKeyForm",
    "change_password": "kmportal.lib.account_forms.ChangePasswordForm",
    "set_password": "kmportal.lib.account_forms.SetPasswordForm",
    "reauthenticate": "kmportal.lib.account_forms.ReauthenticateForm",
    "add_email": "kmportal.lib.account_forms.AddEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account begins with an invitation that was sent to the address
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # whoever sits down at a ward’s computer cannot take the account over
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or address is told to its owner
# Failures brake an account and not an address, which a whole hospital may share: docs/decisions/0026. Each is over
# within BRAKE_MINUTES, as the page of too many requests says.
BRAKE_MINUTES = 5
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "login_failed": f"5/{BRAKE_MINUTES}m/key",  # of one account, from one address or one device that it knows
    "login_failed_anywhere": f"20/{BRAKE_MINUTES}m/key",  # of one account, from all devices that it does not know
    "reset_password": f"5/{BRAKE_MINUTES}m/key,300/{BRAKE_MINUTES}m/ip",
    "reset_password_from_key": f"300/{BRAKE_MINUTES}m/ip",
    "signup": f"300/{BRAKE_MINUTES}m/ip",
}
# How long asking for a new password takes, for addresses with and without an account
RESET_SECONDS = 0.0 if TESTING else 0.3
MFA_ADAPTER = "organisations.accounts.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account begins with a link to its address; another one may wait meanwhile
MFA_TOTP_ISSUER = "KM Portal"
MFA_TOTP_TOLERANCE = 1  # clocks of phones and servers differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_RATE_LIMITS = {"webauthn_login": f"300/{BRAKE_MINUTES}m/ip"}
MFA_FORMS = {
    "authenticate": "kmportal.lib.account_forms.SecondStepForm",
    "reauthenticate": "kmportal.lib.account_forms.SecondStepAgainForm",
    "activate_totp": "kmportal.lib.account_forms.ActivateAppForm",
    "add_webauthn": "kmportal.lib.account_forms.AddPasskeyForm",
    "login_webauthn": "kmportal.lib.account_forms.PasskeyLoginForm",
    "reauthenticate_webauthn": "kmportal.lib.account_forms.PasskeyAgainForm",
    "edit_webauthn": "kmportal.lib.account_forms.EditPasskeyForm",
}
SESSION_COOKIE_AGE = 60 * 60 * 24 * env.int("KM_SESSION_DAYS", 14)
SESSION_IDLE_MINUTES = env.int("KM_SESSION_IDLE_MINUTES", 240)
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "kmportal.lib.sessions"  # Django’s own, without the moment of a sign-in

# --- Mail: whoever sends mail writes a row in its own transaction; the worker delivers it ----------------------------
EMAIL_BACKEND = "jobs.mail.Backend"
DEFAULT_FROM_EMAIL = env.str("KM_MAIL_FROM", "KM Portal <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# smtp://user:password@host:25, smtp+tls://… for STARTTLS; empty: nothing leaves the machine
SMTP_URL = env.str("SMTP_URL", "")

# --- The API: the same permissions, actions and sentences as the pages -------------------------------------------
API_REQUESTS_A_MINUTE = env.int("KM_API_REQUESTS_A_MINUTE", 300)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["organisations.api_authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "kmportal.lib.api.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["organisations.api_authentication.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"api": f"{API_REQUESTS_A_MINUTE}/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kmportal.lib.api.answer_problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "KM Portal",
    "DESCRIPTION": "What a member may do on the pages, for programs: the same rights, rules and sentences.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kmportal.lib.api.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ActionState": "actionplan.models.Action.State",
        "InterventionKind": "roadmap.models.Kind",
        "LessonKind": "lessons.models.Lesson.Kind",
        "LessonState": "lessons.models.State",
        "Reach": "organisations.visibility.Reach",
        "ShareWith": "lessons.models.SHARE_CHOICES",
        "InterventionState": "roadmap.models.Intervention.State",
    },
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

# --- Words, times ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
CRISPY_ALLOWED_TEMPLATE_PACKS = ["km"]
CRISPY_TEMPLATE_PACK = "km"

# --- Files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is missing, and tests end at a warning
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_LIMIT = env.int("KM_UPLOAD_LIMIT", 60 * 1024 * 1024)
# A function (name, content) → sentence that refuses a file, or nothing: where a scanner for malware is hooked in
FILE_SCANNER = env.str("KM_FILE_SCANNER", "")

# --- Back-ups --------------------------------------------------------------------------------------------------------
BACKUP_DIR = Path(env.str("KM_BACKUP_DIR", str(DATA_DIR / "backups"))).resolve()
BACKUP_KEY = env.str("KM_BACKUP_KEY", "")
BACKUP_KEEP_DAYS = env.int("KM_BACKUP_KEEP_DAYS", 14)
BACKUP_NIGHTLY = env.bool("KM_BACKUP_NIGHTLY", not DEMO)

# --- Logs ------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "kmportal.lib.logs.PlainFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        },
        "short": {
            "()": "kmportal.lib.logs.OneLineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        },
    },
    "filters": {
        "outages": {
            "()": "django.utils.log.CallbackFilter",
            "callback": "ext://kmportal.lib.logs.shorten_outages",
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "one line": {"class": "logging.StreamHandler", "formatter": "short"},
    },
    "root": {"handlers": ["console"], "level": env.str("KM_LOG_LEVEL", "INFO")},
    "loggers": {
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # A wrong host, too many fields: what anybody can send in floods is a line each, without where in our code.
        "django.security": {"handlers": ["one line"], "propagate": False},
        "django.server": {"level": "WARNING"},
        # The web server sets up a log of its own before it loads the portal: ours takes its place. Its log of who
        # opened what stays off, which it would begin again where any handler is reached.
        "uvicorn": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "uvicorn.access": {"handlers": [], "propagate": False},
        # Not each page that was not found or was sent with mistakes: some addresses hold a key, with which a line of
        # the log would open things, or say when somebody answered.
        "django.request": {"level": "ERROR", "filters": ["outages"]},
        "celery.app.trace": {"filters": ["outages"]},
        "jobs.runner": {"filters": ["outages"]},
    },
}
logging.captureWarnings(True)
