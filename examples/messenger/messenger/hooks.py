"""What Pigeon adds to Hinka."""

from datetime import timedelta

from core.api import Channel, JobKind, SettingsGroup, hook, lazy

from . import services
from .schemas import PigeonSettings


@hook
def channels():
    return [
        Channel(
            services.CHANNEL,
            lazy("Pigeon"),
            "message-circle",
            address_kind="phone",
            consent="sms",
            prepare=services.prepare,
            send=services.send,
            readiness=services.readiness,
            most_signs=services.LONGEST,
            stop_words=("STOP",),
        )
    ]


@hook
def job_kinds():
    return [JobKind("messenger.fetch", services.fetch, every=timedelta(seconds=10))]


@hook
def settings_groups():
    return [SettingsGroup("messenger", lazy("Pigeon"), PigeonSettings)]
