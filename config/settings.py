"""The one settings module: everything that differs between machines comes from the environment.

A wrong value stops the start with a sentence that says what to set. The settings are listed in the README.
"""

import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import DomainNameValidator, validate_email
from psycopg import ProgrammingError, conninfo

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
SET_BY_MAKE_RUN = {"SECRET_KEY", "PUBLIC_BASE_URL", "DATABASE_URL"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def required(name: str, what: str) -> str:
    """The value of the environment variable `name`; without one the start fails, saying `what` it is for."""
    value = env.str(name, default="").strip()
    if not value:
        instead = ", or use `make run`, which sets it for you" if name in SET_BY_MAKE_RUN else ""
        raise ImproperlyConfigured(f"{name} is not set. Set it to {what}{instead}.")
    return value


def whole_number(name: str, default: int, least: int = 1) -> int:
    """The environment variable `name` as a whole number from `least` on."""
    value = env.str(name, default=str(default)).strip()
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number from {least} on, such as {default}.")
    return int(value)


def check(name: str, is_well_formed: Callable[[str], object], value: str, example: str) -> None:
    """Stop the start if `value`, from the environment variable `name`, is not of that form."""
    try:
        is_well_formed(value)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} is wrong: {value!r}. Set it to one such as {example}.") from None


def switch(name: str) -> bool:
    """The environment variable `name` as yes or no; no when it is not set."""
    value = env.str(name, default="").strip().lower()
    if value not in {"", "0", "false", "no", "off", "1", "true", "yes", "on"}:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to true or false.")
    return value in {"1", "true", "yes", "on"}


def database(name: str, url: str, session: str = "") -> dict:
    """Django's settings for a PostgreSQL address; several hosts, and whatever else libpq knows, are welcome.

    `session` holds settings of the session, as `-c name=value`. A host that is gone is given up in four seconds.
    """
    try:
        options: dict = dict(conninfo.conninfo_to_dict(url))
    except ProgrammingError:
        raise ImproperlyConfigured(
            f"{name} is not a PostgreSQL address. Set it to one such as postgresql://user:password@host/name."
        ) from None
    if not options.get("dbname"):
        raise ImproperlyConfigured(f"{name} names no database: it should end in /name-of-the-database.")
    hosts = str(options.get("host", "")).count(",") + 1
    return {
        "ENGINE": "config.postgresql",
        "NAME": options.pop("dbname"),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": max(2, 4 // hosts),
            "tcp_user_timeout": 4000,
            # A statement that comes again is not planned again: planning takes longer than most of ours take to run.
            "server_side_binding": True,
            "prepare_threshold": 2,
            **options,
            "options": f"{options.get('options', '')} {session}".strip(),
        },
    }


# How long a request may wait for a lock, and a statement may run, before the page says "busy, please try again".
# A lock may be waited for three times, and the page should come within five seconds.
LOCK_TIMEOUT_MS = whole_number("LOCK_TIMEOUT_MS", 1000)
STATEMENT_TIMEOUT_MS = whole_number("STATEMENT_TIMEOUT_MS", 4000)

# ── Who we are ────────────────────────────────────────────────────────────────────────────────────────────────
DEMONSTRATION = switch("DEMONSTRATION")
SECRET_KEY = required("SECRET_KEY", "at least 50 random characters, the same on every machine")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short. Set it to at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if any(len(key) < 50 for key in SECRET_KEY_FALLBACKS):
    raise ImproperlyConfigured(
        "SECRET_KEY_FALLBACKS holds a key that is too short. Set it to earlier keys as they were, of at least 50 "
        "characters, with commas between them."
    )

PUBLIC_BASE_URL = required("PUBLIC_BASE_URL", "the address that people type, such as https://surgeries.example.gov.uk")
PUBLIC_BASE_URL = PUBLIC_BASE_URL.rstrip("/")
_public = urlsplit(PUBLIC_BASE_URL)
if not re.fullmatch(r"https?://[^/?#@\s]+", PUBLIC_BASE_URL) or not _public.hostname:
    raise ImproperlyConfigured(
        "PUBLIC_BASE_URL should be a scheme and a host, such as https://surgeries.example.gov.uk."
    )
if _public.hostname not in LOOPBACK:
    if DEMONSTRATION:
        raise ImproperlyConfigured(
            "DEMONSTRATION shows everybody's mail, so PUBLIC_BASE_URL has to be http://127.0.0.1."
        )
    if _public.scheme != "https":
        raise ImproperlyConfigured("PUBLIC_BASE_URL has to begin with https:// (only 127.0.0.1 may do without).")
ALLOWED_HOSTS = sorted({_public.hostname, *LOOPBACK, "[::1]"})
# Pages of these may show the list within themselves, and their scripts may read it as JSON (bookings/views/embed.py).
# Each is written into the headers of both, so nothing but an origin will do.
EMBED_ORIGINS = [
    origin.strip().lower().rstrip("/") for origin in env.list("EMBED_ORIGINS", default=[]) if origin.strip()
]
for _origin in EMBED_ORIGINS:
    _parts = re.fullmatch(r"(https?)://([a-z0-9.-]+)(:\d{1,5})?", _origin)
    if not _parts or (_parts[1] == "http" and _parts[2] not in LOOPBACK):
        raise ImproperlyConfigured(
            f"EMBED_ORIGINS is wrong: {_origin!r}. Set it to the scheme and the host of each site that may show the "
            "list, such as https://intranet.example.gov.uk, with commas between several."
        )
# How many proxies of ours stand in front: the client's address is read that many places from the right of
# X-Forwarded-For. 0 believes no header.
TRUSTED_PROXY_COUNT = whole_number("TRUSTED_PROXY_COUNT", 0, least=0)
# Who is told about a weakness of this service (config/views.py), and what monitoring has to show (config/metrics.py).
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="").strip()
if SECURITY_CONTACT and not re.fullmatch(r"https://[^/?#@\s]+[^\s]*", SECURITY_CONTACT):
    _contacts = "security@example.gov.uk or https://www.example.gov.uk/report-a-vulnerability"
    check("SECURITY_CONTACT", validate_email, SECURITY_CONTACT, _contacts)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="").strip()
if METRICS_TOKEN and not re.fullmatch(r"[A-Za-z0-9._~+/-]{32,}=*", METRICS_TOKEN):
    raise ImproperlyConfigured(
        "METRICS_TOKEN is too short, or has other characters than a token may have. Set it to at least 32 random "
        "letters and digits."
    )
# Until an organiser saves the department's own settings, these rule. A domain stands for itself and what is under it.
_domains = [domain.strip().lower().lstrip("@.") for domain in env.list("ALLOWED_EMAIL_DOMAINS", default=[])]
ALLOWED_EMAIL_DOMAINS = [domain for domain in _domains if domain]
if DEMONSTRATION and not ALLOWED_EMAIL_DOMAINS:
    ALLOWED_EMAIL_DOMAINS = ["gov.uk"]
if not ALLOWED_EMAIL_DOMAINS:
    raise ImproperlyConfigured(
        "ALLOWED_EMAIL_DOMAINS is not set. Set it to the domains whose addresses may book, such as example.gov.uk."
    )
for _domain in ALLOWED_EMAIL_DOMAINS:
    check("ALLOWED_EMAIL_DOMAINS", DomainNameValidator(), _domain, "example.gov.uk, with commas between several")

# ── Applications, lowest first ────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "history",
    "accounts",
    "notifications",
    "organisation",
    "champions",
    "surgeries",
    "bookings",
    "privacy",
    "desk",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "crispy_forms",
    "csp",
    "config.admin.DiarySiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "config.middleware.log_requests",
    "config.middleware.add_headers",
    "config.middleware.let_back_show",
    "config.middleware.answer_head_without_body",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.CommonUnlessProbed",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SignedInUnlessPublic",
    "history.acting.SayWhoActs",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEBUG = False
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
                "organisation.context.department",
                "config.context.demonstration",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# ── PostgreSQL: the application's role, and the owner that migrates ───────────────────────────────────────────
DATABASES = {
    "default": database(
        "DATABASE_URL",
        required("DATABASE_URL", "a PostgreSQL address, postgresql://user:password@host/name"),
        session=f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}",
    ),
}
if _owner_url := env.str("DATABASE_OWNER_URL", default=""):
    # Without time limits: a migration may take as long as it takes.
    DATABASES["owner"] = database("DATABASE_OWNER_URL", _owner_url)
    DATABASES["default"]["TEST"] = {"MIRROR": "owner"}

# Parts of pages that are the same for everybody for a while: in each process, and bounded. See organisation/kept.py.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "kept": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "kept",
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

# ── Time and words ────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/London")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE {TIME_ZONE!r} is unknown. Set it to a name such as Europe/London.")
ZONE = ZoneInfo(TIME_ZONE)

# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [
    BASE_DIR / "static" / "built",
    BASE_DIR / "static" / "img",
    ("guide", BASE_DIR / "docs" / "pictures"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# ── Email ─────────────────────────────────────────────────────────────────────────────────────────────────────
if DEMONSTRATION:
    EMAIL_BACKEND = "notifications.mailbox.EmailBackend"
    EMAIL_FROM = env.str("EMAIL_FROM", default="Social media surgeries <surgeries@example.gov.uk>")
else:
    _server = required("EMAIL_URL", "the mail server, such as smtp+tls://user:password@host:587")
    try:
        vars().update(env.email_url_config(_server))
        if urlsplit(_server).scheme.startswith("smtp") and not vars()["EMAIL_HOST"]:
            raise ValueError
    except (ImproperlyConfigured, KeyError, ValueError):
        raise ImproperlyConfigured(
            "EMAIL_URL is not a mail server's address. Set it to one such as smtp+tls://user:password@host:587."
        ) from None
    if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "notifications.smtp.EmailBackend"
    EMAIL_FROM = required("EMAIL_FROM", "the sender of emails, such as Surgeries <surgeries@example.gov.uk>")
# How many seconds the mail server may take for each of its answers.
EMAIL_TIMEOUT = whole_number("EMAIL_TIMEOUT", 20)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM
EMAIL_REPLY_TO = env.str("EMAIL_REPLY_TO", default="").strip()
_sender = "Surgeries <surgeries@example.gov.uk>"
check("EMAIL_FROM", lambda value: validate_email(parseaddr(value)[1]), EMAIL_FROM, _sender)
if EMAIL_REPLY_TO:
    check("EMAIL_REPLY_TO", validate_email, EMAIL_REPLY_TO, "surgeries@example.gov.uk")
# How many emails one address can be made to get in a day, and how many forms one client may send in an hour. The
# second is high because a whole department may sit behind one address.
EMAILS_PER_ADDRESS = whole_number("EMAILS_PER_ADDRESS", 20)
FORMS_PER_CLIENT = whole_number("FORMS_PER_CLIENT", 3000)

# ── Signing in (accounts/): a code by email, and no password ──────────────────────────────────────────────────
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "champions:start"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # who signs in with the code has the address
ACCOUNT_RATE_LIMITS = False  # counted in PostgreSQL instead, for all processes together
ACCOUNT_LOGIN_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SingleSignOnAdapter"
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Social media surgeries"
# A department's single sign-on, OpenID Connect, when its issuer is named.
SSO_ISSUER = env.str("SSO_ISSUER", default="").strip()
SSO_NAME = ""
SOCIALACCOUNT_PROVIDERS: dict = {}
if SSO_ISSUER:
    _issuer = urlsplit(SSO_ISSUER)
    if not _issuer.hostname or (_issuer.scheme != "https" and _issuer.hostname not in LOOPBACK):
        raise ImproperlyConfigured("SSO_ISSUER has to be the issuer’s address, such as https://login.example.gov.uk.")
    SSO_NAME = env.str("SSO_NAME", default="single sign-on")
    _client = {
        "name": SSO_NAME,
        "provider_id": SSO_ISSUER,
        "client_id": required("SSO_CLIENT_ID", "the name under which SSO_ISSUER knows this service"),
        "secret": required("SSO_CLIENT_SECRET", "the secret that goes with SSO_CLIENT_ID"),
        "settings": {"server_url": SSO_ISSUER, "oauth_pkce_enabled": True, "scope": ["openid", "email"]},
    }
    SOCIALACCOUNT_PROVIDERS = {"single_sign_on": {"APPS": [_client]}}
# How many codes are sent to one address in an hour, and how many guesses at a code are looked at.
CODES_PER_ADDRESS = whole_number("CODES_PER_ADDRESS", 10)
GUESSES_PER_ADDRESS = whole_number("GUESSES_PER_ADDRESS", 10)
# How long somebody stays signed in: at most, and without doing anything.
SIGNED_IN_HOURS = whole_number("SIGNED_IN_HOURS", 72)
SESSION_COOKIE_AGE = 3600 * whole_number("SIGNED_IN_IDLE_HOURS", 8)

# ── Logs: one line of JSON per request and per trouble, without personal data ─────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # what people get wrong is in the line of the request already
    },
}

# ── Safety ────────────────────────────────────────────────────────────────────────────────────────────────────
_https = _public.scheme == "https"
SECURE_SSL_REDIRECT = CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Not "no-referrer": browsers would then send "Origin: null" with forms, which the CSRF check rightly refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# In the session: otherwise they are a cookie of their own, which the page about cookies does not name.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
