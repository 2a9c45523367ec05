"""The jobs of lists. What they do is imported when one is run: a process that runs none needs no Flask."""

from datetime import timedelta
from typing import Any

from core.hooks.contributions import JobKind
from core.runtime import CRM

EXPORT = "core.export_list"


def _export(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    from core.web.lists.long_exports import write

    write(crm, args, progress)


def _forget(crm: CRM, _args: dict[str, Any], _progress: Any) -> None:
    from core.web.lists.long_exports import forget_old

    forget_old(crm)


JOBS = (JobKind(EXPORT, _export, attempts=1), JobKind("core.forget_exports", _forget, every=timedelta(days=1)))
