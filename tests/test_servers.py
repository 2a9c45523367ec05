"""The test infrastructure itself: databases are apart, copies are full, the network is closed."""

import socket

import psycopg
import pytest

from tests.guard import NetworkTouchedError, is_loopback
from tests.servers import drop_postgres_database, postgres_database_url, postgres_template


def run(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.postgres
def test_each_database_is_empty_and_its_own(worker):
    first, second = postgres_database_url(worker), postgres_database_url(worker)
    run(first, "CREATE TABLE noun (id int)")
    assert run(second, "SELECT to_regclass('noun')") == [(None,)]


@pytest.mark.postgres
def test_template_is_filled_once_and_copied(worker):
    filled = []

    def fill(url):
        filled.append(url)
        run(url, "CREATE TABLE noun AS SELECT 7 AS id")

    for _ in range(2):
        name = postgres_template(f"template_test_{worker}", fill)
        assert run(postgres_database_url(worker, template=name), "SELECT id FROM noun") == [(7,)]
    assert len(filled) == 1


@pytest.mark.postgres
def test_dropped_database_is_gone_though_a_connection_was_left(worker):
    url = postgres_database_url(worker)
    left = psycopg.connect(url)
    drop_postgres_database(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    left.close()


def test_connection_beyond_loopback_is_refused():
    with socket.socket() as line, pytest.raises(NetworkTouchedError):
        line.connect(("192.0.2.1", 80))


def test_name_beyond_loopback_is_not_looked_up():
    with pytest.raises(NetworkTouchedError):
        socket.getaddrinfo("provider.example", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", b"localhost", None])
def test_loopback_is_this_machine(host):
    assert is_loopback(host)
