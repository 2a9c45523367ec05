"""A made-up sales history as plain rows, and its funnel counted by plain code: nothing here knows Hinka."""

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

TYPES = {
    "Sale": ("Interest", "Offer", "Contract", "Payment"),
    "Service": ("Request", "Visit", "Payment"),
}
OWNERS = ("Ana Hoxha", "Bledi Kola", "Вера Иванова")
START = datetime(2025, 1, 6, 9)


@dataclass
class Made:
    """One deal with its visits as (stage, entered, left)."""

    number: str
    type: str
    owner: str
    client: str
    state: str
    potential: Decimal | None
    opened: datetime
    closed: datetime | None
    visits: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)

    @property
    def place(self) -> int:
        """The place of the stage where it stands or stood last."""
        return TYPES[self.type].index(self.visits[-1][0])

    @property
    def stood(self) -> set[int]:
        """The places at which it ever stood."""
        return {TYPES[self.type].index(stage) for stage, _entered, _left in self.visits}


def make_base(count: int, seed: int) -> list[Made]:
    """Returns deals that move, skip, return, and are won, lost or still open.

    The first ones stand at each stage in turn: types take their stages in the order in which a file first names them.
    """
    chance = random.Random(seed)
    first = [_standing(kind, place) for kind, stages in TYPES.items() for place in range(len(stages))]
    made = first + [_deal(chance) for _number in range(count - len(first))]
    for number, deal in enumerate(made, start=1):
        deal.number, deal.client = f"C-{number}", f"Client {number % 40}"
    return made


def _standing(kind: str, place: int) -> Made:
    moments = [START + timedelta(days=day) for day in range(place + 1)]
    visits = list(zip(TYPES[kind], moments, [*moments[1:], None], strict=False))
    return Made("", kind, OWNERS[0], "", "open", Decimal(100), START, None, visits)


def _deal(chance: random.Random) -> Made:
    kind = chance.choice(list(TYPES))
    stages = TYPES[kind]
    at = START + timedelta(hours=chance.randrange(24 * 300))
    potential = None if chance.random() < 0.1 else Decimal(chance.randrange(100, 900_000)) / 100
    made = Made("", kind, chance.choice(OWNERS), "", "open", potential, at, None)
    place = 0
    while True:
        left = at + timedelta(hours=chance.randrange(1, 400))
        fate = chance.random()
        made.visits.append((stages[place], at, left))
        if fate < 0.2:
            made.state = "lost"
        elif place == len(stages) - 1:
            made.state = chance.choice(("won", "won", "open"))
        elif fate < 0.3:
            pass  # still open
        else:
            place = _next(place, len(stages), chance)
            at = left
            continue
        break
    if made.state == "open":
        made.visits[-1] = (*made.visits[-1][:2], None)
    else:
        made.closed = made.visits[-1][2]
    return made


def _next(place: int, count: int, chance: random.Random) -> int:
    step = chance.choice((1, 1, 1, 1, 2, -1))
    return max(0, min(count - 1, place + step)) if place + step != place else place + 1


def write_files(base: list[Made], folder: Path) -> tuple[Path, Path]:
    """Writes the files that `import deals` and `import stage-history` take without a map."""
    deals, history = folder / "deals.csv", folder / "history.csv"
    with deals.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow("number title client type stage state potential opened_at closed_at owner loss_reason".split())
        for made in base:
            reason = "Price" if made.state == "lost" and int(made.number[2:]) % 2 else ""
            closed = made.closed.isoformat(" ") if made.closed else ""
            writer.writerow(
                [
                    made.number,
                    f"Deal {made.number}",
                    made.client,
                    made.type,
                    made.visits[-1][0],
                    made.state,
                    "" if made.potential is None else made.potential,
                    made.opened.isoformat(" "),
                    closed,
                    made.owner,
                    reason,
                ]
            )
    with history.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow("deal stage entered_at left_at user".split())
        for made in base:
            for stage, entered, left in made.visits:
                writer.writerow(
                    [made.number, stage, entered.isoformat(" "), left.isoformat(" ") if left else "", made.owner]
                )
    return deals, history


def count_closed(deals: list[Made], kind: str) -> list[dict]:
    """Returns the rows of the closed funnel of one type, by the words of its definition."""
    rows = []
    for place, stage in enumerate(TYPES[kind]):
        cells: dict = defaultdict(int)
        money: dict = defaultdict(Decimal)
        stood_passed = stood = 0
        for made in deals:
            reached = made.state == "won" or place <= made.place
            is_lost = made.state == "lost" and place == made.place
            if not reached:
                continue
            names = ["reached", "lost" if is_lost else "passed"]
            for name in names:
                cells[name] += 1
                money[name] += made.potential or 0
            if not is_lost and place not in made.stood:
                cells["skipped"] += 1
            stood += place in made.stood or is_lost
            stood_passed += not is_lost and place in made.stood
        rows.append(
            {
                "stage": stage,
                **{name: cells[name] for name in ("reached", "passed", "lost", "skipped")},
                **{f"{name}_potential": money[name] for name in ("reached", "passed", "lost")},
                "conversion": stood_passed / stood if stood else None,
            }
        )
    return rows
