"""What SMS adds to Hinka."""

from datetime import timedelta

from core.api import Channel, JobKind, Listener, MenuItem, Routes, SettingsGroup, hook, lazy
from plugins.sms import listener, sending, standing, tracking
from plugins.sms.schemas import SmsSettings


@hook
def channels(crm):
    """Adds SMS to the ways to write to clients."""
    words = crm.settings.get("sms")["stop_words"].split(",") if "sms" in crm.settings.groups else ["STOP"]
    return [
        Channel(
            "sms",
            lazy("SMS"),
            "message",
            address_kind="phone",
            consent="sms",
            prepare=sending.prepare,
            send=sending.send,
            readiness=sending.readiness,
            interaction="sms",
            batch=sending.BATCH,
            most_signs=40_000,
            stop_words=tuple(word.strip() for word in words if word.strip()),
            not_before=sending.not_before,
            waits_for=sending.waits_for,
            set_up="sms.index",
        )
    ]


@hook
def listeners():
    """Adds the lines over which SMPP gateways deliver."""
    return [Listener("sms", listener.listen)]


@hook
def health(crm):
    """Tells what stands in the way of messages."""
    return standing.health_of(crm)


@hook
def job_kinds():
    """Forgets every night what nothing will come of any more."""
    return [JobKind(tracking.TIDY, tracking.forget_old, every=timedelta(days=1))]


@hook
def settings_groups():
    """Adds the rules that hold for every gateway."""
    return [SettingsGroup("sms", lazy("SMS"), SmsSettings)]


@hook
def menu_items():
    """Adds the gateways to the settings."""
    return [
        MenuItem("sms", lazy("SMS gateways"), "sms.index", "antenna", 460, "admin.settings", "settings"),
    ]


@hook
def routes():
    """Adds the page of gateways, and the addresses that gateways call."""
    from plugins.sms import callbacks, pages  # only the web needs them

    return [Routes(pages.blueprint, "/settings/sms"), Routes(callbacks.blueprint, "/sms")]
