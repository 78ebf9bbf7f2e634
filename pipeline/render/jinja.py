"""The sandbox in which every template text is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined, nodes
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import Problem

__all__ = ["SecurityError", "TemplateError", "UndefinedError", "environment", "fill", "template_of", "without_value"]

FILTERS = ("capitalize", "join", "length", "lower", "upper")
# of one part of a document, with its XML; the largest of ours has 720,000 characters in 60,000 pieces
MAX_PRINTED, MAX_PIECES = 40_000_000, 2_000_000


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with bounds: a text comes to an end within time and memory, whoever wrote it.

    It remembers what a text was compiled to: letterheads, cells and sentences come again and again, each with other names.
    Jinja bounds range() and nothing else; "x" * 10**10 is worked out while a text is compiled.
    https://jinja.palletsprojects.com/en/stable/sandbox/#security-considerations
    """

    intercepted_binops = frozenset(("*", "/", "//", "%", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"it calculates with {operator}")

    def is_safe_callable(self, obj: Any) -> bool:
        """No methods of texts and numbers: "x".center(10**10) is one."""
        return not isinstance(getattr(obj, "__self__", None), (str, bytes, int, float, list, tuple, dict)) and bool(
            super().is_safe_callable(obj)
        )

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """The pieces that a text prints as one; Environment.concat is how Jinja joins them."""
        held: list[str] = []
        size = 0
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size > MAX_PRINTED or len(held) > MAX_PIECES:
                raise SecurityError("it prints more than a document can hold")
        return "".join(held)

    def _generate(self, source: nodes.Template, *arguments: Any, **named: Any) -> str:
        # every turn of a loop prints something, so that concat also counts the turns that print nothing
        for loop in source.find_all(nodes.For):
            loop.body.insert(0, nodes.Output([nodes.TemplateData("")], lineno=loop.lineno))
        return str(super()._generate(source, *arguments, **named))

    def from_string(
        self, source: Any, globals: MutableMapping[str, Any] | None = None, template_class: type[Template] | None = None
    ) -> Template:
        made = template_class or self.template_class
        return made.from_code(self, _compiled(source, bool(self.autoescape)), self.make_globals(globals))


@lru_cache(maxsize=2048)
def _compiled(source: str, autoescape: bool) -> CodeType:
    return environment(autoescape=autoescape).compile(source)


def environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """A new environment: no code from a template, no silent blanks, no ready-made globals.

    Only a handful of filters remain: `default` would print a blank where a name is missing, `safe` raw XML.
    One environment a rendering, because docxtpl changes the one it is given.
    """
    made = _Sandbox(undefined=StrictUndefined, autoescape=autoescape, finalize=_no_blank, trim_blocks=False)
    made.globals.clear()
    for name in set(made.filters) - set(FILTERS):
        del made.filters[name]
    return made


def fill(text: str, names: Mapping[str, Any]) -> str:
    """A text of the catalogue with its names filled in, as plain text. Raises TemplateError."""
    if "{" not in text:
        return text
    return " ".join(template_of(text).render(names).split())


@lru_cache(maxsize=2048)
def template_of(text: str) -> Template:
    """A text of the catalogue or of a cell, ready to be filled in as plain text. Raises TemplateError."""
    return _plain().from_string(text)


@lru_cache(maxsize=1)
def _plain() -> ImmutableSandboxedEnvironment:
    return environment(autoescape=False)


def _no_blank(value: Any) -> Any:
    if isinstance(value, StrictUndefined):
        return value  # printing it raises, and names it
    if isinstance(value, Undefined):
        raise UndefinedError("an if without an else would print a blank")
    if value is None:
        raise UndefinedError("a name without a value would be printed as None")
    if callable(value) and not hasattr(value, "__html__"):
        raise UndefinedError("a method would be printed; the name is one of Python's own words")
    return value


def without_value(shown: str, error: TemplateError) -> Problem:
    """What is said where a template asks for a name that this practice does not have; shown: the template."""
    if isinstance(error, SecurityError):
        return Problem(
            shown, f"The template does what none may: {error}.", "Only names, if, for and link(…) stand in a template."
        )
    mend = "Put the sentence under the fact that makes the name true, for example {%p if facts.has_fax %}."
    return Problem(shown, f"A name has no value for this practice: {error}.", mend)
