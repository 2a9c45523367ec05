"""How plugins are by their own account: whether each can do its work, and what is missing."""

from dataclasses import dataclass

from core.hooks.contributions import Health
from core.i18n import Text, _
from core.runtime import CRM


@dataclass(frozen=True)
class Condition:
    """One answer of a plugin about its health: `state` is fine, unconfigured or faulty; `words` say what to do."""

    plugin: str
    state: str
    words: Text = ""


def conditions(crm: CRM, plugin: str = "") -> list[Condition]:
    """Returns what running plugins say of themselves, or one alone; a plugin whose look fails is faulty.

    A channel that says it is not ready yet counts as not set up: that is no fault.
    """
    found = crm.hooks.collect_on_page("health", only=plugin, crm=crm)
    told = [_condition(name, answer) for name, answer in found] + _of_channels(crm, plugin)
    return list({(one.plugin, one.state, str(one.words)): one for one in told}.values())  # each thing once


def _condition(name: str, answer: Health | None) -> Condition:
    if answer is None:
        return Condition(name, "faulty", _("Its own look at its health failed; see its last failures."))
    if not answer.is_configured:
        return Condition(name, "unconfigured", answer.words)
    return Condition(name, "fine" if answer.is_fine else "faulty", answer.words)


def _of_channels(crm: CRM, plugin: str) -> list[Condition]:
    found = []
    for key, channel in crm.channels.items():
        owner = key.partition(".")[0]
        if channel.readiness is None or (plugin and owner != plugin):
            continue
        words, failure = crm.hooks.attempt(owner, f"readiness of {key}", channel.readiness, crm)
        if failure is not None:
            found.append(_condition(owner, None))
        elif words:
            found.append(Condition(owner, "unconfigured", words))
    return found
