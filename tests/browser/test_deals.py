"""Deals in a browser: cards are dragged, dialogs open, stages are put in order; at both widths, without a complaint."""

import pytest

from core.deals.models import Deal
from core.stages.services import get_type, ladders
from tests.at_work import open_page

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def deal_type(site):
    return site.make.deal_type("Sale", stages=("Interest", "Offer", "Payment"))


@pytest.fixture
def deal(site, deal_type):
    return site.make.deal("Solar panels", deal_type=deal_type)


@pytest.fixture
def board(site, page, deal, deal_type):
    """Returns the page with the board open."""
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/deals/board?type={deal_type.id}")
    page.wait_for_selector(f"[data-deal='{deal.id}']")
    return page


def drag(page, card, target):
    """Drags as a hand does: the zones for won and lost slide in only when the card is already held."""
    start = page.locator(card).bounding_box()
    page.mouse.move(start["x"] + 20, start["y"] + 45)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 60, steps=4)
    page.wait_for_selector("[data-board-zones].shown")
    page.locator("[data-board-zones]").element_handle().wait_for_element_state("stable")
    end = page.locator(target).bounding_box()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(end["height"] / 2, 80), steps=12)
    page.mouse.up()


def counts(page):
    return page.locator("[data-board-head] .board-count").all_inner_texts()


def test_card_is_dragged_to_another_stage(board, deal):
    with board.expect_response("**/drop*"):
        drag(board, f"[data-deal='{deal.id}']", "[data-place='2'] [data-board-cards]")
    board.wait_for_selector(f"[data-place='2'] [data-deal='{deal.id}'][data-version='2']")
    assert counts(board) == ["0", "0", "1"]
    assert Deal.get_by_id(deal.id).place == 2


def test_card_moves_by_keys_and_keeps_the_focus(board, deal):
    board.focus(f"[data-deal='{deal.id}'] a")
    board.keyboard.press("Shift+ArrowRight")
    board.wait_for_selector(f"[data-place='1'] [data-deal='{deal.id}'] a:focus")
    assert Deal.get_by_id(deal.id).place == 1


def test_card_dropped_on_won_is_won(board, deal):
    drag(board, f"[data-deal='{deal.id}']", "[data-board-drop='won']")
    board.wait_for_selector("text=Won: Solar panels")
    assert counts(board) == ["0", "0", "0"]
    assert Deal.get_by_id(deal.id).state == "won"


def test_card_dropped_on_lost_asks_why_and_stays_until_it_is_told(board, deal):
    drag(board, f"[data-deal='{deal.id}']", "[data-board-drop='lost']")
    board.wait_for_selector("dialog[open]")
    assert board.locator(f"[data-place='0'] [data-deal='{deal.id}']").count() == 1
    board.click("dialog .btn-danger")
    board.wait_for_selector("dialog .is-invalid")
    board.select_option("dialog select[name=reason]", label="Too expensive")
    board.click("dialog .btn-danger")
    board.wait_for_selector("text=The deal is lost.")
    assert Deal.get_by_id(deal.id).state == "lost"


def test_refused_card_goes_back_and_the_reason_is_told(site, browser, deal, deal_type):
    deal_type.mode = "process"
    deal_type.save()
    # Not the fixture's page: the browser notes an answer 4xx in its console, and here it is what must come.
    page = browser.new_page(viewport=DESKTOP)
    try:
        site.sign_in(page)
        open_page(page, f"{site.url}/deals/board?type={deal_type.id}")
        drag(page, f"[data-deal='{deal.id}']", "[data-place='2'] [data-board-cards]")
        page.wait_for_selector("#toasts >> text=no stage is skipped")
        assert page.locator(f"[data-place='0'] [data-deal='{deal.id}']").count() == 1
    finally:
        page.close()


def test_stages_are_put_in_order_by_dragging_and_published(site, page, deal, deal_type):
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/settings/deal-types/{deal_type.id}")
    grips = page.locator(".rung-grip")
    start, end = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, start["y"] + 30, steps=4)
    # Rows give way with a short movement of their own, so the hand wavers below until the last one has.
    for wave in range(200):
        page.mouse.move(end["x"] + 5, end["y"] + 8 + wave % 10, steps=2)
        if "Interest" in page.locator(".rung-name").last.inner_text():
            break
    with page.expect_response("**/deal-types/*"):
        page.mouse.up()
    page.wait_for_selector(".rung-name:has-text('3. Interest')")
    page.click(".sheet-foot >> text=Save and publish")
    page.wait_for_selector("text=Version 2 is published.")
    version = get_type(deal_type.id).published_version_id
    assert [step.stage.name for step in ladders([version])[version]] == ["Offer", "Payment", "Interest"]


def test_deal_pages_fit_both_screens(site, page, deal, deal_type):
    site.sign_in(page)
    paths = ("", "board", "calendar", "new", deal.id, f"{deal.id}/edit", f"{deal.id}/lose")
    settings = ("deal-types/", f"deal-types/{deal_type.id}", "stages/", "loss-reasons/")
    for path in [*(f"/deals/{path}" for path in paths), *(f"/settings/{path}" for path in settings)]:
        open_page(page, site.url + path)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            assert not wider, (path, size)
