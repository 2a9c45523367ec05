"""The forms of schedules."""

from marshmallow import Schema, fields, validate

from core.api import lazy
from plugins.reports.variants.calendar import EVERY, WEEKDAYS
from plugins.reports.variants.recipients import team_choices, user_choices

FORMS = {"pdf": lazy("PDF"), "xlsx": lazy("Excel")}


class ScheduleSchema(Schema):
    """When, in which form and to whom saved settings are sent."""

    every = fields.String(
        load_default="week",
        validate=validate.OneOf(list(EVERY), list(EVERY.values())),
        metadata={"label": lazy("How often"), "choices": tuple(EVERY.items())},
    )
    weekday = fields.Integer(
        load_default=0,
        validate=validate.OneOf(list(range(7)), list(WEEKDAYS)),
        metadata={"label": lazy("On (every week)"), "choices": tuple(enumerate(WEEKDAYS)), "widget": "select"},
    )
    month_day = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 31),
        metadata={"label": lazy("Day (every month)"), "help": lazy("In a month without that day it is the last day.")},
    )
    at_hour = fields.Integer(
        load_default=8,
        validate=validate.Range(0, 23),
        metadata={"label": lazy("At (hour)"), "help": lazy("By the company's clock.")},
    )
    form = fields.String(
        load_default="pdf",
        validate=validate.OneOf(list(FORMS), list(FORMS.values())),
        metadata={"label": lazy("As"), "choices": tuple(FORMS.items())},
    )
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("In use")})
    users = fields.List(
        fields.Integer(),
        load_default=list,
        metadata={
            "label": lazy("Colleagues"),
            "choices": user_choices,
            "help": lazy("Each person gets what they may see, at the e-mail address known here."),
        },
    )
    teams = fields.List(
        fields.Integer(),
        load_default=list,
        metadata={
            "label": lazy("Teams"),
            "choices": team_choices,
            "help": lazy("Whoever is in the team, or heads it, when it is sent."),
        },
    )
    recipients = fields.String(
        load_default="",
        metadata={
            "label": lazy("Other addresses"),
            "widget": "textarea",
            "help": lazy("E-mail addresses, separated by commas or one a line. They get what you may see."),
        },
    )
