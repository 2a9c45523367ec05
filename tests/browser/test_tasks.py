"""Two people at once: one gives a task with control, the other does it; both see it without reloading."""

import pytest

from core.tasks.badge import KEY
from core.tasks.models import Task
from core.tasks.services import create_task
from core.testing import PASSWORD
from core.users.models import User
from tests.at_work import at_work, load_again, open_page

pytestmark = pytest.mark.browser
BADGE = f"[data-live='{KEY}']"


@pytest.fixture
def other(site, browser):
    """Returns the page of somebody else, in a browser of her own."""
    doer = site.make.user("seller", name="Dana Doer", password=PASSWORD)
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    site.sign_in(page, doer.login)
    yield page
    context.close()


def streaming(page):
    page.wait_for_selector("[data-live-state=streaming]", state="attached")


def test_an_order_goes_back_and_forth_while_both_look_on(site, page, other):
    site.sign_in(page)
    page.press("body", "t")
    page.wait_for_url("**/tasks/")
    at_work(page)
    open_page(other, f"{site.url}/tasks/")
    streaming(page)
    streaming(other)

    # Ada gives the task; Dana's badge changes by itself.
    page.press("body", "n")
    page.fill("#field-title", "Find the plans")
    page.select_option("#field-user", label="Dana Doer")
    page.fill("#field-due_at", "2026-06-15T18:00")
    page.check("#field-is_controlled")
    page.fill("#field-points", "First floor")
    page.click("dialog button.btn-primary")
    page.wait_for_url("**/tasks/*")
    other.wait_for_selector(f"{BADGE}:text-is('1')")
    assert page.locator(BADGE).inner_text() == ""

    # Dana reports it in its row, on a phone; Ada's badge changes by itself.
    load_again(other)
    other.click("a.todo-tick")
    other.check("dialog input[name=point]")
    other.fill("#field-note", "In the folder")
    other.click("dialog .btn-success")
    other.wait_for_selector(".todo-reported")
    assert other.locator("dialog").count() == 0
    page.wait_for_selector(f"{BADGE}:text-is('1')")

    # Ada sends it back, then accepts what comes the second time.
    open_page(page, f"{site.url}/tasks/my/waiting")
    streaming(page)
    page.click("text=Send back")
    page.fill("#field-comment", "And the cellar?")
    page.click("dialog .btn-warning")
    page.wait_for_selector(".todo-open")
    other.wait_for_selector(f"{BADGE}:text-is('1')")
    open_page(other, f"{site.url}/tasks/")
    other.wait_for_selector("text=And the cellar?")
    other.click("a.todo-tick")
    other.fill("#field-note", "With the cellar")
    other.click("dialog .btn-success")
    other.wait_for_selector(".todo-reported")
    open_page(page, f"{site.url}/tasks/my/waiting")
    page.click("text=Accept")
    page.wait_for_selector(".todo-done")
    assert Task.get().state == "done"


def test_row_is_done_postponed_and_counted_in_place(site, page):
    admin = User.get(User.login == site.login)
    now = site.crm.clock.now()
    first, second = (create_task(site.crm, title=title, user=admin, due_at=now) for title in ("First", "Second"))
    site.sign_in(page)
    open_page(page, f"{site.url}/tasks/")
    page.click(f"#task-{first.id} button.todo-tick")
    page.wait_for_selector(f"#task-{first.id}.todo-done")
    page.wait_for_selector(".todo-parts .active .tabs-count:text-is('1')")
    page.click(f"#task-{second.id} [aria-label=Postpone]")
    page.click(f"#task-{second.id} .dropdown-menu.show >> text=Tomorrow")
    page.wait_for_selector(f"#task-{second.id} .todo-due:has-text('tomorrow')")
    page.click(f"#task-{first.id} button.todo-tick")
    page.wait_for_selector(f"#task-{first.id}.todo-open")
