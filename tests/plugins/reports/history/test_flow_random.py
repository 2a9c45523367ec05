"""Whatever is done to deals, flow and conversion of any period are what their visits tell, counted in plain code."""

import math
import random
from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction

import pytest

from core.deals import services
from core.deals.models import Deal, StageVisit
from core.errors import CRMError
from core.stages.services import ladders, usable_reasons
from core.users.models import User

NAMES = ("passed", "open", "won", "lost_since", "skipped")
LEFT = ("left", "passed", "lost", "returned", "returns", "median_days", "most_days")
ACTS = ("move", "move", "move", "win", "lose", "reopen", "reopen", "hand_over")


@pytest.mark.parametrize("seed", [1, 2])
def test_flow_and_conversion_equal_a_walk_along_the_visits(crm, make, report, seed):
    chance, began = random.Random(seed), crm.today()
    owners, kind = [make.user(), make.user()], make.deal_type()
    deals = [make.deal(deal_type=kind, owner=owners[0]) for _number in range(8)]
    for _round in range(90):
        # As often as not several things happen within the same moment.
        crm.clock.advance(hours=chance.choice((0, 0, 5, 20)))
        act(crm, chance, chance.choice(deals), owners)
    for _round in range(4):
        first = began + timedelta(days=chance.randrange(20))
        until = first + timedelta(days=chance.choice((1, 3, 40)))
        rows = report("flow", type=str(kind.id), from_=str(first), to=str(until)).data["rows"]
        told = {row["stage"]: [row[name] for name in NAMES] for row in rows if row["passed"]}
        assert told == walked(crm, kind, first, until)
        for by in ("", "owner"):
            rows = report("conversion", type=str(kind.id), by=by, from_=str(first), to=str(until)).data["rows"]
            told = {(row["stage"], row.get(by)): [row[name] for name in LEFT] for row in rows if row["left"]}
            assert told == left(crm, kind, first, until, by)


def act(crm, chance, deal, owners) -> None:
    """Does something to a deal, if it can be done."""
    steps = ladders([deal.version_id])[deal.version_id]
    try:
        match chance.choice(ACTS):
            case "move":
                services.move(crm, deal, chance.choice(steps).stage)
            case "win":
                services.win(crm, deal)
            case "lose":
                services.lose(crm, deal, usable_reasons()[0])
            case "reopen":
                services.reopen(crm, deal)
            case "hand_over":
                services.hand_over(crm, deal, chance.choice(owners))
    except CRMError:
        return


def walked(crm, kind, first, until) -> dict:
    """Returns the numbers of each stage, made of the visits of each deal in the order in which they happened."""
    since, end = crm.day_start(first), crm.day_start(until)
    steps = ladders([kind.published_version_id])[kind.published_version_id]
    found = {step.stage.name: Counter() for step in steps}
    for deal in Deal.select().where(Deal.deal_type == kind):
        visits = list(StageVisit.select().where(StageVisit.deal == deal).order_by(StageVisit.entered_at, StageVisit.id))
        stood = {visit.place for visit in visits}
        passed = set()
        for visit, after in zip(visits, [*visits[1:], None], strict=True):
            if visit.outcome in ("passed", "won") and since <= visit.left_at < end:
                passed |= set(range(visit.place, len(steps) if after is None else after.place))
        for place in passed:
            state = {"lost": "lost_since"}.get(deal.state, deal.state)
            found[steps[place].stage.name].update({"passed": 1, state: 1, "skipped": place not in stood})
    return {name: [row[key] for key in NAMES] for name, row in found.items() if row["passed"]}


def left(crm, kind, first, until, by) -> dict:
    """Returns the numbers of each stage, and of each manager there, made of what each deal did at it."""
    since, end = crm.day_start(first), crm.day_start(until)
    names = {user.id: user.name for user in User.select()}
    ended = StageVisit.select().join(Deal).where(Deal.deal_type == kind, StageVisit.left_at >= since)
    stays = defaultdict(list)
    for visit in ended.where(StageVisit.left_at < end).order_by(StageVisit.left_at, StageVisit.id):
        stays[visit.deal_id, visit.stage_id].append(visit)
    found = defaultdict(list)
    for visits in stays.values():
        last = visits[-1]
        time = sum((visit.left_at - visit.entered_at for visit in visits), timedelta())
        returns = [visit.outcome for visit in visits].count("returned")
        key = last.stage.name, names[last.responsible_id] if by else None
        found[key].append((last.outcome, returns, time / timedelta(days=1)))
    return {key: _numbers(deals) for key, deals in found.items()}


def _numbers(deals) -> list:
    outcomes = [outcome for outcome, _returns, _days in deals]
    times = sorted(days for *_rest, days in deals)
    ways = [outcomes.count("passed") + outcomes.count("won"), outcomes.count("lost"), outcomes.count("returned")]
    middle = [round(times[math.ceil(len(times) * share) - 1], 2) for share in (Fraction(1, 2), Fraction(4, 5))]
    return [len(deals), *ways, sum(returns for _outcome, returns, _days in deals), *middle]
