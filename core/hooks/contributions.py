"""What hooks return: frozen dataclasses, so that a typing mistake fails at once and nobody edits another's answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.i18n import Text


@dataclass(frozen=True)
class Permission:
    """A right that a role may hold: `key` is `<plugin>.<verb>`, `roles` are the standard roles that get it."""

    key: str
    label: Text
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu, for who holds `permission` (empty: all); the text of the live topic `live` is beside it."""

    key: str
    label: Text
    endpoint: str
    icon: str
    place: int = 500
    permission: str = ""
    section: str = "main"
    live: str = ""


@dataclass(frozen=True)
class Routes:
    """A Flask blueprint with pages, mounted at `prefix`."""

    blueprint: Any
    prefix: str = ""


@dataclass(frozen=True)
class RestRoutes:
    """A flask-smorest blueprint, mounted under /api/v1."""

    blueprint: Any


@dataclass(frozen=True)
class Panel:
    """A box on a card or the home page: a template and what it shows; `is_bare`, it draws its own frames, page-wide."""

    key: str
    title: Text
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    place: int = 500
    is_bare: bool = False


@dataclass(frozen=True)
class LiveTopic:
    """A part of a page that changes by itself: a template shows it by `{{ live(key) }}`, the stream keeps it fresh.

    `key` is `<plugin>.<noun>`. `compute(crm, user_ids)` returns the text of each of these users, escaped unless it is
    `Markup`; a user who is missing has an empty text. It is asked by one thread for all connected users after each
    change and every ten seconds: one grouped query, of what each of them may see.
    """

    key: str
    compute: Callable[[Any, Sequence[int]], Mapping[int, Any]]


@dataclass(frozen=True)
class RecordField:
    """A field that the plugin adds to a kind of record: client, deal, contact, user…

    `field` is a `fields.Field` of core.api, its name `<plugin>.<noun>`. From then on it is a column, a filter, a group,
    a condition of segments and a dimension of reports. Its expression is SQL beside the record's own columns (a
    subquery, say): it must see to it that nobody reads through it what `visible_to` hides.
    """

    entity: str
    field: Any


@dataclass(frozen=True)
class Report:
    """A report that the plugin brings: a page, files, REST and the command line are made of it.

    `name` is what the command line and REST call it, `<plugin>-<noun>`. `make(crm, user, settings)` returns a document
    of the plugin reports (user None: the system, everything); import what it needs inside. `parameters` are the names
    that it understands besides the fields of deals. `group` is funnels, process, people, clients or forecast.
    `usual_by` is the dimension of its rows when none is asked for, `usual_period` the name of its period then (empty:
    all time); `indicators` can be chosen for a matrix of columns.
    """

    name: str
    title: Text
    make: Callable[[Any, Any, Any], Any]
    parameters: tuple[str, ...] = ()
    words: Text = ""
    icon: str = "chart-bar"
    group: str = "process"
    usual_by: str = ""
    indicators: tuple[str, ...] = ()
    usual_indicators: tuple[str, ...] = ()
    usual_period: str = ""


@dataclass(frozen=True)
class ReportMeasure:
    """A number that reports make of facts.

    `how` is count, distinct, sum, mean, median or share; `path` names the field of all but count and share. With
    `conditions` of core.fields only the records that meet them count; a share is theirs among those that meet `among`.
    `kind` is how it is shown: count, money, share or number.
    """

    name: str
    label: Text
    how: str = "count"
    path: str = ""
    kind: str = "count"
    conditions: tuple[Mapping[str, Any], ...] = ()
    among: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class ReportFacts:
    """Records that reports count and sum by any of their fields, and by those of the records they link to.

    `entity` is the entity of core.fields; where it is the plugin's own, `describe(crm)` makes it. `moments` are the
    paths that a period may mean, the usual one first (none: what is now). `conditions` always hold. `dimensions` are
    the paths that are offered first. `list_address` is the list that opens the records behind a number; it takes
    conditions as `f`. `permission` is the right to see them.
    """

    name: str
    label: Text
    entity: str
    measures: tuple[ReportMeasure, ...]
    list_address: str
    moments: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    conditions: tuple[Mapping[str, Any], ...] = ()
    describe: Callable[[Any], Any] | None = None
    permission: str = ""


@dataclass(frozen=True)
class CardAction:
    """An entry of the menu on a record's card: a link to `url`, or with `is_post` a form that posts there.

    It is shown to those who hold `permission` (empty: everybody who sees the card); `confirm` asks first.
    """

    key: str
    label: Text
    url: str
    icon: str = "puzzle"
    permission: str = ""
    is_post: bool = False
    confirm: Text = ""
    place: int = 500


@dataclass(frozen=True)
class CardTab:
    """A tab beside the usual sight of a client's or deal's card: `key` is `<plugin>.<noun>`.

    `show()` returns what the template shows; it is called only when somebody opens the tab. It is shown to those who
    hold `permission` (empty: everybody who sees the card).
    """

    key: str
    label: Text
    template: str
    show: Callable[[], Mapping[str, Any]]
    icon: str = "puzzle"
    permission: str = ""
    place: int = 500


@dataclass(frozen=True)
class TimelineEntry:
    """Something that a plugin knows of a client or deal, among what happened there: `id` tells it from its others."""

    id: int
    at: datetime
    title: Text
    icon: str = "puzzle"
    text: Text = ""
    url: str = ""
    user: Any = None


@dataclass(frozen=True)
class SearchResult:
    """Something found by the search of all pages: its name, what it is, and the address where it is shown."""

    title: Text
    url: str
    words: Text = ""
    icon: str = "puzzle"


@dataclass(frozen=True)
class Health:
    """Whether a plugin can do its work: `is_fine`, or in `words` what is missing and what to do.

    `is_configured` is False while nobody has set it up: that is no fault.
    """

    is_fine: bool = True
    words: Text = ""
    is_configured: bool = True


@dataclass(frozen=True)
class JobKind:
    """A kind of job: `run(crm, args, progress)` does it; `every` makes it periodic.

    `run` must be safe to repeat: a job whose worker died is run again (at least once). One that takes longer than its
    `limit`, or keeps all others from writing for a twelfth of it, is ended with its worker's process, and has failed.
    Who stops one by hand or has it run again needs `permission` too, where beginning it takes more than seeing jobs.
    """

    kind: str
    run: Callable[..., None]
    every: timedelta | None = None
    attempts: int = 5
    limit: timedelta = timedelta(hours=1)
    permission: str = ""


@dataclass(frozen=True)
class SettingsGroup:
    """A plugin's settings: a marshmallow schema whose fields carry label, default and, if secret, metadata."""

    key: str
    title: Text
    schema: type
    permission: str = "admin.settings"


@dataclass(frozen=True)
class RecordChange:
    """A change that was committed: what was done to which record, by whom, through which source."""

    entity: str
    entity_id: int
    action: str
    user_id: int | None
    source: str


@dataclass(frozen=True)
class EvidenceKind:
    """Something that may show that a stage's result is fulfilled: `key` is `<plugin>.<noun>`, `label` names it."""

    key: str
    label: Text


@dataclass(frozen=True)
class DealTurn:
    """A turn of a deal, inside its transaction: `deal` is its row after it, `before` the place where it stood.

    `action` is opened, moved, held, resumed, handed over, won, lost, re-opened, deleted or restored. `owner_before` is
    whose it was before it was handed over; `note` is why it was sent back. Of a move `step` and `visit_id` are where it
    stands now, and `is_task_done` tells that the task of the stage that it left was done.
    """

    deal: Any
    action: str
    at: datetime
    before: int | None = None
    owner_before: int | None = None
    note: str = ""
    step: Any = None
    visit_id: int | None = None
    is_task_done: bool = False


@dataclass(frozen=True)
class HangingDeal:
    """A deal that hangs, found in the night: whose it is, and which of late, old and idle hold.

    *Late* is over its stage's limit in working time, *old* longer there than four of five won deals were, *idle*
    without an open task and a planned interaction. `since` is when it began to be too long there; None if only idle.
    """

    deal_id: int
    owner_id: int | None
    reasons: tuple[str, ...]
    since: datetime | None = None


@dataclass(frozen=True)
class Listener:
    """A line to the outside world that is held open: `listen(crm, stop)` serves it until `stop` is set, or raises.

    Listeners run in one process an instance, each in a thread of its own; one that ends or raises is begun again, later
    each time. `stop` is a threading.Event; a connection of the database is asked for each piece of work by
    `crm.database.connection_context()`.
    """

    key: str
    listen: Callable[[Any, Any], None]


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency was worth in the company's currency on a day, as a decimal string."""

    rate: str
    rate_on: str
