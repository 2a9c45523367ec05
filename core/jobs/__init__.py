"""Jobs: work that must happen, kept in the customer's own database and written in the same transaction as its cause.

At least once: a job whose worker dies is run again when its lease ends; three such deaths, and it stands as failed.
One that takes longer than its kind may, or that a person stops, stands as failed too, and can be run again.
"""

from core.jobs.hand import LEASE, Hand, Progress, Stopped
from core.jobs.models import Job, job_counts
from core.jobs.queue import MAX_CRASHES, Jobs

__all__ = ["LEASE", "MAX_CRASHES", "Hand", "Job", "Jobs", "Progress", "Stopped", "job_counts"]
