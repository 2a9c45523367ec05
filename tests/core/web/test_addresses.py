"""Remembered addresses are those that Flask makes, whatever stands before them."""

import pytest
from flask import url_for

from core.web.addresses import address


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("clients.index", {}),
        ("static", {"filename": "logo.svg"}),
        ("clients.card", {"client_id": 7}),
        (".index", {}),
        ("clients.index", {"q": "ana"}),
    ],
)
@pytest.mark.parametrize("root", ["", "/crm"])
def test_address_is_what_flask_makes(web, endpoint, values, root):
    for _time in range(2):
        with web.app.test_request_context("/clients/", environ_overrides={"SCRIPT_NAME": root}):
            assert address(endpoint, **values) == url_for(endpoint, **values)
