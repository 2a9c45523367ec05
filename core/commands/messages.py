"""Commands about messages: send, list."""

import json
from typing import Any

import click

from core.commands.opener import Opener
from core.errors import CRMError, NotFound

MOST = 50
ID = click.IntRange(1, 2**63 - 1)  # what databases keep


@click.group()
def message() -> None:
    """Messages to and from clients."""


@message.command("send")
@click.option("--client", "client_id", type=ID, help="Number of the client; without --to its first address is taken.")
@click.option("--to", "address", default="", help="Phone or other address; without --client whose card has it.")
@click.option("--channel", default="", help="Key of the channel, such as sms; needed where there are several.")
@click.option("--text", required=True)
@click.option("--subject", default="")
@click.option("--user", "login", default="", help="In whose name; else nobody's.")
@click.option("--json", "as_json", is_flag=True, help="Print the message as JSON.")
@click.pass_obj
def send(
    opener: Opener, client_id: int | None, address: str, channel: str, text: str, subject: str, login: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Queue a message to a client, if consent allows; the worker of `hinka serve` sends it."""
    from core.messages.writing import queue_message  # features are loaded only when they are needed

    crm = opener.crm
    if client_id is None and not address:
        raise click.UsageError("Say to whom: --client, --to, or both.")
    way = _channel(crm, channel)
    to = _whom(crm, way, client_id, address, text)
    with crm.acting(_user_id(login), "cli"):
        made = queue_message(crm, way.key, **to, body=text, subject=subject)
    if as_json:
        click.echo(json.dumps(_facts(made), ensure_ascii=False))
    else:
        click.echo(f"Message {made.id} to {made.address} waits to be sent.")


@message.command("list")
@click.option("--state", default="", help="Such as queued, delivered, failed or uncertain.")
@click.option("--channel", default="")
@click.option("--direction", default="", type=click.Choice(["", "in", "out"]), help="From clients, or to them.")
@click.option("--client", "client_id", type=ID, help="Number of the client.")
@click.option("--search", default="", help="What address, subject or text holds.")
@click.option("--limit", default=MOST, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_obj
def show(opener: Opener, search: str, limit: int, as_json: bool, **asked: Any) -> None:
    """List messages, the newest first."""
    from core.messages.models import Message
    from core.messages.states import STATES

    opener.crm  # noqa: B018 - opens the instance
    if asked["state"] and asked["state"] not in STATES:
        raise CRMError(f"There is no state “{asked['state']}”; there are: {', '.join(STATES)}.")
    query = Message.select().order_by(Message.id.desc()).limit(limit)
    for name, value in asked.items():
        if value not in ("", None):
            query = query.where(getattr(Message, name) == value)
    if search:
        texts = (Message.address, Message.subject, Message.body)
        query = query.where(texts[0].contains(search) | texts[1].contains(search) | texts[2].contains(search))
    rows = [_facts(one) for one in query]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        words = " ".join(row["body"].split())[:60]
        click.echo(f"{row['id']:>8} {row['state']:10} {row['channel']:8} {row['address']:16} {words}")


def _channel(crm: Any, key: str) -> Any:
    from core.messages.writing import channel_of

    if not crm.channels:
        raise CRMError("There is no channel: switch on a plugin that brings one, say by “hinka plugin enable sms”.")
    if not key and len(crm.channels) == 1:
        return next(iter(crm.channels.values()))
    if not key:
        raise click.UsageError(f"Say by which channel: --channel {' | '.join(crm.channels)}.")
    return channel_of(crm, key)


def _whom(crm: Any, way: Any, client_id: int | None, address: str, text: str) -> dict[str, Any]:
    """Returns client, contact and address of a message; raises a CRMError for whom nothing can be sent."""
    from core.clients.models import Client
    from core.hooks.channels import Draft
    from core.messages.addressing import ways_to
    from core.messages.incoming import whose

    if client_id is None:
        address = way.prepare(crm, Draft(address, text)).address
        client, contact = whose(way, address)
        if client is None:
            raise NotFound(f"No client has the address {address}; say whose it is: --client.")
        return {"client": client, "contact": contact, "address": address}
    client = Client.get_or_none((Client.id == client_id) & Client.deleted_at.is_null())
    if client is None:
        raise NotFound(f"There is no client {client_id}.")
    if address:
        return {"client": client, "address": address}
    found = next(one for one in ways_to(crm, client) if one.channel.key == way.key)
    if found.why_not:
        raise CRMError(f"{client.name} can't be written to by {way.key}: {found.why_not}")
    return {"client": client, "contact": found.addresses[0].contact, "address": found.addresses[0].value}


def _user_id(login: str) -> int | None:
    from core.users.services import find_user

    if not login:
        return None
    found = find_user(login)
    if found is None:
        raise NotFound(f"There is no user {login}.")
    if not found.is_active:
        raise CRMError(f"{found.name} does not work here any more, so nothing is written in that name.")
    return found.id


def _facts(made: Any) -> dict[str, Any]:
    from core.messages.schemas import MessageSchema

    return MessageSchema().dump(made)


COMMANDS = (message,)
