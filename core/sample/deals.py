"""The sample company's deals, with the visits, periods and closings that agree with them, written in bulk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from core.deals import recount
from core.deals.numbers import next_numbers
from core.money import SCALE
from core.process.ensuring import ensure_stage_tasks
from core.runtime import CRM
from core.sample import words
from core.sample.clients import SampleClient
from core.sample.company import Company
from core.sample.drafts import Cut, Draft, spans_of
from core.sample.ladders import Ladder
from core.sample.paths import Ending, walk
from core.sample.seasons import DAY, HOUR, Seasons
from core.sample.stage_tasks import DONE, done_tasks
from core.store.bulk import insert_rows, take_ids
from core.store.fields import from_microseconds

COLUMNS = {
    "core_deal": "id number title client_id contact_id deal_type_id version_id state stage_id place furthest stood_at "
    "entered_at on_hold_until owner_id source_id currency potential amount potential_base amount_base loss_reason_id "
    "loss_note expected_on note properties version opened_at closed_at created_at changed_at".split(),
    "core_stage_visit": "deal_id stage_id place entered_at left_at outcome responsible_id potential potential_base "
    "user_id onto_place is_again version_id deal_state".split(),
    "core_deal_period": "deal_id from_at to_at stage_id place owner_id potential_base is_on_hold".split(),
    "core_closing": "deal_id state closed_at stage_id place owner_id currency potential amount potential_base "
    "amount_base loss_reason_id loss_note user_id reopened_at reopen_note".split(),
    "core_task": DONE,
}
TEAM_LADDERS = ((75, 15, 10), (25, 72, 3), (50, 5, 45))  # sales, retail sales and tenders of each team, of a hundred
HAND_OVERS, HOLDS, FULL_PRICE = 0.04, 0.06, 0.55


@dataclass(frozen=True)
class SampleDeal:
    """What interactions and tasks need to know of a deal; `ended` is when it was closed, or the present."""

    id: int
    client: SampleClient
    owner_id: int
    opened: int
    ended: int
    is_open: bool


def make_deals(
    crm: CRM, company: Company, clients: Sequence[SampleClient], seasons: Seasons, *, count: int
) -> list[SampleDeal]:
    """Returns the deals that it has written, opened over the whole time of the sample, in order of their opening."""
    book = _Book(company, seasons)
    buyers = seasons.chance.choices(clients, cum_weights=list(accumulate(one.weight for one in clients)), k=count)
    begun = sorted((seasons.draw_since(buyer.created_at), place) for place, buyer in enumerate(buyers))
    numbers = next_numbers(crm, count)
    ids = take_ids(crm.database, "core_deal", count)
    made = [
        book.add(deal_id, number, buyers[place], opened)
        for deal_id, number, (opened, place) in zip(ids, numbers, begun, strict=True)
    ]
    for table, rows in book.rows.items():
        insert_rows(crm.database, table, COLUMNS[table], rows)
    _name_visits(crm, made[0].id if made else 0)
    ensure_stage_tasks(crm, [deal.id for deal in made if deal.is_open])
    return made


def _name_visits(crm: CRM, first_id: int) -> None:
    """Lets the done tasks of new deals, from an id on, name their stay: it has an id only since it is written."""
    stay = "SELECT v.id FROM core_stage_visit v WHERE v.deal_id = core_task.deal_id"
    crm.database.execute_sql(
        f"UPDATE core_task SET visit_id = ({stay} AND v.entered_at = core_task.created_at LIMIT 1)"
        f" WHERE deal_id >= {first_id} AND kind = 'stage' AND visit_id IS NULL"
    )


class _Book:
    """Draws deals one by one and keeps their rows, as the database wants them, by table."""

    def __init__(self, company: Company, seasons: Seasons) -> None:
        self.company, self.seasons, self.chance = company, seasons, seasons.chance
        self.rows: dict[str, list[tuple]] = {table: [] for table in COLUMNS}
        self.goods = [str(name) for name in words.GOODS]
        sellers = company.people.sellers
        self.colleagues = {
            one.id: [other.id for other in sellers if other.team == one.team and other.id != one.id] for one in sellers
        }

    def add(self, deal_id: int, number: str, client: SampleClient, opened: int) -> SampleDeal:
        """Returns the next deal, its rows kept."""
        seller, ladder, prices = client.seller, self._ladder(client.seller.team, opened), self.company.prices
        way = walk(ladder, opened, seller.luck, seller.weak_place, self.seasons)
        price = prices.draw(ladder.median_potential * client.size)
        deal = Draft(deal_id, client, opened, ladder, way, price, spans_of(opened, way, price, prices))
        deal.cut = self._cut(deal)
        amount, reason = self._close(deal)
        self._keep_deal(deal, number, amount, reason)
        self._keep_history(deal)
        if ladder.is_process:
            self.rows["core_task"] += done_tasks(deal, self.seasons.ends_at)
        ended = deal.spans[-1].end
        moment = self.seasons.ends_at if ended is None else ended
        return SampleDeal(deal_id, client, deal.owner_at(moment), opened, moment, ended is None)

    def _ladder(self, team: int, opened: int) -> Ladder:
        sale, retail, tender, newer_tender = self.company.ladders
        ladder = self.chance.choices((sale, retail, tender), TEAM_LADDERS[team])[0]
        return newer_tender if ladder is tender and opened >= newer_tender.since else ladder

    def _cut(self, deal: Draft) -> Cut | None:
        """Hands some deals over to a colleague, and puts some of the open ones on hold."""
        chance, seller = self.chance, deal.client.seller
        first, last = deal.spans[0], deal.spans[-1]
        if chance.random() < HAND_OVERS and self.colleagues[seller.id]:
            end = self.seasons.ends_at if first.end is None else first.end
            if end - first.start > DAY:
                return Cut(chance.randrange(first.start + HOUR, end), chance.choice(self.colleagues[seller.id]), False)
        elif last.end is None and chance.random() < HOLDS:
            since = max(last.start, deal.way.visits[-1].entered)
            if self.seasons.ends_at - since > DAY:
                return Cut(chance.randrange(since + HOUR, self.seasons.ends_at), seller.id, True)
        return None

    def _close(self, deal: Draft) -> tuple[int | None, int | None]:
        """Keeps the deal's closings, and returns the amount and the reason of loss that its row is to have."""
        amount = reason = None
        for ending, span in zip(deal.way.endings, deal.spans, strict=False):
            amount, reason = self._terms(deal, ending)
            owner_id = deal.owner_at(ending.at)
            amount_base = self.company.prices.in_base(amount, deal.price.currency, ending.at)
            note = str(words.REOPENED) if ending.reopened else ""
            self.rows["core_closing"].append(
                (deal.id, ending.state, ending.at, deal.ladder.stage_ids[ending.place], ending.place, owner_id,
                 deal.price.currency, deal.price.potential, amount, span.closing_base, amount_base, reason, "",
                 owner_id, ending.reopened, note)
            )  # fmt: skip
        return (None, None) if deal.way.state == "open" else (amount, reason)

    def _terms(self, deal: Draft, ending: Ending) -> tuple[int | None, int | None]:
        if ending.state == "lost":
            return None, self.chance.choice(deal.ladder.reason_ids[ending.place])
        potential = deal.price.potential
        if potential is None or self.chance.random() < FULL_PRICE:
            return potential, None
        return round(potential * self.chance.uniform(0.82, 1.06) / 1_000_000) * 1_000_000 or potential, None

    def _keep_deal(self, deal: Draft, number: str, amount: int | None, reason: int | None) -> None:
        client, ladder, price, last = deal.client, deal.ladder, deal.price, deal.way.visits[-1]
        stood_at = 0
        for visit in deal.way.visits:
            stood_at |= 1 << visit.place
        closed = deal.spans[-1].end
        hold = expected = None
        if closed is None:
            ahead = (len(ladder.chances) - last.place) * ladder.days_a_stage * self.chance.uniform(0.3, 1.8)
            expected = self._day(max(last.entered + int(ahead * DAY), self.seasons.ends_at - 20 * DAY))
            if deal.cut and deal.cut.is_on_hold:
                hold = self._day(self.seasons.ends_at + self.chance.randint(2, 60) * DAY)
        amount_base = None if closed is None else self.company.prices.in_base(amount, price.currency, closed)
        owner_id = deal.owner_at(self.seasons.ends_at)
        changed = closed or max(last.entered, deal.spans[-1].start)
        self.rows["core_deal"].append(
            (deal.id, number, self.chance.choice(self.goods), client.id, client.contact_id, ladder.type_id,
             ladder.version_id, deal.way.state, ladder.stage_ids[last.place], last.place, stood_at.bit_length() - 1,
             stood_at, last.entered, hold, owner_id, client.source_id, price.currency, price.potential, amount,
             deal.base, amount_base, reason, "", expected, "", self._properties(deal), 1, deal.opened, closed,
             deal.opened, changed)
        )  # fmt: skip

    def _keep_history(self, deal: Draft) -> None:
        stages, potential = deal.ladder.stage_ids, deal.price.potential
        ways = recount.ways([recount.Visit(None, one.place, one.entered, one.left) for one in deal.way.visits])
        for visit, way in zip(deal.way.visits, ways, strict=True):
            moment = visit.entered if visit.left is None else visit.left
            owner_id = deal.owner_at(moment)
            base = deal.base if visit.outcome in ("won", "lost") else deal.base_at(moment)
            mover = None if visit.left is None else owner_id
            self.rows["core_stage_visit"].append(
                (deal.id, stages[visit.place], visit.place, visit.entered, visit.left, visit.outcome, owner_id,
                 potential, base, mover, *way, deal.ladder.version_id, deal.way.state)
            )  # fmt: skip
        for start, end, place, is_on_hold in deal.periods():
            self.rows["core_deal_period"].append(
                (deal.id, start, end, stages[place], place, deal.owner_at(start), deal.base_at(start), is_on_hold)
            )

    def _properties(self, deal: Draft) -> str:
        if deal.way.state != "won":
            return "{}"
        cost = _cost(deal)
        found = {} if cost is None else {"cost": str(cost)}
        if self.chance.random() <= 0.3:
            found["delivery_on"] = self._day(deal.way.visits[-1].entered + 10 * DAY)
        return json.dumps(found)

    def _day(self, moment: int) -> str:
        return from_microseconds(moment).date().isoformat()


def _cost(deal: Draft) -> int | None:
    """Returns what a deal costs, in whole units of its currency; of one in twelve nobody wrote it down.

    Made of its number, not drawn: so that the rest of the sample stays as it was before deals had a cost.
    """
    if deal.price.potential is None or deal.id % 12 == 0:
        return None
    mean = 0.78 if deal.ladder.is_process else 0.62
    share = mean + (deal.id * 7919 % 1000 - 500) / 2000
    return round(deal.price.potential / SCALE * share)
