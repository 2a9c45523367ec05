"""The reference list of stages, the reasons of loss, and what an instance begins with."""

import pytest

from core.errors import InvalidInput
from core.stages import services
from core.stages.models import DealType, LossReason, Stage
from core.stages.reasons import NOT_GIVEN


def test_instance_begins_with_nine_stages_and_the_typical_sale(crm):
    standard = [stage for stage in services.all_stages() if stage.is_standard]
    typical = services.find_type("Typical sale")
    assert len(standard) == 9
    assert typical.mode == "process"
    assert [step.stage_id for step in services.steps_of(typical)] == [stage.id for stage in standard]
    assert all(0 < stage.probability <= 100 for stage in standard)


def test_defaults_are_made_once(crm):
    before = [model.select().count() for model in (Stage, DealType, LossReason)]
    services.ensure_defaults(crm)
    assert [model.select().count() for model in (Stage, DealType, LossReason)] == before


def test_other_reason_needs_a_note_and_not_given_is_for_imports(crm):
    by_key = {reason.key: reason for reason in services.all_reasons()}
    assert by_key["other"].needs_note
    assert not by_key[NOT_GIVEN].is_active
    assert NOT_GIVEN not in {reason.key for reason in services.usable_reasons()}


def test_reason_for_imports_is_made_when_missing(crm):
    LossReason.delete().where(LossReason.key == NOT_GIVEN).execute()
    made = services.not_given(crm)
    assert services.not_given(crm) == made


def test_stage_is_found_by_name_whatever_case_and_spaces(crm):
    made = services.create_stage(crm, "  Call   back ")
    assert services.find_stage("call BACK") == made


def test_two_stages_of_one_name_are_refused(crm):
    services.create_stage(crm, "Talk")
    with pytest.raises(InvalidInput, match="already a stage “Talk”") as refused:
        services.create_stage(crm, "talk")
    assert "name" in refused.value.fields


@pytest.mark.parametrize("probability", [-1, 101])
def test_probability_is_from_0_to_100(crm, probability):
    with pytest.raises(InvalidInput, match="from 0 to 100"):
        services.create_stage(crm, "Talk", probability=probability)


def test_retired_stage_leaves_the_list_but_not_the_types_that_have_it(crm, make):
    made = make.deal_type(stages=("Talk", "Mend"))
    services.change_stage(crm, services.find_stage("Talk"), {"is_active": False})
    assert "Talk" not in [stage.name for stage in services.all_stages()]
    assert "Talk" in [stage.name for stage in services.all_stages(with_retired=True)]
    assert services.steps_of(made)[0].stage.name == "Talk"


def test_stage_in_use_is_not_deleted_and_the_sentence_names_its_types(crm, make):
    made = make.deal_type("Repair", stages=("Talk", "Mend"))
    services.publish(crm, made, ("Mend",))
    with pytest.raises(InvalidInput, match="“Talk” is a stage of “Repair”"):
        services.delete_stage(crm, services.find_stage("Talk"))
    services.delete_stage(crm, services.create_stage(crm, "Rest"))
    assert services.find_stage("Rest") is None


def test_stage_keeps_its_own_name_when_saved_again(crm):
    stage = services.create_stage(crm, "Talk", probability=50)
    services.change_stage(crm, stage, {"name": "talk", "probability": 60})
    assert (services.get_stage(stage.id).name, services.get_stage(stage.id).probability) == ("talk", 60)


def test_two_reasons_of_one_name_are_refused(crm):
    first = services.create_reason(crm, "Rain")
    second = services.create_reason(crm, "Snow")
    with pytest.raises(InvalidInput, match="already a reason “Rain”"):
        services.change_reason(crm, second, {"name": "RAIN"})
    assert services.find_reason("rain") == first


def test_reason_changes_and_retires(crm):
    reason = services.create_reason(crm, "Rain")
    services.change_reason(crm, reason, {"needs_note": True, "is_active": False})
    kept = services.get_reason(reason.id)
    assert (kept.needs_note, kept.is_active) == (True, False)
