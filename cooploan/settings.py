"""Django's settings, from the environment as ``cooploan.environment`` reads it."""

from pathlib import Path

from cooploan import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = environment.read()

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = list(ENV.secret_key_fallbacks)
QUEUE_SECRET = ENV.queue_secret
DEBUG = ENV.debug
PRACTICE = ENV.practice
SITE_URL = ENV.site_url
DATA_FOLDER = Path(ENV.cooploan_data)
MEDIA_ROOT = DATA_FOLDER / "uploads"
ALLOWED_HOSTS = [ENV.host, *ENV.allowed_hosts, "localhost", "127.0.0.1", "[::1]"]  # the last for probes from inside
ROOT_URLCONF = "cooploan.urls"
WSGI_APPLICATION = "cooploan.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Apps -----------------------------------------------------------------------------------------------------------------

ROOMS = [
    "core",
    "audit",
    "notifications",
    "ledger",
    "users",
    "members",
    "loans",
    "committee",
    "reconciliation",
    "onboarding",
    "reports",
    "portal",
    "cooploan",
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_otp",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_q",
    *ROOMS,
]

MIDDLEWARE = [
    "core.references.GiveReference",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "users.middleware.SecondFactorVocabulary",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "users.middleware.RequireSecondFactor",
    "users.middleware.AuditorsOnlyLook",
    "axes.middleware.AxesMiddleware",  # last: it turns a lockout into its answer
]

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
                "core.context.society",
                "users.context.theme",
                "users.practice.context",
                "portal.navigation.context",
            ],
        },
    }
]
FORM_RENDERER = "core.forms.PortalRenderer"

# Database -------------------------------------------------------------------------------------------------------------

# How long a statement may run, wait for a lock, and how long a transaction may sit idle, by what the process does.
# A request that passes these is better refused than left to hold rows that others wait for.
TIMEOUTS = {
    "web": {"statement_timeout": "15s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "10s"},
    "worker": {"statement_timeout": "10min", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "5min"},
    "command": {"statement_timeout": "30min", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "10min"},
    "test": {"statement_timeout": "60s", "lock_timeout": "20s", "idle_in_transaction_session_timeout": "120s"},
}


def _database(found: dict[str, object], role: str, timeouts: dict[str, str]) -> dict[str, object]:
    """One alias: log in as the address says, then be ``role`` and nothing more."""
    said = {"role": role, "default_transaction_isolation": r"read\ committed", **timeouts}
    options = dict(found.get("OPTIONS", {}))
    options["options"] = " ".join([options.get("options", ""), *(f"-c {k}={v}" for k, v in said.items())]).strip()
    options.setdefault("connect_timeout", 10)
    options.setdefault("application_name", f"cooploan-{ENV.cooploan_work}")
    return {
        **found,
        "OPTIONS": options,
        # A thread keeps its connection, and asks whether it still lives before a request uses it.
        "CONN_MAX_AGE": 600 if ENV.cooploan_work == "web" else 0,
        "CONN_HEALTH_CHECKS": True,
    }


if ENV.database_url:
    _app, _owner = ENV.database_url, ENV.database_owner_url or ENV.database_url
else:
    _app = embedded.connection_settings(ENV.cooploan_db, embedded.APP)
    _owner = embedded.connection_settings(ENV.cooploan_db, embedded.OWNER)

DATABASES = {
    "default": _database(_app, embedded.APP, TIMEOUTS[ENV.cooploan_work]),
    # Migrations wait for a lock briefly rather than make every page wait behind them.
    "owner": _database(_owner, embedded.OWNER, TIMEOUTS["command"] | {"lock_timeout": "10s"}),
}

# Cache, sessions, throttles -------------------------------------------------------------------------------------------

# "default" holds what all processes must agree on: throttle counters. "local" is this process's own.
# Without Redis the counters stand in a database table, because a counter per process would let a guesser have as
# many tries as there are processes.
if ENV.redis_url:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": ENV.redis_url,
            "KEY_PREFIX": "cooploan",
            # Without Redis the site goes on: sessions are read from the database, passwords are locked out there.
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 2, "SOCKET_TIMEOUT": 2, "IGNORE_EXCEPTIONS": True},
        }
    }
    DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cooploan_cache",
            "OPTIONS": {"MAX_ENTRIES": 50_000},
        }
    }
    SESSION_ENGINE = "users.session_store"
CACHES["local"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}

# Signing in -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
ACCOUNT_ADAPTER = "users.adapters.AccountAdapter"
MFA_ADAPTER = "users.adapters.MFAAdapter"
AXES_USERNAME_CALLABLE = "users.axes.username"
AXES_LOCKOUT_CALLABLE = "users.axes.lockout"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses a locked-out caller before a password is looked at
    "users.backends.RoleBackend",
    "users.backends.SignInBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "sign_in_number"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody signs up, so a stranger has nothing to be told
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a person hears of every change to his own password and second factor
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "users.forms.SignInForm",
    "reauthenticate": "users.forms.PasswordAgainForm",
    "reset_password": "users.forms.ForgottenForm",
    "reset_password_from_key": "users.forms.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": "users.forms.SecondStepForm",
    "reauthenticate": "users.forms.ProveAgainForm",
    "activate_totp": "users.forms.EnrolForm",
}
# Above AXES_FAILURE_LIMIT, so axes decides on passwords. Never None: second-factor guesses are throttled by this key.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,6/300s/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a code typed as it changes, or by a phone whose clock is half a minute out (RFC 6238, 5.2)

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_CLIENT_IP_CALLABLE = "users.axes.client_ip"  # one way to read a visitor's address, for every throttle
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["password", "code"]

# Cookies, https and what a page may load ------------------------------------------------------------------------------

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENV.is_https:
    # "__Host-" makes the browser refuse the cookie unless it is secure, for this host alone and for the whole site.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [ENV.site_url]
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health$"]  # asked from inside, by plain http
    SECURE_HSTS_SECONDS = ENV.hsts_seconds
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if ENV.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Limits on what one request may carry; a workbook upload has a limit of its own in its form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# Language, time, files ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False  # until the first catalogue is there: to look for each sentence in none costs a tenth of a page
USE_TZ = True
TIME_ZONE = "Africa/Lagos"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# Messages -------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if PRACTICE or not ENV.email_url.host:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_HOST = ENV.email_url.host
EMAIL_PORT = ENV.email_url.port
EMAIL_HOST_USER = ENV.email_url.user
EMAIL_HOST_PASSWORD = ENV.email_url.password
EMAIL_USE_TLS = ENV.email_url.tls
EMAIL_USE_SSL = ENV.email_url.ssl
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from

# Background work ------------------------------------------------------------------------------------------------------

# Shorter than the three minutes without a heartbeat after which the worker's supervisor ends a cluster.
_TASK_SECONDS, _WORKERS = 120, 2
Q_CLUSTER = {
    "name": "cooploan",
    "label": "Background work",
    # The tasks stand in our own database: queued with the business row or not at all, and given again after a crash.
    "orm": "default",
    "workers": _WORKERS,
    # No more in memory than there are workers: the retry clock runs from the moment a task is taken into memory.
    "queue_limit": _WORKERS,
    "bulk": 1,
    "timeout": _TASK_SECONDS,
    "retry": _TASK_SECONDS * 2 + 60,
    "max_attempts": 3,
    "ack_failures": False,  # True would give each task one attempt, whatever max_attempts says
    "catch_up": False,
    "save_limit": 10_000,
    "recycle": 500,
    "max_rss": 500_000,
    "poll": 0.5,
    "cache": "local",
}

# API ------------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "120/min"},
    "NUM_PROXIES": ENV.trusted_proxies,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 25,
    "COERCE_DECIMAL_TO_STRING": True,
    "EXCEPTION_HANDLER": "core.api.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cooperative loan portal",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Logs -----------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {"django": {"handlers": ["console"], "level": ENV.log_level, "propagate": False}},
}

# Tests ----------------------------------------------------------------------------------------------------------------

if ENV.cooploan_work == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Counters of one test must not reach the next; tests of the counters name the cache that they mean.
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}
    MEDIA_ROOT = DATA_FOLDER / "test-uploads"
