"""Deal types as TOML: exact there and back, and refused with a sentence that names what is missing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.stages import services
from core.stages.library import KEYS, add_from_library, library, text_of
from core.stages.models import DealType, Stage
from core.stages.portable import export_type, import_type, read_toml
from core.stages.responsibles import with_people
from core.stages.results import KINDS, ResultField, read_fields
from core.stages.steps import Step, as_columns, step_of_row

STIFF = ("probability", "limit_days", "limit_hours", "responsible", "is_mandatory")
LANGUAGES = ("en", "sq", "ru")
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
LINE = TEXT.map(lambda text: " ".join(text.split())).filter(bool)
FIELD = st.builds(
    lambda label, kind, is_required, choices: {
        "label": label,
        "kind": kind,
        "is_required": is_required,
        "choices": choices if kind == "choice" else [],
    },
    LINE,
    st.sampled_from(list(KINDS)),
    st.booleans(),
    st.lists(LINE, min_size=2, max_size=4, unique=True),
)
ASKED = st.fixed_dictionaries(
    {
        "probability": st.integers(0, 100),
        "task_title": LINE,
        "instructions": TEXT.map(str.strip),
        "checklist": st.lists(LINE, max_size=4).map(tuple),
        "result": st.lists(FIELD, max_size=4, unique_by=lambda one: one["label"].casefold()),
        "evidence": st.lists(
            st.builds(lambda kind, auto: {"kind": kind, "is_automatic": auto}, LINE, st.booleans())
        ).map(tuple),
        "is_mandatory": st.booleans(),
        "limit_hours": st.none() | st.integers(1, 10_000),
    }
)


def kept(deal_type):
    return [as_columns(step_of_row(row)) for row in with_people(services.steps_of(deal_type))]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(ASKED, min_size=1, max_size=3))
def test_a_type_comes_back_as_it_was(crm, asked):
    with crm.database.atomic() as never:
        steps = []
        for number, one in enumerate(asked):
            stage = services.find_stage(f"Stage {number}") or services.create_stage(crm, f"Stage {number}")
            steps.append(Step(stage, **{**one, "result": tuple(read_fields(one["result"]))}))
        made = services.create_deal_type(crm, "There", mode="process", stages=steps)
        text = export_type(made)
        back = import_type(crm, text, name="Back")
        assert kept(back) == kept(made)
        assert export_type(back) == text.replace('name = "There"', 'name = "Back"')
        never.rollback()


def test_people_go_by_login_and_roles_by_key(crm, make):
    seller = make.user()
    stage = services.find_stage("Contract")
    steps = [
        Step(stage, responsible="user", user=seller),
        Step(services.find_stage("Payment"), responsible="role", role=seller.role),
    ]
    made = services.create_deal_type(crm, "Repair", mode="process", stages=steps, default_owner=seller, currency="USD")
    text = export_type(made)
    assert f'default_owner = "{seller.login}"' in text
    assert f'responsible = "user:{seller.login}"' in text
    assert 'responsible = "role:seller"' in text
    back = import_type(crm, text, name="Back")
    assert (back.default_owner, back.currency, kept(back)) == (seller, "USD", kept(made))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("name = \nmode = 3", ["This is no valid TOML", "line 1"]),
        ('name = "A"\nmode = "magic"', ["mode: Must be one of"]),
        ('name = "A"\ncolour = "red"', ["colour: Unknown field."]),
        ('name = "A"\nstages = 3', ["a heading [[stages]] of its own"]),
        ('name = "A"\nmode = "process"', ["needs at least one stage"]),
        ('name = "A"\ndefault_owner = "ann"\n[[stages]]\nname = "X"\nresponsible = "user:bob"', ["“ann”", "“bob”"]),
        ('name = "A"\n[[stages]]\nname = "X"\nresponsible = "role:king"', ["“X”", "no role “king”"]),
        ('name = "A"\n[[stages]]\nname = "X"\nlimit_days = 0', ["“X”", "from 1 to 10,000"]),
        ('name = "A"\n[[stages]]\nname = "X"\n[[stages]]\nname = "x"', ["“X” stands in the list twice"]),
        ('name = "A"\n[[stages]]\nprobability = 3', ["Stage 1 needs a name."]),
        ('name = "A"\n[[stages]]\nname = "X"\n[[stages.result]]\nlabel = "L"\nkind = "picture"', ["“X”", "kind"]),
        ('name = "Typical sale"\n[[stages]]\nname = "X"', ["already a deal type “Typical sale”"]),
        ('name = "A\\u0000"\n[[stages]]\nname = "X"', ["can't be written"]),
    ],
)
def test_what_cannot_be_brought_in_is_told_and_leaves_nothing(crm, text, sentences):
    before = (DealType.select().count(), Stage.select().count())
    with pytest.raises(InvalidInput) as refused:
        import_type(crm, text)
    for sentence in sentences:
        assert sentence in str(refused.value)
    assert (DealType.select().count(), Stage.select().count()) == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_each_type_of_the_library_is_taken_as_it_is_written(crm, key, language):
    made = import_type(crm, text_of(key, language), name="Tried")
    text = export_type(made).replace('name = "Tried"', f'name = "{read_toml(text_of(key, language))["name"]}"', 1)
    assert text == text_of(key, language)


@pytest.mark.parametrize("key", KEYS)
def test_a_type_of_the_library_is_the_same_in_every_language(key):
    def bones(text):
        values = read_toml(text)
        return [
            (
                *(
                    stage.get(name)
                    for name in ("probability", "limit_days", "limit_hours", "responsible", "is_mandatory")
                ),
                len(stage.get("checklist", ())),
                stage.get("evidence"),
                [(one["key"], one["kind"], one["is_required"], len(one.get("choices", ()))) for one in stage["result"]],
            )
            for stage in values["stages"]
        ]

    first, *others = (bones(text_of(key, language)) for language in LANGUAGES)
    assert all(other == first for other in others)


def test_typical_sale_is_a_process_of_nine_stages_that_each_ask_for_something():
    typical = read_toml(text_of("typical-sale", "en"))
    assert (typical["mode"], len(typical["stages"])) == ("process", 9)
    for stage in typical["stages"]:
        assert stage["task_title"]
        assert stage["limit_days"]
        assert any(one["is_required"] for one in stage["result"])


def test_a_type_of_the_library_whose_name_is_taken_gets_a_number(crm):
    names = [add_from_library(crm, "tender", "en").name for _again in range(3)]
    assert names == ["Tender", "Tender 2", "Tender 3"]
    assert [one.name for one in library("xx")] == ["Typical sale", "Retail sale", "Tender"]


def test_an_unwritten_chance_is_that_of_the_stage(crm):
    services.create_stage(crm, "Look", probability=40)
    made = import_type(crm, 'name = "A"\nmode = "manual"\n[[stages]]\nname = "look"\n[[stages]]\nname = "New"')
    assert [row.probability for row in services.steps_of(made)] == [40, 100]
    assert made.loss_responsible == ""


def test_result_without_key_gets_one(crm):
    made = import_type(crm, 'name = "A"\n[[stages]]\nname = "X"\n[[stages.result]]\nlabel = "Signed on"\nkind = "date"')
    assert step_of_row(services.steps_of(made)[0]).result == (ResultField("signed_on", "Signed on", "date"),)
