"""Rules of addresses: what makes one is compiled when the first is made, not at every start; numbers have a bound."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import BaseConverter, Rule

from core.store.reading import LARGEST


class LateRule(Rule):
    """A rule like werkzeug's own; with hundreds of them, compiling two functions for each is a tenth of a start."""

    def get_converter(
        self, variable_name: str, converter_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> BaseConverter:
        """Returns what reads a part of an address; a number that no database takes is the address of nothing."""
        bounds = {"max": LARGEST} if converter_name == "int" else {}
        return super().get_converter(variable_name, converter_name, args, {**bounds, **kwargs})

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []
        compile_now = super()._compile_builder

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build
