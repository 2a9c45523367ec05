"""Who sees a message does not see everything that it is about."""

import pytest

from core.messages.writing import queue_message

from .conftest import PHONE

SECRET = "Takeover by Alba"


@pytest.fixture
def deal(make, client):
    """Returns a deal of the client that another seller keeps."""
    return make.deal(SECRET, client=client, owner=make.user())


@pytest.fixture
def about(crm, channel, client, deal, arrive):
    """Returns a message that came in as an answer to what was written about the deal."""
    queue_message(crm, "fake", client=client, address=PHONE, body="Shall we meet?", deal=deal)
    crm.jobs.run_waiting()
    return arrive("On Monday")


@pytest.mark.parametrize(
    "place",
    [
        "/clients/{client.id}?tab=core.messages",
        "/interactions/client/{client.id}/timeline",
        "/messages/inbox",
        "/messages/{message.id}",
    ],
    ids=["conversation", "timeline", "inbox", "message"],
)
def test_the_title_of_a_deal_is_shown_to_those_who_see_the_deal(web, make, about, client, owner, deal, place):
    url = place.format(client=client, message=about)
    text = web.sign_in(owner).text(url)
    assert ("On Monday" in text, SECRET in text) == (True, False)
    assert SECRET in web.sign_in(make.user("administrator")).text(url)


def test_who_does_not_see_the_deal_answers_the_client(web, about, client, owner, deal):
    text = web.sign_in(owner).text(f"/messages/write?client={client.id}&deal={deal.id}")
    assert ("Kafe Mira" in text, SECRET in text) == (True, False)
    assert web.get(f"/messages/write?deal={deal.id}").status_code == 404


def test_news_of_a_client_are_told_to_those_who_see_it(web, make, about, client, owner):
    url = f"/messages/states?entity=client&entity_id={client.id}&newest=0"
    assert "A message came in" not in web.sign_in(make.user()).text(url)
    assert "A message came in" in web.sign_in(owner).text(url)
