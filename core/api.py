"""The one door for plugins: everything that a plugin needs from the core it imports from here.

Grouped by what one does with it; what is not here may change without notice.
"""

from importlib import import_module
from typing import Any

# What can be asked of every kind of record: paths through links, conditions, groups, and their words; sums of money.
from core import fields, money

# Clients and deals: what is read, made and moved.
from core.clients.models import Client
from core.clients.properties import create_property
from core.clients.services import create_client

# Time and contacts as people write them: pure, no database.
from core.clock import start_of_day
from core.contacts import format_phone, name_key, read_email, read_phone
from core.deals.models import Closing, Deal, DealPeriod, DemandLine, StageVisit
from core.deals.services import change_deal, lose, move, reopen, win

# Groups of names that only some plugins need: those that write thousands of rows, and those that call gateways.
from core.doors import bulk, courses, ladders, outside

# Errors: each carries one sentence for the user.
from core.errors import Conflict, CRMError, InvalidInput, NotAllowed, NotFound, ProviderError

# Contributions: what hooks return, and the mark of a hook implementation.
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
from core.messages.incoming import receive_message
from core.messages.receipts import report_state, take_turns
from core.messages.writing import queue_message
from core.moments import iso_day
from core.process.evidence import propose_evidence
from core.process.hanging import Hung
from core.process.hanging import hanging as find_hanging
from core.runtime import CRM
from core.stages.models import DealType, LossReason, Stage, TypeStage

# The store: the base of models, columns of moments and money, the history of changes.
from core.store.audit import record as write_history
from core.store.fields import MoneyField, Record, UtcField

# Tasks: something that a plugin asks of a person.
from core.tasks.services import create_task

# Access: every query passes `visible_to`.
from core.users.access import require, visible_to
from core.users.models import Team, User
from core.users.services import create_user

__all__ = [
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
    "EvidenceKind",
    "HangingDeal",
    "Health",
    "Hung",
    "Interaction",
    "InvalidInput",
    "Job",
    "JobKind",
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
    "Permission",
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
    "Routes",
    "SearchResult",
    "Sent",
    "SettingsGroup",
    "Stage",
    "StageVisit",
    "Team",
    "Text",
    "TimelineEntry",
    "TypeStage",
    "User",
    "UtcField",
    "attachments_of",
    "bulk",
    "change_deal",
    "courses",
    "create_client",
    "create_property",
    "create_task",
    "create_user",
    "fields",
    "find_hanging",
    "format_date",
    "format_moment",
    "format_money",
    "format_number",
    "format_percent",
    "format_phone",
    "gettext",
    "hook",
    "iso_day",
    "ladders",
    "language",
    "lazy",
    "lose",
    "money",
    "move",
    "name_key",
    "ngettext",
    "outside",
    "propose_evidence",
    "queue_message",
    "read_email",
    "read_phone",
    "receive_message",
    "reopen",
    "report_state",
    "require",
    "speaking",
    "start_of_day",
    "take_turns",
    "visible_interactions",
    "visible_to",
    "win",
    "write_history",
]

# Of these groups docs/api.md names what is in them.
GROUPS = (bulk, courses, ladders, outside)

# Pages: what a view may ask of its request, and how it answers. Loaded when first asked for, so that the command line
# starts without the web.
_PAGES = {
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
