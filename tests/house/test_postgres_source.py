from __future__ import annotations

import psycopg
import pytest

from tools.postgres import OLDEST_POSTGRES, fresh_database


@pytest.mark.postgres
def test_a_fresh_database_is_empty_and_new_enough(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url, psycopg.connect(url) as connection:
        assert connection.info.server_version >= OLDEST_POSTGRES
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)
