"""The home page: first steps on an empty base, today's numbers on a living one."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from flask import Blueprint, current_app, url_for
from peewee import fn
from werkzeug.wrappers import Response

from core.clients.models import Client
from core.deals.models import Deal
from core.i18n import Text, _
from core.runtime import CRM
from core.stages.models import DealType, Stage
from core.store.fields import money_sum
from core.tasks import services as tasks
from core.tasks.models import Task
from core.users.access import visible_to
from core.users.models import User
from core.web.context import crm, user
from core.web.lists.state import State
from core.web.pages import go, page

blueprint = Blueprint("home", __name__)


@dataclass(frozen=True)
class Today:
    """The numbers of the home page, of what one user may see."""

    has_clients: bool
    open_deals: int
    potential: Decimal
    without_potential: int
    won: int
    won_amount: Decimal
    lost: int
    late_tasks: int
    tasks_today: int


@dataclass(frozen=True)
class StageLoad:
    """How many open deals stand at a stage, and what they may bring."""

    stage_id: int
    stage: str
    count: int
    potential: Decimal


@dataclass(frozen=True)
class TypeLoad:
    """The stages of one deal type at which open deals stand."""

    type_id: int
    deal_type: str
    stages: list[StageLoad]

    @property
    def most(self) -> int:
        """The number of deals at the fullest stage."""
        return max(stage.count for stage in self.stages)


@dataclass(frozen=True)
class Step:
    """One of the first steps; `url` is empty where the plugin for it is switched off."""

    title: Text
    text: Text
    icon: str
    url: str
    is_done: bool


@blueprint.get("/")
def index() -> str:
    """Shows what to do first, or what there is to do today."""
    today = numbers_of_today(crm(), user())
    return page(
        "web/home.html",
        today=today,
        steps=first_steps(today),
        loads=open_deals_by_stage(user()),
        tasks=next_tasks(user()),
        now=crm().clock.now(),
        deals=deals_address,
    )


@blueprint.post("/tasks/<int:task_id>/done")
def done(task_id: int) -> Response:
    """Marks a task as done."""
    task = tasks.complete(crm(), tasks.get_task(user(), task_id))
    return go("home.index", _("Done: %(title)s", title=task.title))


def numbers_of_today(crm: CRM, user: User) -> Today:
    """Returns the numbers of the home page, in five queries."""
    seen = visible_to(user, Deal.owner) & Deal.deleted_at.is_null()
    clients = Client.select().where(visible_to(user, Client.owner), Client.deleted_at.is_null())
    opened = Deal.select(fn.COUNT(Deal.id), money_sum(Deal.potential_base), fn.COUNT(Deal.potential_base)).where(
        seen, Deal.state == "open"
    )
    count, potential, known = opened.tuples().first()
    month = crm.day_start(crm.today().replace(day=1))
    closed = (
        Deal.select(Deal.state, fn.COUNT(Deal.id), money_sum(Deal.amount_base))
        .where(seen, Deal.closed_at >= month, Deal.state.in_(("won", "lost")))
        .group_by(Deal.state)
    )
    ended = {state: (number, amount) for state, number, amount in closed.tuples()}
    won, won_amount = ended.get("won", (0, 0))
    late, due = _due_tasks(crm, user)
    return Today(
        has_clients=clients.exists(),
        open_deals=count,
        potential=potential or Decimal(0),
        without_potential=count - known,
        won=won,
        won_amount=won_amount or Decimal(0),
        lost=ended.get("lost", (0, 0))[0],
        late_tasks=late,
        tasks_today=due,
    )


def first_steps(today: Today) -> list[Step]:
    """Returns the way from an empty base to the funnel, with what is done of it."""
    has_deals = today.open_deals + today.won + today.lost > 0
    return [
        Step(
            _("Bring in your clients"),
            _("An Excel or CSV file is enough; columns are recognised in English, Albanian and Russian."),
            "file-import",
            _url("importers.index", "importers.new", "clients.new"),
            today.has_clients,
        ),
        Step(
            _("Add your deals"),
            _("Import them too, or open the first one by hand from a client's card."),
            "briefcase",
            _url("deals.new", "deals.index"),
            has_deals,
        ),
        Step(
            _("Look at the sales funnel"),
            _("See where deals hang, why they are lost, and what money will come in."),
            "chart-funnel",
            _url("reports.index"),
            today.has_clients and has_deals,
        ),
    ]


def open_deals_by_stage(user: User) -> list[TypeLoad]:
    """Returns, for each deal type, how many open deals stand at each stage, from the first stage to the last."""
    query = (
        Deal.select(DealType.id, DealType.name, Stage.id, Stage.name, fn.COUNT(Deal.id), money_sum(Deal.potential_base))
        .join(DealType)
        .switch(Deal)
        .join(Stage)
        .where(visible_to(user, Deal.owner), Deal.deleted_at.is_null(), Deal.state == "open")
        .group_by(DealType.id, DealType.name, Stage.id, Stage.name)
        .order_by(DealType.name, fn.MIN(Deal.place), Stage.id)
    )
    loads: dict[int, TypeLoad] = {}
    for type_id, type_name, stage_id, stage, count, potential in query.tuples():
        load = loads.setdefault(type_id, TypeLoad(type_id, _(type_name), []))
        load.stages.append(StageLoad(stage_id, _(stage), count, potential or Decimal(0)))
    return list(loads.values())


def next_tasks(user: User, limit: int = 10) -> list[Task]:
    """Returns the user's open tasks, the most urgent first."""
    return list(tasks.visible_tasks(user).where(Task.user == user.id, Task.state == tasks.OPEN).limit(limit))


def deals_address(*conditions: tuple[str, object]) -> str:
    """Returns the address of the list of deals whose fields equal these values."""
    asked = tuple({"field": field, "op": "equal", "value": value} for field, value in conditions)
    return State(url_for("deals.index"), conditions=asked).url()


def _due_tasks(crm: CRM, user: User) -> tuple[int, int]:
    """Returns how many of the user's tasks are late, and how many more are due until the end of today."""
    tomorrow = crm.day_start(crm.today() + timedelta(days=1))
    now = crm.clock.now()
    late = Task.select().where(Task.user == user, Task.state == "open", Task.due_at < now)
    due = Task.select().where(Task.user == user, Task.state == "open", Task.due_at >= now, Task.due_at < tomorrow)
    return late.count(), due.count()


def _url(*endpoints: str) -> str:
    """Returns the address of the first of these pages that there is, or an empty text."""
    return next((url_for(endpoint) for endpoint in endpoints if endpoint in current_app.view_functions), "")
