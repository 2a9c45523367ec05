"""The one door for plugins: everything that a plugin needs from the core it imports from here.

Grouped by what one does with it; what is not here may change without notice.
"""

from importlib import import_module
from typing import Any

# What can be asked of every kind of record: paths through links, conditions, groups, and their words.
from core import fields

# Clients, deal types and deals: what an import makes beside its rows, and how a deal's history is counted.
from core.clients.models import Client
from core.clients.properties import create_property
from core.clients.services import create_client
from core.clients.words import STATUSES

# Time, contacts and amounts as people write them: pure, no database.
from core.clock import start_of_day

# Pure helpers.
from core.contacts import Point, format_phone, name_key, read_email, read_phone

# Contributions: what hooks return, and the mark of a hook implementation.
from core.deals.models import Closing, Deal, DealPeriod, DemandLine, StageVisit
from core.deals.numbers import next_numbers
from core.deals.recount import Ending, Period, Visit, periods, standing
from core.deals.services import change_deal, lose, move, reopen, win

# Errors: each carries one sentence for the user.
from core.errors import (
    Conflict,
    CRMError,
    InvalidInput,
    NotAllowed,
    NotFound,
    PluginRefused,
    ProviderError,
)
from core.hooks.channels import Channel, Draft, Outgoing, Prepared, Sent
from core.hooks.contributions import (
    CardAction,
    CardTab,
    DealTurn,
    EvidenceKind,
    HangingDeal,
    Health,
    JobKind,
    Listener,
    LiveTopic,
    MenuItem,
    Panel,
    Permission,
    Rate,
    RecordChange,
    RecordField,
    Report,
    ReportFacts,
    ReportMeasure,
    RestRoutes,
    Routes,
    SearchResult,
    SettingsGroup,
    TimelineEntry,
)
from core.hooks.dispatch import marker as hook

# Words: translation, and how numbers, money and dates are written for the reader.
from core.i18n import (
    LANGUAGE_NAMES,
    LazyText,
    Text,
    format_date,
    format_moment,
    format_money,
    format_number,
    format_percent,
    gettext,
    language,
    lazy,
    ngettext,
    speaking,
)

# What passed with clients.
from core.interactions.models import Interaction
from core.interactions.services import visible_interactions
from core.jobs import Job, Progress

# Channels: what networks tell, files that go along, and messages that others want sent.
from core.messages.attachments import Attachment, attachments_of
from core.messages.telling import receive_message, report_state, take_turns
from core.messages.writing import queue_message
from core.moments import iso_day
from core.money import as_text, convert, from_units, parse_amount, rounded, to_units
from core.process.ensuring import ensure_stage_tasks
from core.process.evidence import propose_evidence
from core.process.hanging import Hung
from core.process.hanging import hanging as find_hanging
from core.runtime import CRM
from core.stages.models import DealType, LossReason, Stage, TypeStage
from core.stages.services import (
    Step,
    create_deal_type,
    create_reason,
    create_stage,
    find_reason,
    find_stage,
    not_given,
    publish,
    step_of_row,
    steps_of,
)

# Store: the base of models, columns of moments and money, and writing thousands of rows.
from core.store.audit import as_json, record

# The store: models, writing in bulk, the history of changes.
from core.store.audit import record as write_history
from core.store.bulk import execute_many, insert_rows, plain, take_ids
from core.store.database import is_postgres
from core.store.fields import MoneyField, Record, UtcField, from_microseconds, to_microseconds

# Tasks: something that a plugin asks of a person.
from core.tasks.services import create_task

# Access: every query passes `visible_to`.
from core.users.access import require, visible_to
from core.users.models import Role, Team, User
from core.users.services import create_user, find_user, get_user

# The outside world: one way to addresses that users typed, never into a private network unless that is set.
from core.webhooks.sending import Answer, address_of
from core.webhooks.sending import send as send_outside
from core.webhooks.services import private_hosts

__all__ = [
    "Answer",
    "Attachment",
    "CRM",
    "CRMError",
    "CardAction",
    "CardTab",
    "Channel",
    "Client",
    "Closing",
    "Conflict",
    "Deal",
    "DealPeriod",
    "DealTurn",
    "DealType",
    "DemandLine",
    "Draft",
    "Ending",
    "EvidenceKind",
    "HangingDeal",
    "Health",
    "Hung",
    "Interaction",
    "InvalidInput",
    "Job",
    "JobKind",
    "LANGUAGE_NAMES",
    "LazyText",
    "Listener",
    "LiveTopic",
    "LossReason",
    "MenuItem",
    "MoneyField",
    "NotAllowed",
    "NotFound",
    "Outgoing",
    "Panel",
    "Period",
    "Permission",
    "PluginRefused",
    "Point",
    "Prepared",
    "Progress",
    "ProviderError",
    "Rate",
    "Record",
    "RecordChange",
    "RecordField",
    "Report",
    "ReportFacts",
    "ReportMeasure",
    "RestRoutes",
    "Role",
    "Routes",
    "SearchResult",
    "STATUSES",
    "Sent",
    "SettingsGroup",
    "TimelineEntry",
    "Stage",
    "StageVisit",
    "Step",
    "Team",
    "Text",
    "TypeStage",
    "User",
    "UtcField",
    "Visit",
    "address_of",
    "as_json",
    "as_text",
    "attachments_of",
    "change_deal",
    "convert",
    "create_client",
    "create_deal_type",
    "create_property",
    "create_reason",
    "create_stage",
    "create_task",
    "create_user",
    "ensure_stage_tasks",
    "execute_many",
    "fields",
    "find_hanging",
    "find_reason",
    "find_stage",
    "find_user",
    "format_date",
    "format_moment",
    "format_money",
    "format_number",
    "format_percent",
    "format_phone",
    "from_microseconds",
    "from_units",
    "get_user",
    "gettext",
    "hook",
    "insert_rows",
    "is_postgres",
    "iso_day",
    "language",
    "lazy",
    "lose",
    "move",
    "name_key",
    "next_numbers",
    "ngettext",
    "not_given",
    "parse_amount",
    "periods",
    "plain",
    "private_hosts",
    "propose_evidence",
    "publish",
    "queue_message",
    "read_email",
    "read_phone",
    "receive_message",
    "record",
    "reopen",
    "report_state",
    "require",
    "rounded",
    "send_outside",
    "speaking",
    "standing",
    "start_of_day",
    "step_of_row",
    "steps_of",
    "take_ids",
    "take_turns",
    "to_microseconds",
    "to_units",
    "visible_interactions",
    "visible_to",
    "win",
    "write_history",
]

# Pages: what a view may ask of its request, and how it answers. Loaded when first asked for, so that the command line
# starts without the web.
_PAGES = {
    "can": "core.web.context",
    "needs": "core.web.context",
    "present_crm": "core.web.context:crm",
    "present_user": "core.web.context:user",
    "go": "core.web.pages",
    "go_to": "core.web.pages",
    "is_htmx": "core.web.pages",
    "page": "core.web.pages",
    "toast": "core.web.pages",
    "list_filters": "core.web.lists.filters:",
    "rest_blueprint": "core.web.rest",
    "listing": "core.web.rest",
    "answer": "core.web.rest",
    "gone": "core.web.rest",
    "guard": "core.web.rest",
    "RECORD_ID": "core.web.rest:ID",
    "Resource": "core.web.rest",
    "SchemaForm": "core.web.forms",
    "takes_up_to": "core.web.context",
    "foreign": "core.web.context",
    "public": "core.web.context",
}
__all__ += sorted(_PAGES)


def __getattr__(name: str) -> Any:
    """Returns a name of the group of pages."""
    if name not in _PAGES:
        raise AttributeError(f"core.api has no {name}")
    place, colon, inner = _PAGES[name].partition(":")
    module = import_module(place)
    return module if colon and not inner else getattr(module, inner or name)
