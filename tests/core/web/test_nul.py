"""A NUL in an address, which no PostgreSQL keeps and nobody types, is as good as not there."""

import pytest

from core.clients.models import Client

PAGES = (
    "/search?q=ho%00xha",
    "/clients/?q=ho%00xha",
    "/clients/{}/merge?q=ho%00xha",
    "/messages/write/clients?q=ho%00xha",
    "/register/clients?q=ho%00xha",
    "/deals/?part=options&field=client&search=ho%00xha",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_search_with_a_nul_finds_what_it_finds_without(web, make, address):
    known, other = make.client("Hoxha"), make.client("Kola")
    page = web.sign_in(make.user("director")).text(address.format(other.id))
    assert known.name in page


def test_a_text_of_a_form_loses_its_nul(web, make):
    web.sign_in(make.user("director"))
    web.post("/clients/new", {"kind": "company", "name": "Ho\0xha"})
    assert Client.get().name == "Hoxha"
