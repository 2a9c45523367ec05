"""Tasks as the database keeps them."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from core.clients.models import Client
from core.deals.models import Deal
from core.i18n import Text
from core.stages.models import TypeStage
from core.store.fields import Record, UtcField
from core.tasks.words import HELD, KIND_ICONS, KINDS, OPEN, STAGE, STATE_COLOURS, STATES
from core.users.models import Role, User


class Task(Record):
    """Something that a user is to do for a client or deal.

    `kind` is empty for a task made by hand, `stage` for that of a stage of a process (`step`, `visit_id`), `loss` for
    working up a loss, `interaction` for what is asked later. `state` is open, held (its deal is on hold), reported
    (done, and its author has yet to accept it), done or cancelled. Without a user it is for whoever holds `role`.
    """

    kind = CharField(default="")
    title = CharField()
    instructions = TextField(default="")
    client = ForeignKeyField(Client, null=True)
    deal = ForeignKeyField(Deal, null=True)
    step = ForeignKeyField(TypeStage, null=True)
    visit_id = BigIntegerField(null=True)
    user = ForeignKeyField(User, null=True)
    role = ForeignKeyField(Role, null=True)
    author = ForeignKeyField(User, null=True)
    done_by_id = BigIntegerField(null=True)
    is_controlled = BooleanField(default=False)
    checklist = JSONField(default=list)
    result = JSONField(default=dict)
    due_at = UtcField(null=True)
    state = CharField(default="open")
    done_at = UtcField(null=True)
    version = IntegerField(default=1)
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "core_task"

    @property
    def is_stage_now(self) -> bool:
        """Whether it is the task of the stage at which its deal stands."""
        return self.kind == STAGE and self.state in (OPEN, HELD)

    @property
    def state_label(self) -> Text:
        """The state as it is called."""
        return STATES.get(self.state, self.state)

    @property
    def state_colour(self) -> str:
        """The colour in which the state is shown."""
        return STATE_COLOURS.get(self.state, "secondary")

    @property
    def kind_label(self) -> Text:
        """The kind as it is called."""
        return KINDS.get(self.kind, self.kind)

    @property
    def kind_icon(self) -> str:
        """The icon of the kind."""
        return KIND_ICONS.get(self.kind, "checkbox")
