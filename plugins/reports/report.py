"""What a report is: its name, its words, its parameters and who makes it. Each report's module defines its own."""

from collections.abc import Callable
from dataclasses import dataclass

from core.api import CRM, Text, User
from plugins.reports.document import Document
from plugins.reports.parameters import Settings


@dataclass(frozen=True)
class Input:
    """A field of the panel for a parameter that only this report has; `kind` is that of the HTML input."""

    name: str
    label: Text
    kind: str = "text"


@dataclass(frozen=True)
class Page:
    """A page beside a report, such as what it is set up by: where its button leads, and the right it takes."""

    endpoint: str
    words: Text
    icon: str
    right: str


@dataclass(frozen=True)
class Report:
    """One report: its name on the command line and in REST, its title, parameters and maker.

    `inputs` are fields of the panel, `is_ahead` says that its period lies in the future, `pages` belong to it.
    """

    name: str
    title: Text
    parameters: tuple[str, ...]
    indicators: tuple[str, ...]
    usual_indicators: tuple[str, ...]
    make: Callable[[CRM, User | None, Settings], Document]
    words: Text = ""
    icon: str = "chart-bar"
    usual_by: str = ""
    inputs: tuple[Input, ...] = ()
    is_ahead: bool = False
    pages: tuple[Page, ...] = ()
