"""The pages of stages, deal types and reasons of loss."""

import re

import pytest

from core.stages import services

HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(web, make):
    """Returns a browser in which an administrator is signed in."""
    return web.sign_in(make.user("administrator"))


def rows(html):
    return [name.strip() for name in re.findall(r'class="rung-name">\d+\. ([^<]+)<', html)]


def sent(draft, **more):
    """Returns the form of a type with these stages; `asked` has further fields by stage and name."""
    stages = [services.find_stage(name) for name in draft]
    asked = more.pop("asked", {})
    values = {"stage_id": [stage.id for stage in stages]}
    for stage in stages:
        values[f"s{stage.id}.probability"] = stage.probability
        values |= {f"s{stage.id}.{name}": value for name, value in asked.get(stage.name, {}).items()}
    return {**values, **more}


def test_lists_show_what_there_is(admin, make):
    make.deal_type("Repair", stages=("Look", "Mend"))
    html = admin.text("/settings/deal-types/")
    assert "Repair" in html
    assert "Mend" in html
    assert "Mend" in admin.text("/settings/stages/")
    assert "Too expensive" in admin.text("/settings/loss-reasons/")


@pytest.mark.parametrize("page", ["deal-types/", "deal-types/new", "stages/", "stages/new", "loss-reasons/"])
def test_settings_are_for_administrators(web, make, page):
    assert web.sign_in(make.user("seller")).get(f"/settings/{page}").status_code == 403


def test_stage_is_made_and_changed(admin):
    admin.post("/settings/stages/new", {"name": "Trial", "probability": "40"})
    stage = services.find_stage("Trial")
    admin.post(f"/settings/stages/{stage.id}", {"name": "Long trial", "probability": "30"})
    kept = services.get_stage(stage.id)
    assert (kept.name, kept.probability, kept.is_active) == ("Long trial", 30, False)


def test_stage_is_deleted_unless_a_type_has_it(admin, make):
    make.deal_type("Repair", stages=("Look",))
    admin.post("/settings/stages/new", {"name": "Trial", "probability": "40"})
    trial, look = services.find_stage("Trial"), services.find_stage("Look")
    assert f'action="/settings/stages/{trial.id}/delete"' in admin.text(f"/settings/stages/{trial.id}")
    assert "A stage of Repair" in admin.text(f"/settings/stages/{look.id}")
    admin.post(f"/settings/stages/{trial.id}/delete")
    assert services.find_stage("Trial") is None
    assert "is a stage of “Repair”" in admin.post(f"/settings/stages/{look.id}/delete").text
    assert services.find_stage("Look")


def test_stage_with_a_wrong_chance_is_refused_in_its_field(admin):
    html = admin.post("/settings/stages/new", {"name": "Trial", "probability": "140"}).text
    assert "from 0 to 100" in html
    assert services.find_stage("Trial") is None


def test_reason_is_made_and_changed(admin):
    admin.post("/settings/loss-reasons/new", {"name": "Rain", "needs_note": "yes"})
    reason = services.find_reason("Rain")
    assert reason.needs_note
    admin.post(f"/settings/loss-reasons/{reason.id}", {"name": "Rain", "is_active": "yes"})
    assert not services.get_reason(reason.id).needs_note


def test_new_type_begins_with_the_standard_stages(admin):
    html = admin.text("/settings/deal-types/new")
    assert len(rows(html)) == 9


def test_new_type_takes_the_stages_of_the_form(admin):
    values = sent(["Contract", "Payment"], name="Short", mode="manual", is_used="yes")
    admin.post("/settings/deal-types/new", values)
    made = services.find_type("Short")
    assert [step.stage.name for step in services.steps_of(made)] == ["Contract", "Payment"]


def test_new_type_without_process_takes_no_stages(admin):
    admin.post("/settings/deal-types/new", sent(["Contract"], name="Flat", mode="none", is_used="yes"))
    assert services.steps_of(services.find_type("Flat")) == []


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("up:1", ["Payment", "Contract", "Delivery"]),
        ("down:0", ["Payment", "Contract", "Delivery"]),
        ("up:0", ["Contract", "Payment", "Delivery"]),
        ("down:2", ["Contract", "Payment", "Delivery"]),
        ("remove:1", ["Contract", "Delivery"]),
        ("sorted", ["Contract", "Payment", "Delivery"]),
    ],
)
def test_buttons_order_the_stages_of_the_form(admin, button, after):
    values = sent(["Contract", "Payment", "Delivery"], do=button)
    assert rows(admin.post("/settings/deal-types/new", values, headers=HTMX).text) == after


def test_known_and_new_stages_are_added(admin):
    known = services.find_stage("Delivery")
    html = admin.post("/settings/deal-types/new", sent(["Contract"], do="add", add_stage=known.id), headers=HTMX).text
    assert rows(html) == ["Contract", "Delivery"]
    html = admin.post("/settings/deal-types/new", sent(["Contract"], do="add", new_stage="Trial"), headers=HTMX).text
    assert rows(html) == ["Contract", "Trial"]


def test_stage_is_added_once(admin):
    html = admin.post("/settings/deal-types/new", sent(["Contract"], do="add", new_stage="contract"), headers=HTMX).text
    assert rows(html) == ["Contract"]


def test_buttons_work_without_htmx_and_keep_what_was_typed(admin):
    values = sent(["Contract", "Payment"], do="down:0", name="Half typed", mode="manual")
    html = admin.post("/settings/deal-types/new", values).text
    assert rows(html) == ["Payment", "Contract"]
    assert "Half typed" in html
    assert services.find_type("Half typed") is None


def test_changed_stages_are_published_and_say_who_keeps_the_old_ones(admin, make):
    made = make.deal_type("Repair", stages=("Contract", "Payment"))
    make.deal(deal_type=made)
    url = f"/settings/deal-types/{made.id}"
    assert "One running deal keeps version 1." in admin.text(url)
    admin.post(url, sent(["Payment", "Contract"], name="Repair", mode="manual", is_used="yes"))
    assert services.get_version(services.get_type(made.id).published_version_id).number == 2
    html = admin.text(url)
    assert "Version 2 is published. One running deal keeps its version." in html
    assert "Earlier versions that deals keep" in html


def test_saved_type_without_a_change_of_stages_keeps_its_version(admin, make):
    made = make.deal_type("Repair", stages=("Contract", "Payment"))
    values = sent(["Contract", "Payment"], name="Repairs", mode="process", is_used="yes", currency="USD")
    admin.post(f"/settings/deal-types/{made.id}", values)
    kept = services.get_type(made.id)
    assert (kept.name, kept.mode, kept.currency) == ("Repairs", "process", "USD")
    assert services.get_version(kept.published_version_id).number == 1


@pytest.mark.parametrize(("text", "sentence"), [("many", "whole number"), ("-5", "0 to 100"), ("1.5", "whole number")])
def test_chance_that_is_no_number_is_refused_and_nothing_is_saved(admin, make, text, sentence):
    made = make.deal_type("Repair", stages=("Contract", "Payment"))
    asked = {"Contract": {"probability": text}}
    values = sent(["Contract", "Payment"], name="Changed", mode="manual", asked=asked)
    html = admin.post(f"/settings/deal-types/{made.id}", values).text
    assert sentence in html
    assert services.get_type(made.id).name == "Repair"
