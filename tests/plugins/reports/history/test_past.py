"""The funnel of a past day: what held then counts, whatever was changed, deleted or published since."""

from datetime import timedelta
from decimal import Decimal

from core.deals.services import change_deal, delete_deal, hand_over, hold, lose
from core.process.version_moves import move_to_version
from core.stages.models import DealType
from core.stages.reasons import usable_reasons
from core.stages.services import Step, create_deal_type, create_stage, publish


def past(crm, report, **params):
    """Returns the funnel as of yesterday at this time."""
    moment = crm.clock.now().isoformat()
    crm.clock.advance(days=1)
    return lambda: report("funnel-open", as_of=moment, **params).data


def test_what_changed_since_changes_no_past_day(crm, make, report):
    anna, ben = make.user(), make.user()
    deals = [make.deal(owner=anna, potential=Decimal(100)) for _number in range(4)]
    before = past(crm, report, by="owner")
    as_it_was = before()
    change_deal(crm, deals[0], {"potential": Decimal(900)})
    hand_over(crm, deals[0], ben)
    lose(crm, deals[1], usable_reasons()[0], "A note")
    delete_deal(crm, deals[2])
    hold(crm, deals[3], crm.today().replace(year=2099))
    assert before() == as_it_was
    assert as_it_was["totals"]["count"] == 4
    assert report("funnel-open").data["totals"]["count"] == 1


def test_deals_without_stages_are_said_to_add_nothing_to_what_is_expected(crm, make, report):
    make.deal(deal_type=make.deal_type("No stages", mode="none"))
    assert any("1 of them add nothing" in note.words for note in report("funnel-open").notes)


def test_a_day_still_to_come_says_that_it_shows_the_present(crm, make, report):
    make.deal()
    notes = [note.words for note in report("funnel-open", as_of=str(crm.today() + timedelta(days=1))).notes]
    assert "still to come" in notes[0]
    assert not any("still to come" in note.words for note in report("funnel-open", as_of=str(crm.today())).notes)


def test_chances_of_a_past_day_are_those_of_the_version_of_then(crm, make, report):
    stages = [create_stage(crm, name) for name in ("Talk", "Sign", "Pay")]
    kind = create_deal_type(
        crm, "Sale of then", mode="manual", stages=[Step(stages[0], probability=20), Step(stages[2], probability=50)]
    )
    make.deal(deal_type=kind, potential=Decimal(1000))
    before = past(crm, report, type=kind.name)
    publish(crm, DealType.get_by_id(kind.id), [Step(stage, probability=90) for stage in (stages[1], *stages[::2])])
    assert move_to_version(crm, DealType.get_by_id(kind.id), {}).deals == 1
    assert before()["totals"]["expected_income"] == Decimal(100)
    talk = next(row for row in before()["rows"] if row["count"])
    assert (talk["stage"], talk["probability"]) == ("Talk", 0.2)
    now = report("funnel-open", type=kind.name).data
    assert (now["rows"][1]["stage"], now["rows"][1]["probability"]) == ("Talk", 0.9)
    bridge = report("bridge", from_=str(crm.today())).data["totals"]
    assert (bridge["opening"], bridge["moved_on_in"], bridge["closing"]) == (1, 0, 1)
