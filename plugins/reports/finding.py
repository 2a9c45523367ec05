"""Reports and saved settings that the search of all pages finds by their names."""

from flask import url_for

from core.api import CRM, Report, SearchResult, User, lazy
from plugins.reports.models import Variant
from plugins.reports.registry import all_reports
from plugins.reports.variants.keeping import query_of, variants_of


def found(crm: CRM, user: User, text: str, limit: int) -> list[SearchResult]:
    """Returns the saved settings that the user sees and the reports in whose names all the words stand.

    Saved settings are also found by the name of their report; those whose own name holds the words come first.
    """
    if not user.can("reports.read"):
        return []
    words = text.casefold().split()
    known = {report.name: report for report in all_reports(crm)}
    reports = [_of_report(one) for one in known.values() if _holds(f"{one.title} {one.name}", words)]
    saved = [one for one in variants_of(user) if one.report in known]
    named = [one for one in saved if _holds(one.name, words)]
    others = [one for one in saved if one not in named and _holds(f"{one.name} {known[one.report].title}", words)]
    mine, rest = ([_of_variant(one, known[one.report], user) for one in some] for some in (named, others))
    return [*mine, *reports, *rest][:limit]


def _holds(name: str, words: list[str]) -> bool:
    name = name.casefold()
    return all(word in name for word in words)


def _of_report(report: Report) -> SearchResult:
    return SearchResult(report.title, url_for("reports.show", name=report.name), lazy("Report"), report.icon)


def _of_variant(variant: Variant, report: Report, user: User) -> SearchResult:
    owner = "" if variant.owner_id == user.id else f" · {variant.owner.name}"
    url = f"{url_for('reports.show', name=variant.report)}?{query_of(variant)}"
    return SearchResult(variant.name, url, f"{report.title}{owner}", "bookmark")
