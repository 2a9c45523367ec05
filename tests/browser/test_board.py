"""The board of a process in a browser: drops ask by dialogs, columns grow as they scroll, managers have lanes."""

import pytest

from core.deals.models import Deal
from tests.at_work import open_page

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture
def led_type(site):
    return site.make.deal_type("Tender", mode="process", stages=("Study", "Bid", "Contract"))


@pytest.fixture
def deal(site, led_type):
    return site.make.deal("Solar panels", deal_type=led_type)


@pytest.fixture
def board(site, page, deal, led_type):
    """Returns the page with the board of the process open."""
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/deals/board?type={led_type.id}")
    page.wait_for_selector(f"[data-deal='{deal.id}']")
    return page


def press(page, deal, key):
    page.focus(f"[data-deal='{deal.id}'] a")
    page.keyboard.press(key)


def test_step_to_the_next_stage_is_done_in_the_dialog_and_the_board_comes_back(board, deal):
    press(board, deal, "Shift+ArrowRight")
    board.wait_for_selector("dialog[open]")
    assert board.locator(f"[data-place='0'] [data-deal='{deal.id}']").count() == 1
    board.click("dialog .btn-success")
    board.wait_for_selector(f"[data-place='1'] [data-deal='{deal.id}'] a:focus")
    assert Deal.get_by_id(deal.id).place == 1
    press(board, deal, "Shift+ArrowLeft")
    board.fill("dialog textarea[name=note]", "The papers are missing")
    board.click("dialog .btn-primary")
    board.wait_for_selector(f"[data-place='0'] [data-deal='{deal.id}']")


def test_dialog_that_is_closed_leaves_the_card_with_its_focus(board, deal):
    press(board, deal, "Shift+ArrowRight")
    board.wait_for_selector("dialog[open]")
    board.keyboard.press("Escape")
    board.wait_for_selector("dialog", state="detached")
    board.wait_for_selector(f"[data-place='0'] [data-deal='{deal.id}'] a:focus")


def test_column_of_many_cards_grows_as_it_scrolls(site, page):
    deal_type = site.make.deal_type("Sale", stages=("Interest", "Offer"))
    client = site.make.client()
    with site.crm.work():
        for number in range(40):
            site.make.deal(f"Deal {number}", deal_type=deal_type, client=client)
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/deals/board?type={deal_type.id}")
    column = "[data-place='0'] [data-board-cards]"
    page.wait_for_selector(f"{column} .board-more")
    for _page in range(6):
        if page.locator(f"{column} .board-more").count() == 0:
            break
        shown = page.locator(f"{column} .deal-card").count()
        page.locator(f"{column} .board-more").first.scroll_into_view_if_needed()
        page.wait_for_function(
            "([column, shown]) => document.querySelectorAll(`${column} .deal-card`).length > shown", arg=[column, shown]
        )
    assert page.locator(f"{column} .deal-card").count() == 40


def test_lanes_open_and_cards_move_within_them(site, page):
    ana = site.make.user(name="Ana Hoxha")
    deal_type = site.make.deal_type("Sale", stages=("Interest", "Offer"))
    deal = site.make.deal("Ovens", deal_type=deal_type, owner=ana)
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/deals/board?type={deal_type.id}&by=owner")
    page.wait_for_selector(f"[data-lane='{ana.id}'] [data-deal='{deal.id}']")
    press(page, deal, "Shift+ArrowRight")
    page.wait_for_selector(f"[data-lane='{ana.id}'] [data-place='1'] [data-deal='{deal.id}'] a:focus")
    assert page.locator(f"[data-lane='{ana.id}'] .lane-cell").all_inner_texts()[0].strip() == ""
    assert Deal.get_by_id(deal.id).place == 1
