"""What a type says of a stage: its limit, who has it, and what must be known when its task is done."""

import pytest

from core.errors import InvalidInput
from core.stages import services
from core.stages.results import ResultField, as_rows, read_fields
from core.stages.steps import Step, as_columns, step_of_row


@pytest.fixture
def stage(crm):
    return services.create_stage(crm, "Visit")


def test_everything_said_of_a_stage_is_kept_with_the_version(crm, make, stage):
    step = Step(
        stage,
        limit_hours=8,
        responsible="user",
        user=make.user(),
        task_title="Visit them",
        instructions="Bring the samples.",
        checklist=("Samples", "Price list"),
        result=(ResultField("met_on", "Date of the meeting", "date"),),
        evidence=({"kind": "mail_answered", "is_automatic": True},),
        is_mandatory=True,
    )
    deal_type = services.create_deal_type(crm, "Repair", stages=[step])
    assert as_columns(step_of_row(services.steps_of(deal_type)[0])) == as_columns(step)


def test_a_change_of_what_a_stage_asks_is_a_new_version(crm, stage):
    deal_type = services.create_deal_type(crm, "Repair", stages=[Step(stage)])
    asked = Step(stage, result=(ResultField("met_on", "Date of the meeting", "date"),))
    assert services.publish(crm, deal_type, [asked]).number == 2
    assert services.publish(crm, deal_type, [asked]).number == 2


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"limit_days": 0}, "at least one day"),
        ({"limit_hours": 0}, "at least one hour"),
        ({"limit_days": 1, "limit_hours": 1}, "not both"),
        ({"responsible": "nobody"}, "one of owner, head, user, role"),
        ({"responsible": "user"}, "choose the user"),
        ({"responsible": "role"}, "choose the role"),
        ({"result": (ResultField("a", "A", "picture"),)}, "no kind of field"),
        ({"result": (ResultField("a", "A", "choice", choices=("one",)),)}, "at least two choices"),
        ({"result": (ResultField("a", "A"), ResultField("b", "a"))}, "twice"),
        ({"result": (ResultField("a", ""),)}, "needs a name"),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_the_stage(crm, stage, facts, sentence):
    with pytest.raises(InvalidInput, match=sentence) as refused:
        services.create_deal_type(crm, "Repair", stages=[Step(stage, **facts)])
    assert "Visit" in str(refused.value) or facts.get("responsible") == "nobody"


def test_a_dismissed_user_is_no_responsible(crm, make, stage):
    gone = make.user()
    gone.is_active = False
    with pytest.raises(InvalidInput, match="does not work here any more"):
        services.create_deal_type(crm, "Repair", stages=[Step(stage, responsible="user", user=gone)])


def test_keys_of_fields_follow_from_their_labels_and_differ():
    fields = read_fields([{"label": "Numri i kontratës"}, {"label": "Номер договора"}, {"label": "!"}, {"label": "?"}])
    assert [one.key for one in fields] == ["numri_i_kontratës", "номер_договора", "field", "field_2"]
    assert read_fields(as_rows(fields)) == fields
