"""The job that removes a plugin's data. What it does is imported when it is run, since that knows how to boot."""

from datetime import timedelta
from typing import Any

from core.hooks.contributions import JobKind
from core.runtime import CRM

UNINSTALL = "core.uninstall_plugin"


def _run(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    from core.instance.uninstall import data_of, uninstall

    if data_of(crm, args["name"]):  # else it was removed before the worker died
        progress.tell(100, str(uninstall(crm, args["name"])))


# While migrations go back nobody else may be able to write: better that than half a plugin.
JOB = JobKind(UNINSTALL, _run, attempts=1, limit=timedelta(hours=12), permission="admin.plugins")
