"""Which reports can find the deals, or the clients, behind their numbers again, by name."""

from plugins.reports.clients import cohorts as cohorts_of_clients
from plugins.reports.clients import margin, primary_demand, repeat
from plugins.reports.funnel import closed_report, credit, open_report
from plugins.reports.history import (
    bridge_asked,
    bridge_report,
    cohorts,
    contacts,
    conversion,
    flow,
    funnels,
    hanging,
    past,
)
from plugins.reports.people import activity, standards
from plugins.reports.plan import fact_report

BEHINDS = {
    closed_report.NAME: credit.BEHIND,
    open_report.NAME: past.BEHIND,
    bridge_report.NAME: bridge_asked.BEHIND,
    flow.NAME: flow.BEHIND,
    conversion.NAME: conversion.BEHIND,
    cohorts.NAME: cohorts.BEHIND,
    contacts.NAME: contacts.BEHIND,
    hanging.NAME: hanging.BEHIND,
    activity.NAME: activity.BEHIND,
    standards.NAME: standards.BEHIND,
    fact_report.NAME: fact_report.BEHIND,
    primary_demand.NAME: primary_demand.BEHIND,
    repeat.NAME: repeat.BEHIND,
    margin.NAME: margin.BEHIND,
    cohorts_of_clients.NAME: cohorts_of_clients.BEHIND,
}
CLIENTS = {standards.NAME: standards.CLIENTS_BEHIND, funnels.NAME: funnels.CLIENTS_BEHIND}
