"""What lists, filters and reports can ask of deals."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.clients.properties import create_property
from core.deals import services
from core.deals.models import Deal
from core.fields import condition, entity
from core.stages.services import usable_reasons


@pytest.fixture
def found(crm):
    """Returns the titles of the deals that meet conditions, as the system itself sees them."""

    def ask(*conditions):
        where = condition(crm, entity(crm, "deal"), list(conditions), None)
        return {deal.title for deal in Deal.select(Deal.title).where(where)}

    return ask


def holds(field, op, value=None):
    return {"field": field, "op": op, "value": value}


def test_days_are_counted_until_now_or_until_the_closing(crm, make, found):
    services.lose(crm, make.deal("Closed at once"), usable_reasons()[0])
    moved = make.deal("Moved")
    make.deal("Waits")
    crm.clock.advance(days=10)
    services.move(crm, moved, "Offer")
    assert found(holds("days_in_stage", "greater_equal", 10)) == {"Waits"}
    assert found(holds("days_open", "greater_equal", 10)) == {"Waits", "Moved"}


def test_links_lead_on(crm, make, found):
    team = make.team("North")
    client = make.client("Hotel", city="Vlorë")
    make.deal("Ours", owner=make.user(team=team), client=client, deal_type=make.deal_type("Repair"))
    make.deal("Other")
    assert found(holds("owner.team", "equal", team.id)) == {"Ours"}
    assert found(holds("client.city", "equal", "Vlorë")) == {"Ours"}
    assert found(holds("type.name", "equal", "Repair")) == {"Ours"}
    assert found(holds("stage.name", "equal", "Interest")) == {"Ours", "Other"}


def test_state_hold_money_and_time(crm, make, found):
    services.win(crm, make.deal("Won", potential=Decimal(70)))
    services.hold(crm, make.deal("Held", potential=None), crm.today() + timedelta(days=3))
    make.deal("Late", expected_on=crm.today() - timedelta(days=1))
    assert found(holds("state", "equal", "won")) == {"Won"}
    assert found(holds("is_on_hold", "equal", True)) == {"Held"}
    assert found(holds("potential", "empty")) == {"Held"}
    assert found(holds("potential", "between", [60, 80])) == {"Won"}
    assert found(holds("expected_on", "less", {"period": "today"})) == {"Late"}
    assert found(holds("closed_at", "equal", {"period": "today"})) == {"Won"}


def test_properties_are_fields(crm, make, found):
    create_property(crm, entity="deal", name="Region", kind="choice", choices=["North", "South"])
    make.deal("Northern", properties={"region": "North"})
    make.deal("Nowhere")
    assert found(holds("properties.region", "equal", "North")) == {"Northern"}
    assert found(holds("properties.region", "empty")) == {"Nowhere"}
