"""What the tests of schedules share: a channel of letters, and how the worker does what is due."""

from core.api import Sent
from core.testing import FakeChannel
from plugins.reports.variants import sending
from plugins.reports.variants.models import Schedule, Sending

MONDAY = {"every": "week", "on_day": 0, "at_hour": 8, "form": "xlsx", "recipients": "ana@example.com, ben@example.com"}


class Letters(FakeChannel):
    """A channel of letters that carries files; it opens them as the plugin guide says."""

    key = "letters"

    def send(self, crm, outgoing):
        answers = super().send(crm, outgoing)
        return [Sent(one.id, one.state, one.provider_ref, reason="full" if one.state == "failed" else "")
                for one in answers]  # fmt: skip

    def join(self, crm, **facts):
        """Makes it the instance's only channel to addresses of e-mail."""
        crm.channels[self.key] = self.contribution(**{"address_kind": "email", "carries_files": True, **facts})


def run(crm):
    """Does what is due now, and returns the sendings there are."""
    sending.start_due(crm, {}, None)
    crm.jobs.run_waiting()
    return list(Sending.select().order_by(Sending.id))


def send_now(crm, schedule):
    """Sends a schedule's report now, and returns what came of it."""
    made = sending.start(crm, Schedule.get_by_id(schedule.id))
    crm.jobs.run_waiting()
    return Sending.get_by_id(made.id)
