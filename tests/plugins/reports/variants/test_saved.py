"""Saved settings: for whom they are, one's default, tiles of the home page."""

import pytest

from core.api import InvalidInput, NotAllowed, NotFound
from plugins.reports.models import Variant
from plugins.reports.variants import defaults, keeping, schedules, tiles
from plugins.reports.variants.models import Tile


@pytest.fixture
def team(make):
    return make.team("North")


@pytest.fixture
def head(make, team):
    return make.user("head", team=team)


def saved(crm, user, name="Mine", audience=keeping.MINE, report="managers"):
    return keeping.save_variant(crm, user, report, name, [("period", "this_year")], audience=audience)


def test_settings_for_a_team_are_seen_by_the_team_alone(crm, make, head, team):
    variant = saved(crm, head, audience=keeping.TEAM)
    assert keeping.get_variant(make.user("seller", team=team), variant.id).name == "Mine"
    with pytest.raises(NotFound):
        keeping.get_variant(make.user("seller"), variant.id)


def test_only_who_may_share_saves_for_others(crm, make, team):
    with pytest.raises(NotAllowed):
        saved(crm, make.user("seller", team=team), audience=keeping.TEAM)
    with pytest.raises(InvalidInput, match="in no team"):
        saved(crm, make.user("director"), audience=keeping.TEAM)


def test_a_name_is_given_once(crm, head):
    saved(crm, head, "One")
    two = saved(crm, head, "Two")
    with pytest.raises(InvalidInput):
        keeping.change_variant(crm, head, two.id, name="One")
    assert keeping.change_variant(crm, head, two.id, name="Three", audience=keeping.ALL).is_shared


def test_a_report_begins_with_ones_default_until_it_is_taken_back(crm, web, head):
    variant = saved(crm, head)
    web.sign_in(head)
    web.post(f"/reports/saved/{variant.id}/default")
    assert f"variant={variant.id}" in web.get("/reports/managers").headers["Location"]
    assert web.get("/reports/managers?usual=1").status_code == 200
    web.post(f"/reports/saved/{variant.id}/default")
    assert web.get("/reports/managers").status_code == 200


def test_a_default_that_is_seen_no_more_counts_no_more(crm, make, head):
    variant, seller = saved(crm, head, audience=keeping.ALL), make.user("seller")
    defaults.begin_with(crm, seller, variant.id)
    assert defaults.default_of(seller, "managers") == variant
    keeping.change_variant(crm, head, variant.id, audience=keeping.MINE)
    assert defaults.default_of(seller, "managers") is None


def test_what_shows_deleted_settings_goes_with_them(crm, head):
    variant = saved(crm, head)
    defaults.begin_with(crm, head, variant.id)
    tiles.add_tile(crm, head, "", variant.id)
    keeping.delete_variant(crm, head, variant.id)
    assert Variant.select().count() == 0
    assert defaults.default_of(head, "managers") is None
    assert all(tile.variant is None for tile in tiles.tiles_of(head))


@pytest.mark.parametrize(("role", "first"), [("director", "forecast"), ("head", "hanging"), ("seller", "funnel-open")])
def test_who_has_chosen_no_tile_sees_what_the_role_needs(make, role, first):
    assert tiles.tiles_of(make.user(role))[0].report == first


def test_tiles_are_added_moved_and_taken_away(crm, make):
    user = make.user("head")
    tiles.add_tile(crm, user, "sources", None)
    assert [one.report for one in tiles.tiles_of(user)] == ["hanging", "managers", "sources"]
    tiles.change_tile(crm, user, tiles.tiles_of(user)[2].key, "up")
    assert [one.report for one in tiles.tiles_of(user)] == ["hanging", "sources", "managers"]
    for _one in range(3):
        tiles.change_tile(crm, user, tiles.tiles_of(user)[0].key, "remove")
    assert tiles.tiles_of(user) == []


def test_a_usual_tile_is_meant_by_its_report(crm, make):
    user = make.user("head")
    tiles.change_tile(crm, user, "hanging", "remove")
    assert [one.report for one in tiles.tiles_of(user)] == ["managers"]


def test_nobody_changes_the_tiles_of_others(crm, make):
    mine, other = make.user("head"), make.user("head")
    tiles.add_tile(crm, mine, "sources", None)
    with pytest.raises(NotFound):
        tiles.change_tile(crm, other, str(Tile.get(Tile.user == mine.id).id), "remove")


def test_too_many_tiles_are_refused(crm, make):
    user = make.user("head")
    for _time in range(tiles.MOST - 2):
        tiles.add_tile(crm, user, "sources", None)
    with pytest.raises(InvalidInput, match="12 tiles"):
        tiles.add_tile(crm, user, "sources", None)


def test_the_home_page_shows_tiles_that_are_counted_when_seen(crm, web, base, make, queries):
    web.sign_in(make.user("director"))
    web.text("/")
    with queries.at_most(15):
        home = web.text("/")
    assert "/reports/saved/tiles/body?report=hanging" in home
    assert "data-chart" in web.text("/reports/saved/tiles/body?report=hanging")


def test_a_tile_works_without_what_is_gone_and_says_so(crm, web, base, head):
    variant = saved(crm, head)
    Variant.update(
        settings=[["period", "this_year"], ["f", '[{"field": "gone", "op": "equal", "value": 1}]']]
    ).execute()
    body = web.sign_in(head).text(f"/reports/saved/tiles/body?variant={variant.id}")
    assert ("gone" in body, "report-tile-lost" in body, "data-chart" in body) == (True, True, True)


def test_a_tile_that_is_seen_no_more_vanishes_quietly(crm, web, make, head):
    variant = saved(crm, head)
    body = web.sign_in(make.user("director")).text(f"/reports/saved/tiles/body?variant={variant.id}")
    assert body.strip() == '<span class="report-tile-gone"></span>'


def test_a_tile_that_breaks_says_so_in_its_place(crm, web, head, monkeypatch):
    monkeypatch.setattr("plugins.reports.variants.pages.make_report", lambda *_all: 1 / 0)
    assert "could not be made" in web.sign_in(head).text("/reports/saved/tiles/body?report=managers")


def test_tiles_have_a_size_and_are_dragged_into_an_order(crm, web, make):
    user = make.user("director")
    web.sign_in(user)
    web.post("/reports/saved/tiles/change", {"tile": "managers", "action": "wide"})
    # The page may be older than the first change: it calls usual tiles by their reports.
    assert web.post("/reports/saved/tiles/order", {"order": ["managers", "forecast", "hanging"]}).status_code == 204
    shown = [(one.report, one.size) for one in tiles.tiles_of(user)]
    assert shown == [("managers", tiles.WIDE), ("forecast", tiles.SMALL), ("hanging", tiles.SMALL)]


def test_saved_settings_are_found_by_name(crm, head):
    saved(crm, head, "This year", audience=keeping.ALL)
    assert keeping.find_variant("managers", "This year").name == "This year"
    with pytest.raises(NotFound, match="There are no settings"):
        keeping.find_variant("managers", "Other")


def test_the_tile_of_a_report_that_is_off_waits_and_the_others_stay(crm, web, base, make):
    user = make.user("director")
    Tile.create(user=user.id, report="gone.report", place=0)
    Tile.create(user=user.id, report="managers", place=1)
    home = web.sign_in(user).text("/")
    assert ("body?report=managers" in home, "failed-box" in home) == (True, False)


def test_settings_of_a_team_stay_its_own_when_one_who_moved_on_renames_them(crm, make):
    team = make.team("Tirana")
    owner = make.user("head", team=team)
    kept = keeping.save_variant(crm, owner, "funnel-closed", "Ours", [], audience=keeping.TEAM)
    owner.team = make.team("Durrës")
    owner.save()
    renamed = keeping.change_variant(crm, owner, kept.id, name="Theirs", audience=keeping.TEAM)
    assert (renamed.name, renamed.team_id) == ("Theirs", team.id)


def test_two_tabs_give_a_name_once(crm, head, monkeypatch):
    check = keeping._checked_settings

    def save_elsewhere(*given):
        monkeypatch.setattr(keeping, "_checked_settings", check)
        saved(crm, head, "One")
        return check(*given)

    monkeypatch.setattr(keeping, "_checked_settings", save_elsewhere)
    with pytest.raises(InvalidInput, match="There are settings called “One” already"):
        keeping.save_variant(crm, head, "managers", "One", [], is_new=True)
    assert Variant.select().count() == 1


def test_a_name_that_is_taken_at_the_last_moment_is_refused_in_a_sentence(crm, head, monkeypatch):
    saved(crm, head, "One")
    two = saved(crm, head, "Two")
    monkeypatch.setattr(keeping, "_check_free", lambda *_given: None)
    with pytest.raises(InvalidInput, match="There are settings called “One” already"):
        keeping.change_variant(crm, head, two.id, name="One")
    assert [one.name for one in Variant.select().order_by(Variant.id)] == ["One", "Two"]


def test_what_can_not_be_done_with_a_tile_is_refused(crm, web, make):
    user = make.user("head")
    with pytest.raises(InvalidInput, match="Choose what to do"):
        tiles.change_tile(crm, user, "managers", "sideways")
    assert Tile.select().count() == 0
    answer = web.sign_in(user).post("/reports/saved/tiles/change", {"tile": "managers", "action": "sideways"})
    assert answer.status_code == 422


def test_a_tile_moves_past_those_that_nobody_sees(crm, make, head):
    shared, user = saved(crm, head, audience=keeping.ALL), make.user("head")
    for report, variant_id in (("sources", None), ("", shared.id), ("funnel-open", None)):
        tiles.add_tile(crm, user, report, variant_id)
    keeping.change_variant(crm, head, shared.id, audience=keeping.MINE)
    tiles.change_tile(crm, user, tiles.tiles_of(user)[-1].key, "up")
    assert [one.report for one in tiles.tiles_of(user)] == ["hanging", "managers", "funnel-open", "sources"]


def test_settings_that_are_saved_again_keep_their_readers(crm, web, head, base):
    variant = saved(crm, head, "Ours", audience=keeping.ALL)
    web.sign_in(head)
    page = web.text(f"/reports/managers?period=this_year&variant={variant.id}")
    assert ('value="Ours"' in page, '<option value="all" selected>' in page) == (True, True)
    web.post("/reports/managers/variants?period=last_year", {"name": "Ours"})
    again = Variant.get_by_id(variant.id)
    assert (again.is_shared, again.settings) == (True, [["period", "last_year"]])


def test_who_hides_the_settings_of_somebody_else_is_led_to_the_reports(crm, web, make, head):
    variant = saved(crm, head, audience=keeping.ALL)
    web.sign_in(make.user("director"))
    assert f"For {head.name} alone" in web.text(f"/reports/saved/{variant.id}")
    answer = web.post(f"/reports/saved/{variant.id}", {"name": "Mine", "audience": keeping.MINE})
    assert answer.headers["Location"].endswith("/reports/")


def test_what_goes_with_deleted_settings_is_said_before(crm, web, head):
    variant = saved(crm, head)
    tiles.add_tile(crm, head, "", variant.id)
    facts = {"variant": variant.id, "every": "day", "on_day": 0, "at_hour": 8, "form": "pdf"}
    schedules.save_schedule(crm, head, facts)
    page = web.sign_in(head).text(f"/reports/saved/{variant.id}")
    assert ("1 tile goes too" in page, "1 schedule goes too" in page) == (True, True)


def test_settings_of_a_report_whose_plugin_is_off_wait_until_it_is_on(crm, web, head):
    variant = saved(crm, head, "Of a plugin")
    Variant.update(report="gone.report").where(Variant.id == variant.id).execute()
    web.sign_in(head)
    assert "Of a plugin" not in web.text("/reports/")
    page = web.text(f"/reports/saved/{variant.id}")
    assert ("is switched off" in page, "Delete" in page, "/reports/gone.report" in page) == (True, True, False)
