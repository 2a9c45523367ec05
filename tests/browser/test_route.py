"""The route map in a browser: nine stages fit at both widths, a stage opens in a box, its task is done on the card."""

import pytest

from core.deals.models import Deal
from core.process.services import complete, stage_task_of
from core.stages.models import Stage
from core.users.models import User
from tests.at_work import open_page

pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# What is wider inside than it is, of the page and of the map.
OVERFLOWS = """() => [document.documentElement, ...document.querySelectorAll('.way')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).length"""


@pytest.fixture
def deal(site):
    """Returns a deal of a process of nine stages, which stands at the third."""
    names = tuple(stage.name for stage in Stage.select().where(Stage.is_standard).order_by(Stage.id))
    assert len(names) == 9
    deal_type = site.make.deal_type("Nine", mode="process", stages=names)
    deal = site.make.deal("Refrigerated display cases", deal_type=deal_type)
    admin = User.get(User.login == site.login)
    for _stage in range(2):
        complete(site.crm, admin, stage_task_of(deal))
    return Deal.get_by_id(deal.id)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("address", ["/deals/{id}", "/deals/map?type={type}"])
def test_nine_stages_fit(site, page, deal, size, address):
    page.set_viewport_size(size)
    site.sign_in(page)
    open_page(page, site.url + address.format(id=deal.id, type=deal.deal_type_id))
    assert page.locator(".way-stop .way-name").count() >= 9
    assert page.evaluate(OVERFLOWS) == 0


def test_stage_opens_in_a_box_and_the_task_is_done_on_the_card(site, page, deal):
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/deals/{deal.id}")
    page.click(".way-stop.is-done >> nth=0 >> .way-name")
    page.wait_for_selector("dialog[open] .stage-task")
    page.keyboard.press("Escape")
    page.click(".work-form .btn-success")
    page.wait_for_selector(".way-stop.is-here:nth-child(4)")
    assert Deal.get_by_id(deal.id).place == 3
