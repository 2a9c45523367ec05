"""What a plan learns from deals of the past: how many of each step a contract takes, and how long it takes. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from plugins.reports.funnel.ladders import Ladder, merged_order
from plugins.reports.plan.arithmetic import Stays, middle
from plugins.reports.plan.facts import DAY, OpenDeal, PastDeal

INTERESTED, STAGE, CONTRACTS = "interested", "stage", "contracts"
KINDS = {"call": "calls", "meeting": "meetings", "letter": "letters"}
MOST = Fraction(4, 5)
A_HUNDRED = 100
# The type of a deal and a stage of its, or None for the whole time from its opening on.
Place = tuple[int, int | None]


@dataclass(frozen=True)
class Step:
    """Something that deals pass or that is done for them: how many `count` there were for the deals learned from.

    `after` is how many days after the first interest it comes, as a median of won deals; `stage` is its stage's name.
    """

    key: str
    count: Fraction | int
    after: float = 0
    stage_id: int | None = None
    stage: str | None = None


@dataclass(frozen=True)
class Learned:
    """What is known: the steps in order, contracts last; the time to a contract, by half and by four of five deals.

    `opened` is 0 when nothing could be learned and the steps are the chances that the type itself states.
    """

    steps: tuple[Step, ...]
    won: Fraction | int
    opened: int = 0
    won_amount: int = 0
    with_amount: int = 0
    lag: float = 0
    lag_most: float = 0
    stays: Mapping[Place, Stays] = field(default_factory=dict)
    owners: Mapping[int | None, int] = field(default_factory=dict)
    chances: Mapping[Place, Fraction] = field(default_factory=dict)

    @property
    def is_learned(self) -> bool:
        """Whether it comes from deals, not from the type's own percentages."""
        return self.opened > 0

    @property
    def conversion(self) -> Fraction:
        """The share of interested clients that become contracts."""
        return Fraction(self.won) / Fraction(self.steps[0].count)

    def expected(self, deal: OpenDeal, now: int, days: float) -> Fraction:
        """Returns the chance that an open deal is won within so many days; by the type's own chances, whenever."""
        if not self.is_learned:
            return self.chances.get((deal.type_id, deal.stage_id), Fraction(0))
        entered = deal.entered_at if deal.entered_at is not None else deal.opened_at
        for stage_id, since in ((deal.stage_id, entered), (None, deal.opened_at)):
            key = (deal.type_id, stage_id)
            found = self.stays[key].chance((now - since) / DAY, days) if key in self.stays else None
            if found is not None:
                return found
        return Fraction(0)


def learn(
    deals: Sequence[PastDeal],
    visits: Iterable[tuple[int, int, int]],
    held: Iterable[tuple[int, str, int]],
    ladders: Mapping[int, Ladder],
) -> Learned | None:
    """Returns what the deals teach, or None when none of them was won."""
    won = [deal for deal in deals if deal.state == "won"]
    if not won:
        return None
    came = _came(deals, visits)
    lags = sorted((deal.closed_at - deal.opened_at) / DAY for deal in won)
    lag = middle(lags)
    amounts = [deal.amount for deal in won if deal.amount is not None]
    return Learned(
        steps=(
            Step(INTERESTED, len(deals)),
            *_stages(deals, won, came, ladders, lag),
            *_done(deals, held),
            Step(CONTRACTS, len(won), lag),
        ),
        won=len(won),
        opened=len(deals),
        won_amount=sum(amounts),
        with_amount=len(amounts),
        lag=lag,
        lag_most=middle(lags, MOST),
        stays=_stays(deals, came, ladders),
        owners=Counter(deal.owner_id for deal in deals),
    )


def from_template(ladder: Ladder) -> Learned:
    """Returns what the type itself says: its chances to pass each stage, and nothing about time."""
    chance, steps = Fraction(1), []
    for place, step in enumerate(ladder.steps):
        if place:
            steps.append(Step(STAGE, chance, 0, step.stage_id, step.stage))
        chance *= Fraction(step.probability, A_HUNDRED)
    chances = {(ladder.type_id, step.stage_id): ladder.chance_from(place) for place, step in enumerate(ladder.steps)}
    return Learned((Step(INTERESTED, Fraction(1)), *steps, Step(CONTRACTS, chance)), chance, chances=chances)


def _came(deals: Sequence[PastDeal], visits: Iterable[tuple[int, int, int]]) -> dict[int, dict[int, int]]:
    """Returns when each deal first came to each stage."""
    known = {deal.id for deal in deals}
    came: dict[int, dict[int, int]] = defaultdict(dict)
    for deal_id, stage_id, moment in visits:
        if deal_id in known:
            came[deal_id][stage_id] = moment
    return came


def _stages(
    deals: Sequence[PastDeal],
    won: Sequence[PastDeal],
    came: Mapping[int, Mapping[int, int]],
    ladders: Mapping[int, Ladder],
    lag: float,
) -> list[Step]:
    """Returns the stages after the first of each type, which every interested client reaches, in order."""
    reached: Counter[int] = Counter()
    for (version, place), count in Counter((deal.version_id, _reach(deal)) for deal in deals).items():
        steps = ladders[version].steps
        reached.update({step.stage_id: count for step in steps[1 : len(steps) if place is None else place + 1]})
    used = [ladders[version] for version, _count in Counter(deal.version_id for deal in deals).most_common()]
    names = {step.stage_id: step.stage for ladder in used for step in ladder.steps}
    order = merged_order([step.stage_id for step in ladder.steps] for ladder in used)
    found, latest = [], 0.0
    for stage_id in order:
        if not reached[stage_id]:
            continue
        days = sorted((came[one.id][stage_id] - one.opened_at) / DAY for one in won if stage_id in came[one.id])
        # A later stage never comes before an earlier one, and none after the contract.
        latest = min(max(latest, middle(days) or 0.0), lag)
        found.append(Step(STAGE, reached[stage_id], latest, stage_id, names[stage_id]))
    return found


def _reach(deal: PastDeal) -> int | None:
    """Returns the last place that the deal reached; None for all of them."""
    if deal.state == "won":
        return None
    return (deal.place if deal.state == "lost" else deal.furthest) or 0


def _done(deals: Sequence[PastDeal], held: Iterable[tuple[int, str, int]]) -> list[Step]:
    known = {deal.id for deal in deals}
    counts: Counter[str] = Counter()
    for deal_id, kind, count in held:
        if deal_id in known:
            counts[kind] += count
    return [Step(key, counts[kind]) for kind, key in KINDS.items() if counts[kind]]


def _stays(
    deals: Sequence[PastDeal], came: Mapping[int, Mapping[int, int]], ladders: Mapping[int, Ladder]
) -> dict[Place, Stays]:
    """Returns how long the deals took from each place to their end."""
    won: dict[Place, list[float]] = defaultdict(list)
    closed: dict[Place, list[float]] = defaultdict(list)
    unfinished: Counter[Place] = Counter()
    for deal in deals:
        type_id = ladders[deal.version_id].type_id
        for stage_id, since in ((None, deal.opened_at), *came[deal.id].items()):
            key = (type_id, stage_id)
            if deal.closed_at is None:
                unfinished[key] += 1
                continue
            days = max((deal.closed_at - since) / DAY, 0)
            closed[key].append(days)
            if deal.state == "won":
                won[key].append(days)
    keys = {*closed, *unfinished}
    return {key: Stays(sorted(won[key]), sorted(closed[key]), unfinished[key]) for key in keys}
