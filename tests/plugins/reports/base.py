"""A generated base with known answers: plain objects, and the rows of the database made from them.

Three deal types (one with two versions, one without stages), skips, returns, re-openings, hand-overs, four currencies,
missing potentials, deals on hold, periods of history.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.api import CRM, User, bulk

STAGES = ["Qualify", "Meet", "Proof", "Offer", "Contract", "Payment"]
LADDERS = {  # (type, version): stages in order with the chance to pass each, in per cent
    ("Sale", 1): [("Qualify", 60), ("Meet", 70), ("Offer", 50), ("Contract", 80), ("Payment", 95)],
    ("Sale", 2): [("Qualify", 55), ("Meet", 70), ("Proof", 65), ("Offer", 50), ("Contract", 80), ("Payment", 90)],
    ("Service", 1): [("Meet", 75), ("Offer", 40), ("Payment", 90)],
    ("Errand", 1): [],
}
RATES = {"EUR": Decimal(1), "ALL": Decimal("0.01"), "USD": Decimal("0.92"), "RUB": None}
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 380  # the longest walk of a deal ends before the tests' present day


@dataclass
class PlainDeal:
    """A deal as somebody would tell it."""

    type: str
    version: int
    client: int
    owner: str | None
    source: str
    currency: str
    potential: Decimal | None
    opened_at: datetime
    visits: list[str] = field(default_factory=list)
    state: str = "open"
    closed_at: datetime | None = None
    amount: Decimal | None = None
    is_on_hold: bool = False
    spans: list[tuple] = field(default_factory=list)

    @property
    def ladder(self) -> list[str]:
        return [stage for stage, _chance in LADDERS[self.type, self.version]]

    @property
    def worth(self) -> Decimal | None:
        """The potential in the company's currency, or None."""
        rate = RATES[self.currency]
        return None if self.potential is None or rate is None else (self.potential * rate).quantize(Decimal("0.01"))

    @property
    def brought(self) -> Decimal | None:
        """The amount in the company's currency, or None."""
        rate = RATES[self.currency]
        return None if self.amount is None or rate is None else (self.amount * rate).quantize(Decimal("0.01"))


@dataclass
class Base:
    """The base: its deals, and who sits in which team."""

    deals: list[PlainDeal]
    teams: dict[str, str]
    users: dict[str, User] = field(default_factory=dict)


def generate(size: int, seed: int = 1) -> Base:
    """Returns a base of `size` deals that is always the same for a seed."""
    rnd = random.Random(seed)
    teams = {name: f"Team {number % 3}" for number, name in enumerate(("Arta", "Besnik", "Vera", "Ivan", "Drita"))}
    owners = [*teams, None]
    return Base([_deal(rnd, owners) for _ in range(size)], teams)


def _deal(rnd: random.Random, owners: list) -> PlainDeal:
    kind, version = rnd.choice(list(LADDERS))
    currency = rnd.choice(list(RATES))
    potential = None if rnd.random() < 0.1 else Decimal(rnd.randint(100, 90_000_00)) / 100
    opened_at = START + timedelta(minutes=rnd.randrange(DAYS * 24 * 60))
    deal = PlainDeal(
        kind,
        version,
        rnd.randrange(40),
        rnd.choice(owners),
        rnd.choice(("Fair", "Call")),
        currency,
        potential,
        opened_at,
    )
    moment = _walk(rnd, deal, owners)
    roll = rnd.random()
    if roll < 0.75:
        deal.state = "won" if roll < 0.35 else "lost"
        deal.closed_at = moment
        if deal.state == "won":
            deal.amount = None if potential is None else potential - rnd.randint(0, 50)
    else:
        deal.is_on_hold = rnd.random() < 0.2
        stage, owner, begun = deal.visits[-1] if deal.visits else None, deal.owner, deal.spans[-1][1]
        deal.spans[-1] = (stage, begun, None, owner, deal.worth, deal.is_on_hold)
    return deal


def _walk(rnd: random.Random, deal: PlainDeal, owners: list) -> datetime:
    """Lets the deal go forward, skip, return, be handed over; returns when it came to rest."""
    moment, ladder = deal.opened_at, deal.ladder
    place = 0
    for _step in range(rnd.randint(1, 8)):
        stage = ladder[place] if ladder else None
        if stage:
            deal.visits.append(stage)
        until = moment + timedelta(hours=rnd.randint(1, 400))
        deal.spans.append((stage, moment, until, deal.owner, deal.worth, False))
        moment = until
        if rnd.random() < 0.15:
            deal.owner = rnd.choice(owners)
        if not ladder:
            break
        following = place + rnd.choice((1, 1, 1, 2, -1))
        if not 0 <= following < len(ladder):
            break
        place = following
    # A closed deal stood last where it was last seen; the owner at closing is the one of its last span.
    last = deal.spans[-1]
    deal.spans[-1] = (*last[:3], deal.owner, *last[4:])
    return moment


def write(crm: CRM, base: Base) -> None:
    """Writes the base straight into the tables."""
    with crm.work():
        base.users = _people(crm, base)
        stages = _stages(crm)
        types, versions = _types(crm, stages)
        sources = {}
        for name in ("Fair", "Call"):
            sources[name] = _insert(crm, "core_source", name=name, is_active=True)
        clients = [_client(crm, number) for number in range(40)]
        now = crm.clock.now()
        for number, deal in enumerate(base.deals):
            _write_deal(crm, number, deal, types, versions, stages, sources, clients, base.users, now)


def _people(crm: CRM, base: Base) -> dict[str, User]:
    from core.api import Team, create_user  # noqa: PLC0415 - names that only writing needs

    teams = {name: Team.create(name=name) for name in sorted(set(base.teams.values()))}
    return {
        name: create_user(crm, name.lower(), name, role="seller", team=teams[team]) for name, team in base.teams.items()
    }


def _stages(crm: CRM) -> dict[str, int]:
    known = dict(crm.database.execute_sql("SELECT name, id FROM core_stage").fetchall())
    for name in STAGES:
        if name not in known:
            known[name] = _insert(crm, "core_stage", name=name, probability=50, is_standard=False, is_active=True)
    return known


def _types(crm: CRM, stages: dict[str, int]) -> tuple[dict[str, int], dict[tuple, int]]:
    types, versions = {}, {}
    now = bulk.plain(crm.clock.now())
    for (kind, number), steps in LADDERS.items():
        if kind not in types:
            mode = "manual" if steps else "none"
            types[kind] = _insert(
                crm, "core_deal_type", name=kind, mode=mode, is_used=True, registers_demand=False, created_at=now
            )
        version = _insert(crm, "core_deal_type_version", deal_type_id=types[kind], number=number, published_at=now)
        versions[kind, number] = version
        for place, (stage, chance) in enumerate(steps):
            _insert(crm, "core_type_stage", version_id=version, stage_id=stages[stage], place=place, probability=chance)
        sql = f"UPDATE core_deal_type SET published_version_id = {version} WHERE id = {types[kind]}"
        crm.database.execute_sql(sql)
    return types, versions


def _client(crm: CRM, number: int) -> int:
    now = bulk.plain(crm.clock.now())
    name, region = f"Client {number}", ("North", "South", "")[number % 3]
    return _insert(
        crm, "core_client", kind="company", name=name, name_key=name.lower(), region=region, status="active",
        properties="{}", created_at=now, changed_at=now,
    )  # fmt: skip


def _write_deal(crm, number, deal, types, versions, stages, sources, clients, users, now) -> None:
    ladder = deal.ladder
    places = [ladder.index(stage) for stage in deal.visits]
    place = places[-1] if places else None
    mask = 0
    for visited in places:
        mask |= 1 << visited
    values = {
        "number": f"D-{number}", "title": f"Deal {number}", "client_id": clients[deal.client],
        "deal_type_id": types[deal.type], "version_id": versions[deal.type, deal.version], "state": deal.state,
        "stage_id": stages[ladder[place]] if ladder else None, "place": place, "stood_at": mask,
        "furthest": max(places) if places else None, "owner_id": users[deal.owner].id if deal.owner else None,
        "source_id": sources[deal.source], "currency": deal.currency, "potential": deal.potential,
        "amount": deal.amount, "potential_base": deal.worth, "amount_base": deal.brought, "properties": "{}",
        "on_hold_until": "2099-01-01" if deal.is_on_hold else None, "opened_at": deal.opened_at,
        "closed_at": deal.closed_at, "created_at": now, "changed_at": now,
    }  # fmt: skip
    deal_id = _insert(crm, "core_deal", **{name: bulk.plain(value) for name, value in values.items()})
    rows = [
        (deal_id, bulk.plain(since), bulk.plain(until),
         stages[stage] if stage else None, ladder.index(stage) if stage else None,
         users[owner].id if owner else None, bulk.plain(worth), held)
        for stage, since, until, owner, worth, held in deal.spans
    ]  # fmt: skip
    columns = ("deal_id", "from_at", "to_at", "stage_id", "place", "owner_id", "potential_base", "is_on_hold")
    bulk.insert_rows(crm.database, "core_deal_period", columns, rows)
    _write_visits(crm, deal, rows)
    if deal.closed_at:
        kept = ("state", "stage_id", "place", "owner_id", "currency", "potential", "amount", "potential_base")
        told = {name: bulk.plain(values[name]) for name in (*kept, "amount_base", "closed_at")}
        _insert(crm, "core_closing", deal_id=deal_id, **told)


def _write_visits(crm: CRM, deal: PlainDeal, periods: list[tuple]) -> None:
    """Writes a visit for each period: in this base a deal changes its stage at the end of each."""
    rows = []
    for (deal_id, since, until, stage_id, place, owner_id, worth, _held), after in zip(
        periods, [*periods[1:], None], strict=True
    ):
        if place is None:
            return
        outcome = {"open": ""}.get(deal.state, deal.state) if after is None else _outcome(place, after[4])
        rows.append((deal_id, stage_id, place, since, until, outcome, owner_id, worth))
    columns = ("deal_id", "stage_id", "place", "entered_at", "left_at", "outcome", "responsible_id", "potential_base")
    bulk.insert_rows(crm.database, "core_stage_visit", columns, rows)
    bulk.keep_ways(crm.database, {row[0] for row in rows})


def _outcome(place: int, following: int) -> str:
    return "passed" if following > place else "returned"


def _insert(crm: CRM, table: str, **values) -> int:
    marks = ", ".join([crm.database.param] * len(values))
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks}) RETURNING id"
    return crm.database.execute_sql(sql, tuple(values.values())).fetchone()[0]
