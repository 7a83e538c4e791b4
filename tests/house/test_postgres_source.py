from __future__ import annotations

import psycopg
import pytest


@pytest.mark.postgres
def test_postgres_database_is_fresh_and_new_enough(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version >= 150000
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)
