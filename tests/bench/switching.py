"""Plugins are switched fifty times while twenty clients read and write and a hundred pages stand open."""

from tests import servers
from tests.bench.bases import Bases
from tests.bench.figures import Figure, percentile
from tests.load.switching import make_instance, switch_under_load

SWITCHES, CLIENTS, STREAMS = 50, 20, 100
# Of a switch until every process follows; the clients leave the machine no rest meanwhile.
MOST_S = 3.0


def run(bases: Bases, database: str) -> list[Figure]:
    """Measures how long a switch takes to reach every process, and counts what went wrong meanwhile."""
    url = "sqlite:///hinka.db" if database == "sqlite" else servers.postgres_database_url("bench")
    instance = make_instance(bases.new_folder(), url)
    seen = switch_under_load(instance, url, switches=SWITCHES, clients=CLIENTS, streams=STREAMS)
    return [
        Figure("requests that failed", len(seen.errors), "", 0),
        Figure("streams that were refused", len(seen.refused), "", 0),
        Figure("jobs that were lost", seen.jobs - seen.done.get("done", 0), "", 0),
        Figure("a switch until every process follows, p50", percentile(seen.followed_s, 0.5), "s", MOST_S),
        Figure("the same, p95", percentile(seen.followed_s, 0.95), "s"),
        Figure("the longest", max(seen.followed_s), "s"),
        Figure("reads meanwhile", seen.reads, ""),
        Figure("writes meanwhile", seen.writes, ""),
    ]
