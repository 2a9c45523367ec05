"""A company leads its sales by a process of its own: two sellers and their head, three browsers at once.

One sale goes from a call to its completion, another is lost at stage four; the map and both funnels tell exactly that.
"""

import re

import pytest

from core.boot import boot
from core.config import read_config
from core.users.services import create_team, create_user
from tests.at_work import at_work, load_again, open_page
from tests.journeys.conftest import Served

PASSWORD = "a long enough one"
STAGES = ("Client qualification", "Presentation (meeting)", "Commercial offer", "Contract", "Payment")
DROPPED = ("Preparation for the meeting", "Awaiting decision", "Delivery", "Completion")


@pytest.fixture
def served(tmp_path):
    """Returns a served instance with a team: the head Drita, the sellers Arben and Besa."""
    server = Served(tmp_path / "instance", "en")
    server.wait()
    crm = boot(read_config(server.folder, environment={}))
    head = create_user(crm, "drita", "Drita Kola", role="head", password=PASSWORD)
    team = create_team(crm, "Tirana", head=head)
    for login, name in (("arben", "Arben Hoxha"), ("besa", "Besa Leka")):
        create_user(crm, login, name, team=team, password=PASSWORD)
    crm.database.close_all()
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture
def person(browser, served):
    """Returns a way to open a browser of one's own: `person(login)`; an error in any console fails the test."""
    contexts, complaints = [], []

    def open_browser(login, password=PASSWORD):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", base_url=served.url)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        open_page(page, "/sign-in")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/")
        at_work(page)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


def make_type(page):
    """Makes a type of five stages: a result is asked for at the first, the head has the fourth."""
    open_page(page, "/settings/deal-types/new")
    page.fill("input[name=name]", "Machines")
    page.select_option("select[name=mode]", "process")
    for name in DROPPED:
        page.get_by_label(f"Take away: {name}").click()
        page.get_by_label(f"Take away: {name}").wait_for(state="detached")
    first, fourth = page.locator(".rung").nth(0), page.locator(".rung").nth(3)
    first.locator(".rung-title").click()
    first.get_by_role("button", name="Add a field").click()
    first.locator(".result-row input[name$='.label']").fill("Who decides")
    fourth.locator(".rung-title").click()
    fourth.locator("select[name$='.responsible']").select_option("head")
    page.locator(".sheet-foot .btn-primary").click()
    page.get_by_text("The deal type “Machines” is made.").wait_for()


def make_client(page, name):
    open_page(page, "/clients/new")
    page.fill("input[name=name]", name)
    page.locator("form .btn-primary").last.click()
    page.wait_for_url(re.compile(r"/clients/\d+$"))
    at_work(page)


def open_deal_from_a_call(page, client, title, potential):
    """Notes a call by the key I on the client's card, and makes a deal of it."""
    make_client(page, client)
    page.keyboard.press("i")
    dialog = page.locator("#dialogs dialog")
    dialog.locator("input[name=kind][value=call]").check(force=True)
    dialog.locator("input[name=subject]").fill(title)
    dialog.get_by_role("button", name="Save and make a deal").click()
    page.wait_for_url("**/deals/new*")
    at_work(page)
    assert page.input_value("input[name=title]") == title
    page.select_option("select[name=type]", label="Machines")
    page.fill("input[name=potential]", potential)
    page.locator("form.sheet .btn-primary").click()
    page.locator(".way-stop[aria-current=step]").wait_for()
    return page.url


def here(page):
    return page.locator(".way-stop[aria-current=step] .way-name").inner_text()


def do_stage(page, result=None):
    """Does the task of the stage where the deal stands, on its card."""
    before = here(page)
    box = page.locator("#stage")
    if result:
        box.locator("form input[type=text]").first.fill(result)
    box.locator("button.btn-success, button.btn-primary").first.click()
    page.locator(".way-stop.is-done .way-name", has_text=before).wait_for()


def number(page, selector):
    return [text.split()[0] for text in page.locator(selector).all_inner_texts()]


def test_two_sellers_and_their_head_lead_sales_by_a_process_of_their_own(person, served):
    admin = person("admin", served.password)
    make_type(admin)
    arben, besa, drita = person("arben"), person("besa"), person("drita")

    won = open_deal_from_a_call(arben, "Kafe Mira", "Espresso machine", "3400")
    assert here(arben) == STAGES[0]
    do_stage(arben, "The owner himself")
    do_stage(arben)
    hand_over(drita, won, "Besa Leka")
    open_page(besa, won)
    do_stage(besa)
    assert here(besa) == "Contract"
    do_in_my_tasks(drita, "Contract")
    load_again(besa)
    do_stage_to_the_end(besa)

    lost = open_deal_from_a_call(arben, "Fresku", "Fridge", "900")
    do_stage(arben, "Nobody yet")
    do_stage(arben)
    do_stage(arben)
    open_page(drita, lost)
    lose(drita, "Too expensive")

    open_page(admin, "/deals/map")
    stops = admin.locator(".way-type .way-stop:not(.is-end)")
    assert [one.split()[0] for one in stops.locator(".way-dot").all_inner_texts()] == ["0"] * 5
    assert [one.split() for one in stops.locator(".way-arrow").all_inner_texts()] == [
        ["2", "−0"], ["2", "−0"], ["2", "−0"], ["1", "−1", "·", "50%"], ["1", "−0"],
    ]  # fmt: skip
    closed = report(admin, "funnel-closed")
    assert [(row["stage"], row["reached"], row["passed"], row["lost"]) for row in closed["rows"]] == [
        (STAGES[0], 2, 2, 0),
        (STAGES[1], 2, 2, 0),
        (STAGES[2], 2, 2, 0),
        (STAGES[3], 2, 1, 1),
        (STAGES[4], 1, 1, 0),
    ]
    assert (closed["totals"]["won_amount"], closed["totals"]["lost_potential"]) == ("3200.00", "900.00")
    assert report(admin, "funnel-open")["totals"]["count"] == 0
    open_page(arben, "/tasks/")
    assert arben.get_by_text("Fridge").first.is_visible()


def hand_over(page, url, name):
    open_page(page, f"{url}/hand-over")
    page.select_option("select[name=owner]", label=name)
    page.locator("form .btn-primary").last.click()
    page.get_by_text("Handed over.").wait_for()


def do_in_my_tasks(page, title):
    open_page(page, "/tasks/")
    row = page.locator(".todo", has_text=title).first
    row.locator("a.todo-tick").click()
    page.locator("#dialogs form .btn-success").click()
    row.locator(".todo-tick-done").wait_for()


def do_stage_to_the_end(page):
    box = page.locator("#stage")
    box.locator("input[name=amount]").fill("3200")
    box.locator("button.btn-success, button.btn-primary").first.click()
    page.locator("a[hx-get*='/reopen']").wait_for()


def lose(page, reason):
    page.locator(".way-lose").click()
    page.select_option("#dialogs select[name=reason]", label=reason)
    page.locator("#dialogs .btn-danger").click()
    page.get_by_text("The deal is lost.").wait_for()


def report(page, name):
    answer = page.request.get(f"/reports/{name}/file?format=json&type=Machines")
    assert answer.ok, answer.text()
    return answer.json()
