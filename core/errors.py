"""The errors that a user may see; each carries one sentence that says what is wrong and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class CRMError(Exception):
    """A refusal with a sentence for the user; `fields` maps field names to sentences about them."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(CRMError):
    """What was typed can't be taken."""

    status = 422
    code = "invalid"


class NotFound(CRMError):
    """There is no such record, or this user may not know of it."""

    status = 404
    code = "not-found"


class NotAllowed(CRMError):
    """The user lacks the permission."""

    status = 403
    code = "not-allowed"


class NotSignedIn(CRMError):
    """Nobody is signed in, or the token is wrong."""

    status = 401
    code = "not-signed-in"


class TooMany(CRMError):
    """Too many attempts; try again later."""

    status = 429
    code = "too-many"


class Busy(CRMError):
    """What was asked for is not served at the moment; it may be later."""

    status = 503
    code = "busy"


class Conflict(CRMError):
    """Somebody else changed the record meanwhile; `theirs` and `mine` hold both values of each field that differs."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, *, theirs: dict | None = None, mine: dict | None = None) -> None:
        super().__init__(message)
        self.theirs = theirs or {}
        self.mine = mine or {}


class ConfigError(CRMError):
    """The instance is set up wrongly; the sentence names file, key and remedy."""

    status = 500
    code = "configuration"


class PluginRefused(CRMError):
    """A plugin can't be switched on: `plugin`, the reason and the remedy."""

    status = 409
    code = "plugin-refused"

    def __init__(self, plugin: str, reason: str, remedy: str = "") -> None:
        super().__init__(f"{plugin}: {reason} {remedy}".strip())
        self.plugin = plugin
        self.reason = reason
        self.remedy = remedy


class ProviderError(CRMError):
    """The outside world failed; `retryable` says whether trying again makes sense.

    `is_uncertain` says that it may have taken what was handed over: it broke off before it answered.
    """

    status = 502
    code = "provider"

    def __init__(self, message: str, *, retryable: bool, is_uncertain: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.is_uncertain = is_uncertain


def guess(word: str, known: Iterable[str]) -> str:
    """Returns a question for who misspelt one of the known names, with a space before it, or an empty text."""
    close = get_close_matches(word, list(known), 1)
    return f" Did you mean “{close[0]}”?" if close else ""
