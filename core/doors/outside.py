"""One way to addresses that users typed: never into a private network, unless a setting names the host."""

from core.webhooks.sending import Answer, address_of, send
from core.webhooks.services import private_hosts

__all__ = ["Answer", "address_of", "private_hosts", "send"]
