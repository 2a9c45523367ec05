"""A process that is killed (-9) at any point of a transition leaves the deal before it or after it, never between."""

import subprocess
import sys
from pathlib import Path

from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal, StageVisit
from core.process.inspection import find_deals_out_of_step
from core.process.services import complete, stage_task_of
from core.tasks.models import Task

ROOT = Path(__file__).parents[3]
STAGES = tuple(f"Stage {number}" for number in range(1, 31))
LEAST_POINTS = 10  # a transition has at least so many statements, or the killing has not begun where it should


def test_killed_transition_leaves_the_deal_before_or_after_it(crm, make):
    owner = make.user("director")
    deal = make.deal(deal_type=make.deal_type(mode="process", stages=STAGES), owner=owner)
    command = [sys.executable, "-m", "tests.core.process.killed", str(crm.config.folder), str(deal.id)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    points, _killed, ended = map(int, done.stdout.split())
    assert (points > LEAST_POINTS, ended) == (True, 0)
    row = Deal.get_by_id(deal.id)
    assert find_wrong_deals(crm) == []
    assert find_deals_out_of_step(crm) == []
    # No task was lost or doubled: one for each stage where the deal stood, all but the present one done.
    assert StageVisit.select().where(StageVisit.deal == deal).count() == row.place + 1
    assert Task.select().where(Task.deal == deal, Task.state == "done").count() == row.place
    assert Task.select().where(Task.deal == deal).count() == row.place + 1
    complete(crm, owner, stage_task_of(row))
    assert Deal.get_by_id(deal.id).place == row.place + 1
