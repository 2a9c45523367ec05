"""Tasks: made, changed, done, opened again, cancelled. Orders with control and hand-overs have files of their own."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.tasks import rows
from core.tasks.doers import check_doer
from core.tasks.models import Task
from core.tasks.reading import get_task, tasks_of, visible_tasks
from core.tasks.words import CANCELLED, DONE, HELD, OPEN, REPORTED, STAGE
from core.users.models import User

__all__ = [
    "CANCELLED", "DONE", "HELD", "OPEN", "REPORTED", "cancel", "change_task", "complete", "create_task", "get_task",
    "open_again", "tasks_of", "tick", "ticked", "visible_tasks",
]  # fmt: skip
CHANGEABLE = ("title", "instructions", "due_at", "checklist", "is_controlled")
# What is changed of a stage's task: all else its deal type says.
OF_STAGES = ("due_at",)
MOST_POINTS = 50


def create_task(
    crm: CRM,
    *,
    title: str,
    user: User | None = None,
    author: User | None = None,
    deal: Deal | None = None,
    client: Client | None = None,
    due_at: datetime | None = None,
    instructions: str = "",
    checklist: Iterable[str | Mapping[str, Any]] = (),
    is_controlled: bool = False,
    kind: str = "",
) -> Task:
    """Returns a new open task; that of a deal belongs to the deal's client too.

    With control the author accepts the result; who does the task alone needs none. Raises InvalidInput without a
    title, and for a user who was dismissed or can't see what the task is about.
    """
    now = crm.clock.now()
    author_id = author.id if author else crm.actor.user_id
    if user is not None and user.id != author_id:
        check_doer(user, deal, client)
    with crm.work():
        task = Task.create(
            kind=kind,
            title=_checked_title(title),
            instructions=instructions.strip(),
            client=client.id if client else deal.client_id if deal else None,
            deal=deal.id if deal else None,
            user=user.id if user else None,
            author=author_id,
            is_controlled=_needs_control(is_controlled, user.id if user else None, author_id),
            checklist=points(checklist),
            due_at=due_at,
            created_at=now,
            changed_at=now,
        )
        audit.record(crm, "task", task.id, "created", {"title": [None, task.title], "user": [None, task.user_id]})
    return task


def change_task(crm: CRM, task: Task, values: Mapping[str, Any], *, version: int | None = None) -> Task:
    """Returns the task with new values of CHANGEABLE.

    A checklist is given as `points` takes it. Raises InvalidInput for what can't be changed,
    Conflict when somebody changed it since `version`.
    """
    with crm.work():
        row = rows.take(crm, task, version, OPEN, HELD, REPORTED)
        wanted = _checked(row, values)
        changes = audit.differences({name: getattr(row, name) for name in wanted}, wanted)
        if not changes:
            return task
        for name, (_before, after) in changes.items():
            setattr(row, name, after)
        if "checklist" in changes:
            changes["checklist"] = [[point["text"] for point in one] for one in changes["checklist"]]
        return rows.save(crm, task, row, "changed", changes)


def tick(crm: CRM, task: Task, place: int, *, is_done: bool, version: int | None = None) -> Task:
    """Returns the task with the tick of one point of its checklist set or taken away; raises InvalidInput."""
    with crm.work():
        row = rows.take(crm, task, version, OPEN, HELD)
        if not 0 <= place < len(row.checklist):
            raise InvalidInput(_("The checklist has no such point; reload the page."))
        row.checklist = [
            {**point, "is_done": is_done} if number == place else point for number, point in enumerate(row.checklist)
        ]
        point = row.checklist[place]["text"]
        return rows.save(crm, task, row, "ticked" if is_done else "unticked", {"point": [None, point]})


def complete(
    crm: CRM, task: Task, *, version: int | None = None, note: str = "", checklist: Collection[int] | None = None
) -> Task:
    """Returns the task as done, or as reported where its author wants to accept the result and somebody else did it.

    `checklist` has the places, from 0, of what is ticked (default: as kept). Raises Conflict when somebody else changed
    the task since `version`, InvalidInput when it isn't open or a point of its checklist is still to be done.
    """
    with crm.work():
        row = rows.take(crm, task, version, OPEN, HELD)
        before, actor = row.state, crm.actor.user_id
        row.state = REPORTED if row.is_controlled and actor != row.author_id else DONE
        row.done_by_id = actor
        row.checklist = ticked(row, checklist)
        row.result = {"note": note.strip()} if note.strip() else {}
        row.done_at = crm.clock.now() if row.state == DONE else None
        changes = {"state": [before, row.state], **({"note": [None, note.strip()]} if note.strip() else {})}
        return rows.save(crm, task, row, row.state, changes)


def open_again(crm: CRM, task: Task, *, version: int | None = None) -> Task:
    """Returns a task that was done, reported or cancelled as open; raises as `complete` does."""
    with crm.work():
        row = rows.take(crm, task, version, DONE, REPORTED, CANCELLED)
        if row.kind == STAGE:
            raise InvalidInput(_("The task of a stage is opened again by sending its deal back to the stage."))
        before, row.state, row.done_at, row.done_by_id = row.state, OPEN, None, None
        return rows.save(crm, task, row, "reopened", {"state": [before, OPEN]})


def cancel(crm: CRM, task: Task, *, version: int | None = None) -> Task:
    """Returns the task as cancelled: nobody is to do it any more; raises InvalidInput for the task of a stage."""
    with crm.work():
        row = rows.take(crm, task, version, OPEN, HELD, REPORTED)
        if row.kind == STAGE:
            raise InvalidInput(_("The task of a stage ends with its stage: do it, or close or hold the deal."))
        before, row.state = row.state, CANCELLED
        return rows.save(crm, task, row, CANCELLED, {"state": [before, CANCELLED]})


def points(given: Iterable[str | Mapping[str, Any]], before: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Returns a checklist as a task keeps it, from lines or {"text", "is_done"}; lines ticked before stay so."""
    ticks = {point["text"]: point["is_done"] for point in before}
    found: dict[str, bool] = {}
    for one in given:
        text = " ".join((one if isinstance(one, str) else one["text"]).split())
        if text:
            found[text] = ticks.get(text, False) if isinstance(one, str) else bool(one.get("is_done", False))
    if len(found) > MOST_POINTS:
        sentence = _("A checklist has at most %(n)s points.", n=MOST_POINTS)
        raise InvalidInput(sentence, fields={"checklist": [sentence]})
    return [{"text": text, "is_done": is_done} for text, is_done in found.items()]


def ticked(row: Task, places: Collection[int] | None) -> list[dict[str, Any]]:
    """Returns the checklist with the ticks at these places (default: as kept); raises InvalidInput for missing ones."""
    found = [
        {**point, "is_done": point["is_done"] if places is None else place in places}
        for place, point in enumerate(row.checklist)
    ]
    missing = [point["text"] for point in found if not point["is_done"]]
    if missing:
        sentence = _("Still to be done: %(what)s", what="; ".join(missing))
        raise InvalidInput(sentence, fields={"checklist": [sentence]})
    return found


def _checked(row: Task, values: Mapping[str, Any]) -> dict[str, Any]:
    for name in values:
        if name not in CHANGEABLE:
            raise InvalidInput(_("“%(field)s” of a task can't be changed here.", field=name))
        if row.kind == STAGE and name not in OF_STAGES:
            raise InvalidInput(_("What the task of a stage says is set by its deal type; only its deadline changes."))
    wanted = dict(values)
    if "title" in wanted:
        wanted["title"] = _checked_title(wanted["title"])
    if "instructions" in wanted:
        wanted["instructions"] = wanted["instructions"].strip()
    if "checklist" in wanted:
        wanted["checklist"] = points(wanted["checklist"], row.checklist)
    if "is_controlled" in wanted:
        wanted["is_controlled"] = _needs_control(wanted["is_controlled"], row.user_id, row.author_id)
    return wanted


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise InvalidInput(_("A task needs a title: what is to be done?"), fields={"title": [_("Type a title.")]})
    return title


def _needs_control(is_wanted: bool, user_id: int | None, author_id: int | None) -> bool:
    return is_wanted and author_id is not None and user_id is not None and user_id != author_id
