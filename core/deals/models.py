"""Deals and their history, as the database keeps them.

The deal's row tells where it stands; visits, periods and closings tell how it came there (`recount` proves them equal).
"""

from decimal import Decimal

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from core.clients.models import Client, Contact, Source
from core.stages.models import DealType, DealTypeVersion, LossReason, Stage
from core.store.fields import DecimalTextField, MoneyField, Record, UtcField
from core.users.models import User


class Deal(Record):
    """A deal; `state` is open, won or lost.

    `place` is the stage's place in the deal's version, `furthest` the highest it ever had, `stood_at` the places it
    really stood at, as bits (1 << place). A closed deal keeps the stage at which it was closed. `late_at` is when it
    has stood there for as long as the stage allows. `*_base` is money in the company's currency, or None when the rate
    is unknown.
    """

    number = CharField(unique=True)
    title = CharField()
    client = ForeignKeyField(Client)
    contact = ForeignKeyField(Contact, null=True)
    deal_type = ForeignKeyField(DealType)
    type_version = ForeignKeyField(DealTypeVersion, column_name="version_id")
    state = CharField()
    stage = ForeignKeyField(Stage, null=True)
    place = IntegerField(null=True)
    furthest = IntegerField(null=True)
    stood_at = BigIntegerField(default=0)
    entered_at = UtcField(null=True)
    late_at = UtcField(null=True)
    on_hold_until = DateField(null=True)
    owner = ForeignKeyField(User, null=True)
    source = ForeignKeyField(Source, null=True)
    currency = CharField()
    potential = MoneyField(null=True)
    amount = MoneyField(null=True)
    potential_base = MoneyField(null=True)
    amount_base = MoneyField(null=True)
    loss_reason = ForeignKeyField(LossReason, null=True)
    loss_note = TextField(default="")
    expected_on = DateField(null=True)
    note = TextField(default="")
    properties = JSONField(default=dict)
    import_id = BigIntegerField(null=True)
    import_row = IntegerField(null=True)
    version = IntegerField(default=1)
    opened_at = UtcField()
    closed_at = UtcField(null=True)
    created_at = UtcField()
    changed_at = UtcField()
    deleted_at = UtcField(null=True)

    class Meta:
        table_name = "core_deal"

    @property
    def is_open(self) -> bool:
        """Whether the deal is neither won nor lost."""
        return self.state == "open"

    @property
    def is_on_hold(self) -> bool:
        """Whether an open deal waits for a day."""
        return self.on_hold_until is not None


class StageVisit(Record):
    """A stay at a stage; visits of a deal touch and don't overlap. `outcome`: passed, returned, won, lost, or empty.

    `onto_place` is that of the visit that followed; `is_again` says of one that ended that the deal had been further
    before, so that it may pass a stage for the second time. `version_id` and `deal_state` are the deal's own, as they
    are today; in the trash it has no state. (See `core.deals.ways`.)
    """

    deal = ForeignKeyField(Deal)
    stage = ForeignKeyField(Stage)
    place = IntegerField()
    entered_at = UtcField()
    left_at = UtcField(null=True)
    outcome = CharField(default="")
    responsible_id = BigIntegerField(null=True)
    potential = MoneyField(null=True)
    potential_base = MoneyField(null=True)
    user_id = BigIntegerField(null=True)
    onto_place = IntegerField(null=True)
    is_again = BooleanField(default=False)
    version_id = BigIntegerField(null=True)
    deal_state = CharField(null=True)

    class Meta:
        table_name = "core_stage_visit"


class DealPeriod(Record):
    """A time, half-open, in which an open deal stood unchanged: the open funnel of a past moment is read from these.

    `version_id` is the version of the deal's type that held then, where the deal has moved to another one since;
    `place` is that of the deal's present version.
    """

    deal = ForeignKeyField(Deal)
    from_at = UtcField()
    to_at = UtcField(null=True)
    stage_id = BigIntegerField(null=True)
    place = IntegerField(null=True)
    owner_id = BigIntegerField(null=True)
    potential_base = MoneyField(null=True)
    is_on_hold = BooleanField(default=False)
    version_id = BigIntegerField(null=True)

    class Meta:
        table_name = "core_deal_period"


class Closing(Record):
    """A time when the deal was won or lost, with what was frozen then; a re-opened deal keeps it."""

    deal = ForeignKeyField(Deal)
    state = CharField()
    closed_at = UtcField()
    stage_id = BigIntegerField(null=True)
    place = IntegerField(null=True)
    owner_id = BigIntegerField(null=True)
    currency = CharField()
    potential = MoneyField(null=True)
    amount = MoneyField(null=True)
    potential_base = MoneyField(null=True)
    amount_base = MoneyField(null=True)
    loss_reason_id = BigIntegerField(null=True)
    loss_note = TextField(default="")
    user_id = BigIntegerField(null=True)
    reopened_at = UtcField(null=True)
    reopen_note = TextField(default="")

    class Meta:
        table_name = "core_closing"


class DemandLine(Record):
    """One thing that the client wants; the price is that of one, in the deal's currency.

    `is_satisfied` is None until somebody says so when the deal is closed, with the `reason` why not.
    """

    deal = ForeignKeyField(Deal)
    place = IntegerField()
    what = TextField()
    quantity = DecimalTextField()
    price = MoneyField(null=True)
    wanted_on = DateField(null=True)
    is_satisfied = BooleanField(null=True)
    reason = TextField(default="")

    class Meta:
        table_name = "core_demand_line"

    @property
    def total(self) -> Decimal | None:
        """Quantity times price, or None without a price."""
        return None if self.price is None else self.quantity * self.price
