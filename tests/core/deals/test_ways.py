"""What a visit keeps of its deal's way is what its visits tell, whoever wrote them."""

from core.deals import services
from core.deals.inspection import find_wrong_deals
from core.deals.models import StageVisit
from core.deals.recount import Visit, ways
from core.deals.ways import keep_ways
from core.migrations import m0028_ways, m0029_visit_deals
from core.stages.services import ladders


def led(crm, make):
    """Returns a deal that skipped a stage, went back, was won, and goes on after it was opened again."""
    deal = make.deal()
    steps = ladders([deal.version_id])[deal.version_id]
    for place in (2, 0, 1):
        crm.clock.advance(hours=1)
        services.move(crm, deal, steps[place].stage)
    services.win(crm, deal)
    return deal


def kept(deal) -> list[tuple]:
    columns = (StageVisit.place, StageVisit.onto_place, StageVisit.is_again)
    return list(StageVisit.select(*columns).where(StageVisit.deal == deal).order_by(StageVisit.id).tuples())


def test_visits_tell_where_they_led_and_which_came_again():
    visits = [Visit(1, 0, 1, 3), Visit(3, 2, 3, 3), Visit(1, 0, 3, 7), Visit(2, 1, 7, None)]
    assert ways(visits) == [(2, False), (0, False), (1, True), (None, False)]


def test_moves_and_closings_keep_the_way(crm, make):
    deal = led(crm, make)
    assert kept(deal) == [(0, 2, False), (2, 0, False), (0, 1, True), (1, None, True)]
    services.reopen(crm, deal)
    assert kept(deal)[-1] == (1, None, False)
    assert find_wrong_deals(crm) == []


def test_doctor_finds_a_way_that_is_kept_wrong(crm, make):
    deal, _right = led(crm, make), make.deal()
    StageVisit.update(onto_place=1).where(StageVisit.deal == deal, StageVisit.onto_place == 2).execute()
    assert [number for number, _what in find_wrong_deals(crm)] == [deal.number]


def test_visits_from_before_learn_their_way(crm, make):
    deals = [led(crm, make), make.deal(), led(crm, make)]
    before = [kept(deal) for deal in deals]
    StageVisit.update(onto_place=None, is_again=False).execute()
    crm.database.execute_sql(m0028_ways.FILL)
    assert [kept(deal) for deal in deals] == before


def became(deal) -> set[tuple]:
    """Returns what the visits of a deal say of it."""
    return set(StageVisit.select(StageVisit.version_id, StageVisit.deal_state).where(StageVisit.deal == deal).tuples())


def test_visits_follow_what_becomes_of_their_deal(crm, make):
    deal, other = led(crm, make), make.deal()
    assert became(deal) == {(deal.version_id, "won")}
    services.reopen(crm, deal)
    assert became(deal) == {(deal.version_id, "open")}
    services.delete_deal(crm, deal)
    assert became(deal) == {(deal.version_id, None)}
    services.restore_deal(crm, deal)
    assert became(deal) == {(deal.version_id, "open")}
    assert became(other) == {(other.version_id, "open")}


def test_visits_follow_whoever_writes_to_a_deal(crm, make):
    deal = led(crm, make)
    crm.database.execute_sql(f"UPDATE core_deal SET state = 'lost', closed_at = 1 WHERE id = {deal.id}")
    assert became(deal) == {(deal.version_id, "lost")}


def test_doctor_finds_visits_that_tell_another_state(crm, make):
    deal = led(crm, make)
    StageVisit.update(deal_state="lost").where(StageVisit.deal == deal, StageVisit.place == 1).execute()
    assert [number for number, _what in find_wrong_deals(crm)] == [deal.number]


def test_visits_from_before_learn_what_became_of_their_deals(crm, make):
    deals = [led(crm, make), make.deal(), led(crm, make)]
    services.delete_deal(crm, deals[2])
    before = [became(deal) for deal in deals]
    for keep in (lambda: crm.database.execute_sql(m0029_visit_deals.FILL), lambda: keep_ways(crm.database)):
        StageVisit.update(version_id=None, deal_state=None).execute()
        keep()
        assert [became(deal) for deal in deals] == before
