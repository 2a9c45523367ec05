"""Moves of deals: where they may go, what they leave in the history, and what is refused."""

from datetime import timedelta

import pytest

from core.deals import services
from core.deals.models import Deal, DealPeriod, StageVisit
from core.deals.reading import visits_of
from core.errors import Conflict, InvalidInput, NotFound


def ways(deal):
    return [(visit.stage.name, visit.outcome) for visit in visits_of(deal)]


def test_deal_opens_at_the_first_stage_of_its_type(crm, make):
    deal = make.deal(deal_type=make.deal_type(stages=("Talk", "Pay")))
    assert (deal.stage.name, deal.place, deal.furthest, deal.stood_at) == ("Talk", 0, 0, 1)
    assert deal.entered_at == deal.opened_at


def test_numbers_follow_each_other(make):
    numbers = [int(make.deal().number) for _ in range(3)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_number_that_an_import_brought_is_stepped_over(crm, make):
    first = make.deal()
    Deal.update(number=str(int(first.number) + 1)).where(Deal.id == first.id).execute()
    assert int(make.deal().number) == int(first.number) + 2


def test_many_numbers_are_taken_at_once(crm, make):
    first = int(make.deal().number)
    with crm.work():
        assert services.next_numbers(crm, 3) == [str(first + 1), str(first + 2), str(first + 3)]


def test_deal_without_process_has_no_stage(make):
    deal = make.deal(deal_type=make.deal_type(mode="none"))
    assert (deal.stage_id, deal.place, deal.stood_at) == (None, None, 0)


def test_deal_without_process_is_not_moved(crm, make):
    deal = make.deal(deal_type=make.deal_type(mode="none"))
    with pytest.raises(InvalidInput, match="no stages"):
        services.move(crm, deal, "Interest")


def test_manual_deal_skips_and_goes_back(crm, make):
    deal = make.deal()
    crm.clock.advance(hours=1)
    services.move(crm, deal, "Payment")
    crm.clock.advance(hours=1)
    services.move(crm, deal, "Offer")
    assert ways(deal) == [("Interest", "passed"), ("Payment", "returned"), ("Offer", "")]
    assert (deal.place, deal.furthest, deal.stood_at) == (1, 2, 0b111)


def test_process_deal_does_not_skip(crm, make):
    deal = make.deal(deal_type=make.deal_type(mode="process"))
    with pytest.raises(InvalidInput, match="the next one is “Offer”"):
        services.move(crm, deal, "Payment")


def test_process_deal_goes_on_by_one_and_back(crm, make):
    deal = make.deal(deal_type=make.deal_type(mode="process"))
    for stage in ("Offer", "Payment"):
        services.move(crm, deal, stage, is_task_done=True)
    services.move(crm, deal, "Interest")
    assert [name for name, _outcome in ways(deal)] == ["Interest", "Offer", "Payment", "Interest"]


def test_process_deal_goes_on_only_when_the_task_of_its_stage_is_done(crm, make):
    deal = make.deal(deal_type=make.deal_type(mode="process"))
    with pytest.raises(InvalidInput, match="when the task of its stage is done"):
        services.move(crm, deal, "Offer")


def test_process_deal_begins_at_its_first_stage(make):
    with pytest.raises(InvalidInput, match="begins at its first stage"):
        make.deal(deal_type=make.deal_type(mode="process"), stage="Offer")


def test_stage_of_another_type_is_refused_with_the_known_ones(crm, make):
    deal = make.deal()
    with pytest.raises(InvalidInput, match="its stages are Interest, Offer, Payment"):
        services.move(crm, deal, "Delivery")


def test_move_to_the_same_stage_changes_nothing(crm, make):
    deal = make.deal()
    services.move(crm, deal, "Interest")
    assert (deal.version, len(visits_of(deal))) == (1, 1)


def test_move_in_a_stale_tab_is_refused(crm, make):
    deal = make.deal()
    stale = Deal.get_by_id(deal.id)
    services.move(crm, deal, "Offer")
    with pytest.raises(Conflict, match="meanwhile"):
        services.move(crm, stale, "Payment")
    assert Deal.get_by_id(deal.id).stage.name == "Offer"


def test_version_shown_on_the_page_counts_not_that_of_the_record(crm, make):
    deal = make.deal()
    services.move(crm, deal, "Offer")
    with pytest.raises(Conflict):
        services.move(crm, Deal.get_by_id(deal.id), "Payment", version=1)


def test_closed_deal_is_not_moved(crm, make):
    deal = services.win(crm, make.deal())
    with pytest.raises(InvalidInput, match="already won"):
        services.move(crm, deal, "Offer")


def test_deleted_deal_is_not_moved(crm, make):
    deal = make.deal()
    services.delete_deal(crm, deal)
    with pytest.raises(NotFound):
        services.move(crm, deal, "Offer")


def test_restored_deal_is_found_again(crm, make):
    owner = make.user()
    deal = make.deal(owner=owner)
    services.delete_deal(crm, deal)
    services.restore_deal(crm, deal)
    assert services.get_deal(crm, owner, deal.id) == deal


def test_move_is_not_of_the_future_nor_before_the_last_change(crm, make):
    deal = make.deal()
    with pytest.raises(InvalidInput, match="future"):
        services.move(crm, deal, "Offer", at=crm.clock.now() + timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="was opened"):
        services.move(crm, deal, "Offer", at=deal.opened_at - timedelta(days=1))
    assert len(visits_of(deal)) == 1


def test_visit_keeps_who_was_responsible_and_what_it_was_worth(crm, make):
    first, second = make.user(), make.user()
    deal = make.deal(owner=first)
    services.hand_over(crm, deal, second)
    crm.clock.advance(hours=1)
    services.move(crm, deal, "Offer")
    visit = visits_of(deal)[0]
    assert (visit.responsible_id, visit.potential) == (second.id, deal.potential)


def test_hand_over_cuts_the_period(crm, make):
    first, second = make.user(), make.user()
    deal = make.deal(owner=first)
    crm.clock.advance(days=1)
    services.hand_over(crm, deal, second)
    periods = DealPeriod.select().where(DealPeriod.deal == deal).order_by(DealPeriod.id)
    assert [(one.owner_id, one.to_at) for one in periods] == [(first.id, crm.clock.now()), (second.id, None)]


def test_closed_deal_keeps_its_owner(crm, make):
    deal = services.win(crm, make.deal(owner=make.user()))
    with pytest.raises(InvalidInput):
        services.hand_over(crm, deal, make.user())


def test_nobody_hands_over_to_who_left(crm, make):
    gone = make.user(name="Gone Person")
    gone.is_active = False
    gone.save()
    with pytest.raises(InvalidInput, match="Gone Person does not work here"):
        services.hand_over(crm, make.deal(), gone)


def test_hold_stands_apart_until_its_day_comes(crm, make):
    deal = make.deal()
    services.hold(crm, deal, crm.today() + timedelta(days=3))
    crm.clock.advance(days=2)
    assert services.resume_due(crm) == 0
    crm.clock.advance(days=1)
    assert services.resume_due(crm) == 1
    held = DealPeriod.select().where(DealPeriod.deal == deal, DealPeriod.is_on_hold).get()
    assert held.to_at == crm.clock.now()
    assert not Deal.get_by_id(deal.id).is_on_hold


def test_hold_is_until_a_day_to_come(crm, make):
    with pytest.raises(InvalidInput, match="still to come"):
        services.hold(crm, make.deal(), crm.today())


def test_move_ends_a_hold(crm, make):
    deal = make.deal()
    services.hold(crm, deal, crm.today() + timedelta(days=3))
    services.move(crm, deal, "Offer")
    assert not deal.is_on_hold


def test_failed_move_leaves_nothing_half_written(crm, make, monkeypatch):
    deal = make.deal()
    before = Deal.get_by_id(deal.id).__data__
    monkeypatch.setattr("core.deals.history.turn_period", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.move(crm, deal, "Offer")
    assert Deal.get_by_id(deal.id).__data__ == before
    assert StageVisit.select().where(StageVisit.deal == deal).count() == 1
