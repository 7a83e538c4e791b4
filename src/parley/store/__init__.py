"""What is kept: models, migrations, sealing, audit, erasure. SQLite embedded by default, PostgreSQL to serve.

Importing any part sets Django up (once for each process), so that models can be imported at the top of a module;
`parley.store.database.configure` then says which database they live in. New migrations are written by
`DJANGO_SETTINGS_MODULE=parley.store.django_settings python -m django makemigrations store`.
"""

from __future__ import annotations

from parley.store.bootstrap import set_up

set_up()
