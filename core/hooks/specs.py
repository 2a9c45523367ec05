"""Every hook of the core, with its full contract: when it is called, with what, what it returns, what a failure does.

Four verbs call them (see `core.hooks.dispatch`): *collect*, *ask*, *check*, *announce*. `docs/hooks.md` is generated
from this file. A hook is added only together with the plugin that needs it.
"""

from collections.abc import Iterator
from typing import Any

import pluggy

from core.hooks.channels import Channel
from core.hooks.contributions import (
    CardAction,
    CardTab,
    DealTurn,
    EvidenceKind,
    HangingDeal,
    Health,
    JobKind,
    Listener,
    LiveTopic,
    MenuItem,
    Panel,
    Permission,
    Rate,
    RecordChange,
    RecordField,
    Report,
    ReportFacts,
    RestRoutes,
    Routes,
    SearchResult,
    SettingsGroup,
    TimelineEntry,
)

spec = pluggy.HookspecMarker("hinka")


@spec
def permissions(crm: Any) -> list[Permission]:
    """Names the rights that the plugin adds.

    When: once, at start. Verb: collect.
    Arguments: crm, the running instance.
    Return: permissions whose key begins with the plugin's name; an empty list for none.
    Failure: the plugin is refused, with reason and remedy; the rest starts.
    """


@spec
def menu_items(crm: Any) -> list[MenuItem]:
    """Adds entries to the menu.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: menu items; each is shown to those who hold its permission.
    Failure: the plugin is refused.
    """


@spec
def routes(crm: Any) -> list[Routes]:
    """Adds pages: Flask blueprints.

    When: once, when the web application is made. Verb: collect.
    Arguments: crm.
    Return: blueprints; every route asks for a signed-in user unless its view is marked `public`.
    Failure: the plugin is refused.
    """


@spec
def rest_routes(crm: Any) -> list[RestRoutes]:
    """Adds paths to the REST API: flask-smorest blueprints.

    When: once, when the web application is made. Verb: collect.
    Arguments: crm.
    Return: blueprints, mounted under /api/v1; they join the OpenAPI description.
    Failure: the plugin is refused.
    """


@spec
def commands(crm: Any) -> list[Any]:
    """Adds commands to `hinka`.

    When: at the start of the command line. Verb: collect.
    Arguments: crm; None when there is no instance yet (then only names and help are needed).
    Return: click commands or groups; each gets the instance as `click.get_current_context().obj`.
    Failure: the plugin's commands are missing, and a line on standard error says why.
    """


@spec
def settings_groups(crm: Any) -> list[SettingsGroup]:
    """Declares the plugin's settings.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: groups with a marshmallow schema each; the form, the check and `customer.toml` follow from it.
    Failure: the plugin is refused.
    """


@spec
def job_kinds(crm: Any) -> list[JobKind]:
    """Declares the kinds of job that the plugin can do.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: kinds whose name begins with the plugin's name.
    Failure: the plugin is refused.
    """


@spec
def live_topics(crm: Any) -> list[LiveTopic]:
    """Names what the plugin keeps fresh on open pages.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: topics whose key begins with the plugin's name.
    Failure: the plugin is refused; a topic that fails later keeps its last text, and the log says why.
    """


@spec
def record_fields(crm: Any) -> list[RecordField]:
    """Adds fields to clients, deals and other records: columns, filters, groups, segments, dimensions of reports.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: fields whose name begins with the plugin's name and a dot.
    Failure: the plugin is refused; a field whose expression fails later is empty, and the log says why.
    """


@spec
def reports(crm: Any) -> list[Report]:
    """Adds reports: each is a page under Reports, a file in every form, an answer over REST and a command.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: reports whose name begins with the plugin's name; what is heavy is imported when one is made.
    Failure: the plugin is refused; a name that is taken already stays with who had it first.
    """


@spec
def report_facts(crm: Any) -> list[ReportFacts]:
    """Adds facts that one's own reports count and sum: invoices by month and manager, say.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: facts whose name begins with the plugin's name; what `describe` makes passes `visible_to` by its owner or
    its condition of what is seen.
    Failure: the plugin is refused; a name that is taken already stays with who had it first.
    """


@spec
def card_actions(crm: Any, entity: str, record: Any, user: Any) -> list[CardAction]:
    """Adds entries to the menu on the card of a client or deal, and to that of its row in a list.

    When: each time a card is shown, and when the menu of a row is opened: never for rows that are merely listed.
    Verb: collect on a page.
    Arguments: crm; entity, client or deal; record, the one shown; user, who looks.
    Return: actions, without a query for any of them.
    Failure: logged against the plugin; its entries are missing.
    """


@spec
def card_tabs(crm: Any, entity: str, record: Any, user: Any) -> list[CardTab]:
    """Adds tabs to the card of a client or deal.

    When: each time a card is shown; what a tab shows is made when it is opened. Verb: collect on a page.
    Arguments: crm; entity, client or deal; record, the one shown; user, who looks.
    Return: tabs, without a query for any of them.
    Failure: logged against the plugin; its tabs are missing, and one that fails when opened is a small visible box.
    """


@spec
def timeline_entries(crm: Any, entity: str, record: Any, user: Any, until: Any, limit: int) -> list[TimelineEntry]:
    """Adds entries to the timeline of a client or deal.

    When: for each page of the timeline. Verb: collect on a page.
    Arguments: crm; entity, client or deal; record, the one shown; user, who looks, and may see it; until, a moment
    after which nothing is wanted, or None; limit, how many at most.
    Return: the newest entries not later than `until`, at most `limit`, by one query along an index.
    Failure: logged against the plugin; its entries are missing.
    """


@spec
def search_results(crm: Any, user: Any, text: str, limit: int) -> list[SearchResult]:
    """Finds what the plugin keeps by what somebody types into the search of all pages.

    When: at each search. Verb: collect on a page.
    Arguments: crm; user, who searches; text, at least two signs; limit, how many at most.
    Return: what `user` may see of it, the most fitting first, by one query.
    Failure: a small visible box in their place.
    """


@spec
def health(crm: Any) -> list[Health]:
    """Tells whether the plugin can do its work.

    When: on the page of the plugin, and by `hinka plugin health` and `hinka doctor`. Verb: collect on a page.
    Arguments: crm.
    Return: one answer for each thing that it needs, within a second: settings that are missing, a counterpart that
    does not answer. A plugin that nobody has set up yet says so, and that is no fault.
    Failure: shown as a fault of the plugin.
    """


@spec
def inspections(crm: Any) -> list[Iterator]:
    """Looks for what is inconsistent in what the plugin keeps, and mends what it can.

    When: by `hinka doctor`, and on the copy of the database of a rehearsed upgrade. Verb: collect on a page.
    Arguments: crm.
    Return: iterators, such as generators: each yields a sentence for each finding, which says what was mended or what
    to do, and an empty text between pieces of its work, since a step of more than five seconds counts as slow.
    Failure: said as a finding.
    """


@spec
def home_panels(crm: Any, user: Any) -> list[Panel]:
    """Adds boxes to the home page.

    When: each time the home page is shown, once there are deals. Verb: collect on a page.
    Arguments: crm; user, who looks.
    Return: panels, with at most two queries for all of them.
    Failure: a small visible box in their place.
    """


@spec
def client_panels(crm: Any, client: Any, user: Any) -> list[Panel]:
    """Adds boxes to a client's card.

    When: each time a card is shown. Verb: collect on a page.
    Arguments: crm; client, the record shown; user, who looks.
    Return: panels, with at most two queries for all of them.
    Failure: a small visible box in their place; the card is shown.
    """


@spec
def deal_panels(crm: Any, deal: Any, user: Any) -> list[Panel]:
    """Adds boxes to a deal's card.

    When: each time a card is shown. Verb: collect on a page.
    Arguments: crm; deal, the record shown; user, who looks.
    Return: panels, with at most two queries for all of them.
    Failure: a small visible box in their place; the card is shown.
    """


@spec(firstresult=True)
def exchange_rate(crm: Any, currency: str, rate_on: Any) -> Rate | None:
    """Tells what a currency was worth in the company's currency.

    When: a deal with another currency is closed, or its potential is set. Verb: ask; the first answer counts, the
    core's own table answers last.
    Arguments: crm; currency, an ISO code; rate_on, the date.
    Return: the newest rate on or before that day, or None if unknown.
    Failure: logged against the plugin; the next one is asked.
    """


@spec
def client_merging(crm: Any, kept_id: int, gone_id: int) -> None:
    """Lets a plugin move what it keeps about a client to the client it is merged into.

    When: two clients are merged, or a merge is undone, inside the transaction. Verb: check.
    Arguments: crm; kept_id; gone_id (at an undo the two are given again, and rows the plugin moved stay).
    Return: nothing.
    Failure: everything is rolled back, and the user reads the sentence of the CRMError.
    """


@spec
def channels(crm: Any) -> list[Channel]:
    """Adds ways to send messages to clients: SMS, e-mail, a messenger.

    When: once, at start. Verb: collect.
    Arguments: crm.
    Return: channels; their key begins with the plugin's name or is it.
    Failure: the plugin is refused.
    """


@spec
def listeners(crm: Any) -> list[Listener]:
    """Adds lines to the outside world that are held open: SMPP, IMAP, a telephone exchange.

    When: once, when the process of listeners starts, which `hinka serve` runs where any plugin has one. Verb: collect.
    Arguments: crm.
    Return: listeners; their key begins with the plugin's name or is it.
    Failure: the plugin is refused. One that raises while it listens counts against its plugin and is begun again, later
    each time; a paused plugin's wait until it is resumed.
    """


@spec
def message_received(crm: Any, message: Any) -> None:
    """Lets others follow an incoming message, inside its transaction: the core makes a task for the client's owner.

    When: a message came in and its row is written. Verb: check; the core's own answer is the last.
    Arguments: crm; message, the row, with its client if the address is known; `message.file_ids` came with it.
    Return: nothing.
    Failure: everything is rolled back, so the channel takes the message again later.
    """


@spec
def evidence_kinds(crm: Any) -> list[EvidenceKind]:
    """Names what the plugin proposes as evidence that a stage's result is fulfilled.

    When: each time the editor of deal types or a task with evidence is shown. Verb: collect on a page.
    Arguments: crm.
    Return: kinds whose key begins with the plugin's name; a stage lists those that count there, and the plugin then
    calls `propose_evidence` of `core.api` inside the work that brings the proof, never from an announcement.
    Failure: the plugin's kinds are missing in the editor; what stages list stays.
    """


@spec
def interaction_held(crm: Any, interaction: Any) -> None:
    """Lets others follow when something has passed between us and a client: evidence for a stage is proposed here.

    When: an interaction was registered as held, a planned one is held now, or one that was held is given to another
    deal, inside the transaction. Verb: check.
    Arguments: crm; interaction, with its client and deal.
    Return: nothing.
    Failure: everything is rolled back, and the user reads the sentence of the CRMError.
    """


@spec
def file_stored(crm: Any, stored: Any) -> None:
    """Lets others follow when a file is kept on a client or deal: evidence for a stage is proposed here.

    When: a file was stored, inside the transaction; its bytes are on the disk. Verb: check.
    Arguments: crm; stored, with entity, entity_id, name and media_type.
    Return: nothing.
    Failure: the row is rolled back, and the user reads the sentence of the CRMError.
    """


@spec
def deal_turned(crm: Any, turn: DealTurn) -> None:
    """Lets others keep in step with a deal, or refuse: the process makes and ends the tasks of stages here.

    When: a deal was opened, moved, won, lost, re-opened, held, resumed, handed over, deleted or restored, inside the
    transaction, after its row and history are written. Verb: check; the core's own answer is the last.
    Arguments: crm; turn, with the deal's row, the action, its moment and the place where the deal stood.
    Return: nothing.
    Failure: everything is rolled back, and the user reads the sentence of the CRMError.
    """


@spec
def deals_hanging(crm: Any, found: list[HangingDeal]) -> None:
    """Tells which deals hang, so that others may remind their people.

    When: once a night, after usual stays are learned anew. Verb: announce.
    Arguments: crm; found, all open deals that hang, the gravest first; those on hold are not among them.
    Return: nothing.
    Failure: logged against the plugin; the others still hear of it.
    """


@spec
def record_changed(crm: Any, change: RecordChange) -> None:
    """Tells that a record was made, changed, deleted, merged, moved, won, lost or re-opened.

    When: after the outermost commit. Verb: announce; nothing that the action needed may happen here.
    Arguments: crm; change.
    Return: nothing.
    Failure: logged against the plugin; the others still hear of it.
    """
