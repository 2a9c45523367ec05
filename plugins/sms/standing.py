"""How the gateways are: what became of their messages within a day, and what stands in the way of others."""

from datetime import timedelta

from core.api import CRM, Health, gettext, ngettext, outside
from plugins.sms.gateways import all_gateways
from plugins.sms.providers import SMPP
from plugins.sms.tracking import CHANNEL

LATELY = timedelta(days=1)


def lately(crm: CRM) -> dict[str, dict[str, int]]:
    """Returns how many messages each gateway had within a day, by its name and their state."""
    return outside.states_since(CHANNEL, crm.clock.now() - LATELY)


def troubles(crm: CRM) -> list[str]:
    """Returns what stands in the way of messages or their receipts, in sentences; none is an empty list."""
    found = []
    count, reason = outside.stuck(CHANNEL)
    if count:
        found.append(ngettext("One message waits: %(reason)s", "%(n)s messages wait: %(reason)s", count, reason=reason))
    in_use = [one for one in all_gateways() if one.is_active]
    if not crm.config.base_url and any(one.kind != SMPP for one in in_use):
        found.append(
            gettext("Set base_url in customer.toml: without it the gateway can't tell what became of your messages.")
        )
    return found


def health_of(crm: CRM) -> list[Health]:
    """Returns whether SMS can do their work; a plugin without a gateway waits to be set up."""
    if not any(one.is_active for one in all_gateways()):
        return [Health(is_fine=False, words=gettext("No gateway is set up yet."), is_configured=False)]
    return [Health(is_fine=False, words=words) for words in troubles(crm)] or [Health()]
