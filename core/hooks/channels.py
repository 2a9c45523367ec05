"""What a channel is, and what passes between it and the core: drafts, messages handed over, what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.i18n import Text


@dataclass(frozen=True)
class Draft:
    """A message as it is about to be queued: to whom, and what."""

    address: str
    body: str
    subject: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """A message as a channel hands it over; `id` is ours, and stays the same however often it is tried.

    `files` go along with it, and `attached`, which are files of no client: `attachments_of` opens them all.
    """

    id: int
    address: str
    body: str
    subject: str
    extra: Mapping[str, Any]
    files: tuple[int, ...] = ()
    attached: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Sent:
    """What the network said to one message.

    `state` is sent, or failed (for good, with its reason), or uncertain: the protocol can't tell whether it was taken,
    so it is not sent again by itself; or queued: it was not handed over, with the reason, and is tried again later.
    `provider_ref` is the network's number of it, for receipts, `parts` in how many it went, 0 where the network does
    not say: then what `prepare` counted stays.
    """

    id: int
    state: str = "sent"
    provider_ref: str = ""
    provider: str = ""
    reason: str = ""
    parts: int = 0


@dataclass(frozen=True)
class Prepared:
    """A draft made ready: its address comparable, its text as it will be sent, and in how many parts it goes.

    `counted` says to the writer what the text costs, such as “2 parts · 31 signs left”. `offered` is the text written
    so that it costs less, for the writer to choose; empty where there is nothing to win.
    """

    address: str
    body: str
    parts: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)
    counted: Text = ""
    offered: str = ""


@dataclass(frozen=True)
class Channel:
    """A way to send messages to clients.

    `address_kind` is phone, email, or a kind of its own. `consent` is the channel of consent that it asks for: phone,
    email or sms. `prepare(crm, draft)` returns a Prepared or raises InvalidInput with what is wrong. `send(crm,
    outgoing)` gets at most `batch` messages and returns a Sent for each; it raises ProviderError when nothing was
    handed over. `readiness(crm)` says why it can't work yet, or an empty text; `set_up` is the endpoint of the page
    where an administrator mends that. `interaction` is the kind under which the timeline shows it. `most_signs` bounds
    a text, `stop_words` withdraw consent when a client sends one alone. `not_before(crm, client)` says from when on the
    client may be sent something, None for now. `waits_for(crm, address)` says why nothing can go to an address yet,
    though to others it can, or an empty text: the message waits for it, three days at most. A channel that carries
    files takes at most `most_files` with `most_bytes` altogether, of the media types in `file_types` (`image/*` for a
    family, empty for all); `send` opens them by `attachments_of`.
    """

    key: str
    label: Text
    icon: str
    address_kind: str
    consent: str
    prepare: Callable[[Any, Draft], Prepared]
    send: Callable[[Any, Sequence[Outgoing]], Sequence[Sent]]
    readiness: Callable[[Any], Text] | None = None
    interaction: str = "message"
    batch: int = 1
    most_signs: int = 10_000
    has_subject: bool = False
    carries_files: bool = False
    most_files: int = 10
    most_bytes: int = 25 * 1024 * 1024
    file_types: tuple[str, ...] = ()
    stop_words: tuple[str, ...] = ()
    not_before: Callable[[Any, Any], datetime | None] | None = None
    set_up: str = ""
    waits_for: Callable[[Any, str], Text] | None = None
