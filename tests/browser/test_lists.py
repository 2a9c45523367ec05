"""Lists in a browser: typing finds, filters stack up, back goes back, keys work, many rows change at once and back."""

import pytest

from core.clients.models import Client
from tests.at_work import load_again, open_page

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NAMES = "td.list-title a"


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def clients(request, site, page):
    """Returns the page with the list of three clients open."""
    for name, status in (("Alba sh.p.k.", "active"), ("Beta", "prospect"), ("Ёлка и Ко", "prospect")):
        site.make.client(name, status=status)
    page.set_viewport_size(request.param)
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/?all=1")
    return page


def names(page):
    return page.locator(NAMES).all_inner_texts()


def wait_for_names(page, *expected):
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('td.list-title a')].map(a => a.innerText).join() === wanted.join()",
        arg=list(expected),
    )


def test_typing_finds_and_the_address_tells_it(clients):
    clients.fill("[data-list-search]", "ёлк")
    wait_for_names(clients, "Ёлка и Ко")
    assert clients.url.endswith("?q=%D1%91%D0%BB%D0%BA")
    load_again(clients)
    assert names(clients) == ["Ёлка и Ко"]
    assert clients.input_value("[data-list-search]") == "ёлк"


def test_filter_is_chosen_in_the_tree_and_back_takes_it_off(clients):
    clients.click(".list-more > button")
    clients.click(".list-node-name:text-is('Status')")
    clients.check(".list-options input[value='active']")
    clients.click(".list-filter button")
    wait_for_names(clients, "Alba sh.p.k.")
    assert "Status is Active" in clients.inner_text(".list-chips")
    clients.go_back()
    wait_for_names(clients, "Alba sh.p.k.", "Beta", "Ёлка и Ко")
    assert clients.locator(".list-chip").count() == 0


def test_tree_opens_what_lies_behind_a_link(clients):
    clients.click(".list-more > button")
    clients.click(".list-node:has(> .list-node-name:text-is('Owner')) .list-node-open")
    clients.click(".list-branch .list-node-name:text-is('Team')")
    clients.wait_for_selector(".list-filter-name:text-is('Owner → Team')")
    clients.select_option("[data-list-op]", "empty")
    clients.click(".list-filter button")
    clients.wait_for_selector(".list-chip:has-text('Owner → Team is empty')")
    assert len(names(clients)) == 3


def test_groups_open_in_place(clients):
    clients.click(".list-more > button")
    clients.click(".list-panel a:text-is('Status')")
    clients.click(".list-bunch-open:has-text('Prospect')")
    wait_for_names(clients, "Beta", "Ёлка и Ко")
    clients.click(".list-bunch-open:has-text('Prospect')")
    clients.wait_for_selector(".list-bunch-inner", state="hidden")


def test_keys_lead_through_the_list(clients):
    clients.keyboard.press("j")
    clients.keyboard.press("j")
    clients.keyboard.press("x")
    assert clients.inner_text("[data-list-number]") == "1"
    assert clients.locator("tr.is-chosen .list-title").inner_text() == "Beta"
    clients.keyboard.press("k")
    with clients.expect_navigation():
        clients.keyboard.press("Enter")
    assert clients.inner_text("h1") == "Alba sh.p.k."


def test_slash_searches_and_g_switches_the_view(clients):
    clients.keyboard.press("/")
    clients.keyboard.type("beta")
    wait_for_names(clients, "Beta")
    clients.keyboard.press("Escape")
    with clients.expect_navigation():
        clients.keyboard.press("g")
        clients.keyboard.press("g")
    clients.wait_for_selector("[data-chart-state='drawn']")
    assert "v=graph" in clients.url
    assert "q=beta" in clients.url


def test_many_are_changed_and_taken_back(clients):
    clients.check("input[name='ids'] >> nth=0")
    clients.check("input[name='ids'] >> nth=2")
    clients.click(".list-mass button:has-text('Change')")
    clients.click(".list-mass .dropdown-item:text-is('Status')")
    clients.select_option(".list-edit select", "former")
    clients.click("text=Change all chosen")
    clients.wait_for_selector("text=2 records are changed.")
    assert [one.status for one in Client.select().order_by(Client.id)] == ["former", "prospect", "former"]
    clients.click(".list-undo button")
    clients.wait_for_selector("text=Taken back: 2 records.")
    assert [one.status for one in Client.select().order_by(Client.id)] == ["active", "prospect", "prospect"]


def test_enter_in_a_field_of_the_bar_never_deletes(clients):
    clients.check("input[name='ids'] >> nth=0")
    clients.click(".list-mass button:has-text('Segment')")
    clients.fill(".list-mass-segment [name='name']", "Fair")
    clients.press(".list-mass-segment [name='name']", "Enter")
    clients.wait_for_selector("text=One added to Fair.")
    assert Client.select().where(Client.deleted_at.is_null()).count() == 3


def test_nothing_is_wider_than_the_page(clients):
    clients.click(".list-more > button")
    clients.wait_for_selector(".list-tree .list-node")
    assert clients.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
