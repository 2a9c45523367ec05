"""The tab of clients' and deals' cards that shows what was written, over all channels, as a conversation."""

from typing import Any

from flask import request, url_for

from core.clients.models import Client
from core.deals.models import Deal
from core.hooks.contributions import CardTab
from core.i18n import lazy
from core.messages.attachments import load_files
from core.messages.conversation import conversation_of
from core.runtime import CRM
from core.web.context import user

KEY = "core.messages"


def tab_of(crm: CRM, entity: str, subject: Client | Deal) -> CardTab:
    """Returns the tab of a card."""

    def show() -> dict[str, Any]:
        conversation = conversation_of(user(), subject, request.args.get("before", 0, int))
        load_files(conversation.messages)
        return {
            "conversation": conversation,
            "channels": crm.channels,
            "here": f"{request.path}?tab={KEY}",
            "write_url": url_for("messages.write", **{entity: subject.id}),
            "is_deal": entity == "deal",
        }

    return CardTab(KEY, lazy("Messages"), "messages/conversation.html", show, "messages", "clients.read", 100)
