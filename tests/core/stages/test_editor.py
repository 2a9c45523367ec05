"""The type editor: what a stage asks for is typed, kept while rows are turned, refused at its field, and published."""

import re

import pytest

from core.stages import services
from core.stages.responsibles import with_people
from core.stages.results import ResultField
from core.stages.steps import step_of_row
from core.testing import PASSWORD
from tests.core.stages.test_pages import HTMX, rows, sent

FULL = {
    "limit": "4",
    "unit": "hours",
    "responsible": "role:head",
    "task_title": "Send the offer",
    "instructions": "Three prices.\nA date.",
    "checklist": "Price list\n\n  Warranty ",
    "result": ["0", "1"],
    "0.label": "Offer sent on",
    "0.kind": "date",
    "0.is_required": "yes",
    "1.label": "Colour",
    "1.kind": "choice",
    "1.choices": "red\nblue\n",
    "evidence": ["meeting_held"],
    "automatic": ["meeting_held"],
    "is_mandatory": "yes",
    "is_open": "yes",
}


@pytest.fixture
def admin(web, make):
    """Returns a browser in which an administrator is signed in."""
    return web.sign_in(make.user("administrator", password=PASSWORD))


def form(made, stages=("Contract", "Payment"), **more):
    return sent(stages, name=made.name, mode="process", is_used="yes", **more)


def step(type_id, place=0):
    return step_of_row(with_people(services.steps_of(services.get_type(type_id)))[place])


def test_all_that_a_stage_asks_for_is_published(admin, make):
    made = make.deal_type("Repair", mode="process", stages=("Contract", "Payment"))
    admin.post(f"/settings/deal-types/{made.id}", form(made, asked={"Contract": FULL}))
    kept = step(made.id)
    assert (kept.limit_hours, kept.limit_days, kept.responsible, kept.role.key) == (4, None, "role", "head")
    assert (kept.task_title, kept.instructions) == ("Send the offer", "Three prices.\nA date.")
    assert kept.checklist == ("Price list", "Warranty")
    assert kept.result == (
        ResultField("offer_sent_on", "Offer sent on", "date", True, ()),
        ResultField("colour", "Colour", "choice", False, ("red", "blue")),
    )
    assert kept.evidence == ({"kind": "meeting_held", "is_automatic": True},)
    assert kept.is_mandatory


def test_a_saved_page_saved_again_is_no_new_version(admin, make):
    made = make.deal_type("Repair", mode="process", stages=("Contract", "Payment"))
    url = f"/settings/deal-types/{made.id}"
    admin.post(url, form(made, asked={"Contract": FULL}))
    keys = {"0.key": "offer_sent_on", "1.key": "colour"}
    admin.post(url, form(made, asked={"Contract": {**FULL, **keys}}))
    assert services.get_version(services.get_type(made.id).published_version_id).number == 2


@pytest.mark.parametrize("button", ["down:0", "sorted", "result-add:0", "result-add:1", "add"])
def test_what_was_typed_survives_every_button(admin, button):
    html = admin.post(
        "/settings/deal-types/new", sent(["Contract", "Payment"], asked={"Contract": FULL}, do=button), headers=HTMX
    ).text
    for text in ('value="4"', "Send the offer", "Three prices.\nA date.", "Warranty", "Offer sent on", "red\nblue"):
        assert text in html
    for chosen in ("role:head", "hours", "date", "choice"):
        assert re.search(f'value="{chosen}" selected', html)
    assert html.count('meeting_held" checked') == 2


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("result-up:0:1", ["Colour", "Offer sent on"]),
        ("result-down:0:0", ["Colour", "Offer sent on"]),
        ("result-remove:0:0", ["Colour"]),
        ("result-add:0", ["Offer sent on", "Colour", ""]),
        ("result-up:0:0", ["Offer sent on", "Colour"]),
        ("result-remove:7:0", ["Offer sent on", "Colour"]),
        ("result-remove:0:9", ["Offer sent on", "Colour"]),
    ],
)
def test_fields_of_a_result_are_added_ordered_and_taken_away(admin, button, after):
    html = admin.post(
        "/settings/deal-types/new", sent(["Contract", "Payment"], asked={"Contract": FULL}, do=button), headers=HTMX
    ).text
    assert re.findall(r'name="s\d+\.\d+\.label" value="([^"]*)"', html) == after


def test_a_new_stage_is_open_and_named_among_its_rows(admin):
    html = admin.post("/settings/deal-types/new", sent(["Contract"], do="add", new_stage="Trial"), headers=HTMX).text
    trial = services.find_stage("Trial")
    assert re.search(rf'name="s{trial.id}\.is_open" value="yes" checked', html)


@pytest.mark.parametrize(
    ("wrong", "sentence", "marked"),
    [
        ({"limit": "0"}, "“Contract”: The limit is a number from 1 to 10,000", "limit"),
        ({"limit": "soon"}, "“Contract”: This is no whole number.", "limit"),
        ({"responsible": "user:nobody"}, "“Contract”: There is no user with the login “nobody”.", "responsible"),
        ({"responsible": "role:nobody"}, "“Contract”: There is no role “nobody”", "responsible"),
        ({"responsible": "magic"}, "“Contract”: “magic” names nobody", "responsible"),
        ({"1.choices": "red"}, "“Contract”: “Colour” needs at least two choices.", "result.1.choices"),
        ({"1.label": "offer sent ON"}, "stands in the result twice", "result.1.label"),
        ({"0.label": ""}, "“Contract”: a field of the result needs a name.", "result.0.label"),
        ({"0.kind": "picture"}, "“Contract”: Please choose one of the list.", "result.0.kind"),
        ({"task_title": "x" * 201}, "“Contract”: From 0 to 200 characters, please.", "task_title"),
    ],
)
def test_refused_save_names_the_stage_marks_the_field_and_loses_nothing(admin, make, wrong, sentence, marked):
    made = make.deal_type("Repair", mode="process", stages=("Contract", "Payment"))
    asked = {**FULL, "is_open": "", **wrong}
    html = admin.post(f"/settings/deal-types/{made.id}", form(made, asked={"Contract": asked})).text
    stage = services.find_stage("Contract")
    assert sentence in html
    assert f'id="wrong-{stage.id}-{marked.replace(".", "-")}"' in html
    assert re.search(rf'name="s{stage.id}\.is_open" value="yes" checked', html)
    assert "Three prices." in html
    assert services.get_version(services.get_type(made.id).published_version_id).number == 1


def test_a_dismissed_responsible_is_named_and_refused(admin, make):
    gone = make.user(name="Arta Hoxha")
    made = make.deal_type("Repair", mode="process", stages=("Contract", "Payment"))
    url = f"/settings/deal-types/{made.id}"
    asked = {"Contract": {"responsible": f"user:{gone.login}"}}
    admin.post(url, form(made, asked=asked))
    admin.post(f"/settings/users/{gone.id}/active", {})
    assert "Arta Hoxha (does not work here any more)" in admin.text(url)
    html = admin.post(url, form(made, stages=("Payment", "Contract"), asked=asked)).text
    assert "“Contract”: Arta Hoxha does not work here any more; choose somebody else." in html


def test_two_administrators_the_second_is_told_and_may_still_save(admin, make):
    made = make.deal_type("Repair", stages=("Contract", "Payment"))
    url, seen = f"/settings/deal-types/{made.id}", str(services.get_type(made.id).version)
    admin.post(url, form(made, stages=("Payment", "Contract"), seen=seen))
    html = admin.post(url, form(made, stages=("Contract", "Payment", "Delivery"), seen=seen)).text
    assert "Somebody changed “Repair” meanwhile." in html
    assert rows(html) == ["Contract", "Payment", "Delivery"]
    assert [one.stage.name for one in services.steps_of(services.get_type(made.id))] == ["Payment", "Contract"]
    seen = re.search(r'name="seen" value="(\d+)"', html)[1]
    admin.post(url, form(made, stages=("Contract", "Payment", "Delivery"), seen=seen))
    assert len(services.steps_of(services.get_type(made.id))) == 3


def test_who_works_up_a_loss_is_kept(admin, make):
    head = make.user("head")
    made = make.deal_type("Repair", stages=("Contract", "Payment"))
    url = f"/settings/deal-types/{made.id}"
    admin.post(url, form(made, loss_responsible=f"user:{head.login}"))
    assert services.get_type(made.id).loss_user == head
    assert f'value="user:{head.login}" selected' in admin.text(url)
    admin.post(url, form(made, loss_responsible=""))
    assert (services.get_type(made.id).loss_responsible, services.get_type(made.id).loss_user) == ("", None)


def test_kinds_of_evidence_are_offered_and_one_whose_plugin_is_off_keeps_its_place(admin):
    values = sent(["Contract"], asked={"Contract": {"evidence": ["shop.sold"]}}, do="sorted")
    html = admin.post("/settings/deal-types/new", values, headers=HTMX).text
    assert "A meeting was held" in html
    assert 'value="shop.sold" checked' in html
    assert 'value="meeting_held" checked' not in html


def test_enter_saves_rather_than_turns_the_first_stage(admin, make):
    html = admin.text(f"/settings/deal-types/{make.deal_type('Repair').id}")
    form_part = html[html.index('name="seen"') :]
    assert re.search(r"<button[^>]*>", form_part)[0].count('name="do"') == 0


def test_editor_asks_the_database_no_more_for_many_stages(admin, make, queries):
    stages = tuple(f"Stage {number}" for number in range(30))
    made = make.deal_type("Long", stages=stages)
    with queries.at_most(24):
        admin.text(f"/settings/deal-types/{made.id}")
