"""Implements every hook and writes down that it was called."""

from datetime import timedelta

import click
from flask import Blueprint
from flask_smorest import Blueprint as RestBlueprint
from marshmallow import Schema, fields
from peewee import fn

from core.api import (
    CardAction,
    CardTab,
    EvidenceKind,
    Health,
    JobKind,
    Listener,
    LiveTopic,
    MenuItem,
    Panel,
    Permission,
    Rate,
    RecordField,
    Report,
    ReportFacts,
    ReportMeasure,
    RestRoutes,
    Routes,
    SearchResult,
    SettingsGroup,
    TimelineEntry,
    hook,
)
from core.api import fields as fields_of
from core.testing import FakeChannel

CALLED: dict[str, list] = {}


class DummySettings(Schema):
    """One setting."""

    colour = fields.String(load_default="red")


def note(name, *arguments):
    CALLED.setdefault(name, []).append(arguments)


@hook
def permissions(crm):
    note("permissions", crm)
    return [Permission("dummy.look", "Look", ("seller",))]


@hook
def menu_items(crm):
    note("menu_items", crm)
    return [MenuItem("dummy", "Dummy page", "dummy.index", "star", permission="dummy.look")]


@hook
def routes(crm):
    note("routes", crm)
    blueprint = Blueprint("dummy", __name__, template_folder="templates")
    blueprint.add_url_rule("/", "index", lambda: "dummy page")
    return [Routes(blueprint, "/dummy")]


@hook
def rest_routes(crm):
    note("rest_routes", crm)
    blueprint = RestBlueprint("dummy_api", __name__, url_prefix="/dummy")
    blueprint.route("/")(lambda: {"dummy": True})
    return [RestRoutes(blueprint)]


@hook
def commands(crm):
    note("commands", crm)
    return [click.Command("dummy", callback=lambda: click.echo("dummy ran"))]


@hook
def settings_groups(crm):
    note("settings_groups", crm)
    return [SettingsGroup("dummy", "Dummy settings", DummySettings)]


@hook
def job_kinds(crm):
    note("job_kinds", crm)
    return [JobKind("dummy.job", lambda crm, args, progress: note("job", args))]


@hook
def live_topics(crm):
    note("live_topics", crm)
    return [LiveTopic("dummy.number", lambda crm, user_ids: {user_id: user_id * 2 for user_id in user_ids})]


@hook
def record_fields(crm):
    note("record_fields", crm)
    length = fields_of.Field(
        "dummy.length", "Length of the name", "number", lambda source: fn.LENGTH(source.name, coerce=False)
    )
    broken = fields_of.Field("dummy.broken", "Broken", "number", lambda source: 1 / 0)
    return [RecordField("client", length), RecordField("client", broken)]


@hook
def reports(crm):
    note("reports", crm)
    return [Report("dummy-report", "Report of the dummy", lambda crm, user, settings: None, group="people")]


@hook
def report_facts(crm):
    note("report_facts", crm)
    long = ({"field": "dummy.length", "op": "greater", "value": 5},)
    measures = (
        ReportMeasure("clients", "Clients"),
        ReportMeasure("letters", "Letters of their names", "sum", "dummy.length", "number"),
        ReportMeasure("long", "Long names", "share", kind="share", conditions=long),
    )
    return [ReportFacts("dummy-clients", "Clients of the dummy", "client", measures, "/clients/")]


@hook
def card_actions(crm, entity, record, user):
    note("card_actions", entity, record.id, user.id)
    return [
        CardAction("dummy.see", "See the dummy", f"/dummy/?{entity}={record.id}"),
        CardAction("dummy.do", "Do the dummy", "/dummy/do", permission="dummy.look", is_post=True, confirm="Really?"),
    ]


@hook
def card_tabs(crm, entity, record, user):
    note("card_tabs", entity, record.id, user.id)

    def show():
        note("tab", entity, record.id)
        return {"what": f"Inside of {entity} {record.id}"}

    return [
        CardTab("dummy.tab", "Tab of the dummy", "dummy/tab.html", show),
        CardTab("dummy.broken", "Broken tab", "dummy/tab.html", lambda: 1 / 0),
        CardTab("dummy.closed", "Closed tab", "dummy/tab.html", show, permission="dummy.look"),
    ]


@hook
def timeline_entries(crm, entity, record, user, until, limit):
    note("timeline_entries", entity, record.id, until)
    began = crm.clock.now()
    found = [
        TimelineEntry(number, began - timedelta(minutes=number), f"Dummy entry {number}.", text="Said")
        for number in range(30)
    ]
    return [one for one in found if until is None or one.at <= until][:limit]


@hook
def search_results(crm, user, text, limit):
    note("search_results", user.id, text)
    return [SearchResult(f"Found {text}", "/dummy/", "of the dummy")]


@hook
def health(crm):
    note("health")
    return [Health(), Health(is_configured=False, words="Type a colour first.")]


@hook
def inspections(crm):
    note("inspections")
    return [iter(["", "Two cups are missing."])]


@hook
def home_panels(crm, user):
    note("home_panels", user.id)
    return [Panel("dummy", "Dummy panel of the home page", "ui.html")]


@hook
def client_panels(crm, client, user):
    note("client_panels", client.id, user.id)
    return [Panel("dummy", "Dummy panel of a client", "ui.html")]


@hook
def deal_panels(crm, deal, user):
    note("deal_panels", deal.id, user.id)
    return [Panel("dummy", "Dummy panel of a deal", "ui.html")]


@hook
def exchange_rate(crm, currency, rate_on):
    note("exchange_rate", currency, rate_on)
    return Rate("0.5", rate_on.isoformat())


@hook
def client_merging(crm, kept_id, gone_id):
    note("client_merging", kept_id, gone_id)


@hook
def channels(crm):
    note("channels", crm)
    return [FakeChannel().contribution(key="dummy")]


@hook
def listeners(crm):
    note("listeners", crm)
    return [Listener("dummy", lambda crm, stop: note("listened", stop.wait(0)))]


@hook
def message_received(crm, message):
    note("message_received", message.body)


@hook
def evidence_kinds(crm):
    note("evidence_kinds", crm)
    return [EvidenceKind("dummy.proof", "Dummy proof")]


@hook
def interaction_held(crm, interaction):
    note("interaction_held", interaction.kind)


@hook
def file_stored(crm, stored):
    note("file_stored", stored.name)


@hook
def deal_turned(crm, turn):
    note("deal_turned", turn.deal.id, turn.action, turn.before)


@hook
def deals_hanging(crm, found):
    note("deals_hanging", [(one.deal_id, one.reasons) for one in found])


@hook
def record_changed(crm, change):
    note("record_changed", change.entity, change.action)
