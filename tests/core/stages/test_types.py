"""Deal types: their modes, their stages, and the versions that running deals keep."""

import pytest

from core.errors import InvalidInput, NotFound
from core.stages import services
from core.stages.models import DealTypeVersion
from core.stages.services import Step


def names(steps):
    return [step.stage.name for step in steps]


def test_type_makes_the_stages_it_names(crm):
    made = services.create_deal_type(crm, "Repair", stages=("Look", "CONTRACT", "Mend"))
    assert names(services.steps_of(made)) == ["Look", "Contract", "Mend"]


def test_stage_brings_its_probability_unless_the_type_has_its_own(crm):
    stage = services.create_stage(crm, "Look", probability=40)
    made = services.create_deal_type(crm, "Repair", stages=[stage, Step(services.find_stage("Payment"), 10)])
    assert [step.probability for step in services.steps_of(made)] == [40, 10]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"mode": "manual", "stages": ()}, "needs at least one stage"),
        ({"mode": "none", "stages": ("Look",)}, "no process has no stages"),
        ({"mode": "magic", "stages": ("Look",)}, "A mode is one of process, manual, none"),
        ({"stages": ("Look", "look")}, "“Look” stands in the list twice"),
        ({"stages": ("Look",), "currency": "QQQ"}, "“QQQ” is no currency"),
        ({"stages": [f"Stage {number}" for number in range(61)]}, "at most 60 stages"),
        ({"name": "  ", "stages": ("Look",)}, "needs a name"),
    ],
)
def test_type_that_can_t_be_is_refused_and_leaves_nothing(crm, values, sentence):
    before = len(services.all_stages())
    with pytest.raises(InvalidInput, match=sentence):
        services.create_deal_type(crm, **{"name": "Odd", **values})
    assert services.find_type("Odd") is None
    assert len(services.all_stages()) == before


@pytest.mark.parametrize("limit", [0, -3])
def test_limit_is_at_least_a_day(crm, limit):
    stage = services.create_stage(crm, "Look")
    with pytest.raises(InvalidInput, match="at least one day"):
        services.create_deal_type(crm, "Repair", stages=[Step(stage, limit_days=limit)])


def test_two_types_of_one_name_are_refused_whatever_its_case(crm, make):
    make.deal_type("Repair")
    with pytest.raises(InvalidInput, match="already a deal type “Repair”"):
        services.create_deal_type(crm, "REPAIR", stages=("Look",))


def test_changed_stages_are_a_new_version_and_running_deals_keep_theirs(crm, make):
    made = make.deal_type(stages=("Look", "Mend"))
    deal = make.deal(deal_type=made)
    version = services.publish(crm, made, ("Look", "Talk", "Mend"))
    assert version.number == 2
    assert names(services.ladders([deal.version_id])[deal.version_id]) == ["Look", "Mend"]
    assert make.deal(deal_type=services.get_type(made.id)).version_id == version.id


def test_same_stages_are_no_new_version(crm, make):
    made = make.deal_type(stages=("Look", "Mend"))
    assert services.publish(crm, made, ("look", "mend")).number == 1
    assert DealTypeVersion.select().where(DealTypeVersion.deal_type == made).count() == 1


def test_changed_probability_is_a_new_version(crm, make):
    made = make.deal_type(stages=("Look",))
    assert services.publish(crm, made, [Step(services.find_stage("Look"), 12)]).number == 2


def test_version_of_a_type_with_stages_is_never_empty(crm, make):
    made = make.deal_type()
    with pytest.raises(InvalidInput, match="at least one stage"):
        services.publish(crm, made, ())
    assert services.get_type(made.id).published_version_id == made.published_version_id


def test_type_with_stages_does_not_become_one_without(crm, make):
    with pytest.raises(InvalidInput, match="Make a new type instead"):
        services.change_deal_type(crm, make.deal_type(), {"mode": "none"})


def test_type_may_change_between_process_and_manual(crm, make):
    changed = services.change_deal_type(crm, make.deal_type(mode="manual"), {"mode": "process"})
    assert services.get_type(changed.id).mode == "process"


def test_unknown_type_stage_version_and_reason_are_not_found(crm):
    for get in (services.get_type, services.get_stage, services.get_version, services.get_reason):
        with pytest.raises(NotFound):
            get(98765)
