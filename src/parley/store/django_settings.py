"""The settings that every process shares.

`configure` sets the database; the type checker reads this module as it is.
"""

from __future__ import annotations

# Always the same, so that the tables of a database do not depend on which command made it.
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "parley.store",
]
AUTH_USER_MODEL = "store.Operator"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
# Replaced by `configure`; a process that forgot to call it finds an empty database instead of somebody's data.
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
# Logs go through structlog; Django shall not set up handlers of its own.
LOGGING_CONFIG = None
