"""Calls hooks by four verbs, each with its rule for a plugin that fails; a broken plugin never takes the CRM down."""

import inspect
from collections.abc import Callable, Container, Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, get_args

import pluggy

from core.errors import CRMError, PluginRefused, guess
from core.hooks import specs
from core.hooks.calls import Calls

marker = pluggy.HookimplMarker("hinka")
Take = Callable[..., Any]


class Dispatcher:
    """The hooks of one application: plugins in dependency order, the core's own answers last."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("hinka")
        self.manager.add_hookspecs(specs)
        self.order: list[str] = []
        self.calls = Calls()
        self._implementations: dict[str, list[tuple[str, Callable[..., Any], tuple[str, ...]]]] = {}
        # Plugins that are left out of announcements, with the reason.
        self.paused: dict[str, Any] = {}
        # Plugins whose own pages are not shown, with the reason.
        self.without_pages: dict[str, Any] = {}

    def register(self, name: str, module: Any) -> None:
        """Adds a plugin's hooks; raises PluginRefused if they name an unknown hook or argument."""
        try:
            self.manager.register(module, name)
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            reason = self._wrong_in(module) or str(error)
            raise PluginRefused(name, reason, "Correct its hooks.py; docs/hooks.md has every signature.") from error
        self.order.append(name)
        self._implementations.clear()

    def unregister(self, name: str) -> None:
        """Takes a plugin's hooks away."""
        if name in self.order:
            self.manager.unregister(name=name)
            self.order.remove(name)
            self._implementations.clear()

    def answering(self, hook: str) -> list[str]:
        """Returns who answers a hook, in the order in which they are called."""
        return [name for name, _function, _names in self._found(hook)]

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Returns (plugin, contribution) pairs in order; raises PluginRefused when a plugin fails. For the start."""
        found = []
        for name, items, error in self._calls(hook, arguments, _items(hook)):
            if error is not None:
                reason = f"its hook {hook} failed ({type(error).__name__}: {error})."
                raise PluginRefused(name, reason, f"Switch it off with “hinka plugin disable {name}”.") from error
            found += [(name, item) for item in items]
        return found

    def collect_on_page(self, hook: str, *, only: str = "", **arguments: Any) -> list[tuple[str, Any]]:
        """Returns (plugin, contribution) pairs in order; one (plugin, None) for a plugin that fails.

        With `only`, that plugin alone is asked.
        """
        found: list[tuple[str, Any]] = []
        others = {name for name in self.order if name != only} if only else ()
        for name, items, error in self._calls(hook, arguments, _items(hook), others):
            found += [(name, item) for item in items] if error is None else [(name, None)]
        return found

    def ask(self, hook: str, **arguments: Any) -> Any:
        """Returns the first answer that is not None; a plugin that fails is logged and the next one is asked."""
        answers = (answer for _name, answer, error in self._calls(hook, arguments) if error is None)
        return next((answer for answer in answers if answer is not None), None)

    def check(self, hook: str, **arguments: Any) -> None:
        """Calls every plugin inside the caller's transaction; any failure goes up as a CRMError and rolls it back."""
        for name, answer, error in self._calls(hook, arguments, _refusal):
            if isinstance(answer, CRMError):
                raise answer
            if error is not None:
                raise CRMError(f"The plugin {name} could not take part, so nothing was changed.") from error

    def announce(self, hook: str, **arguments: Any) -> None:
        """Tells every plugin that is not paused; one that fails is logged, the others still hear of it."""
        for _call in self._calls(hook, arguments, without=self.paused):
            pass  # the failure is already in the log, and there is nothing to collect

    def attempt(
        self, name: str, what: str, function: Callable[..., Any], *values: Any, may_last: bool = False
    ) -> tuple[Any, BaseException | None]:
        """Returns (answer, None) of a plugin's function, or (None, failure), which counts against the plugin.

        What `may_last` is never taken for one that hangs.
        """
        call = None if may_last else self.calls.begin(name, what)
        try:
            answer, failure = function(*values), None
        except (Exception, SystemExit) as error:
            answer, failure = None, error
        if call is not None:
            self.calls.end(call)
        if failure is not None:
            self.calls.fail(name, what, failure)
        return answer, failure

    def _wrong_in(self, module: Any) -> str:
        """Returns which hook of a plugin is none of ours, or asks for what there is not; an empty text for neither."""
        known = {name: caller.spec for name, caller in vars(self.manager.hook).items() if caller.spec is not None}
        for name in vars(module):
            if self.manager.parse_hookimpl_opts(module, name) is None:
                continue
            if name not in known:
                return f"there is no hook {name}.{guess(name, known)}"
            asked = inspect.signature(getattr(module, name)).parameters
            if unknown := [argument for argument in asked if argument not in known[name].argnames]:
                given = ", ".join(known[name].argnames) or "nothing"
                return f"its hook {name} asks for {unknown[0]}; it can be given {given}."
        return ""

    def _calls(
        self, hook: str, arguments: dict[str, Any], take: Take | None = None, without: Container[str] = ()
    ) -> Iterator[tuple[str, Any, BaseException | None]]:
        """Yields (plugin, answer, failure) of each that implements the hook; `take` reads its answer, or refuses it."""
        for name, function, names in self._found(hook):
            if name not in without:
                values = [arguments[argument] for argument in names]
                if take is not None:
                    values.insert(0, function)
                yield name, *self.attempt(name, hook, take or function, *values)

    def _found(self, hook: str) -> list[tuple[str, Callable[..., Any], tuple[str, ...]]]:
        """Returns (plugin, function, its arguments) in the order of the calls; put together once."""
        if hook not in self._implementations:
            found = {impl.plugin_name: impl for impl in getattr(self.manager.hook, hook).get_hookimpls()}
            impls = [(name, found[name]) for name in self.order if name in found]
            self._implementations[hook] = [(name, impl.function, impl.argnames) for name, impl in impls]
        return self._implementations[hook]


@lru_cache
def _items(hook: str) -> Take:
    """Returns a reader of answers that must be a list of what the hook's contract says."""
    (kind,) = get_args(inspect.signature(getattr(specs, hook)).return_annotation)
    plain = [(one.name, one.type) for one in fields(kind) if one.type in (str, int, bool)] if is_dataclass(kind) else []

    def take(function: Callable[..., Any], *values: Any) -> list[Any]:
        answer = function(*values)
        if not isinstance(answer, list | tuple):
            raise TypeError(f"it returned {type(answer).__name__}; a list is wanted, an empty one for nothing")
        for item in answer if kind is not Any else ():
            if not isinstance(item, kind):
                raise TypeError(f"it returned {type(item).__name__}; {kind.__name__} is wanted")
            for name, wanted in plain:
                if not isinstance(getattr(item, name), wanted):
                    raise TypeError(f"{kind.__name__}.{name} must be {wanted.__name__}")
        return list(answer)

    return take


def _refusal(function: Callable[..., Any], *values: Any) -> CRMError | None:
    """Returns the refusal of a plugin that was asked for its consent: an answer, no failure."""
    try:
        function(*values)
    except CRMError as refusal:
        return refusal
    return None
