"""Messages from the command line: queued as everywhere, consent checked, listed by state."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from core.clients.consent import record_consent
from core.commands.messages import message
from core.messages.models import Message
from core.users.models import User

from .conftest import PHONE


@pytest.fixture
def hinka(crm, channel):
    """Returns what runs `hinka message …` and gives what it printed; a refusal is raised."""

    def run(*arguments):
        done = CliRunner().invoke(message, arguments, obj=SimpleNamespace(crm=crm))
        return done.stdout if done.exit_code == 0 else str(done.exception) + done.output

    return run


@pytest.mark.parametrize("whom", [["--to", PHONE], ["--client", "1"], ["--client", "1", "--to", PHONE]])
def test_a_message_is_queued_to_a_client_or_an_address(crm, hinka, client, channel, owner, whom):
    assert hinka("send", *whom, "--text", "Hello", "--user", owner.login) == f"Message 1 to {PHONE} waits to be sent.\n"
    crm.jobs.run_waiting()
    assert [(one.address, one.body) for one in channel.sent] == [(PHONE, "Hello")]
    assert (Message.get().client_id, Message.get().user_id) == (client.id, owner.id)


@pytest.mark.parametrize("whom", [["--to", PHONE], ["--client", "1"]])
def test_without_consent_nothing_is_queued(crm, hinka, client, whom):
    record_consent(crm, client, "sms", is_given=False)
    assert "refused" in hinka("send", *whom, "--text", "Hello")
    assert not Message.select().exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["send", "--text", "Hello"], "Say to whom"),
        (["send", "--to", "+355697777777", "--text", "Hello"], "No client has the address +355697777777"),
        (["send", "--client", "99", "--text", "Hello"], "There is no client 99"),
        (["send", "--client", "1", "--text", "Hello", "--channel", "pigeon"], "There is no channel “pigeon”"),
        (["send", "--client", "1", "--text", "Hello", "--user", "nobody"], "There is no user nobody"),
        (["send", "--client", str(1 << 63), "--text", "Hello"], "not in the range"),
        (["list", "--client", str(1 << 63)], "not in the range"),
        (["list", "--state", "lost"], "There is no state “lost”; there are: queued, "),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(hinka, client, arguments, sentence):
    assert sentence in hinka(*arguments)
    assert not Message.select().exists()


def test_nothing_is_written_in_the_name_of_who_has_left(crm, hinka, client, make):
    gone = make.user(name="Besa Kola")
    User.update(is_active=False).where(User.id == gone.id).execute()
    sentence = "Besa Kola does not work here any more, so nothing is written in that name."
    assert sentence in hinka("send", "--client", "1", "--text", "Hello", "--user", gone.login)
    assert not Message.select().exists()


def test_without_a_channel_the_sentence_says_how_to_come_by_one(crm, hinka, client):
    crm.channels.clear()
    assert "hinka plugin enable" in hinka("send", "--client", "1", "--text", "Hello")


def test_messages_are_listed_by_what_is_asked(crm, hinka, client, arrive):
    hinka("send", "--client", "1", "--text", "Shall we\nmeet?")
    arrive("On Monday")
    assert [one["body"] for one in json.loads(hinka("list", "--json"))] == ["On Monday", "Shall we\nmeet?"]
    assert "queued" in hinka("list", "--state", "queued")
    assert "Shall we meet?" in hinka("list", "--direction", "out", "--client", "1", "--channel", "fake")
    assert hinka("list", "--search", "Tuesday") == ""
    sent = json.loads(hinka("send", "--client", "1", "--text", "When?", "--json"))
    assert (sent["state"], sent["client"]) == ("queued", client.id)
