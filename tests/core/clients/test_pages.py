"""The pages of clients: the card, the form, contacts, consents, the trash; who may open them, and what they cost."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from core.clients.categories import create_category, create_source
from core.clients.consent import record_consent
from core.clients.contacts import contacts_of, create_contact
from core.clients.models import Category, Client
from core.clients.properties import create_property, properties_of
from core.clients.schemas import client_form
from core.clients.services import change_client, delete_client
from core.deals.services import move
from core.hooks.contributions import Panel
from core.hooks.dispatch import marker
from core.interactions.comments import add_comment
from core.interactions.services import log_interaction
from core.store.audit import Audit
from core.tasks.models import Task
from core.tasks.services import create_task

MOST_QUERIES = 15


@pytest.fixture
def seller(make):
    return make.user(name="Ana Hoxha")


@pytest.fixture
def client(make, seller):
    return make.client("Kafe <Mira>", owner=seller, city="Tiranë", phones=["0692012345"], emails=["info@mira.al"])


def full_card(crm, make, client, owner):
    """Fills every part of a card several times."""
    for number in range(12):
        create_contact(crm, client, name=f"Contact {number}", phones=[f"06920123{number:02}"])
        log_interaction(crm, client, kind="call", subject=f"Call {number}", user_id=owner.id)
        add_comment(crm, owner, "client", client.id, f"Comment {number}")
        deal = make.deal(client=client, owner=owner)
        move(crm, deal, "Offer")
        create_task(crm, title=f"Task {number}", user=owner, client=client, due_at=crm.clock.now() + timedelta(days=1))
    for channel in ("email", "sms", "phone"):
        record_consent(crm, client, channel, is_given=False)


def form_of(client, **values):
    return {"version": client.version, "name": client.name, "kind": client.kind, "status": client.status,
            "owner": client.owner_id or "", **values}  # fmt: skip


def test_card_shows_what_there_is_and_escapes_it(crm, make, client, seller, web):
    create_property(crm, entity="client", name="Size", kind="choice", choices=["Large"])
    change_client(crm, client, {"properties": {"size": "Large"}, "note": "<script>alert(1)</script>"}, version=1)
    create_contact(crm, client, name="Mira Çela", position="Owner")
    make.deal("Two machines", client=client, owner=seller)
    text = web.sign_in(seller).text(f"/clients/{client.id}")
    for words in ("Kafe &lt;Mira&gt;", "tel:+355692012345", "+355 69 201 2345", "Mira Çela", "Two machines", "Large"):
        assert words in text
    assert "<script>alert" not in text


def test_empty_card_says_what_is_missing(crm, make, web):
    client = make.client(owner=None)
    text = web.sign_in(make.user("administrator")).text(f"/clients/{client.id}")
    for words in ("Nobody to talk to yet", "No deals yet", "Add a phone or e-mail"):
        assert words in text


def test_card_and_its_parts_ask_the_database_little_however_full_they_are(crm, make, web, queries):
    team = make.team()
    owner, head, admin = make.user(team=team), make.user("head", team=team), make.user("administrator")
    create_property(crm, entity="client", name="Technician", kind="user")
    client = make.client(owner=owner, properties={"technician": head.id})
    full_card(crm, make, client, owner)
    for reader in (owner, head, admin):
        web.sign_in(reader)
        for part in (
            f"/clients/{client.id}",
            f"/interactions/client/{client.id}/timeline",
            f"/clients/{client.id}/edit",
        ):
            with queries.at_most(MOST_QUERIES):
                web.text(part)


def test_list_asks_the_database_little(crm, make, web, queries):
    admin = make.user("administrator")
    for number in range(20):
        make.client(f"Client {number}", owner=admin)
    web.sign_in(admin).text("/clients/")
    with queries.at_most(MOST_QUERIES):
        text = web.text("/clients/")
    assert "Client 19" in text


def test_list_groups_phones_for_reading(client, seller, web):
    assert "+355 69 201 2345" in web.sign_in(seller).text("/clients/")


def test_client_is_made_by_the_form(crm, web, seller):
    create_property(crm, entity="client", name="Turnover", kind="money")
    web.sign_in(seller)
    answer = web.post(
        "/clients/new",
        {
            "name": "Kafe Mira",
            "kind": "company",
            "status": "active",
            "owner": seller.id,
            "phones": ["069 20 12 345", "", "0682223344"],
            "emails": ["info@mira.al"],
            "properties.turnover": "1 250 000,50",
            "next_contact_on": "31.12.2026",
        },
    )
    client = Client.get()
    assert answer.status_code == 303
    assert answer.location == f"/clients/{client.id}"
    assert (client.name, client.phone, client.owner, client.status) == ("Kafe Mira", "+355692012345", seller, "active")
    assert client.properties == {"turnover": "1250000.50"}
    assert client.next_contact_on.isoformat() == "2026-12-31"


def test_form_keeps_what_was_typed_and_says_what_is_wrong(crm, web, seller):
    web.sign_in(seller)
    answer = web.post("/clients/new", {"name": "Kafe Mira", "emails": ["mira at example"], "next_need_on": "soon"})
    text = answer.get_data(as_text=True)
    assert "no date" in text
    assert "mira at example" in text
    assert Client.select().count() == 0


def test_form_left_empty_but_for_the_name_makes_a_client(crm, web, seller):
    create_property(crm, entity="client", name="Size", kind="choice", choices=["Large"])
    empty = dict.fromkeys((*client_form(crm)().fields, "note"), "")
    values = {**empty, "name": "Mira", "kind": "company", "status": "prospect", "owner": seller.id}
    assert web.sign_in(seller).post("/clients/new", values).status_code == 303
    client = Client.get()
    assert (client.name, client.source_id, client.country, client.properties) == ("Mira", None, "", {})


def test_emptied_fields_of_a_client_become_empty(crm, web, make, seller):
    create_property(crm, entity="client", name="Size", kind="choice", choices=["Large"])
    source = create_source(crm, name="Fair")
    client = make.client(
        "Mira",
        owner=seller,
        source_id=source.id,
        next_contact_on=crm.today(),
        properties={"size": "Large"},
        phones=["1"],
    )
    emptied = {"source": "", "next_contact_on": "", "properties.size": "", "phones": ""}
    web.sign_in(seller).post(f"/clients/{client.id}/edit", form_of(client, **emptied))
    row = Client.get_by_id(client.id)
    assert (row.source_id, row.next_contact_on, row.properties, row.phone) == (None, None, {}, "")


def test_edit_saves_and_keeps_what_the_form_does_not_show(crm, web, client, seller):
    change_client(crm, client, {"phones": [{"value": "0692012345", "label": "shop"}]}, version=1)
    client = Client.get_by_id(client.id)
    web.sign_in(seller).post(f"/clients/{client.id}/edit", form_of(client, city="Durrës", phones=["0692012345"]))
    row = Client.get_by_id(client.id)
    assert (row.city, row.phone) == ("Durrës", "+355692012345")
    assert "shop" in web.text(f"/clients/{client.id}")


def test_who_was_slower_chooses_whose_value_stays(crm, web, client, seller):
    sent = form_of(client, city="Vlorë", region="Vlorë", phones=["0692012345"], emails=["info@mira.al"])
    change_client(crm, client, {"city": "Durrës", "region": "Durrës", "website": "mira.al"}, version=1)
    text = web.sign_in(seller).post(f"/clients/{client.id}/edit", {**sent, "website": ""}).get_data(as_text=True)
    for words in ("Durrës", "Vlorë", 'name="stays:website" value="theirs"'):
        assert words in text
    chosen = {**sent, "version": 2, "stays:city": "theirs", "stays:region": "mine", "stays:website": "theirs"}
    web.post(f"/clients/{client.id}/edit", chosen)
    row = Client.get_by_id(client.id)
    assert (row.city, row.region, row.website) == ("Durrës", "Vlorë", "mira.al")


def test_changes_of_different_fields_are_both_kept_without_a_question(crm, web, client, seller):
    create_property(crm, entity="client", name="Size", kind="choice", choices=["Small", "Large"])
    sent = form_of(
        client, city="Tiranë", region="Vlorë", phones=["0692012345"], emails=["info@mira.al"], **{"properties.size": ""}
    )
    change_client(crm, client, {"city": "Durrës", "properties": {"size": "Large"}, "emails": []}, version=1)
    assert web.sign_in(seller).post(f"/clients/{client.id}/edit", sent).status_code == 303
    row = Client.get_by_id(client.id)
    assert (row.city, row.region, row.properties, row.email) == ("Durrës", "Vlorë", {"size": "Large"}, "")


def test_seller_may_not_give_a_client_away(crm, web, client, seller, make):
    other = make.user()
    answer = web.sign_in(seller).post(f"/clients/{client.id}/edit", form_of(client, owner=other.id))
    assert answer.status_code == 403
    assert Client.get_by_id(client.id).owner == seller


def test_contact_is_added_changed_and_deleted(crm, web, client, seller):
    web.sign_in(seller).post(f"/clients/{client.id}/contacts/new", {"name": "Mira", "phones": ["0682223344"]})
    (contact,) = contacts_of(client)
    assert "Mira" in web.text(f"/clients/contacts/{contact.id}")
    web.post(f"/clients/contacts/{contact.id}", {"name": "Mira Çela", "version": contact.version})
    assert [one.name for one in contacts_of(client)] == ["Mira Çela"]
    web.post(f"/clients/contacts/{contact.id}/delete")
    assert contacts_of(client) == []


def test_contact_changed_meanwhile_shows_both_values(crm, web, client, seller):
    contact = create_contact(crm, client, name="Mira")
    web.sign_in(seller).post(f"/clients/contacts/{contact.id}", {"name": "Mirela", "version": 1})
    text = web.post(f"/clients/contacts/{contact.id}", {"name": "Mirjeta", "version": 1}).get_data(as_text=True)
    assert "Mirela" in text
    assert "Mirjeta" in text


def test_consent_is_noted_on_the_card(crm, web, client, seller):
    web.sign_in(seller).post(f"/clients/{client.id}/consents", {"channel": "sms", "how": "on the phone"})
    text = web.text(f"/clients/{client.id}")
    assert "refused" in text
    assert "on the phone" in text


def test_task_is_made_on_the_card(web, client, seller):
    form = {"title": "Call back", "due_at": "2026-06-20T18:00", "user": seller.id}
    assert web.sign_in(seller).post(f"/tasks/new?client={client.id}", form).status_code == 303
    task = Task.get()
    assert (task.title, task.client_id, task.user) == ("Call back", client.id, seller)
    assert task.due_at.isoformat() == "2026-06-20T16:00:00+00:00"
    assert "Call back" in web.text(f"/clients/{client.id}")


def test_deleted_client_waits_in_the_trash(crm, web, client, make):
    admin = make.user("administrator")
    web.sign_in(admin).post(f"/clients/{client.id}/delete")
    assert "Kafe &lt;Mira&gt;" in web.text("/clients/trash")
    assert "in the trash since" in web.text(f"/clients/{client.id}")
    web.post(f"/clients/{client.id}/restore")
    assert Client.get_by_id(client.id).deleted_at is None


PAGES = {
    "/clients/{0}": "",
    "/clients/{0}/edit": "clients.write",
    "/clients/{0}/contacts/new": "clients.write",
    "/clients/contacts/{1}": "clients.write",
    "/clients/new": "clients.write",
    "/clients/point": "clients.write",
    "/clients/trash": "clients.delete",
    "/settings/properties/": "admin.settings",
    "/settings/properties/new": "admin.settings",
    "/settings/categories/": "admin.settings",
}
ACTS = {
    "/clients/new": "clients.write",
    "/clients/{0}/edit": "clients.write",
    "/clients/{0}/contacts/new": "clients.write",
    "/clients/{0}/consents": "clients.write",
    "/clients/contacts/{1}": "clients.write",
    "/clients/contacts/{1}/delete": "clients.write",
    "/clients/{0}/delete": "clients.delete",
    "/clients/{0}/restore": "clients.delete",
    "/settings/properties/new": "admin.settings",
    "/settings/properties/{2}": "admin.settings",
    "/settings/properties/{2}/move": "admin.settings",
    "/settings/properties/{2}/choices": "admin.settings",
    "/settings/properties/{2}/choices/rename": "admin.settings",
    "/settings/properties/{2}/choices/retire": "admin.settings",
    "/settings/categories/": "admin.settings",
    "/settings/categories/{3}": "admin.settings",
    "/settings/categories/{3}/delete": "admin.settings",
}
LACKING = {"clients.write": "reader", "clients.delete": "seller", "admin.settings": "director"}


@pytest.fixture
def address(crm, client):
    """Returns the address of a page with the ids of records that are there."""
    contact = create_contact(crm, client, name="Mira")
    one = create_property(crm, entity="client", name="Size", kind="choice", choices=["Small"])
    category = create_category(crm, name="Key account")
    return lambda path: path.format(client.id, contact.id, one.id, category.id)


def test_every_page_and_act_needs_its_right(crm, web, address, make, seller):
    people = {right: make.user(role) for right, role in LACKING.items()}
    # The seller owns the client, so only the right is missing.
    people["clients.delete"] = seller
    before = Audit.select().count()
    for path, right in PAGES.items():
        if right:
            assert web.sign_in(people[right]).get(address(path)).status_code == 403, path
    for path, right in ACTS.items():
        answer = web.sign_in(people[right]).post(
            address(path), {"name": "x", "title": "x", "choice": "x", "old": "Small"}
        )
        assert answer.status_code == 403, path
    assert Audit.select().count() == before


def test_stranger_sees_and_does_nothing_with_a_client_of_others(crm, web, address, make):
    web.sign_in(make.user())
    before = Audit.select().count()
    for path in PAGES:
        if "{0}" in path or "{1}" in path:
            assert web.get(address(path)).status_code == 404, path
    for path, right in ACTS.items():
        if ("{0}" in path or "{1}" in path) and right == "clients.write":
            assert web.post(address(path), {"name": "x", "title": "x"}).status_code == 404, path
    assert Audit.select().count() == before


def test_administrator_opens_every_page(web, address, make):
    web.sign_in(make.user("administrator"))
    for path in PAGES:
        web.text(address(path))


def test_property_is_made_and_its_choices_kept_by_pages(crm, web, make):
    web.sign_in(make.user("administrator"))
    web.post(
        "/settings/properties/new", {"entity": "client", "name": "Size", "kind": "choice", "choices": "Small\r\nLarge"}
    )
    (one,) = properties_of("client")
    url = f"/settings/properties/{one.id}"
    web.post(f"{url}/choices", {"choice": "Huge"})
    web.post(f"{url}/choices/rename", {"old": "Small", "choice": "Tiny"})
    web.post(f"{url}/choices/retire", {"old": "Large"})
    web.post(url, {"name": "Size of the enterprise", "is_active": "yes"})
    (one,) = properties_of("client")
    assert (one.name, one.choices, one.retired_choices) == ("Size of the enterprise", ["Tiny", "Huge"], ["Large"])
    assert "Large" in web.text(url)


def test_category_is_made_renamed_and_deleted_by_pages(crm, web, make):
    web.sign_in(make.user("administrator"))
    web.post("/settings/categories/", {"name": "Key account", "colour": "purple"})
    category = Category.get()
    make.client(categories=[category.id])
    assert "Key account" in web.text("/settings/categories/")
    web.post(f"/settings/categories/{category.id}", {"name": "Large account"})
    assert Category.get().name == "Large account"
    web.post(f"/settings/categories/{category.id}/delete")
    assert Category.select().count() == 0


def test_panels_of_plugins_stand_on_the_card_and_a_broken_one_leaves_a_box(crm, web, client, seller):
    @marker
    def good(crm, client, user):
        return [Panel("good", "From the plugin", "clients/point.html", {"name": "emails"})]

    @marker
    def broken(crm, client, user):
        raise ZeroDivisionError

    crm.hooks.register("dummy", SimpleNamespace(client_panels=good))
    crm.hooks.register("faulty", SimpleNamespace(client_panels=broken))
    text = web.sign_in(seller).text(f"/clients/{client.id}")
    assert "From the plugin" in text
    assert 'name="emails"' in text
    assert "The plugin faulty could not show its part here" in text
    assert "Kafe &lt;Mira&gt;" in text


def test_deleted_client_is_no_more_changed(crm, web, client, seller):
    delete_client(crm, client)
    assert web.sign_in(seller).get(f"/clients/{client.id}/edit").status_code == 404
