"""What an import did beside the rows' own records, and what it took for known: the sentences under its counts."""

from collections.abc import Callable

from peewee import fn

from core.api import Client, Deal, gettext, ngettext
from plugins.importers.models import Batch, Made

_MADE: dict[str, Callable[[int], str]] = {
    "client": lambda n: ngettext("%(n)s client", "%(n)s clients", n),
    "contact": lambda n: ngettext("%(n)s contact", "%(n)s contacts", n),
    "user": lambda n: ngettext("%(n)s user", "%(n)s users", n),
    "source": lambda n: ngettext("%(n)s source", "%(n)s sources", n),
    "category": lambda n: ngettext("%(n)s category", "%(n)s categories", n),
    "deal_type": lambda n: ngettext("%(n)s deal type", "%(n)s deal types", n),
    "stage": lambda n: ngettext("%(n)s stage", "%(n)s stages", n),
    "loss_reason": lambda n: ngettext("%(n)s reason of loss", "%(n)s reasons of loss", n),
    "property": lambda n: ngettext("%(n)s property", "%(n)s properties", n),
}


def sentences_about(batch: Batch) -> list[str]:
    """Returns what is worth knowing: records made besides, rows that were known, losses without a reason."""
    found = []
    if made := _made_besides(batch):
        found.append(gettext("Made besides: %(records)s.", records=", ".join(made)))
    if batch.skipped:
        found.append(_about_skipped(batch))
    unexplained, reason = _lost_without_reason(batch)
    if unexplained:
        sentence = ngettext(
            "%(n)s deal was lost without a reason in the file; its reason is “%(reason)s”.",
            "%(n)s deals were lost without a reason in the file; their reason is “%(reason)s”.",
            unexplained,
            reason=reason,
        )
        found.append(sentence)
    return found


def _about_skipped(batch: Batch) -> str:
    if batch.kind == "clients":
        return ngettext(
            "%(n)s row was skipped: its tax number, phone, e-mail or name belongs to a client that is here already.",
            "%(n)s rows were skipped: their tax number, phone, e-mail or name belongs to clients who are here already.",
            batch.skipped,
        )
    return ngettext(
        "%(n)s row was skipped: it is here already.", "%(n)s rows were skipped: they are here already.", batch.skipped
    )


def _made_besides(batch: Batch) -> list[str]:
    query = Made.select(Made.entity, fn.COUNT(Made.id)).where(Made.batch == batch).group_by(Made.entity)
    counts = dict(query.tuples())
    if batch.kind != "clients":
        counts["client"] = Client.select().where(Client.import_id == batch.id).count()
    return [words(counts[entity]) for entity, words in _MADE.items() if counts.get(entity)]


def _lost_without_reason(batch: Batch) -> tuple[int, str]:
    """The number of such deals, and the name of the reason that stands for none."""
    reason = Deal.loss_reason.rel_model
    query = Deal.select(fn.COUNT(Deal.id), reason.name).join(reason).group_by(reason.name)
    row = query.where(Deal.import_id == batch.id, Deal.state == "lost", reason.key == "not_given").tuples().first()
    return row or (0, "")
