"""What happens here is told: written with the change itself, signed, tried again, kept in a log."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from core.clients.services import change_client
from core.deals import services as deals
from core.errors import NotFound
from core.jobs import Job
from core.webhooks import jobs, services
from core.webhooks.models import Delivery, Webhook


def events():
    return [one.event for one in Delivery.select().order_by(Delivery.id)]


def test_a_change_and_its_delivery_are_written_in_one_transaction(crm, make, webhook):
    webhook("client.created")
    with pytest.raises(ZeroDivisionError), crm.work():
        make.client("Hoxha")
        1 / 0  # noqa: B018 - any failure
    assert (Delivery.select().count(), Job.select().where(Job.kind == services.DELIVER).count()) == (0, 0)
    with crm.work():
        client = make.client("Hoxha")
        with pytest.raises(ZeroDivisionError), crm.work():
            make.client("Kola")
            1 / 0  # noqa: B018 - any failure
    (delivery,) = Delivery.select()
    assert json.loads(delivery.body)["entity_id"] == client.id
    assert Job.get(Job.kind == services.DELIVER).args == {"delivery": delivery.id}


def test_body_is_signed_with_the_secret_over_time_and_body(crm, make, webhook, listener):
    _webhook, secret = webhook("client.created")
    client = make.client("Hoxha")
    crm.jobs.run_waiting()
    ((headers, body),) = listener.heard
    told = json.loads(body)
    assert (told["event"], told["entity"], told["entity_id"]) == ("client.created", "client", client.id)
    assert told["url"] == f"/api/v1/clients/{client.id}"
    assert (headers["X-Hinka-Event"], headers["X-Hinka-Delivery"]) == ("client.created", str(told["id"]))
    stamped = headers["X-Hinka-Timestamp"].encode() + b"." + body
    expected = hmac.new(secret.encode(), stamped, hashlib.sha256).hexdigest()
    assert headers["X-Hinka-Signature"] == f"sha256={expected}"
    kept = Delivery.get()
    assert (kept.state, kept.status, kept.answer, kept.attempts) == ("delivered", 200, "thanks", 1)


def test_only_what_was_asked_for_is_told_and_once_a_transaction(crm, make, webhook):
    webhook("deal.won", "client.*")
    deal = make.deal(client=make.client("Hoxha"))
    deals.win(crm, deal)
    with crm.work():
        client = make.client("Kola")
        client = change_client(crm, client, {"city": "Tirana"}, version=client.version)
        change_client(crm, client, {"city": "Durrës"}, version=client.version)
    assert events() == ["client.created", "deal.won", "client.created", "client.changed"]


def test_a_webhook_that_is_switched_off_is_told_nothing(crm, make, webhook, listener):
    made, _secret = webhook()
    make.client("Before")
    services.change_webhook(crm, made, is_active=False)
    make.client("After")
    crm.jobs.run_waiting()
    assert listener.heard == []
    assert [one.answer for one in Delivery.select()] == ["The webhook is switched off."]


def test_a_failure_is_tried_again_with_back_off_and_seen_under_jobs(crm, make, webhook, listener):
    webhook("client.created")
    listener.status = 503
    make.client("Hoxha")
    crm.jobs.run_waiting()
    job = Job.get(Job.kind == services.DELIVER)
    assert (job.state, job.attempts, job.last_error) == ("waiting", 1, "The other side answered 503.")
    assert job.run_at == crm.clock.now() + timedelta(seconds=10)
    assert (Delivery.get().state, Delivery.get().status) == ("failed", 503)
    listener.status = 204
    crm.clock.advance(seconds=10)
    crm.jobs.run_waiting()
    assert (Delivery.get().state, Delivery.get().attempts) == ("delivered", 2)
    assert len({headers["X-Hinka-Delivery"] for headers, _body in listener.heard}) == 1


@pytest.mark.parametrize(("status", "sentence"), [(302, "leads elsewhere"), (410, "answered 410")])
def test_a_redirect_is_not_followed_and_gone_is_final(crm, make, webhook, listener, status, sentence):
    webhook("client.created")
    listener.status, listener.headers = status, {"Location": listener.url}
    make.client("Hoxha")
    crm.jobs.run_waiting()
    assert len(listener.heard) == 1
    assert Job.get(Job.kind == services.DELIVER).state == "failed"
    assert sentence in Job.get(Job.kind == services.DELIVER).last_error


def test_without_leave_nothing_goes_to_this_machine(crm, make, webhook, listener):
    webhook("client.created")
    crm.settings.save("webhooks", {"private_hosts": ""})
    make.client("Hoxha")
    crm.jobs.run_waiting()
    assert listener.heard == []
    assert "private network" in Delivery.get().answer


def test_a_delivered_one_is_not_sent_again_by_a_job_that_runs_twice(crm, make, webhook, listener):
    webhook("client.created")
    make.client("Hoxha")
    crm.jobs.run_waiting()
    jobs.deliver(crm, {"delivery": Delivery.get().id}, None)
    assert len(listener.heard) == 1


def test_replay_sends_the_same_body_under_the_same_number(crm, make, webhook, listener):
    webhook("client.created")
    make.client("Hoxha")
    crm.jobs.run_waiting()
    services.replay(crm, Delivery.get())
    services.replay(crm, Delivery.get())
    crm.jobs.run_waiting()
    assert [body for _headers, body in listener.heard] == [listener.heard[0][1]] * 2
    assert (Delivery.get().state, Delivery.get().attempts) == ("delivered", 2)


def test_a_new_secret_signs_what_follows(crm, make, webhook, listener):
    made, old = webhook("client.created")
    new = services.renew_secret(crm, made)
    services.ping(crm, made)
    crm.jobs.run_waiting()
    ((headers, body),) = listener.heard
    assert new != old
    assert headers["X-Hinka-Signature"] == f"sha256={jobs.sign(new, headers['X-Hinka-Timestamp'], body)}"
    assert new not in Webhook.get().secret


def test_many_changes_in_one_go_are_written_in_few_queries(crm, make, webhook, queries):
    webhook("client.changed")
    clients = [make.client(f"Client {number}") for number in range(40)]
    with queries.at_most(10), crm.work():
        for client in clients:
            crm.changed("client", client.id, "changed")
    assert events() == ["client.changed"] * 40


def test_the_log_forgets_what_is_old_and_a_deleted_webhook_all(crm, make, webhook):
    made, _secret = webhook("client.created")
    make.client("Hoxha")
    crm.jobs.run_waiting()
    crm.clock.advance(days=31)
    make.client("Kola")
    jobs.keep_log(crm, {}, None)
    assert Delivery.select().count() == 1
    services.delete_webhook(crm, made)
    crm.jobs.run_waiting()
    assert Delivery.select().count() == 0
    with pytest.raises(NotFound):
        services.get_webhook(made.id)
