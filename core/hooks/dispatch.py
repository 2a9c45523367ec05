"""Calls hooks by four verbs, each with its rule for a plugin that fails; a broken plugin never takes the CRM down."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pluggy

from core.errors import CRMError, PluginRefused
from core.hooks import specs

log = logging.getLogger("hinka.hooks")
marker = pluggy.HookimplMarker("hinka")
Watch = Callable[[str, str], None]


class Dispatcher:
    """The hooks of one application: plugins in dependency order, the core's own answers last."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("hinka")
        self.manager.add_hookspecs(specs)
        self.order: list[str] = []
        self.watch: Watch = lambda _plugin, _what: None

    def register(self, name: str, module: Any) -> None:
        """Adds a plugin's hooks; raises PluginRefused if they name an unknown hook or argument."""
        try:
            self.manager.register(module, name)
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            raise PluginRefused(name, str(error), "Correct its hooks.py; docs/hooks.md has every signature.") from error
        self.order.append(name)

    def unregister(self, name: str) -> None:
        """Takes a plugin's hooks away."""
        if name in self.order:
            self.manager.unregister(name=name)
            self.order.remove(name)

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Returns (plugin, contribution) pairs in order; raises PluginRefused when a plugin fails. For the start."""
        found = []
        for name, items, error in self._calls(hook, arguments):
            if error is not None:
                reason = f"its hook {hook} failed ({type(error).__name__}: {error})."
                raise PluginRefused(name, reason, f"Switch it off with “hinka plugin disable {name}”.") from error
            found += [(name, item) for item in items]
        return found

    def collect_on_page(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Returns (plugin, contribution) pairs in order; one (plugin, None) for a plugin that fails."""
        found: list[tuple[str, Any]] = []
        for name, items, error in self._calls(hook, arguments):
            found += [(name, item) for item in items] if error is None else [(name, None)]
        return found

    def ask(self, hook: str, **arguments: Any) -> Any:
        """Returns the first answer that is not None; a plugin that fails is logged and the next one is asked."""
        answers = (answer for _name, answer, error in self._calls(hook, arguments) if error is None)
        return next((answer for answer in answers if answer is not None), None)

    def check(self, hook: str, **arguments: Any) -> None:
        """Calls every plugin inside the caller's transaction; any failure goes up as a CRMError and rolls it back."""
        for name, _nothing, error in self._calls(hook, arguments):
            if isinstance(error, CRMError):
                raise error
            if error is not None:
                raise CRMError(f"The plugin {name} could not take part, so nothing was changed.") from error

    def announce(self, hook: str, **arguments: Any) -> None:
        """Tells every plugin; one that fails is logged, the others still hear of it."""
        for _call in self._calls(hook, arguments):
            pass  # the failure is already in the log, and there is nothing to collect

    def attempt(self, name: str, what: str, function: Callable[..., Any], *values: Any) -> tuple[Any, Exception | None]:
        """Returns (answer, None) of a plugin's function, or (None, failure), which is logged against the plugin."""
        self.watch(name, what)
        try:
            return function(*values), None
        except Exception as error:
            log.exception("plugin failed", extra={"plugin": name, "hook": what})
            return None, error

    def _calls(self, hook: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Any, Exception | None]]:
        found = {impl.plugin_name: impl for impl in getattr(self.manager.hook, hook).get_hookimpls()}
        for name in self.order:
            if impl := found.get(name):
                values = [arguments[argument] for argument in impl.argnames]
                yield name, *self.attempt(name, hook, impl.function, *values)
