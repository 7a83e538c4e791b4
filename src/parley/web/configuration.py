"""Django's settings for the pages: what every deployment shares, and the few that follow from the home's settings."""

from __future__ import annotations

import hashlib
import hmac
from importlib.resources import files
from pathlib import Path

from django.http import HttpRequest

from parley.locale import Language
from parley.settings import Settings
from parley.store.models import Operator
from parley.store.stopping import stop_in_force
from parley.web.console.areas import areas_of
from parley.web.middleware import SCHEMES
from parley.web.ports import services

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def secret_of(key: bytes) -> str:
    """Return the secret that signs cookies, derived from a key of the home: one secret less to keep."""
    return hmac.new(key, b"parley pages", hashlib.sha256).hexdigest()


def django_settings(settings: Settings, secret: str, uploads: Path) -> dict[str, object]:
    """Return Django's settings for serving the pages of a home; *uploads* is a private folder."""
    web = settings.web
    borrowers_host = settings.lender.page_address.partition("/")[0]
    return {
        "SECRET_KEY": secret,
        "DEBUG": False,
        "ALLOWED_HOSTS": [*LOOPBACK, *web.hosts.split(), borrowers_host],
        "ROOT_URLCONF": "parley.web.console.urls",
        "APPEND_SLASH": False,
        "MIDDLEWARE": [
            "parley.web.middleware.face",
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "parley.web.middleware.headers",
            "parley.web.middleware.reader",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "parley.web.middleware.log_in_ends",
            "parley.web.middleware.Faults",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(files("parley.web") / "templates")],
                "OPTIONS": {
                    "builtins": ["parley.web.tags"],
                    "context_processors": [
                        "django.template.context_processors.csrf",
                        "django.template.context_processors.request",
                        "parley.web.configuration.shared",
                    ],
                    "string_if_invalid": "",
                },
            }
        ],
        "AUTHENTICATION_BACKENDS": ["parley.web.console.access.Staff"],
        "SESSION_COOKIE_NAME": "parley_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": web.behind_https,
        "SESSION_COOKIE_AGE": web.longest_hours * 3600,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": "parley_form",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SECURE": web.behind_https,
        "CSRF_COOKIE_AGE": None,
        "CSRF_FAILURE_VIEW": "parley.web.middleware.refused_form",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if web.behind_https else None,
        "SECURE_HSTS_SECONDS": 31_536_000 if web.behind_https else 0,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        **_uploading(uploads),
    }


def _uploading(folder: Path) -> dict[str, object]:
    """Return how a file comes in: into *folder* with mode 600, never in memory or where others read.

    A form of ours is text; how much may come at all is bounded before it is read, see `asgi`.
    """
    return {
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
        "FILE_UPLOAD_TEMP_DIR": str(folder),
        "FILE_UPLOAD_MAX_MEMORY_SIZE": 1_048_576,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_048_576,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
    }


def shared(request: HttpRequest) -> dict[str, object]:
    """Return what every template may use."""
    held = services()
    user = getattr(request, "user", None)
    operator = user if isinstance(user, Operator) else None
    language: Language = getattr(request, "language", Language.EN)
    return {
        "language": language,
        "languages": list(Language),
        "scheme": getattr(request, "scheme_chosen", "auto"),
        "schemes": SCHEMES,
        "lender": held.settings.lender.display_name[language.value],
        "now": held.clock.now(),
        "movable": held.movable,
        "has_handsets": held.handsets is not None,
        "areas": areas_of(operator) if operator is not None else [],
        "operator": operator,
        "stopped": stop_in_force() if operator is not None else None,
    }
