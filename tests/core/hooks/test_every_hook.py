"""Every hook is really called by the core, with the arguments of its contract, and is written up in docs/hooks.md."""

import inspect
import shutil
import threading
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from core import commands, fields
from core.clients.merge import merge_clients
from core.clients.models import Client
from core.commands.opener import Opener
from core.deals import moves
from core.deals.models import Deal
from core.documentation import PAGES, page
from core.errors import CRMError
from core.hooks import specs
from core.hooks.condition import conditions
from core.instance.doctor import examine
from core.interactions.files import store_file
from core.interactions.services import change_interaction, log_interaction
from core.interactions.timeline import timeline
from core.messages.incoming import receive_message
from core.process.services import kinds_of_evidence
from core.serve.listeners import listen
from core.testing import running
from core.users.services import ensure_roles
from tests.waiting import until

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
HOOKS = sorted(
    name for name, value in vars(specs).items() if inspect.isfunction(value) and value.__module__ == specs.__name__
)


@pytest.fixture
def crm(tmp_path, database_url):
    """Returns an instance whose own folder of plugins holds the dummy."""
    shutil.copytree(HERE / "dummy", tmp_path / "plugins" / "dummy")
    with running(tmp_path, database_url, ("dummy",)) as instance:
        called().clear()
        yield instance


def called() -> dict[str, list]:
    from plugins.dummy.hooks import CALLED

    return CALLED


@pytest.fixture
def seller(make):
    return make.user("director")


def test_the_dummy_answers_every_hook(crm):
    import plugins.dummy.hooks as dummy

    assert [name for name in HOOKS if not hasattr(dummy, name)] == []


def test_hooks_of_the_start_are_called(tmp_path, database_url, crm):
    with running(tmp_path, database_url, ("dummy",)) as again:
        assert {"permissions", "settings_groups", "job_kinds", "channels", "live_topics", "record_fields"} <= set(
            called()
        )
        assert {"reports", "report_facts"} <= set(called())
        assert "dummy.look" in again.permissions
        assert again.settings.get("dummy") == {"colour": "red"}
        again.jobs.enqueue("dummy.job", {"n": 1})
        again.jobs.run_waiting()
    assert called()["job"] == [({"n": 1},)]


def test_lines_of_a_plugin_are_listened_to(crm):
    stop = threading.Event()
    found = crm.hooks.collect("listeners", crm=crm)
    thread = threading.Thread(target=listen, args=(crm, found, stop))
    thread.start()
    until(lambda: "listened" in called())
    stop.set()
    thread.join()
    assert called()["listeners"] == [(crm,)]


def test_a_report_of_a_plugin_is_known(crm):
    assert crm.reports["dummy-report"].title == "Report of the dummy"


def test_a_live_topic_is_computed_for_the_user(crm, web, seller):
    number = f'hx-swap="innerHTML">{seller.id * 2}</hx-partial>'
    assert number in web.sign_in(seller).text("/stream/now")


def test_hooks_of_the_web_are_called(crm, web, seller):
    assert {"menu_items", "routes", "rest_routes"} <= set(called())
    assert web.sign_in(seller).text("/dummy/") == "dummy page"


def test_a_menu_item_is_shown_to_those_who_may(crm, web, make):
    from core.users.services import ensure_roles

    ensure_roles(crm)
    assert "Dummy page" in web.sign_in(make.user("seller")).text("/")
    assert "Dummy page" not in web.sign_in(make.user("agent")).text("/")


def test_panels_stand_on_the_cards(crm, web, make, seller):
    deal = make.deal(owner=seller)
    web.sign_in(seller)
    assert "Dummy panel of a client" in web.text(f"/clients/{deal.client_id}")
    assert "Dummy panel of a deal" in web.text(f"/deals/{deal.id}")
    assert called()["client_panels"] == [(deal.client_id, seller.id)]
    assert called()["deal_panels"] == [(deal.id, seller.id)]


def test_a_panel_that_fails_leaves_a_box_and_the_card(crm, web, make, seller, monkeypatch):
    import plugins.dummy.hooks as dummy

    monkeypatch.setattr(dummy, "note", lambda *_arguments: 1 / 0)
    client = make.client("Kafe Mira", owner=seller)
    page = web.sign_in(seller).text(f"/clients/{client.id}")
    assert "Kafe Mira" in page
    assert "dummy" in page


def test_a_field_of_a_plugin_is_a_column_a_filter_and_a_group(crm, make, seller):
    mira, una = make.client("Kafe Mira", owner=seller), make.client("Una", owner=seller)
    client = fields.entity(crm, "client")
    found = fields.read(crm, client, ["dummy.length"], [mira.id, una.id], seller)
    assert [found[one.id]["dummy.length"] for one in (mira, una)] == [9, 3]
    longer = fields.condition(crm, client, [{"field": "dummy.length", "op": "greater", "value": 5}], seller)
    assert [one.name for one in Client.select().where(longer)] == ["Kafe Mira"]


def test_a_field_of_a_plugin_that_fails_is_empty(crm, make, seller):
    client = make.client(owner=seller)
    found = fields.read(crm, fields.entity(crm, "client"), ["dummy.broken"], [client.id], seller)
    assert found[client.id]["dummy.broken"] is None


def test_a_list_shows_the_column_of_a_plugin_within_its_queries(crm, web, make, seller, queries):
    for _number in range(30):
        make.client(owner=seller)
    web.sign_in(seller).post("/clients/", {"action": "columns", "path": ["name", "dummy.length"]})
    with queries.at_most(15):
        assert "Length of the name" in web.text("/clients/")


def test_actions_stand_in_the_menu_of_a_card_for_those_who_may(crm, web, make):
    ensure_roles(crm)
    director, seller = make.user("director"), make.user("seller")
    deal = make.deal(owner=seller)
    page_of_seller = web.sign_in(seller).text(f"/deals/{deal.id}")
    assert ("See the dummy" in page_of_seller, "Do the dummy" in page_of_seller) == (True, True)
    page_of_director = web.sign_in(director).text(f"/clients/{deal.client_id}")
    assert ("See the dummy" in page_of_director, "Do the dummy" in page_of_director) == (True, False)
    assert called()["card_actions"][0] == ("deal", deal.id, seller.id)


def test_actions_of_a_row_come_when_its_menu_is_opened(crm, web, make, seller, queries):
    clients = [make.client(owner=seller) for _number in range(30)]
    web.sign_in(seller)
    with queries.at_most(15):
        listed = web.text("/clients/")
    assert ("See the dummy" in listed, "card_actions" in called()) == (False, False)
    assert f"part=row&amp;id={clients[0].id}" in listed
    assert "See the dummy" in web.text(f"/clients/?part=row&id={clients[0].id}")
    assert called()["card_actions"] == [("client", clients[0].id, seller.id)]


def test_the_menu_of_a_row_that_one_may_not_see_is_refused(crm, web, make):
    foreign = make.client(owner=make.user("seller"))
    assert web.sign_in(make.user("seller")).get(f"/clients/?part=row&id={foreign.id}").status_code == 422


def test_tabs_stand_on_the_cards_and_are_made_when_opened(crm, web, make, seller):
    deal = make.deal(owner=seller)
    web.sign_in(seller)
    for kind, path, number in (("client", "clients", deal.client_id), ("deal", "deals", deal.id)):
        closed = web.text(f"/{path}/{number}")
        assert ("Tab of the dummy" in closed, "Closed tab" in closed, "dummy-tab" in closed) == (True, False, False)
        assert f"Inside of {kind} {number}" in web.text(f"/{path}/{number}?tab=dummy.tab")
    assert called()["card_tabs"][0] == ("client", deal.client_id, seller.id)
    assert called()["tab"] == [("client", deal.client_id), ("deal", deal.id)]


def test_a_tab_that_fails_leaves_a_box_and_the_card(crm, web, make, seller):
    client = make.client("Kafe Mira", owner=seller)
    page = web.sign_in(seller).text(f"/clients/{client.id}?tab=dummy.broken")
    assert ("Kafe Mira" in page, "failed-box" in page) == (True, True)


def test_entries_of_plugins_stand_in_the_timeline_page_by_page(crm, web, make, seller):
    client = make.client(owner=seller)
    first = timeline(crm, seller, "client", client)
    second = timeline(crm, seller, "client", client, after=first.next)
    found = [entry.record.id for entry in (*first.entries, *second.entries) if entry.source == "plugin"]
    assert (found, second.next) == (list(range(30)), "")
    assert called()["timeline_entries"][0] == ("client", client.id, None)
    shown = web.sign_in(seller).text(f"/interactions/client/{client.id}/timeline")
    assert 'data-plugin="dummy"' in shown.split("Dummy entry 0.")[0]


def test_the_search_of_all_pages_finds_clients_deals_and_what_plugins_keep(crm, web, make, seller, queries):
    make.deal("Ovens for Mira", client=make.client("Kafe Mira", owner=seller), owner=seller)
    make.client("Mira of another", owner=make.user("seller"))
    web.sign_in(make.user("reader"))
    assert "Kafe Mira" in web.text("/search?q=mira")
    web.sign_in(seller)
    with queries.at_most(12):
        page = web.text("/search?q=mira")
    assert [words in page for words in ("Kafe Mira", "Ovens for Mira", "Found mira")] == [True] * 3
    assert called()["search_results"][-1] == (seller.id, "mira")
    assert "Found m" not in web.text("/search?q=m")


def test_a_plugin_says_how_it_is(crm, web, make):
    found = [(one.state, one.words) for one in conditions(crm, "dummy")]
    assert found == [("fine", ""), ("unconfigured", "Type a colour first.")]
    assert "health" in called()
    page = web.sign_in(make.user("administrator")).text("/settings/plugins/dummy")
    assert "Type a colour first." in page


def test_a_plugin_looks_for_what_is_wrong_in_what_it_keeps(crm, monkeypatch):
    import plugins.dummy.hooks as dummy

    assert [one for one in examine(crm) if "dummy" in one] == ["Plugin dummy: Two cups are missing."]
    assert "inspections" in called()
    monkeypatch.setattr(dummy, "note", lambda what, *_rest: 1 / (what != "inspections"))
    failed = ["Plugin dummy: its own look for mistakes failed; see its last failures."]
    assert [one for one in examine(crm) if "dummy" in one] == failed


def test_a_look_at_the_health_that_fails_is_a_fault(crm, monkeypatch):
    import plugins.dummy.hooks as dummy

    monkeypatch.setattr(dummy, "note", lambda *_arguments: 1 / 0)
    assert [one.state for one in conditions(crm, "dummy")] == ["faulty"]
    assert [one for one in examine(crm) if "look at its health failed" in one]


def test_the_rows_of_a_plugins_field_are_grouped(crm, web, make, seller):
    make.client("Kafe Mira", owner=seller)
    assert "Length of the name" in web.sign_in(seller).text("/clients/?g=dummy.length")


def test_panels_stand_on_the_home_page(crm, web, make, seller):
    make.deal(owner=seller)
    assert "Dummy panel of the home page" in web.sign_in(seller).text("/")
    assert called()["home_panels"] == [(seller.id,)]


def test_the_rate_of_a_plugin_beats_the_table(crm, make):
    deal = make.deal(potential=Decimal(10), currency="USD")
    assert deal.potential_base == Decimal(5)
    assert called()["exchange_rate"][0][0] == "USD"


def test_a_merge_asks_and_a_change_is_told(crm, make, seller):
    kept, gone = make.client("Kept", owner=seller), make.client("Gone", owner=seller)
    merge_clients(crm, kept, gone)
    assert called()["client_merging"] == [(kept.id, gone.id)]
    assert ("client", "created") in called()["record_changed"]


def test_a_channel_of_a_plugin_takes_messages_in(crm, make, seller):
    receive_message(crm, "dummy", address="+355691111111", body="Hello")
    assert called()["message_received"] == [("Hello",)]


def test_plugins_hear_of_every_turn_of_a_deal_inside_its_work(crm, make, seller):
    deal = make.deal(owner=seller)
    moves.move(crm, deal, "Offer")
    assert called()["deal_turned"] == [(deal.id, "opened", None), (deal.id, "moved", 0)]


def test_a_kind_of_evidence_is_named(crm):
    assert kinds_of_evidence(crm)["dummy.proof"] == "Dummy proof"
    assert "evidence_kinds" in called()


def test_what_was_held_and_stored_is_told_inside_the_work(crm, make, seller):
    client = make.client(owner=seller)
    log_interaction(crm, client, kind="call")
    plan = log_interaction(crm, client, kind="meeting", is_planned=True)
    change_interaction(crm, plan, {"is_planned": False})
    store_file(crm, seller, "client", client.id, "offer.txt", BytesIO(b"Offer"))
    assert called()["interaction_held"] == [("call",), ("meeting",)]
    assert called()["file_stored"] == [("offer.txt",)]


def test_a_plugin_can_refuse_a_turn(crm, make, seller, monkeypatch):
    import plugins.dummy.hooks as dummy

    deal = make.deal(owner=seller)
    monkeypatch.setattr(dummy, "note", lambda *_arguments: 1 / 0)
    with pytest.raises(CRMError, match="dummy could not take part"):
        moves.move(crm, deal, "Offer")
    assert Deal.get_by_id(deal.id).place == 0


def test_plugins_hear_of_hanging_deals_in_the_night(crm, make, seller):
    deal = make.deal(owner=seller)
    crm.job_kinds["core.learn_usual"].run(crm, {}, None)
    assert called()["deals_hanging"] == [([(deal.id, ("idle",))],)]


def test_a_command_of_a_plugin_runs(crm):
    opener = Opener(crm.config.folder)
    opener.__dict__["crm"] = crm
    result = CliRunner().invoke(commands.hinka, ["--instance", str(crm.config.folder), "dummy"], obj=opener)
    assert (result.exit_code, "commands" in called()) == (0, True)
    assert result.output == "dummy ran\n"


def test_every_hook_has_a_full_contract():
    for name in HOOKS:
        text = inspect.getdoc(getattr(specs, name))
        for heading in ("When:", "Verb:", "Arguments:", "Return:", "Failure:"):
            assert heading in text, f"{name} lacks {heading}"


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name):
    assert (ROOT / "docs" / f"{name}.md").read_text("utf-8") == page(name)


def test_every_hook_is_called_by_one_of_these_tests():
    here = Path(__file__).read_text("utf-8")
    assert [name for name in HOOKS if f'"{name}"' not in here] == []
