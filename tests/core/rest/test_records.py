"""Records over REST, by the services that pages use too."""

from core.clients.properties import create_property
from core.store.audit import Audit


def made(response) -> dict:
    assert response.status_code == 201, response.get_json()
    assert response.headers["ETag"]
    return response.get_json()


def test_client_with_everything(crm, api, boss):
    create_property(crm, entity="client", name="Size", kind="choice", choices=("Large", "Small"))
    category = made(api.post("/categories", {"name": "Key"}))
    sent = {
        "name": "Tomorri Auto",
        "kind": "company",
        "phones": ["069 234 5678", {"value": "+38344123456", "label": "shop"}],
        "emails": ["INFO@tomorri.example"],
        "categories": [category["id"]],
        "city": "Berat",
        "properties": {"size": "Large"},
    }
    response = api.post("/clients", sent)
    client = made(response)
    assert client["phone"] == "+355692345678"
    assert [point["value"] for point in client["phones"]] == ["+355692345678", "+38344123456"]
    assert client["email"] == "info@tomorri.example"
    assert (client["owner"], client["categories"], client["properties"]) == (
        boss.id,
        [category["id"]],
        {"size": "Large"},
    )
    assert api.client.get(response.headers["Location"], headers=api.headers).get_json() == client


def test_change_touches_only_what_is_named(api, make):
    client = make.client("A", city="Berat", phones=["0692345678"])
    changed = api.patch(f"/clients/{client.id}", {"city": "Vlorë"}, "*").get_json()
    assert (changed["name"], changed["city"], len(changed["phones"])) == ("A", "Vlorë", 1)


def test_history_tells_who_and_that_it_came_through_the_api(api, boss):
    client = made(api.post("/clients", {"name": "A"}))
    entry = Audit.get(Audit.entity == "client", Audit.entity_id == client["id"])
    assert (entry.user_id, entry.source) == (boss.id, "api")


def test_deleted_client_comes_back(api, make):
    client = make.client("A")
    assert api.delete(f"/clients/{client.id}", "*").status_code == 204
    assert api.get("/clients").get_json() == []
    assert api.post(f"/clients/{client.id}/restore").get_json()["name"] == "A"


def test_contacts_of_a_client(api, make):
    client = make.client("A")
    contact = made(api.post(f"/clients/{client.id}/contacts", {"name": "Ana", "emails": ["ana@a.example"]}))
    assert (contact["client"], contact["is_primary"]) == (client.id, True)
    changed = api.patch(f"/contacts/{contact['id']}", {"position": "Director"}, '"1"').get_json()
    assert (changed["position"], changed["emails"][0]["value"]) == ("Director", "ana@a.example")
    assert api.get(f"/clients/{client.id}/contacts").get_json() == [changed]
    assert api.delete(f"/contacts/{contact['id']}", "*").status_code == 204
    assert api.get("/contacts").get_json() == []


def test_consents_are_words_not_states(api, make):
    client = make.client("A")
    for is_given in (True, False):
        made(api.post(f"/clients/{client.id}/consents", {"channel": "email", "is_given": is_given}))
    assert [word["is_given"] for word in api.get(f"/clients/{client.id}/consents").get_json()] == [True, False]


def test_merge_and_its_undo(api, make):
    kept, other = make.client("A"), make.client("B", city="Berat")
    merge = made(api.post(f"/clients/{kept.id}/merge", {"gone": other.id}))
    assert api.get(f"/clients/{kept.id}").get_json()["city"] == "Berat"
    assert api.get(f"/clients/{other.id}").status_code == 404
    assert api.post(f"/merges/{merge['id']}/undo").get_json()["name"] == "B"
    assert api.get(f"/clients/{other.id}").status_code == 200


def test_way_of_a_deal(api, make):
    deal_type = make.deal_type(stages=("Interest", "Offer", "Payment"))
    stages = {step["name"]: step["stage"] for step in api.get(f"/deal-types/{deal_type.id}").get_json()["stages"]}
    client = make.client("A")
    sent = {"title": "Coffee", "client": client.id, "type": deal_type.id, "potential": "1250.00", "currency": "EUR"}
    deal = made(api.post("/deals", sent))
    assert (deal["state"], deal["stage"], deal["potential"]) == ("open", stages["Interest"], "1250.00")
    path = f"/deals/{deal['id']}"
    moved = api.post(f"{path}/move", {"stage": stages["Offer"]}, "*")
    assert moved.get_json()["stage"] == stages["Offer"]
    reason = api.get("/loss-reasons").get_json()[0]["id"]
    lost = api.post(f"{path}/lose", {"reason": reason}, moved.headers["ETag"]).get_json()
    assert (lost["state"], lost["loss_reason"]) == ("lost", reason)
    assert api.post(f"{path}/reopen", {"note": "They called"}, "*").get_json()["state"] == "open"
    won = api.post(f"{path}/win", {"amount": "1200"}, "*").get_json()
    assert (won["state"], won["amount"]) == ("won", "1200.00")
    assert [visit["stage"] for visit in api.get(f"{path}/visits").get_json()] == [stages["Interest"], stages["Offer"]]
    assert [closing["state"] for closing in api.get(f"{path}/closings").get_json()] == ["lost", "won"]


def test_lost_without_reason_is_refused(api, make):
    response = api.post(f"/deals/{make.deal().id}/lose", {}, "*")
    assert (response.status_code, list(response.get_json()["errors"])) == (422, ["reason"])


def test_deal_is_put_aside_and_goes_on(api, make):
    deal = make.deal()
    assert api.post(f"/deals/{deal.id}/hold", {"until": "2026-07-01"}, "*").get_json()["on_hold_until"] == "2026-07-01"
    assert api.post(f"/deals/{deal.id}/resume", seen="*").get_json()["on_hold_until"] is None


def test_hand_over_needs_its_right(program, api, make):
    seller, other = make.user(), make.user()
    client = make.client(owner=seller)
    deal = make.deal(client=client, owner=seller)
    theirs = program(seller)
    assert theirs.post(f"/deals/{deal.id}/hand-over", {"owner": other.id}, "*").status_code == 403
    assert theirs.patch(f"/deals/{deal.id}", {"owner": other.id}, "*").status_code == 403
    assert theirs.patch(f"/clients/{client.id}", {"owner": other.id}, "*").status_code == 403
    assert theirs.post("/clients", {"name": "A", "owner": other.id}).status_code == 403
    assert api.post(f"/deals/{deal.id}/hand-over", {"owner": other.id}, "*").get_json()["owner"] == other.id


def test_records_of_others_are_not_found(program, make):
    owner, seller = make.user(), make.user()
    client = make.client(owner=owner)
    deal = make.deal(client=client, owner=owner)
    stranger = program(seller)
    assert stranger.get(f"/clients/{client.id}").status_code == 404
    assert stranger.get(f"/deals/{deal.id}").status_code == 404
    assert stranger.patch(f"/deals/{deal.id}", {"title": "x"}, "*").status_code == 404
    sent = {"title": "x", "client": client.id, "type": deal.deal_type_id}
    assert stranger.post("/deals", sent).status_code == 404


def test_new_stages_are_a_new_version(api, make):
    made_type = made(api.post("/deal-types", {"name": "Tender", "stages": [{"stage": 1}, {"stage": 2}]}))
    path = f"/deal-types/{made_type['id']}"
    changed = api.post(f"{path}/publish", {"stages": [{"stage": 2, "probability": 40}]}, "*").get_json()
    assert [(step["stage"], step["probability"]) for step in changed["stages"]] == [(2, 40)]
    assert changed["version_id"] != made_type["version_id"]


def test_interaction_is_noted_changed_deleted(api, make, boss):
    client = make.client()
    call = made(api.post("/interactions", {"kind": "call", "client": client.id, "subject": "Called"}))
    assert call["user"] == boss.id
    path = f"/interactions/{call['id']}"
    changed = api.patch(path, {"body": "No answer"}, "*")
    assert changed.get_json()["body"] == "No answer"
    assert api.delete(path, changed.headers["ETag"]).status_code == 204
    assert api.get("/interactions").get_json() == []


def test_task_is_made_and_done(api, make, boss):
    task = made(api.post("/tasks", {"title": "Call back", "deal": make.deal().id}))
    assert (task["user"], task["state"]) == (boss.id, "open")
    done = api.post(f"/tasks/{task['id']}/complete", seen='"1"').get_json()
    assert (done["state"], done["version"]) == ("done", 2)
    assert api.post(f"/tasks/{task['id']}/complete", seen='"1"').status_code == 412


def test_segment_of_one_user_is_not_anothers(api, program, make):
    sent = {
        "name": "Mine",
        "entity": "client",
        "kind": "live",
        "conditions": [{"field": "city", "op": "equal", "value": "Vlorë"}],
    }
    segment = made(api.post("/segments", sent))
    other = program(make.user("director"))
    assert other.get(f"/segments/{segment['id']}").status_code == 404
    api.patch(f"/segments/{segment['id']}", {"is_shared": True}, "*")
    assert other.get("/segments").get_json()[0]["name"] == "Mine"
    assert other.delete(f"/segments/{segment['id']}", "*").status_code == 403


def test_who_am_i(api, boss):
    assert api.get("/users/me").get_json()["login"] == boss.login


def test_plugins_are_listed_for_administrators(api, program, make):
    assert {"importers", "reports"} <= {plugin["name"] for plugin in api.get("/plugins").get_json()}
    assert program(make.user("director")).get("/plugins").status_code == 403
