"""Texts that are written again and again: kept, and filled in with what a client's or deal's card says.

A field in braces is a path of `core.fields` that begins at the client or the deal, such as `{client.name}`,
`{client.owner.name}` or `{deal.amount}`. It is looked up and put in as text: a template runs no code.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import CRMError, InvalidInput, NotFound
from core.fields import entity, read, resolve, titles, value_labels
from core.i18n import _, format_date, format_moment, format_money, format_number
from core.messages.models import MessageTemplate
from core.messages.writing import channel_of
from core.runtime import CRM
from core.users.models import User

FIELD = re.compile(r"\{([a-z_]+)\.([\w.]+)\}")
STARTS = ("client", "deal")
FACTS = ("name", "channel", "subject", "body")


def templates_for(channel: str = "") -> list[MessageTemplate]:
    """Returns the templates of a channel with those of all channels, or every template, by name."""
    query = MessageTemplate.select().order_by(MessageTemplate.name, MessageTemplate.id)
    return list(query.where(MessageTemplate.channel.in_(("", channel))) if channel else query)


def get_template(template_id: int) -> MessageTemplate:
    """Returns a template; raises NotFound."""
    found = MessageTemplate.get_or_none(MessageTemplate.id == template_id)
    if found is None:
        raise NotFound(_("There is no such template."))
    return found


def save_template(crm: CRM, template: MessageTemplate | None, values: Mapping[str, Any]) -> MessageTemplate:
    """Returns a template with these values of FACTS, a new one for None; raises InvalidInput for an unknown field."""
    for name in ("subject", "body"):
        _check(crm, name, values.get(name, ""))
    if values.get("channel"):
        channel_of(crm, values["channel"])
    now = crm.clock.now()
    template = template or MessageTemplate(created_at=now)
    for name in FACTS:
        setattr(template, name, values.get(name, getattr(template, name)))
    template.changed_at = now
    with crm.work():
        template.save()
        crm.changed("message_template", template.id, "changed")
    return template


def delete_template(crm: CRM, template: MessageTemplate) -> None:
    """Deletes a template; what was written by it stays."""
    with crm.work():
        template.delete_instance()
        crm.changed("message_template", template.id, "deleted")


def filled(crm: CRM, user: User, text: str, client: Client, deal: Deal | None = None) -> str:
    """Returns a text with its fields filled in as `user` sees them; what nothing is known of stays empty."""
    records = {"client": client.id, "deal": deal.id if deal else None}
    known: dict[str, str] = {}
    for start, record_id in records.items():
        paths = sorted({path for name, path in FIELD.findall(text) if name == start})
        known.update({f"{start}.{path}": word for path, word in _words(crm, user, start, record_id, paths).items()})
    return FIELD.sub(lambda found: known.get(f"{found[1]}.{found[2]}", found[0]), text)


def _words(crm: CRM, user: User, start: str, record_id: int | None, paths: Sequence[str]) -> dict[str, str]:
    """Returns what each path of a record says, in words; a path that leads nowhere any more is missing."""
    if not paths:
        return {}
    here, steps = entity(crm, start), {}
    for path in paths:
        try:
            steps[path] = resolve(crm, here, path)
        except CRMError:
            continue
    if record_id is None:
        return dict.fromkeys(steps, "")
    row = read(crm, here, list(steps), [record_id], user).get(record_id, {})
    return {path: _word(crm, step.field, row.get(path)) for path, step in steps.items()}


def _word(crm: CRM, field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if field.kind in ("user", "link"):
        return titles(crm, field.target, [value]).get(value, "")
    if field.kind in ("choice", "bool", "multichoice"):
        values = value if field.kind == "multichoice" else [value]
        return ", ".join(str(word) for word in value_labels(crm, field, values).values())
    if field.kind == "money":
        return format_money(value, crm.currency)
    if field.kind == "number":
        return format_number(value)
    if isinstance(value, datetime):
        return format_moment(value, crm.config.zone)
    if field.kind == "date":
        return format_date(value if isinstance(value, date) else date.fromisoformat(value))
    return str(value)


def _check(crm: CRM, name: str, text: str) -> None:
    for start, path in FIELD.findall(text):
        if start not in STARTS:
            sentence = _("{%(path)s} is no field: it begins with client or deal, such as {client.name}.")
            sentence %= {"path": f"{start}.{path}"}
            raise InvalidInput(sentence, fields={name: [sentence]})
        try:
            resolve(crm, entity(crm, start), path)
        except InvalidInput as error:
            raise InvalidInput(str(error), fields={name: [str(error)]}) from error
