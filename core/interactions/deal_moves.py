"""What happened with deals on a timeline: stages that they came to, times when they were won or lost."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from peewee import JOIN, SQL, Expression, Field, ModelSelect

from core.deals.models import Closing, Deal, StageVisit
from core.stages.models import LossReason, Stage
from core.users.models import User

CLOSING, VISIT = "closing", "visit"
# Cuts a query of one source to its page: query, moment, id, name of the source.
Page = Callable[[ModelSelect, Field, Field, str], ModelSelect]


class DealMove(NamedTuple):
    """A stage that a deal came to, or how it was closed.

    `source` is `closing` or `visit`, `words` the reason of loss or the name of the stage, `user_name` who closed it.
    """

    source: str
    id: int
    at: datetime
    deal_id: int
    deal_title: str
    words: str | None
    state: str | None
    amount: Decimal | None
    currency: str | None
    loss_note: str | None
    user_id: int | None
    user_name: str | None

    @property
    def deal(self) -> Deal:
        """The deal, with no more than its title."""
        return Deal(id=self.deal_id, title=self.deal_title)

    @property
    def user(self) -> User | None:
        """Who closed it, with no more than the name."""
        return User(id=self.user_id, name=self.user_name) if self.user_name else None


def moves_of(deals: Expression, page: Page) -> list[DealMove]:
    """Returns the moves of the deals that fulfil a condition, each source cut by `page`, in one statement."""
    closings = page(_closings().where(deals), Closing.closed_at, Closing.id, CLOSING)
    visits = page(_visits().where(deals), StageVisit.entered_at, StageVisit.id, VISIT)
    return [DealMove(*row) for row in closings.union_all(visits).tuples()]


def _closings() -> ModelSelect:
    query = Closing.select(
        SQL(f"'{CLOSING}'"),
        Closing.id,
        Closing.closed_at,
        Deal.id,
        Deal.title,
        LossReason.name,
        Closing.state,
        Closing.amount,
        Closing.currency,
        Closing.loss_note,
        User.id,
        User.name,
    )
    query = query.join(Deal).join_from(Closing, LossReason, JOIN.LEFT_OUTER, on=Closing.loss_reason_id == LossReason.id)
    return query.join_from(Closing, User, JOIN.LEFT_OUTER, on=Closing.user_id == User.id)


def _visits() -> ModelSelect:
    # A visit's row names who ended it, not who began it.
    absent = [SQL("NULL")] * 6
    columns = (StageVisit.id, StageVisit.entered_at, Deal.id, Deal.title, Stage.name)
    return StageVisit.select(SQL(f"'{VISIT}'"), *columns, *absent).join(Deal).join_from(StageVisit, Stage)
