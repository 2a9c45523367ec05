"""Statements that are written once say what peewee would say each time."""

from datetime import UTC, datetime

import pytest

from core.clients.models import Client
from core.store.fields import to_microseconds
from core.store.written import Written, is_among
from core.users.models import User

OF_OWNER = Written(
    lambda owner_id, since: (
        Client.select(Client, User)
        .join(User)
        .where(Client.owner == owner_id, Client.created_at >= since)
        .order_by(Client.id)
    )
)
RENAME = Written(lambda name, client_id: Client.update(name=name).where(Client.id == client_id))


def test_a_written_question_finds_what_peewee_finds(crm, make):
    owner, long_ago = make.user(), datetime(2000, 1, 1, tzinfo=UTC)
    mine = [make.client(owner=owner) for _number in range(3)]
    make.client(owner=make.user())

    for _time in range(2):
        found = OF_OWNER.rows(owner.id, long_ago)

        assert [client.__data__ for client in found] == [Client.get_by_id(client.id).__data__ for client in mine]
        assert {client.owner.login for client in found} == {owner.login}
        assert not any(client.dirty_fields for client in found)


def test_a_written_question_that_finds_nothing_may_find_something_later(crm, make):
    owner = make.user()
    assert OF_OWNER.rows(owner.id, crm.clock.now()) == []
    client = make.client(owner=owner)
    assert [found.id for found in OF_OWNER.rows(owner.id, client.created_at)] == [client.id]


def test_a_written_change_tells_how_many_rows_it_met(crm, make):
    client = make.client(name="Before")

    with crm.work():
        met = RENAME.change("After", client.id), RENAME.change("After", -1)

    assert met == (1, 0)
    assert Client.get_by_id(client.id).name == "After"


def test_a_record_read_by_its_id_is_the_one_that_a_query_finds(crm, make):
    client = make.client(name="Ilir")

    read = Client.get(Client.id == client.id)

    assert read.__data__ == Client.select().where(Client.id == client.id).get().__data__
    assert not read.dirty_fields


def test_a_record_that_is_not_there_is_said_to_be_missing(crm):
    with pytest.raises(Client.DoesNotExist, match="Client 404"):
        Client.get_by_id(404)


AMONG = Written(lambda name: Client.select().where(is_among(Client.id), Client.name == name).order_by(Client.id))


def test_a_written_question_is_asked_of_the_ids_it_is_given(make):
    clients = [make.client(name="Same") for _number in range(3)]
    assert [client.id for client in AMONG.rows("Same", ids=[clients[0].id, clients[2].id])] == [
        clients[0].id,
        clients[2].id,
    ]
    assert AMONG.rows("Same", ids=()) == []


def test_a_bare_answer_is_what_the_database_keeps(make):
    client = make.client()
    question = Written(lambda client_id: Client.select(Client.created_at).where(Client.id == client_id))
    assert question.bare(client.id) == [(to_microseconds(client.created_at),)]
