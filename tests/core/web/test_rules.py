"""Addresses, and pages that later processes need not compile."""

import pytest
from flask import Flask
from werkzeug.routing import BuildError, Map

from core.web.factory import create_web
from core.web.rules import LateRule


class Late(Flask):
    url_rule_class = LateRule


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [("list", {}), ("list", {"q": "é&ü", "page": 2}), ("card", {"number": 7}), ("card", {"number": 7, "rule": "x"})],
)
def test_an_address_is_what_flask_makes(endpoint, values):
    made = []
    for app in (Flask("plain"), Late("late")):
        app.add_url_rule("/list", "list")
        app.add_url_rule("/card/<int:number>", "card")
        with app.test_request_context():
            made.append(app.url_for(endpoint, **values))
    assert made[0] == made[1]


def test_an_address_without_what_it_needs_is_refused():
    app = Late("late")
    app.add_url_rule("/card/<int:number>", "card")
    with app.test_request_context(), pytest.raises(BuildError):
        app.url_for("card")


def test_a_page_compiled_by_one_process_serves_the_next(crm, make):
    user = make.user()
    with create_web(crm).test_client() as client:
        with client.session_transaction() as session:
            session.update({"user": user.id, "epoch": user.session_epoch})
        assert client.get("/").status_code == 200

    assert list(crm.config.cache_folder.glob("page-*"))


def test_a_number_that_no_database_takes_is_the_address_of_nothing():
    addresses = Map([LateRule("/clients/<int:client_id>", endpoint="card")]).bind("hinka")
    assert addresses.test(f"/clients/{2**63 - 1}")
    assert not addresses.test(f"/clients/{2**63}")
