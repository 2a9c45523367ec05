"""Ways outside: to addresses that users typed, never into a private network unless a setting names the host; and what
networks tell of things that a plugin handed over by itself, such as a letter that is no client's message."""

from core.messages.attachments import check_files
from core.messages.receipts import take_receipts
from core.messages.standing import states_since, stuck
from core.messages.states import is_news
from core.webhooks.sending import Answer, address_of, send
from core.webhooks.services import private_hosts

__all__ = [
    "Answer",
    "address_of",
    "check_files",
    "is_news",
    "private_hosts",
    "send",
    "states_since",
    "stuck",
    "take_receipts",
]
