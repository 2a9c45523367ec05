"""The type editor in a browser: a stage opens, its result is edited and put in order, and all of it is published."""

import pytest

from core.stages.services import get_type, steps_of
from core.stages.steps import step_of_row
from tests.at_work import open_page

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def editor(request, site, page):
    """Returns the page with a type's editor open, and the type."""
    page.set_viewport_size(request.param)
    site.sign_in(page)
    deal_type = site.make.deal_type("Sale", mode="process", stages=("Interest", "Offer", "Payment"))
    open_page(page, f"{site.url}/settings/deal-types/{deal_type.id}")
    return page, deal_type


def act(page, action):
    """Does what asks the server for the list of stages, and waits until it is shown."""
    with page.expect_response("**/deal-types/*"):
        action()
    page.wait_for_selector(".htmx-request", state="detached")


def drag(page, grips, first, last):
    """Drags a row over another; rows give way with a short movement, so the hand wavers until they have."""
    start, end = grips.nth(first).bounding_box(), grips.nth(last).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, start["y"] + 20, steps=4)
    for wave in range(60):
        page.mouse.move(end["x"] + 5, end["y"] + 14 + wave % 10, steps=2)
    page.mouse.up()


def test_a_result_is_edited_ordered_and_published(editor):
    page, deal_type = editor
    act(page, lambda: page.click(".rung-title >> nth=1"))
    stage = page.locator(".rung").nth(1)
    for number, label in enumerate(("Sent on", "Sum", "Variant")):
        act(page, lambda: stage.get_by_role("button", name="Add a field").click())
        stage.locator(".result-label").nth(number).fill(label)
    stage.locator(".result-kind").nth(0).select_option("date")
    stage.locator(".result-kind").nth(2).select_option("choice")
    stage.locator(".result-choices").nth(2).fill("with assembly\nwithout")
    act(page, lambda: stage.get_by_role("button", name="Take away: Sum").click())
    drag(page, stage.locator(".result-grip"), 0, 1)
    assert [one.input_value() for one in stage.locator(".result-label").all()] == ["Variant", "Sent on"]
    page.click(".sheet-foot >> text=Save and publish")
    page.wait_for_selector("text=Version 2 is published.")
    kept = step_of_row(steps_of(get_type(deal_type.id))[1])
    assert [(one.label, one.kind, one.choices) for one in kept.result] == [
        ("Variant", "choice", ("with assembly", "without")),
        ("Sent on", "date", ()),
    ]


def test_open_stage_stays_open_with_what_was_typed_while_another_moves(editor):
    page, _deal_type = editor
    act(page, lambda: page.click(".rung-title >> nth=0"))
    first = page.locator(".rung").nth(0)
    first.locator("[name$=task_title]").fill("Find out who decides")
    first.locator("[name$=unit]").select_option("hours")
    act(page, lambda: page.click(".rung-title >> nth=2"))
    act(page, lambda: page.get_by_role("button", name="Down: Interest").click())
    moved = page.locator(".rung").nth(1)
    assert moved.locator("[name$=task_title]").input_value() == "Find out who decides"
    assert moved.locator("[name$=unit]").input_value() == "hours"
    assert moved.locator(".rung-more").is_visible()
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)


def test_wrong_limit_is_marked_where_it_stands(editor):
    page, _deal_type = editor
    act(page, lambda: page.click(".rung-title >> nth=1"))
    page.locator(".rung").nth(1).locator("[name$=limit]").fill("0")
    page.click(".sheet-foot >> text=Save and publish")
    page.wait_for_selector("[role=alert] >> text=“Offer”")
    assert page.locator(".rung").nth(1).locator("[name$=limit].is-invalid").is_visible()
