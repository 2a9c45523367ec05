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
    """An entry of the menu; shown to those who hold `permission` (empty: everybody)."""

    key: str
    label: Text
    endpoint: str
    icon: str
    place: int = 500
    permission: str = ""
    section: str = "main"


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
    """A box on the card of a client or deal: a template of the plugin with what it shows."""

    key: str
    title: Text
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    place: int = 500


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
class JobKind:
    """A kind of job: `run(crm, args, progress)` does it; `every` makes it periodic.

    `run` must be safe to repeat: a job whose worker died is run again (at least once).
    """

    kind: str
    run: Callable[..., None]
    every: timedelta | None = None
    attempts: int = 5


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
class DealTurn:
    """A turn of a deal, inside its transaction: `deal` is its row after it, `before` the place where it stood.

    `action` is opened, moved, held, resumed, handed over, won, lost, re-opened, deleted or restored. `owner_before` is
    whose it was before it was handed over; `note` is why it was sent back.
    """

    deal: Any
    action: str
    at: datetime
    before: int | None = None
    owner_before: int | None = None
    note: str = ""


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
class Rate:
    """What one unit of a currency was worth in the company's currency on a day, as a decimal string."""

    rate: str
    rate_on: str
