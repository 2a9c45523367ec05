"""Panels of plugins on a deal's card: shown in their order; one that fails leaves a box, not an error page."""

from types import SimpleNamespace

import pytest

from core.hooks.contributions import Panel
from core.hooks.dispatch import marker


def plugin(answer):
    """Returns a plugin whose hook answers with what the function returns."""

    @marker
    def deal_panels(crm, deal, user):
        return answer(deal)

    return SimpleNamespace(deal_panels=deal_panels)


@pytest.fixture
def card(crm, web, make):
    """Returns the card's HTML with a plugin that gives these panels."""

    def show(answer):
        deal = make.deal("Big sale")
        crm.hooks.register("dummy", plugin(answer))
        return web.sign_in(make.user("director")).text(f"/deals/{deal.id}")

    return show


def test_panel_gets_its_own_context(card):
    html = card(lambda deal: [Panel("note", "From the plugin", "deals/_clients.html", {"labels": [deal.title * 2]})])
    assert "From the plugin" in html
    assert "Big saleBig sale" in html


def test_panels_come_in_their_order(card):
    html = card(
        lambda deal: [
            Panel("late", "Second panel", "deals/_clients.html", {"labels": ()}, place=700),
            Panel("early", "First panel", "deals/_clients.html", {"labels": ()}, place=600),
        ]
    )
    assert html.index("First panel") < html.index("Second panel")


def test_hook_that_fails_leaves_a_box(card):
    html = card(lambda deal: 1 / 0)
    assert "The plugin dummy could not show its part here" in html
    assert "Big sale" in html


def test_template_that_fails_leaves_a_box_and_the_others_stand(card):
    html = card(
        lambda deal: [
            Panel("broken", "Broken", "deals/no_such_template.html"),
            Panel("fine", "Fine panel", "deals/_clients.html", {"labels": ()}),
        ]
    )
    assert "could not show its part here" in html
    assert "Fine panel" in html
