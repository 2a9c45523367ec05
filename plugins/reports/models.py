"""What the plugin keeps: settings of reports under a name, plans, standards of service, costs of marketing."""

from peewee import BigIntegerField, BooleanField, CharField, DateField, ForeignKeyField, IntegerField, JSONField

from core.api import MoneyField, Record, User, UtcField


class Variant(Record):
    """Settings of a report that somebody saved: the owner's alone, those of a team (`team_id`), or everybody's.

    `settings` are the parameters as they came: pairs of name and value, in order.
    """

    report = CharField()
    name = CharField()
    owner = ForeignKeyField(User)
    is_shared = BooleanField(default=False)
    team_id = BigIntegerField(null=True)
    settings = JSONField()
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "reports_variant"


class Plan(Record):
    """A plan that somebody saved: its goal, the days it spans, and the settings it was made with.

    Whoever may share it lets everybody see it. Its lines are kept as they were planned; facts are counted anew.
    """

    name = CharField()
    owner = ForeignKeyField(User)
    is_shared = BooleanField(default=False)
    settings = JSONField()
    contracts = IntegerField()
    amount = MoneyField(null=True)
    begin_on = DateField()
    due_on = DateField()
    made_at = UtcField()

    class Meta:
        table_name = "reports_plan"


class PlanLine(Record):
    """How many of a step a manager is to do in the week of a Monday; a stage's step names the stage."""

    plan = ForeignKeyField(Plan)
    place = IntegerField()
    step = CharField()
    stage_id = BigIntegerField(null=True)
    user_id = BigIntegerField(null=True)
    week_on = DateField()
    quantity = IntegerField()

    class Meta:
        table_name = "reports_plan_line"


class Standard(Record):
    """How often clients of a category are to hear from us: at least every so many days."""

    category_id = BigIntegerField(unique=True)
    days = IntegerField()

    class Meta:
        table_name = "reports_standard"


class Cost(Record):
    """What a source of clients cost in a month, in the company's currency."""

    source_id = BigIntegerField()
    month_on = DateField()
    amount = MoneyField()

    class Meta:
        table_name = "reports_cost"
