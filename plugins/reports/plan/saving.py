"""Keeps plans: saves one as it was made, finds and deletes it; private, or seen by everybody."""

from collections.abc import Sequence

from core.api import CRM, InvalidInput, NotAllowed, NotFound, User, bulk, money, write_history
from core.api import gettext as _
from plugins.reports.models import Plan, PlanLine
from plugins.reports.plan.asking import Asked
from plugins.reports.plan.report import PARAMETERS
from plugins.reports.settings.naming import numbered

SHARE = "reports.share"
LONGEST_NAME = 80
COLUMNS = ("plan_id", "place", "step", "stage_id", "user_id", "week_on", "quantity")


def save_plan(
    crm: CRM, user: User, name: str, asked: Asked | None, pairs: Sequence[tuple[str, str]], *, is_shared: bool = False
) -> Plan:
    """Returns the saved plan; one of the same name and owner is replaced. `pairs` are the settings it was made with.

    Raises InvalidInput for an empty name or where there is nothing to plan, NotAllowed if the user may not share.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Give the plan a name of at most %(n)s characters.", n=LONGEST_NAME)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    if asked is None:
        raise InvalidInput(_("There is nothing to plan yet: no deal type has stages."))
    if is_shared and not user.can(SHARE):
        raise NotAllowed(_("You may not share plans with everybody: keep it for yourself."))
    goal = asked.plan.goal
    with crm.work():
        _forget(Plan.get_or_none(Plan.owner == user.id, Plan.name == name))
        made = Plan.create(
            name=name,
            owner=user.id,
            is_shared=is_shared,
            settings=[list(pair) for pair in numbered(crm, user, PARAMETERS, pairs)],
            contracts=asked.plan.lines[-1].in_all,
            amount=None if goal.amount is None else money.from_units(goal.amount),
            begin_on=goal.begin,
            due_on=goal.due,
            made_at=crm.clock.now(),
        )
        bulk.insert_rows(crm.database, PlanLine._meta.table_name, COLUMNS, _rows(made, asked))
        write_history(crm, "reports_plan", made.id, "saved", {"name": [None, name]})
    return made


def plans_of(user: User | None) -> list[Plan]:
    """Returns the plans that the user sees (None: all), the newest first."""
    query = Plan.select(Plan, User).join(User).order_by(Plan.made_at.desc(), Plan.id.desc())
    return list(query if user is None else query.where((Plan.owner == user.id) | Plan.is_shared))


def get_plan(user: User | None, key: str) -> Plan:
    """Returns the plan of a number or a name; raises NotFound where the user sees none."""
    for plan in plans_of(user):
        if str(plan.id) == key or plan.name.casefold() == key.casefold():
            return plan
    raise NotFound(_("There is no plan “%(name)s”; perhaps it was deleted.", name=key))


def delete_plan(crm: CRM, user: User, plan: Plan) -> None:
    """Deletes a plan of the user's own, or a shared one if the user may share."""
    if plan.owner_id != user.id and not user.can(SHARE):
        raise NotAllowed(_("This plan belongs to somebody else."))
    with crm.work():
        _forget(plan)
        write_history(crm, "reports_plan", plan.id, "deleted", {"name": [plan.name, None]})


def _forget(plan: Plan | None) -> None:
    if plan is not None:
        PlanLine.delete().where(PlanLine.plan == plan.id).execute()
        plan.delete_instance()


def _rows(made: Plan, asked: Asked) -> list[tuple]:
    plan = asked.plan
    return [
        (made.id, place, line.step.key, line.step.stage_id, manager, bulk.plain(week), count)
        for place, line in enumerate(plan.lines)
        for manager, row in zip(plan.managers, line.cells, strict=True)
        for week, count in zip(plan.weeks, row, strict=True)
        if count
    ]
