"""Looks for what is inconsistent in an instance and says it in sentences."""

from collections.abc import Iterator

from core.boot import is_schema_fine
from core.deals.inspection import find_wrong_deals
from core.hooks.behind import why
from core.hooks.condition import conditions
from core.jobs import job_counts
from core.process.inspection import find_deals_out_of_step
from core.runtime import CRM
from core.store.search import advice

SHOWN = 20


def examine(crm: CRM) -> list[str]:
    """Returns one sentence a finding; an empty list means that everything is fine."""
    findings = [f"Plugin {refusal.plugin} is off: {refusal.reason} {refusal.remedy}" for refusal in crm.refusals]
    findings += filter(None, [str(why())])
    if not is_schema_fine(crm):
        findings.append("Migrations are pending: stop the web server and run “hinka migrate”.")
    if failed := job_counts().get("failed"):
        findings.append(f"{failed} jobs have failed: look at them under Jobs and run them again.")
    if statements := advice(crm.database):
        findings.append(f"Searches read every row. As administrator of PostgreSQL run in this database: {statements}.")
    findings += [f"Plugin {one.plugin}: {one.words}" for one in conditions(crm) if one.state == "faulty"]
    findings += _of_plugins(crm)
    wrong = find_wrong_deals(crm) + find_deals_out_of_step(crm)
    findings += [f"Deal {number}: {what}" for number, what in wrong[:SHOWN]]
    if len(wrong) > SHOWN:
        findings.append(f"… and {len(wrong) - SHOWN} more deals.")
    return findings


def _of_plugins(crm: CRM) -> Iterator[str]:
    """Yields what plugins find in what they keep."""
    for plugin, look in crm.hooks.collect_on_page("inspections", crm=crm):
        for words in _steps(crm, plugin, look):
            if words:
                yield f"Plugin {plugin}: {words}"


def _steps(crm: CRM, plugin: str, look: Iterator[str] | None) -> Iterator[str]:
    while look is not None:
        words, failure = crm.hooks.attempt(plugin, "inspections", next, look, None)
        if failure is not None:
            break
        if words is None:
            return
        yield words
    yield "its own look for mistakes failed; see its last failures."
