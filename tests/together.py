"""Several people do something at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence

from core.errors import Conflict, InvalidInput
from core.runtime import CRM


def together(crm: CRM, actions: Sequence[Callable[[], object]]) -> list[str]:
    """Runs the actions at once and returns, sorted, what each was told: nothing ("") if it did what it wanted."""
    told, start = [], threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        with crm.database.connection_context():
            start.wait()
            try:
                action()
                told.append("")
            except (Conflict, InvalidInput) as error:
                told.append(str(error))

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)
