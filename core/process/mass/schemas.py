"""What is asked for before work on many records: one shape each, for form and REST."""

from typing import Any

from marshmallow import Schema, fields, validate

from core.clients.models import Client
from core.clients.properties import properties_of
from core.clients.property_fields import user_choices
from core.clients.segments import seen_segments
from core.i18n import lazy
from core.process.mass.giving import CLIENTS, DEALS, KINDS, TASKS
from core.process.mass.turning import LOSE, MOVE, WIN, stages_to_move_to
from core.stages.reasons import usable_reasons
from core.users.models import User

WHAT = {
    CLIENTS: lazy("Clients"),
    DEALS: lazy("Open deals"),
    TASKS: lazy("Unfinished tasks"),
}
MOST_REGIONS = 200
# What the names of the form's fields of properties begin with; a point in a name would mean a nested value.
PROPERTY = "property_"


def _people() -> list[tuple[str, str]]:
    """Returns everybody, also those who don't work here any more: their work waits to be handed over."""
    return [(str(one.id), one.name) for one in User.select().order_by(User.name)]


def _regions() -> list[tuple[str, str]]:
    query = Client.select(Client.region).where(Client.region != "", Client.deleted_at.is_null()).distinct()
    return [(row[0], row[0]) for row in query.order_by(Client.region).limit(MOST_REGIONS).tuples()]


def segments_for(user: User) -> list[tuple[str, str]]:
    """Returns the segments of clients that a user sees, to choose from."""
    return [(str(one.id), one.name) for one in seen_segments(user, "client")]


def wish_schema() -> type[Schema]:
    """Returns the schema of a hand-over's form: a wish, and a select for each property of clients that is a choice."""
    chosen = [one for one in properties_of("client") if one.kind == "choice" and one.choices]
    more = {
        f"{PROPERTY}{one.key}": fields.String(
            load_default="",
            validate=validate.OneOf(["", *one.choices]),
            metadata={"label": one.name, "widget": "select", "choices": [(name, name) for name in one.choices]},
        )
        for one in chosen
    }
    return WishSchema.from_dict(more, name="WishForm") if more else WishSchema


def _one_of(choices: dict[str, Any]) -> validate.OneOf:
    return validate.OneOf(list(choices), list(choices.values()))


class WishSchema(Schema):
    """A hand-over as it is asked for; links are ids."""

    giver = fields.Integer(
        required=True, metadata={"label": lazy("Whose work"), "widget": "select", "choices": _people}
    )
    receivers = fields.List(
        fields.Integer(),
        required=True,
        metadata={"label": lazy("Who takes it over"), "choices": user_choices},
    )
    what = fields.List(
        fields.String(validate=_one_of(WHAT)),
        load_default=lambda: list(WHAT),
        metadata={"label": lazy("What"), "choices": tuple(WHAT.items())},
    )
    kind = fields.String(load_default="", validate=_one_of(KINDS), metadata={"label": lazy("Which clients")})
    region = fields.String(load_default="", metadata={"label": lazy("Region"), "widget": "select", "choices": _regions})
    segment = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Segment"),
            "widget": "select",
            "help": lazy("By anything else: save a filter of the clients' list as a segment."),
        },
    )
    most = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"label": lazy("Clients at most"), "help": lazy("Empty: all of them.")},
    )
    is_evening = fields.Boolean(
        load_default=True,
        metadata={
            "label": lazy("Even out"),
            "help": lazy("Who has less open deals and tasks gets more. Else everybody gets as much."),
        },
    )


class TurnSchema(Schema):
    """What is to be done with many deals; links are ids."""

    do = fields.String(
        required=True,
        validate=validate.OneOf(
            [MOVE, WIN, LOSE], [lazy("Move to a stage"), lazy("Mark as won"), lazy("Mark as lost")]
        ),
        metadata={"label": lazy("What to do")},
    )
    stage = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("To the stage"), "widget": "select", "choices": stages_to_move_to},
    )
    reason = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Reason of loss"),
            "widget": "select",
            "choices": lambda: [(one.id, one.name) for one in usable_reasons()],
        },
    )
    note = fields.String(load_default="", validate=validate.Length(max=2_000), metadata={"label": lazy("Note")})
