"""A type that becomes a process gives its running deals their tasks; one that becomes manual takes them away."""

from core.process.inspection import find_deals_out_of_step
from core.process.stage_tasks import stage_task_of
from core.stages import services


def test_running_deals_follow_the_mode_of_their_type(crm, make):
    made = make.deal_type(mode="manual")
    deal = make.deal(deal_type=made)
    services.change_deal_type(crm, made, {"mode": "process"})
    crm.jobs.run_waiting()
    assert stage_task_of(deal).title == "Interest"
    services.change_deal_type(crm, made, {"mode": "manual"})
    crm.jobs.run_waiting()
    assert stage_task_of(deal) is None
    assert find_deals_out_of_step(crm) == []
