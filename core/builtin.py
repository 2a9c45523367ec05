"""The core's own answers to its hooks, registered as the last plugin."""

from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from core.deals import rates
from core.deals.jobs import KEEP
from core.hooks.contributions import (
    CardTab,
    DealTurn,
    EvidenceKind,
    JobKind,
    LiveTopic,
    MenuItem,
    Permission,
    Rate,
    SettingsGroup,
)
from core.hooks.dispatch import marker
from core.i18n import lazy
from core.instance.jobs import JOB as UNINSTALL
from core.jobs.regular import FORGET
from core.messages import inbox, sending
from core.process import engine, proofs
from core.process.jobs import KEEP_TASKS, MOVE_RUNNING
from core.process.mass import jobs as mass
from core.process.nightly import NIGHTLY
from core.runtime import CRM
from core.tasks import answering, gentle
from core.tasks.badge import BADGE
from core.web.lists.jobs import JOBS as LISTS
from core.webhooks.jobs import DELIVERY, LOG
from core.webhooks.schemas import WebhookSettings
from core.worktime_settings import GROUP, WorktimeSettings

ALL_ROLES = ("director", "head", "seller", "agent", "reader")
WRITERS = ("director", "head", "seller", "agent")
HEADS = ("director", "head")


class CompanySettings(Schema):
    """What the company is called, and rules that hold for all."""

    company_name = fields.String(load_default="", metadata={"label": lazy("Company name")})
    asks_how_deals_began = fields.Boolean(
        load_default=True,
        metadata={
            "label": lazy("Ask how a deal began"),
            "help": lazy("Who opens a deal without a call, letter or meeting gets a task to register it later."),
        },
    )
    registers_demand = fields.Boolean(
        load_default=True,
        metadata={
            "label": lazy("Register what clients want"),
            "help": lazy(
                "Deals of types that ask for it begin with what the client wants, answered line by line at the end."
            ),
        },
    )
    usual_least = fields.Integer(
        load_default=20,
        validate=validate.Range(2, 10_000),
        metadata={
            "label": lazy("Won deals from which usual stays are learned"),
            "help": lazy("As many must have stood at a stage before the company's history says what is usual there."),
        },
    )


@marker
def permissions() -> list[Permission]:
    """Names the core's rights and the standard roles that hold them."""
    return [
        Permission("clients.read", lazy("See clients"), ALL_ROLES),
        Permission("clients.write", lazy("Make and change clients"), WRITERS),
        Permission("clients.delete", lazy("Delete and merge clients"), HEADS),
        Permission("clients.export", lazy("Export clients"), HEADS),
        Permission("deals.read", lazy("See deals"), ALL_ROLES),
        Permission("deals.write", lazy("Make and change deals"), ("director", "head", "seller")),
        Permission("deals.delete", lazy("Delete deals"), HEADS),
        Permission("deals.export", lazy("Export deals"), HEADS),
        Permission("deals.hand_over", lazy("Hand over clients and deals"), HEADS),
        Permission("messages.unknown", lazy("See messages of unknown senders"), ("director", "head", "seller")),
        Permission("messages.templates", lazy("Change message templates"), HEADS),
        Permission("admin.users", lazy("Manage users, roles and teams")),
        Permission("admin.settings", lazy("Change settings, properties, categories, stages and deal types")),
        Permission("admin.plugins", lazy("Switch plugins on and off")),
        Permission("admin.jobs", lazy("See jobs, stop them and run them again"), ("director",)),
    ]


@marker
def settings_groups() -> list[SettingsGroup]:
    """Declares the settings of the company, of working time and of webhooks."""
    return [
        SettingsGroup("company", lazy("Company"), CompanySettings),
        SettingsGroup(GROUP, lazy("Working time"), WorktimeSettings),
        SettingsGroup("webhooks", lazy("Webhooks"), WebhookSettings),
    ]


@marker
def job_kinds() -> list[JobKind]:
    """Declares the core's regular work, and what it does when it is asked to."""
    regular = [KEEP, KEEP_TASKS, NIGHTLY, LOG, FORGET]
    return [*regular, MOVE_RUNNING, *mass.JOBS, *sending.JOBS, *LISTS, DELIVERY, UNINSTALL]


@marker
def deal_turned(crm: CRM, turn: DealTurn) -> None:
    """Keeps the tasks of stages in step with the deal, and asks how one began without an interaction."""
    engine.follow(crm, turn)
    gentle.follow(crm, turn)


@marker
def live_topics() -> list[LiveTopic]:
    """Names what the core keeps fresh on open pages: the numbers of tasks and of the inbox, states of messages."""
    return [BADGE, *inbox.TOPICS]


@marker
def evidence_kinds() -> list[EvidenceKind]:
    """Names what the core itself proposes."""
    return list(proofs.KINDS)


@marker
def interaction_held(crm: CRM, interaction: Any) -> None:
    """Proposes a meeting that was held as evidence, and ends the task that asks how a deal began."""
    proofs.of_meeting(crm, interaction)
    gentle.answer(crm, interaction)


@marker
def file_stored(crm: CRM, stored: Any) -> None:
    """Proposes a file of a deal as evidence."""
    proofs.of_file(crm, stored)


@marker
def exchange_rate(currency: str, rate_on: date, crm: CRM) -> Rate | None:
    """Answers from the table of exchange rates."""
    return rates.rate_of_table(crm, currency, rate_on)


@marker
def message_received(crm: CRM, message: Any) -> None:
    """Asks the client's owner to answer."""
    answering.ask_to_answer(crm, message)


@marker
def menu_items(crm: CRM) -> list[MenuItem]:
    """Names the pages of the core; those of messages only where a channel is switched on."""
    from core.web.menu import CORE_ITEMS, MESSAGE_ITEMS  # the command line does without Flask

    return [*CORE_ITEMS, *(MESSAGE_ITEMS if crm.channels else ())]


@marker
def card_tabs(crm: CRM, entity: str, record: Any) -> list[CardTab]:
    """Shows what was written as a conversation, where a channel is switched on."""
    from core.messages.pages.conversation import tab_of  # the command line does without Flask

    return [tab_of(crm, entity, record)] if crm.channels else []
