"""The jobs that do work on many records: chunk by chunk, each chunk one unit of work; safe to repeat after a crash.

All that one job does bears one source in the history, by which `undoing` takes it back.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from peewee import Expression, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.deals.services import hand_over
from core.errors import NotFound
from core.hooks.contributions import JobKind
from core.i18n import _
from core.jobs import Job
from core.mass import change_many
from core.process.mass.giving import Plan
from core.process.mass.turning import Turn, turn_deal
from core.process.mass.undoing import take_back
from core.runtime import CRM
from core.store.audit import Audit
from core.tasks.handing import give
from core.tasks.models import Task
from core.users.models import User
from core.users.services import get_user

CHUNK = 50
GIVE, TURN, UNDO = "core.mass_give", "core.mass_turn", "core.mass_undo"
KINDS = (GIVE, TURN, UNDO)
# So many refusals are kept with the job, to be shown; all are counted.
MOST_SHOWN = 200


def start_giving(crm: CRM, user: User, plan: Plan) -> Job:
    """Returns the job that carries a plan of handing over out."""
    return _start(crm, user, GIVE, {"moves": [list(one) for one in plan.moves], "giver": plan.giver.name})


def start_turning(crm: CRM, user: User, deal_ids: Sequence[int], turn: Turn) -> Job:
    """Returns the job that turns these deals, one by one."""
    return _start(crm, user, TURN, {"deal_ids": list(deal_ids), "turn": vars(turn)})


def start_undo(crm: CRM, user: User, job: Job) -> Job:
    """Returns the job that takes back what another did; asked twice, it is the same job."""
    known = job.args.get("undo_id")
    if known:
        return crm.jobs.get(known)
    with crm.work():
        undo = _start(crm, user, UNDO, {"of_id": job.id, "count": count_of(job)})
        Job.update(args={**job.args, "undo_id": undo.id}).where(Job.id == job.id).execute()
    return undo


def get_mass_job(user: User, job_id: int) -> Job:
    """Returns a job of this kind that the user began; raises NotFound for others."""
    job = Job.get_or_none(Job.id == job_id, Job.kind << KINDS, Job.user_id == user.id)
    if job is None:
        raise NotFound(_("There is no such change of many records, or somebody else made it."))
    return job


def count_of(job: Job) -> int:
    """Returns how many records the job has changed so far."""
    record = Audit.entity.concat("/").concat(Audit.entity_id)
    return Audit.select(fn.COUNT(fn.DISTINCT(record))).where(_is_of(job.args)).scalar()


def refused_of(job: Job) -> list[tuple[str, str]]:
    """Returns (what, why) of what the job left as it was."""
    return [tuple(one) for one in job.args.get("refused", ())]


def _start(crm: CRM, user: User, kind: str, args: dict[str, Any]) -> Job:
    with crm.work(), crm.acting(user.id, crm.actor.source):
        latest = Audit.select(fn.MAX(Audit.id)).scalar() or 0
        job = crm.jobs.enqueue(kind, args)
        job.args = {**args, "source": f"mass:job-{job.id}", "since": latest, "refused": []}
        job.save()
    return job


def _is_of(args: dict[str, Any]) -> Expression:
    """Returns the condition that keeps the job's rows of the history; `since` spares a walk through older ones."""
    return (Audit.id > args["since"]) & (Audit.source == args["source"])


def _give(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    moves = args["moves"]
    for done, chunk in _chunks(moves):
        with crm.acting(progress.job.user_id, args["source"]), crm.work():
            for (entity, giver, receiver), group in groupby(chunk, key=lambda one: (one[0], one[2], one[3])):
                _GIVERS[entity](crm, [one[1] for one in group], giver, get_user(receiver))
        progress.tell(100 * done // len(moves), f"{done} / {len(moves)}")


def _give_clients(crm: CRM, ids: list[int], giver_id: int, receiver: User) -> None:
    still = Client.select(Client.id).where(Client.id << ids, Client.owner == giver_id, Client.deleted_at.is_null())
    change_many(crm, "client", Client, [row[0] for row in still.tuples()], "owner", receiver.id)


def _give_deals(crm: CRM, ids: list[int], giver_id: int, receiver: User) -> None:
    still = (Deal.owner == giver_id) & (Deal.state == "open") & Deal.deleted_at.is_null()
    for deal in list(Deal.select().where(Deal.id << ids, still)):
        hand_over(crm, deal, receiver)


def _give_tasks(crm: CRM, ids: list[int], giver_id: int, receiver: User) -> None:
    # A task of a deal's stage may have gone along with its deal already.
    for task in list(Task.select().where(Task.id << ids, Task.user == giver_id)):
        give(crm, task, receiver.id)


_GIVERS = {"client": _give_clients, "deal": _give_deals, "task": _give_tasks}


def _turn(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    turn, ids = Turn(**args["turn"]), args["deal_ids"]
    done_before = _turned(args)
    for done, chunk in _chunks(ids):
        refused = []
        with crm.acting(progress.job.user_id, args["source"]), crm.work():
            # Read as a whole before the first is changed: SQLite promises nothing of rows that change under a cursor.
            for deal in list(Deal.select().where(Deal.id << [one for one in chunk if one not in done_before])):
                why = turn_deal(crm, deal, turn)
                refused += [(f"{deal.number} {deal.title}", why)] if why else []
        _keep_refused(progress.job, refused)
        progress.tell(100 * done // len(ids), f"{done} / {len(ids)}")


def _turned(args: dict[str, Any]) -> set[int]:
    """Returns the deals that this job turned before its worker died: they are not turned twice."""
    return {row[0] for row in Audit.select(Audit.entity_id).where(_is_of(args), Audit.entity == "deal").tuples()}


def _undo(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    rows = list(Audit.select().where(_is_of(crm.jobs.get(args["of_id"]).args)).order_by(Audit.id.desc()))
    for done, chunk in _chunks(rows):
        refused = []
        with crm.acting(progress.job.user_id, args["source"]), crm.work():
            for row in chunk:
                why = take_back(crm, row)
                refused += [(f"{row.entity} {row.entity_id}", why)] if why else []
        _keep_refused(progress.job, refused)
        progress.tell(100 * done // len(rows), f"{done} / {len(rows)}")


def _keep_refused(job: Job, refused: list[tuple[str, str]]) -> None:
    if refused:
        job.args = {**job.args, "refused": [*job.args.get("refused", ()), *refused][:MOST_SHOWN]}
        Job.update(args=job.args).where(Job.id == job.id).execute()


def _chunks(items: Sequence[Any]) -> Iterator[tuple[int, list[Any]]]:
    """Yields (how many are done when this chunk is, the chunk)."""
    for at in range(0, len(items), CHUNK):
        chunk = list(items[at : at + CHUNK])
        yield at + len(chunk), chunk


JOBS = (JobKind(GIVE, _give), JobKind(TURN, _turn), JobKind(UNDO, _undo))
