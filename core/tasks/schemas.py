"""The shapes of tasks and of what is done with them: for form and REST."""

from marshmallow import Schema, fields, validate

from core.clients.property_fields import check_user, user_choices
from core.i18n import lazy
from core.interactions.comments import LONGEST
from core.tasks.services import MOST_POINTS

_TEXT = validate.Length(max=LONGEST)


class TaskPointSchema(Schema):
    """A point of a task's checklist."""

    text = fields.String(required=True, validate=validate.Length(1, 300))
    is_done = fields.Boolean(load_default=False)


class TaskFactsSchema(Schema):
    """What may be changed of a task; of the task of a stage only the deadline."""

    title = fields.String(
        required=True, validate=validate.Length(1, 300), metadata={"label": lazy("What is to be done?"), "wide": True}
    )
    due_at = fields.AwareDateTime(load_default=None, allow_none=True, metadata={"label": lazy("Until when")})
    instructions = fields.String(
        load_default="", validate=_TEXT, metadata={"label": lazy("Instructions"), "widget": "textarea"}
    )
    checklist = fields.List(
        fields.Nested(TaskPointSchema), load_default=list, validate=validate.Length(max=MOST_POINTS)
    )
    is_controlled = fields.Boolean(
        load_default=False, metadata={"label": lazy("With control: I accept the result"), "wide": True}
    )


class TaskSchema(TaskFactsSchema):
    """Something that a user is to do. Links are ids."""

    id = fields.Integer(dump_only=True)
    kind = fields.String(dump_only=True)
    client = fields.Integer(attribute="client_id", allow_none=True, load_default=None)
    deal = fields.Integer(attribute="deal_id", allow_none=True, load_default=None)
    step = fields.Integer(attribute="step_id", dump_only=True, allow_none=True)
    user = fields.Integer(
        attribute="user_id",
        allow_none=True,
        load_default=None,
        validate=check_user,
        metadata={"label": lazy("By whom"), "widget": "select", "choices": user_choices},
    )
    role = fields.Integer(attribute="role_id", dump_only=True, allow_none=True)
    author = fields.Integer(attribute="author_id", dump_only=True, allow_none=True)
    result = fields.Dict(dump_only=True)
    state = fields.String(dump_only=True)
    done_by = fields.Integer(attribute="done_by_id", dump_only=True, allow_none=True)
    done_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)


class TaskPostponeSchema(Schema):
    """What postponing a task asks."""

    until = fields.AwareDateTime(required=True, metadata={"label": lazy("Until when"), "wide": True})


class TaskHandOverSchema(Schema):
    """What handing a task over asks."""

    user = fields.Integer(
        required=True,
        validate=check_user,
        metadata={"label": lazy("To whom"), "widget": "select", "choices": user_choices, "wide": True},
    )
    comment = fields.String(
        load_default="", validate=_TEXT, metadata={"label": lazy("What should they know?"), "widget": "textarea"}
    )


class TaskReportSchema(Schema):
    """What reporting an order asks."""

    note = fields.String(
        required=True, validate=_TEXT, metadata={"label": lazy("What came of it?"), "widget": "textarea"}
    )


class TaskReturnSchema(Schema):
    """What sending a reported order back asks."""

    comment = fields.String(
        required=True, validate=_TEXT, metadata={"label": lazy("What is missing?"), "widget": "textarea"}
    )


class TaskCommentSchema(Schema):
    """What a colleague remarks on a task."""

    id = fields.Integer(dump_only=True)
    body = fields.String(
        required=True, validate=validate.Length(1, LONGEST), metadata={"label": lazy("Comment"), "widget": "textarea"}
    )
    user = fields.Integer(attribute="user_id", dump_only=True, allow_none=True)
    at = fields.AwareDateTime(dump_only=True)
