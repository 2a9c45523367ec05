"""Why processes are behind the plugins that are switched on: the supervisor says it, doctor and a page show it."""

from peewee import Expression

from core.i18n import Text, lazy
from core.settings import Setting

PLACE = {"plugin": "core.serve", "name": "behind"}
TRIAL, WEB = "trial", "web"
WHY = {
    TRIAL: lazy("The last switch of plugins does not start, so everything goes on as before. Hinka tries it again."),
    WEB: lazy("A web process does not come up anew, so the present ones go on. Hinka tries it again."),
}


def say_why(reason: str) -> None:
    """Saves why they have not followed, TRIAL or WEB; nothing, that all have."""
    Setting.delete().where(_here()).execute()
    if reason:
        Setting.insert(**PLACE, value=reason).execute()


def why() -> Text:
    """Returns a sentence with the reason, or nothing where all have followed."""
    row = Setting.get_or_none(_here())
    return WHY[row.value] if row else ""


def _here() -> Expression:
    return (Setting.plugin == PLACE["plugin"]) & (Setting.name == PLACE["name"])
