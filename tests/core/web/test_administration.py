"""The pages of administration: settings, plugins, jobs, history, sources, exchange rates."""

from datetime import date, timedelta

import pytest

from core.clients.models import Source
from core.deals.rates import ExchangeRate
from core.errors import ConfigError
from core.hooks.contributions import JobKind
from core.jobs import Job
from core.settings import Setting
from core.store import audit
from core.testing import Browser


@pytest.fixture
def web(web, make):
    return web.sign_in(make.user(role="administrator", name="Ada Admin"))


def fail(crm, args, progress):
    progress.tell(40, "2 of 5")
    raise ConfigError("The mail server does not answer.")


def test_setting_is_saved_and_shown(web, crm):
    assert web.post("/settings/group/company", {"company_name": "Adria Trade"}).status_code == 303
    assert crm.settings.get("company")["company_name"] == "Adria Trade"
    assert "Adria Trade</span>" in web.text("/")


def test_unknown_group_of_settings_is_not_found(web):
    assert web.get("/settings/group/nothing").status_code == 404


def test_job_is_shown_with_its_error_and_run_again(web, crm):
    crm.job_kinds["core.fail"] = JobKind("core.fail", fail, attempts=1)
    job = crm.jobs.enqueue("core.fail", {})
    crm.jobs.run_waiting()
    assert "The mail server does not answer." in web.text("/settings/jobs/?state=failed")
    web.post(f"/settings/jobs/{job.id}/again")
    assert Job.get_by_id(job.id).state == "waiting"


def test_job_is_stopped_by_a_person_who_is_named(web, crm):
    crm.job_kinds["core.calm"] = JobKind("core.calm", lambda *_given: None)
    job = crm.jobs.enqueue("core.calm", {})
    assert f"/settings/jobs/{job.id}/stop" in web.text("/settings/jobs/")
    web.post(f"/settings/jobs/{job.id}/stop")
    shown = web.text("/settings/jobs/?state=failed")
    assert ("stopped it." in shown, f"/settings/jobs/{job.id}/again" in shown) == (True, True)
    assert web.post(f"/settings/jobs/{job.id}/stop").status_code == 409


def test_regular_jobs_are_shown_if_asked_or_if_they_went_wrong(web, crm):
    crm.job_kinds = {
        "core.calm": JobKind("core.calm", lambda *_given: None, every=timedelta(seconds=10)),
        "core.fail": JobKind("core.fail", fail, attempts=1, every=timedelta(seconds=10)),
        "core.asked": JobKind("core.asked", lambda crm, args, progress: progress.tell(95, "20/21")),
    }
    crm.jobs.schedule()
    crm.jobs.enqueue("core.asked", {})
    crm.jobs.run_waiting()
    usual, all_of_them = web.text("/settings/jobs/"), web.text("/settings/jobs/?regular=1")
    assert [kind in usual for kind in ("core.calm", "core.fail", "core.asked")] == [False, True, True]
    assert ("core.calm" in all_of_them, "20/21" in usual) == (True, False)


def test_table_of_jobs_renews_itself_only_while_something_moves(web, crm):
    assert "hx-trigger" not in web.text("/settings/jobs/")
    crm.jobs.enqueue("core.fail", {})
    part = web.get("/settings/jobs/", headers={"HX-Request": "true"}).text
    assert 'hx-trigger="every 3s"' in part
    assert "<html" not in part


def test_history_is_narrowed_by_user_record_and_day(web, crm, make):
    seller = make.user(name="Sara Seller")
    with crm.acting(seller.id, "web"), crm.work():
        audit.record(crm, "client", 77, "changed", {"name": ["Before", "After"]})
    crm.clock.advance(days=3)
    page = web.text(f"/settings/history/?user={seller.id}&entity=client")
    assert "#77" in page
    assert "After" in page
    assert "#77" not in web.text("/settings/history/?entity=deal")
    today = crm.today()
    assert "#77" not in web.text(f"/settings/history/?entity=client&first={today.isoformat()}")
    before = today - timedelta(days=3)
    assert "#77" in web.text(f"/settings/history/?entity=client&first={before}&last={before}")


def test_long_history_comes_in_pages(web, crm):
    with crm.work():
        for number in range(60):
            audit.record(crm, "client", 1000 + number, "changed")
    assert "#1059" in web.text("/settings/history/?entity=client")
    assert "#1059" not in web.text("/settings/history/?entity=client&page=2")
    assert "#1000" in web.text("/settings/history/?entity=client&page=2")


@pytest.mark.parametrize("query", ["user=x", "first=never", "page=-3", "page=x", "record=x"])
def test_nonsense_in_the_address_of_the_history_is_passed_over(web, query):
    assert web.get(f"/settings/history/?{query}").status_code == 200


def test_rate_is_saved_and_deleted(web):
    web.post("/settings/rates/", {"currency": "USD", "rate_on": "2026-06-01", "rate": "0,92"})
    rate = ExchangeRate.get()
    assert (rate.currency, rate.rate_on, rate.rate) == ("USD", date(2026, 6, 1), "0.92")
    web.post(f"/settings/rates/{rate.id}/delete")
    assert ExchangeRate.get_or_none() is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rate": "0"}, "A rate must be a number above zero."),
        ({"rate": "much"}, "“much” is no number"),
        ({"currency": "dollars"}, "Three letters, such as USD."),
        ({"rate_on": ""}, "Please fill this in."),
    ],
)
def test_wrong_rate_is_refused_with_a_sentence(web, wrong, sentence):
    answer = web.post("/settings/rates/", {"currency": "USD", "rate_on": "2026-06-01", "rate": "0.92", **wrong})
    assert sentence in answer.text
    assert ExchangeRate.get_or_none() is None


def test_source_is_made_renamed_and_taken_out_of_use(web):
    web.post("/settings/sources/", {"name": "Fair"})
    source = Source.get(Source.name == "Fair")
    web.post(f"/settings/sources/{source.id}", {"name": "Fair in Tirana"})
    changed = Source.get_by_id(source.id)
    assert (changed.name, changed.is_active) == ("Fair in Tirana", False)
    assert "No longer offered" in web.text("/settings/sources/")


def test_pinned_plugins_say_where_they_are_decided(web):
    assert "customer.toml lists the plugins of this instance" in web.text("/settings/plugins/")
    assert web.post("/settings/plugins/reports/on").status_code == 409


def test_a_plugin_is_switched_on_within_seconds(crm, make):
    crm.config = type(crm.config)(**{**crm.config.__dict__, "plugins": None})
    web = Browser(crm).sign_in(make.user(role="administrator"))
    answer = web.post("/settings/plugins/reports/on")
    assert answer.status_code == 303
    assert "reports" in Setting.get(Setting.plugin == "core.plugins", Setting.name == "on").value
    assert "will run within seconds" in web.text("/settings/plugins/")
    web.post("/settings/plugins/reports/off")
    assert "reports" not in Setting.get(Setting.plugin == "core.plugins", Setting.name == "on").value
