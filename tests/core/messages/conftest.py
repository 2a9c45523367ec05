"""What the tests of messages share: a client with a phone, its owner, and who writes."""

import pytest

from core.messages.incoming import receive_message

PHONE = "+355691111111"


@pytest.fixture
def owner(make):
    return make.user("seller", name="Ana Hoxha")


@pytest.fixture
def client(make, owner):
    return make.client("Kafe Mira", owner=owner, phones=[PHONE])


@pytest.fixture
def arrive(crm, channel):
    def come(body="Hello", address=PHONE, **facts):
        return receive_message(crm, "fake", address=address, body=body, **facts)

    return come
