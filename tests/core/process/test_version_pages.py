"""The page that moves running deals to the published version of their type."""

import re

import pytest

from core.deals.models import Deal
from core.deals.services import move
from core.process import version_pages
from core.stages import services
from core.stages.types import get_type

HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(web, make):
    """Returns a browser in which an administrator is signed in."""
    return web.sign_in(make.user("administrator"))


@pytest.fixture
def made(crm, make):
    """Returns a type whose running deal stands at a stage that the published version hasn't."""
    deal_type = make.deal_type("Repair", mode="process", stages=("Look", "Talk", "Offer"))
    make.deal("Stays", deal_type=deal_type)
    move(crm, make.deal("Goes", deal_type=deal_type), "Talk", is_task_done=True)
    services.publish(crm, deal_type, ("Look", "Offer"))
    return get_type(deal_type.id)


def test_type_leads_to_the_page_which_tells_what_happens(admin, made):
    url = f"/settings/deal-types/{made.id}"
    assert f'href="{url}/running"' in admin.text(url)
    html = admin.text(f"{url}/running")
    for text in ("What happens to 2 running deals", "keeps its stage", "stage is gone", "Goes", "keeps its open task"):
        assert text in html
    talk, look = services.find_stage("Talk"), services.find_stage("Look")
    chosen = html[html.index(f'name="instead-{talk.id}"') :]
    assert re.search(rf'value="{look.id}" selected', chosen[: chosen.index("</select>")])


def test_chosen_stage_is_shown_and_taken(admin, made):
    url = f"/settings/deal-types/{made.id}/running"
    talk, offer = services.find_stage("Talk"), services.find_stage("Offer")
    sent = {f"instead-{talk.id}": offer.id, "version": made.published_version_id}
    assert f'value="{offer.id}" selected' in admin.post(url, sent, headers=HTMX).text
    answer = admin.post(url, sent)
    assert answer.location.endswith(f"/settings/deal-types/{made.id}")
    assert Deal.get(Deal.title == "Goes").stage_id == offer.id
    html = admin.text(f"/settings/deal-types/{made.id}")
    assert "2 deals are moved to the new version." in html
    assert "Earlier versions that deals keep" not in html
    assert "All running deals have the present version" in admin.text(url)


def test_page_of_an_older_version_shows_the_preview_again(crm, admin, made):
    seen = made.published_version_id
    services.publish(crm, made, ("Look", "Mend"))
    html = admin.post(f"/settings/deal-types/{made.id}/running", {"version": seen}).text
    assert "Somebody published a newer version meanwhile." in html
    assert "version 3" in html
    assert Deal.get(Deal.title == "Goes").stage.name == "Talk"


def test_page_is_for_administrators(web, make, made):
    seller = web.sign_in(make.user("seller"))
    assert seller.get(f"/settings/deal-types/{made.id}/running").status_code == 403


def test_many_deals_are_moved_by_the_worker(crm, admin, made, monkeypatch):
    monkeypatch.setattr(version_pages, "MOST_AT_ONCE", 1)
    url = f"/settings/deal-types/{made.id}"
    talk, offer = services.find_stage("Talk"), services.find_stage("Offer")
    admin.post(f"{url}/running", {f"instead-{talk.id}": offer.id, "version": made.published_version_id})
    assert "2 deals are being moved; see under Jobs how far it is." in admin.text(url)
    assert Deal.get(Deal.title == "Goes").stage_id == talk.id
    crm.jobs.run_waiting()
    assert Deal.get(Deal.title == "Goes").stage_id == offer.id
    assert "Earlier versions that deals keep" not in admin.text(url)
