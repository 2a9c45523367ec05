"""Plans a hand-over: which clients, open deals and open tasks of one person go to whom. Nothing is changed here.

What belongs together stays together: a client goes with its deals and tasks to one person. Closed deals keep their
owner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from peewee import Expression, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.fields import condition, entity
from core.i18n import _, lazy
from core.process.mass.sharing import share
from core.runtime import CRM
from core.tasks.models import Task
from core.users.access import require, visible_to
from core.users.models import User

CLIENTS, DEALS, TASKS = "clients", "deals", "tasks"
KINDS = {"": lazy("All"), "regular": lazy("Regular ones (they bought before)"), "new": lazy("New ones")}
MOST = 5_000
UNFINISHED = ("open", "held", "reported")
RIGHT = "deals.hand_over"
# A deal or a task weighs as much as so many clients of whom nothing is to be done now.
WORK = 100


@dataclass(frozen=True)
class Wish:
    """What is to be handed over: of whom, to whom, which; `conditions` and `kind` choose among clients.

    `most` bounds the number of clients; with `is_evening` the receivers' present load counts.
    """

    giver_id: int
    receiver_ids: tuple[int, ...]
    what: frozenset[str] = frozenset((CLIENTS, DEALS, TASKS))
    kind: str = ""
    conditions: tuple[dict, ...] = ()
    most: int | None = None
    is_evening: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether only some clients are meant, so that what hangs on no client stays."""
        return bool(self.kind or self.conditions or self.most is not None)


@dataclass
class Bundle:
    """What goes to one person together: a client with deals and tasks, or what there is of them."""

    name: str
    client_id: int | None = None
    deal_ids: list[int] = field(default_factory=list)
    task_ids: list[int] = field(default_factory=list)
    potential: Decimal = Decimal(0)
    receiver_id: int = 0

    @property
    def weight(self) -> int:
        """How much work it is: its deals and tasks; a client alone weighs little, so that clients spread evenly too."""
        return WORK * (len(self.deal_ids) + len(self.task_ids)) + bool(self.client_id)


@dataclass
class Share:
    """What one receiver gets; loads count open deals and tasks."""

    user: User
    load_before: int
    clients: int = 0
    deals: int = 0
    tasks: int = 0
    potential: Decimal = Decimal(0)

    @property
    def load_after(self) -> int:
        """The load when all is handed over."""
        return self.load_before + self.deals + self.tasks


@dataclass(frozen=True)
class Plan:
    """Who gets what; `moves` are (entity, id, giver, receiver) in the order in which they are done."""

    giver: User
    shares: list[Share]
    bundles: list[Bundle]

    @property
    def moves(self) -> list[tuple[str, int, int, int]]:
        """Each record that changes hands: clients first, then deals, then tasks."""
        giver = self.giver.id
        found = [("client", one.client_id, giver, one.receiver_id) for one in self.bundles if one.client_id]
        found += [("deal", deal_id, giver, one.receiver_id) for one in self.bundles for deal_id in one.deal_ids]
        found += [("task", task_id, giver, one.receiver_id) for one in self.bundles for task_id in one.task_ids]
        return found


def plan_giving(crm: CRM, user: User, wish: Wish) -> Plan:
    """Returns the plan of a wish; only of what `user` sees.

    Raises NotAllowed without the right to hand over, InvalidInput for receivers who don't work here, for nothing to
    hand over, and for too much at once.
    """
    require(user, RIGHT)
    giver, receivers = _people(wish)
    bundles = _bundles(crm, user, wish)
    if not bundles:
        raise InvalidInput(_("%(name)s has nothing of this to hand over.", name=giver.name))
    size = sum(len(one.deal_ids) + len(one.task_ids) + bool(one.client_id) for one in bundles)
    if size > MOST:
        raise InvalidInput(
            _("That is %(n)s records; at most %(most)s go at once. Choose fewer clients.", n=size, most=MOST)
        )
    loads = loads_of([one.id for one in receivers])
    given = share(
        {place: one.weight for place, one in enumerate(bundles)},
        {one.id: WORK * loads[one.id] if wish.is_evening else 0 for one in receivers},
    )
    shares = {one.id: Share(one, loads[one.id]) for one in receivers}
    for place, bundle in enumerate(bundles):
        bundle.receiver_id = given[place]
        _add(shares[bundle.receiver_id], bundle)
    return Plan(giver, list(shares.values()), bundles)


def loads_of(user_ids: Sequence[int]) -> dict[int, int]:
    """Returns how many open deals and unfinished tasks each of the users has."""
    found = dict.fromkeys(user_ids, 0)
    deals = Deal.select(Deal.owner, fn.COUNT(Deal.id)).where(_is_open_of(user_ids)).group_by(Deal.owner)
    tasks = Task.select(Task.user, fn.COUNT(Task.id)).where(Task.user << user_ids, Task.state << UNFINISHED)
    for user_id, count in (*deals.tuples(), *tasks.group_by(Task.user).tuples()):
        found[user_id] += count
    return found


def _people(wish: Wish) -> tuple[User, list[User]]:
    found = {one.id: one for one in User.select().where(User.id << [wish.giver_id, *wish.receiver_ids])}
    giver = found.get(wish.giver_id)
    if giver is None:
        raise InvalidInput(_("Choose whose work is handed over."), fields={"giver": [_("Choose a person.")]})
    receivers = [found[one] for one in dict.fromkeys(wish.receiver_ids) if one in found and one != giver.id]
    if not receivers:
        raise InvalidInput(_("Choose who takes the work over."), fields={"receivers": [_("Choose somebody else.")]})
    gone = next((one for one in receivers if not one.is_active), None)
    if gone is not None:
        raise InvalidInput(_("%(name)s does not work here any more; choose another owner.", name=gone.name))
    return giver, receivers


def _bundles(crm: CRM, user: User, wish: Wish) -> list[Bundle]:
    """Returns what is handed over, by client; what hangs on no client of the giver comes after the clients."""
    names = _clients(crm, user, wish)
    bundles = {client_id: Bundle(name) for client_id, name in names.items()}
    for client_id, bundle in bundles.items():
        bundle.client_id = client_id if CLIENTS in wish.what else None
    if DEALS in wish.what:
        _take_deals(user, wish, bundles)
    loose = _take_tasks(wish, bundles) if TASKS in wish.what else []
    chosen = [one for one in bundles.values() if one.client_id or one.deal_ids or one.task_ids]
    return chosen + loose


def _clients(crm: CRM, user: User, wish: Wish) -> dict[int, str]:
    start = entity(crm, "client")
    query = Client.select(Client.id, Client.name).where(
        Client.owner == wish.giver_id,
        Client.deleted_at.is_null(),
        visible_to(user, Client.owner),
        condition(crm, start, wish.conditions, user),
    )
    if wish.kind:
        query = query.where(_has_bought() if wish.kind == "regular" else ~_has_bought())
    return dict(query.order_by(Client.name_key, Client.id).limit(wish.most).tuples())


def _has_bought() -> Expression:
    won = Deal.select(Deal.client).where(Deal.state == "won", Deal.deleted_at.is_null())
    return Client.id << won


def _take_deals(user: User, wish: Wish, bundles: dict[int, Bundle]) -> None:
    query = Deal.select(Deal.id, Deal.client, Client.name, Deal.potential_base).join(Client)
    query = query.where(_is_open_of([wish.giver_id]), visible_to(user, Deal.owner)).order_by(Deal.id)
    for deal_id, client_id, name, potential in query.tuples():
        if client_id not in bundles and not wish.is_chosen:
            bundles[client_id] = Bundle(name)
        if client_id in bundles:
            bundles[client_id].deal_ids.append(deal_id)
            bundles[client_id].potential += potential or 0


def _take_tasks(wish: Wish, bundles: dict[int, Bundle]) -> list[Bundle]:
    """Puts tasks to their clients; returns those of nobody's client, each by itself, unless clients are chosen."""
    query = Task.select(Task.id, Task.client, Task.title).where(Task.user == wish.giver_id, Task.state << UNFINISHED)
    loose = []
    for task_id, client_id, title in query.order_by(Task.id).tuples():
        if client_id in bundles:
            bundles[client_id].task_ids.append(task_id)
        elif not wish.is_chosen:
            loose.append(Bundle(title, task_ids=[task_id]))
    return loose


def _is_open_of(user_ids: Iterable[int]) -> Expression:
    return (Deal.owner << list(user_ids)) & (Deal.state == "open") & Deal.deleted_at.is_null()


def _add(given: Share, bundle: Bundle) -> None:
    given.clients += bool(bundle.client_id)
    given.deals += len(bundle.deal_ids)
    given.tasks += len(bundle.task_ids)
    given.potential += bundle.potential
