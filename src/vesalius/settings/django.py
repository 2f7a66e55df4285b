"""Django's settings, made from ours. VESALIUS_SIDE says which process this is: "public" or "staff"."""

import os
import re
from typing import Any

from vesalius.errors import Misconfigured
from vesalius.settings import Settings, load
from vesalius.settings.keys import key_in
from vesalius.settings.routing import Side

VESALIUS: Settings = load()
SIDE = os.environ.get("VESALIUS_SIDE", "staff")
if SIDE not in {"public", "staff"}:
    raise Misconfigured("VESALIUS_SIDE must be public or staff")
VESALIUS_OWN_SIDE = Side.ARCHIVE if SIDE == "public" else Side.INTAKE


def _database(side: Side) -> dict[str, Any]:
    url = VESALIUS.archive_database if side is Side.ARCHIVE else VESALIUS.intake_database
    folder = VESALIUS.archive_folder if side is Side.ARCHIVE else VESALIUS.intake_folder
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / f"{side.value}.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # WAL with FULL is what survives a power cut; a writer waits at BEGIN instead of failing later.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
            },
        }
    match = re.fullmatch(r"postgresql://([^:@/]+)(?::([^@/]*))?@([^:/]*)(?::([0-9]+))?/([^/?]+)", url)
    if not match:
        raise Misconfigured(f"{side.value}_database is not postgresql://user:password@host:port/name")
    user, password, host, port, name = match.groups()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password or "",
        "HOST": host,
        "PORT": port or "",
        "CONN_MAX_AGE": None,
    }


def _prepare(settings: Settings) -> None:
    """The folders of this process; the intake side is closed to everybody else."""
    settings.archive_folder.mkdir(parents=True, exist_ok=True)
    if SIDE == "staff":
        settings.intake_folder.mkdir(parents=True, exist_ok=True)
        settings.intake_folder.chmod(0o700)


_prepare(VESALIUS)
# Each side signs with a key of its own, which the other never reads.
SECRET_KEY = key_in(
    (VESALIUS.archive_folder if SIDE == "public" else VESALIUS.intake_folder) / "keys" / "signing.key"
).hex()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # no address is ever built from the Host header; public_url is the only source
USE_TZ, TIME_ZONE = True, "UTC"
USE_I18N, LANGUAGE_CODE = True, "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "vesalius.web.public_side" if SIDE == "public" else "vesalius.web.staff_side"
DATABASES = {"default": _database(VESALIUS_OWN_SIDE)}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "vesalius.jobs",
    "vesalius.audit",
    "vesalius.catalog",
    "vesalius.access",
    "vesalius.pages",
]
if SIDE == "staff":
    DATABASES["archive"] = _database(Side.ARCHIVE)
    INSTALLED_APPS.insert(-2, "vesalius.intake")
DATABASE_ROUTERS = ["vesalius.settings.routing.TwoSides"]
AUTH_USER_MODEL = "access.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/account/login/", "/", "/"
SESSION_COOKIE_NAME = f"vesalius_{SIDE}"
CSRF_COOKIE_NAME = f"vesalius_{SIDE}_csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax" if SIDE == "public" else "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = (
    VESALIUS.public_url if SIDE == "public" else VESALIUS.staff_url
).startswith("https://")
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_TRUSTED_ORIGINS = [VESALIUS.public_url if SIDE == "public" else VESALIUS.staff_url]
MIDDLEWARE = [
    "vesalius.web.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "vesalius.web.middleware.errors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vesalius.pages.context.archive",
            ]
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
APPEND_SLASH = False
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "vesalius": {"level": "INFO"},
        "vesalius.web.access": {"level": "INFO" if VESALIUS.access_log else "WARNING"},
        "django.request": {"level": "CRITICAL"},  # web.middleware.errors tells of them
    },
}
CSRF_FAILURE_VIEW = "vesalius.web.middleware.refused"
