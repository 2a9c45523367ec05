"""The four verbs, each with its rule for a plugin that fails."""

from types import SimpleNamespace

import pytest

from core.errors import CRMError, InvalidInput, PluginRefused
from core.hooks import calls
from core.hooks.contributions import MenuItem, Panel, RecordChange
from core.hooks.dispatch import Dispatcher, marker

ITEM = MenuItem("x", "X", "x.index", "star")
OTHER = MenuItem("y", "Y", "y.index", "star")
PANEL = Panel("x", "X", "x.html")
CHANGE = RecordChange("client", 1, "created", None, "test")


def plugin(**hooks):
    return SimpleNamespace(**{name: marker(function) for name, function in hooks.items()})


def broken(*_arguments):
    raise ZeroDivisionError("oh")


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher()


def test_collect_joins_answers_in_order_of_registration(dispatcher):
    dispatcher.register("first", plugin(menu_items=lambda: [ITEM]))
    dispatcher.register("second", plugin(menu_items=lambda crm: [crm]))
    assert dispatcher.collect("menu_items", crm=OTHER) == [("first", ITEM), ("second", OTHER)]


@pytest.mark.parametrize("answer", [None, "x", {}, ["x"], [PANEL]])
def test_what_is_no_list_of_contributions_is_refused(dispatcher, answer):
    dispatcher.register("bad", plugin(menu_items=lambda: answer))
    with pytest.raises(PluginRefused, match="it returned"):
        dispatcher.collect("menu_items", crm=None)


def test_collect_refuses_the_plugin_that_fails_and_names_a_remedy(dispatcher):
    dispatcher.register("bad", plugin(menu_items=broken))
    with pytest.raises(PluginRefused) as refused:
        dispatcher.collect("menu_items", crm=None)
    assert (refused.value.plugin, "ZeroDivisionError: oh" in refused.value.reason) == ("bad", True)
    assert "hinka plugin disable bad" in refused.value.remedy


def test_collect_on_a_page_puts_a_box_in_place_of_what_failed(dispatcher):
    dispatcher.register("bad", plugin(client_panels=broken))
    dispatcher.register("good", plugin(client_panels=lambda client: [client]))
    found = dispatcher.collect_on_page("client_panels", crm=None, client=PANEL, user=None)
    assert found == [("bad", None), ("good", PANEL)]


def test_ask_goes_on_to_the_next_plugin(dispatcher):
    dispatcher.register("bad", plugin(exchange_rate=broken))
    dispatcher.register("silent", plugin(exchange_rate=lambda: None))
    dispatcher.register("good", plugin(exchange_rate=lambda currency: currency))
    assert dispatcher.ask("exchange_rate", crm=None, currency="EUR", rate_on=None) == "EUR"


def test_ask_without_an_answer_is_none(dispatcher):
    assert dispatcher.ask("exchange_rate", crm=None, currency="EUR", rate_on=None) is None


def test_check_lets_a_plugins_sentence_through(dispatcher):
    def refuses():
        raise InvalidInput("This client owes money.")

    dispatcher.register("strict", plugin(client_merging=refuses))
    with pytest.raises(InvalidInput, match="owes money"):
        dispatcher.check("client_merging", crm=None, kept_id=1, gone_id=2)


def test_check_turns_an_accident_into_a_sentence(dispatcher):
    dispatcher.register("bad", plugin(client_merging=broken))
    with pytest.raises(CRMError, match="bad could not take part, so nothing was changed"):
        dispatcher.check("client_merging", crm=None, kept_id=1, gone_id=2)


def test_announce_reaches_the_others_when_one_fails(dispatcher):
    heard = []
    dispatcher.register("bad", plugin(record_changed=broken))
    dispatcher.register("good", plugin(record_changed=lambda change: heard.append(change)))
    dispatcher.announce("record_changed", crm=None, change=CHANGE)
    assert heard == [CHANGE]


def test_a_failing_announcement_is_logged_against_its_plugin(dispatcher, caplog):
    dispatcher.register("bad", plugin(record_changed=broken))
    dispatcher.announce("record_changed", crm=None, change=CHANGE)
    assert [record.plugin for record in caplog.records] == ["bad"]


def test_a_paused_plugin_is_told_nothing_and_asked_everything(dispatcher):
    heard = []
    dispatcher.register("tired", plugin(record_changed=lambda change: heard.append(change), menu_items=lambda: [ITEM]))
    dispatcher.paused = {"tired": "why"}
    dispatcher.announce("record_changed", crm=None, change=CHANGE)
    assert (heard, dispatcher.collect("menu_items", crm=None)) == ([], [("tired", ITEM)])


def test_calls_are_counted_and_timed(dispatcher):
    dispatcher.register("good", plugin(menu_items=lambda: [ITEM]))
    for _call in range(3):
        dispatcher.collect("menu_items", crm=None)
    tally = dispatcher.calls.take_tallies()["good", "menu_items"]
    assert (tally.calls, tally.worst_s <= tally.total_s, dispatcher.calls.tallies) == (3, True, {})


def test_unknown_hook_is_refused(dispatcher):
    with pytest.raises(PluginRefused, match="no_such_hook"):
        dispatcher.register("typo", plugin(no_such_hook=lambda: []))
    assert dispatcher.order == []


def test_unknown_argument_is_refused(dispatcher):
    with pytest.raises(PluginRefused, match="colour"):
        dispatcher.register("typo", plugin(menu_items=lambda colour: []))


def test_an_unregistered_plugin_is_not_asked(dispatcher):
    dispatcher.register("gone", plugin(menu_items=lambda: [ITEM]))
    dispatcher.unregister("gone")
    assert dispatcher.collect("menu_items", crm=None) == []


def test_what_may_last_is_never_taken_for_one_that_hangs(monkeypatch):
    monkeypatch.setattr(calls, "ENDLESS_S", -1.0)
    hooks = Dispatcher()
    assert hooks.attempt("slow", "migrations down", lambda: len(list(hooks.calls.endless()))) == (1, None)
    assert hooks.attempt("slow", "migrations down", lambda: len(list(hooks.calls.endless())), may_last=True) == (
        0,
        None,
    )
