"""A person whom deal types name: told on the users page, before and after the person leaves."""

import pytest

from core.errors import InvalidInput
from core.stages import services
from core.stages.naming import types_naming
from core.stages.services import Step
from core.testing import PASSWORD


@pytest.fixture
def admin(web, make):
    """Returns a browser in which an administrator is signed in."""
    return web.sign_in(make.user("administrator", password=PASSWORD))


@pytest.fixture
def person(crm, make):
    """Returns a user whom two types name."""
    found = make.user(name="Arta Hoxha")
    step = Step(services.find_stage("Contract"), responsible="user", user=found)
    services.create_deal_type(crm, "Repair", mode="process", stages=["Look", step], default_owner=found)
    services.create_deal_type(crm, "Barter", stages=["Look"], loss_responsible=f"user:{found.login}")
    return found


def test_types_tell_at_which_stages_and_as_what_they_name_a_person(person):
    barter, repair = types_naming([person.id])[person.id]
    assert [one.deal_type.name for one in (barter, repair)] == ["Barter", "Repair"]
    assert (barter.stages, barter.is_default_owner, barter.is_for_losses) == ([], False, True)
    assert (repair.stages, repair.is_default_owner, repair.is_for_losses) == (["Contract"], True, False)


def test_earlier_versions_and_types_out_of_use_name_nobody(crm, person):
    repair, barter = services.find_type("Repair"), services.find_type("Barter")
    services.publish(crm, repair, ["Look"])
    services.change_deal_type(crm, repair, {"default_owner": None})
    services.change_deal_type(crm, barter, {"is_used": False})
    assert types_naming([person.id]) == {}


def test_users_page_tells_which_types_name_the_one_who_leaves(admin, person):
    url = f"/settings/users/{person.id}"
    assert "has Contract" in admin.text(url)
    assert admin.post(f"{url}/active", {}).location.endswith(url)
    html = admin.text(url)
    assert "but is still named by Barter, Repair." in html
    assert "name somebody else in these types" in html
    assert "named by 2 deal types" in admin.text("/settings/users/")


def test_users_page_asks_the_same_however_many_are_named(admin, make, person, queries):
    with queries.at_most(12):
        admin.text("/settings/users/")


@pytest.mark.parametrize("field", ["default_owner", "loss_responsible"])
def test_who_left_is_named_by_no_type_anew(crm, admin, person, field):
    admin.post(f"/settings/users/{person.id}/active", {})
    gone = type(person).get_by_id(person.id)
    value = gone if field == "default_owner" else f"user:{gone.login}"
    with pytest.raises(InvalidInput, match="does not work here any more"):
        services.create_deal_type(crm, "New", stages=["Look"], **{field: value})
