"""All settings, in one file. Everything that differs between machines comes from the environment;
docs/operator.md lists the variables. Nothing is created or written by importing this module."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from clinic_site import logs, security

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- what kind of site this is -------------------------------------------------------------------
CLINIC_MODE = env.str("CLINIC_MODE", "demo")
if CLINIC_MODE not in {"demo", "live"}:
    raise ImproperlyConfigured(f"CLINIC_MODE is {CLINIC_MODE!r}. Set it to demo or live.")
DEMO = CLINIC_MODE == "demo"
CLINIC_HOME = Path(env.str("CLINIC_HOME", str(BASE_DIR / ".clinic")))
CLINIC_URL = env.str("CLINIC_URL", "http://127.0.0.1:8000").rstrip("/")
CLINIC_NOW = env.str("CLINIC_NOW", "")
# Unix time at which CLINIC_NOW began, so that every process of one site tells the same time.
CLINIC_NOW_AT = env.float("CLINIC_NOW_AT", 0.0)

# Where the editor is. By default it stands beside the patients' pages, under /cms/.
CLINIC_CMS_URL = env.str("CLINIC_CMS_URL", "").rstrip("/") or CLINIC_URL

_url = urlsplit(CLINIC_URL)
HTTPS = _url.scheme == "https"
_cms_host = (urlsplit(CLINIC_CMS_URL).hostname or "").lower()
CMS_HOST = _cms_host if _cms_host != _url.hostname else ""  # empty: no host of its own
CMS_ADDRESS = f"{CLINIC_CMS_URL}/cms/" if CMS_HOST else "/cms/"
if DEMO:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
else:
    ALLOWED_HOSTS = [_url.hostname or "", *filter(None, [CMS_HOST])]
DEBUG = False


def _secret(name: str) -> str:
    """A key from NAME or from the file NAME_FILE; demo falls back to one for this process alone."""
    value: str = env.str(name, "")
    if value:
        return value
    if path := env.str(f"{name}_FILE", ""):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE is {path}, which cannot be read ({error.strerror}). Put the key "
                "there or correct the path."
            ) from error
    if DEMO:
        return secrets.token_urlsafe(50)
    raise ImproperlyConfigured(
        f"{name} is not set. Put a long random value into {name}, or its path into {name}_FILE; "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))' makes one."
    )


SECRET_KEY = _secret("SECRET_KEY")
LINK_KEY = _secret("LINK_KEY")  # signs the addresses that we send to patients

# --- database ------------------------------------------------------------------------------------
if "DATABASE_URL" not in os.environ:
    raise ImproperlyConfigured(
        "DATABASE_URL is not set. Either use `python3 run.py manage …`, which starts the database "
        "of this checkout, or set DATABASE_URL=postgres://user:password@host/name."
    )
STATEMENT_TIMEOUT_MS = env.int("CLINIC_STATEMENT_TIMEOUT_MS", 5_000)
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "connect_timeout": 3,
        # A browser has given up long before these; a forgotten lock must not outlive it.
        "options": (
            f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=3000"
            " -c idle_in_transaction_session_timeout=10000 -c jit=off"
        ),
    }
)
if env.bool("CLINIC_DB_POOL", False):
    # For gunicorn's threads (run.py and the units in deploy/ set it); commands and tests need none.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": 8,
        "timeout": 3,
        "reconnect_timeout": 2,
    }
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a restart of the database, too
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "clinic_site",
    "reviews",
    "appointments",
    "procedures",
    "correspondence",
    "practice",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "procrastinate.contrib.django",
    "pghistory",
    "pgtrigger",
    "csp",
    "django_structlog",
    "phonenumber_field",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "clinic_site.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "clinic_site.health.Health",
    "clinic_site.logs.RequestLog",
    "clinic_site.security.SecurityHeaders",
    "practice.languages.AddressLanguage",
    "csp.middleware.CSPMiddleware",
    "clinic_site.security.EditorPolicy",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "clinic_site.editor_host.EditorHost",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "clinic_site.degraded.Degraded",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic_site.staff.StaffOnly",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "clinic_site.urls"
WSGI_APPLICATION = "clinic_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["practice.templatetags.languages"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.context.practice",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
PHONENUMBER_DEFAULT_REGION = "US"

# --- language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"  # each practice's own zone is applied where a time is shown

# --- files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CLINIC_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = CLINIC_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed names; compressing happens at deploy (deploy/), it would cost the first start 17 s.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# --- staff sign-in -------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/admin/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
] + [{"NAME": "clinic_site.sign_in.LengthValidator"}]
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_ADAPTER = "clinic_site.sign_in.StaffAccountAdapter"
ACCOUNT_FORMS = {"reset_password": "clinic_site.sign_in.AskForALink"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; see the adapter
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# allauth counts in each process's own memory; clinic_site/sign_in.py counts in PostgreSQL.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "clinic_site.sign_in.StaffMFAAdapter"
MFA_FORMS = {
    "authenticate": "clinic_site.sign_in.SecondFactorForm",
    "reauthenticate": "clinic_site.sign_in.SecondFactorAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_TOLERANCE = 1
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds; StaffOnly ends a session after 15 idle minutes
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None

# --- what browsers are told, what is written down (docs/security.md) -----------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": security.PUBLIC_POLICY | security.upgrade(https=HTTPS)}
PERMISSIONS_POLICY = security.PERMISSIONS
CMS_COOKIE_NAME = "editor"
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-staff", "__Host-csrf"
    CMS_COOKIE_NAME = "__Host-editor"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # To be on the browsers' own lists is a promise for the whole domain, not ours to make.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
PGHISTORY_APPEND_ONLY = True
LOGGING = logs.CONFIG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# --- content editing -----------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Clinic"
WAGTAILADMIN_BASE_URL = CLINIC_CMS_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_I18N_ENABLED = True
WAGTAIL_WORKFLOW_ENABLED = False  # a physician's signature instead: procedures/signing.py
WAGTAILIMAGES_IMAGE_MODEL = "practice.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "practice.picture_form.PictureForm"  # decodes, never asks the name
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- the EHR -------------------------------------------------------------------------------------
# Whose busy times are read from where: "ana-ortega=https://… ben-cole=https://…"
BUSY_CALENDARS = {
    who: address
    for who, _is, address in (
        one.partition("=") for one in env.str("CLINIC_BUSY_CALENDARS", "").split()
    )
}

# --- e-mail --------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("CLINIC_FROM_EMAIL", "frontdesk@example.com")
EMAIL_TIMEOUT = 10  # seconds for each word of the conversation with the mail server
EMAIL_FILE_PATH = CLINIC_HOME / "mail"
TEXT_URL = env.str("TEXT_URL", "")  # twilio://account:token@api.twilio.com/?from=+12145550142
TEXT_FILE_PATH = CLINIC_HOME / "texts"
EMAIL_BACKEND = "correspondence.mail_files.EmailBackend"
EMAIL_PROVIDERS = {  # postmark://KEY in EMAIL_URL, by django-anymail
    "postmark": "POSTMARK_SERVER_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "sendgrid": "SENDGRID_API_KEY",
}
EMAIL_PROVIDER = urlsplit(env.str("EMAIL_URL", "")).scheme
if EMAIL_PROVIDER in EMAIL_PROVIDERS:
    EMAIL_CONFIG = {"provider": EMAIL_PROVIDER}
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
    ANYMAIL = {
        EMAIL_PROVIDERS[EMAIL_PROVIDER]: urlsplit(env.str("EMAIL_URL")).netloc,
        # No pixel and no rewritten link: nobody else learns what a patient opens.
        "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
        "REQUESTS_TIMEOUT": (EMAIL_TIMEOUT, 60),
    }
elif EMAIL_PROVIDER:  # smtp+ssl://user:password@host:465
    EMAIL_CONFIG = env.email_url("EMAIL_URL")
    EMAIL_HOST, EMAIL_PORT = EMAIL_CONFIG["EMAIL_HOST"], EMAIL_CONFIG["EMAIL_PORT"]
    EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
    EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
    EMAIL_BACKEND = "correspondence.channels.Smtp"
