"""Files of a message in a browser: chosen one after the other, kept through a refusal, taken out again, sent."""

import pytest

from core.messages.models import Message
from core.testing import FakeChannel
from tests.at_work import open_page
from tests.waiting import until

pytestmark = pytest.mark.browser


def test_chosen_files_outlive_a_refusal_and_are_sent(site, page):
    client = site.make.client("Kafe Mira", phones=["+355 69 123 4567"])
    site.crm.channels["fake"] = FakeChannel().contribution(file_types=("application/pdf",))
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/{client.id}")
    page.wait_for_selector("#timeline")
    page.keyboard.press("w")
    page.wait_for_selector("dialog[open] #writing")
    for name, content in (("offer.pdf", b"%PDF-1.7"), ("prices.txt", b"prices")):
        page.set_input_files("[name=new_files]", {"name": name, "mimeType": "text/plain", "buffer": content})
    page.fill("#field-body", "As we said.")
    page.click("#writing .btn-primary")
    page.wait_for_selector(".writing-files >> text=does not take “prices.txt”")
    page.click("[data-file-list] li:has-text('prices.txt') button")
    page.click("#writing .btn-primary")
    until(lambda: Message.select().exists())
    assert len(Message.get().file_ids) == 1
