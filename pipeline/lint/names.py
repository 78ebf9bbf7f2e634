"""Every name of a template text, resolved against the classes in pipeline.names without running anything.

All branches are looked at, also those that no practice of today takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from jinja2 import TemplateSyntaxError, nodes

from pipeline.errors import did_you_mean
from pipeline.render.jinja import environment

ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For)
LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex"})


@dataclass(frozen=True)
class Defect:
    """line: of the source, from 1."""

    line: int
    what: str
    mend: str


@dataclass(frozen=True)
class KnownNames:
    """What a template may use: the class of its names, and the keys of its open groups (facts, names, number, clause)."""

    shape: type
    groups: Mapping[str, frozenset[str]]


def check_text(source: str, known: KnownNames) -> Iterator[Defect]:
    """Every defect of one Jinja source: syntax, forbidden tags and filters, names that do not exist."""
    if "{" not in source:
        return
    try:
        tree = environment(autoescape=True).parse(source)
        # filters and tests are looked up when the code is made, not when it is parsed
        environment(autoescape=True).from_string(source)
    except TemplateSyntaxError as error:
        yield Defect(
            error.lineno or 1, f"The template language does not understand this: {error.message}.", _hint(error.message or "")
        )
        return
    yield from _Walk(known).block(tree.body, {})


def _hint(message: str) -> str:
    if "No filter" in message:
        return "Only capitalize, join, length, lower and upper may stand behind a bar. A default would hide a missing fact."
    if "No test" in message:
        return "Ask for a fact instead: {% if facts.… %}."
    return "Look for a missing brace, a missing {% endif %} or {% endfor %}, or a quotation mark that does not close."


@lru_cache(maxsize=128)
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


class _Walk:
    def __init__(self, known: KnownNames) -> None:
        self.known = known

    def block(self, body: list[nodes.Node], scope: Mapping[str, Any]) -> Iterator[Defect]:
        for node in body:
            yield from self.statement(node, scope)

    def statement(self, node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Defect]:
        if not isinstance(node, ALLOWED):
            yield Defect(node.lineno, f"The tag {type(node).__name__.lower()} is not used in templates.", "Only if and for are.")
        elif isinstance(node, nodes.Output):
            for child in node.nodes:
                if not isinstance(child, nodes.TemplateData):
                    yield from self.expression(child, scope)
        elif isinstance(node, nodes.If):
            yield from self.expression(node.test, scope)
            for body in (node.body, node.elif_, node.else_):
                yield from self.block(list(body), scope)
        elif isinstance(node, nodes.For):
            yield from self.expression(node.iter, scope)
            inner = {**scope, "loop": LOOP}
            if isinstance(node.target, nodes.Name):
                inner[node.target.name] = _item(self.type_of(node.iter, scope))
            else:
                yield Defect(node.lineno, "A loop takes one name.", "Write {% for x in … %}.")
            yield from self.block(node.body, inner)
            yield from self.block(node.else_, scope)

    def expression(self, node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Defect]:
        match node:
            case nodes.Name():
                if self.type_of(node, scope) is None and node.name != "link":
                    names = [field.name for field in fields(self.known.shape)]
                    yield Defect(node.lineno, f'There is no name "{node.name}" here.', did_you_mean(node.name, [*names, *scope]))
            case nodes.Getattr():
                yield from self.expression(node.node, scope)
                holder = self.type_of(node.node, scope)
                if holder is not None and (choices := self.members(node.node, holder)) is not None and node.attr not in choices:
                    yield Defect(node.lineno, f'"{_text(node)}" does not exist.', did_you_mean(node.attr, choices))
            case nodes.Call():
                if not (isinstance(node.node, nodes.Name) and node.node.name == "link"):
                    yield Defect(node.lineno, "A template calls nothing but link(…).", "Print the name itself.")
                for argument in node.args:
                    yield from self.expression(argument, scope)
            case _:
                for child in node.iter_child_nodes():
                    yield from self.expression(child, scope)

    def members(self, node: nodes.Node, holder: Any) -> frozenset[str] | None:
        """Names that may follow a dot; None where anything may."""
        if isinstance(holder, frozenset):
            return LOOP
        if is_dataclass(holder):
            return frozenset(field.name for field in fields(holder))
        if get_origin(holder) is not None and issubclass(get_origin(holder) or object, Mapping):
            group: str = node.name if isinstance(node, nodes.Name) else ""
            return self.known.groups.get(group)
        return frozenset()

    def type_of(self, node: nodes.Node, scope: Mapping[str, Any]) -> Any:
        """The annotated type of an expression, or None where it is not known."""
        match node:
            case nodes.Name():
                return scope.get(node.name) or _hints(self.known.shape).get(node.name)
            case nodes.Getattr():
                holder = self.type_of(node.node, scope)
                if is_dataclass(holder) and isinstance(holder, type):
                    return _hints(holder).get(node.attr)
                return str if holder is not None else None
            case nodes.Getitem():
                holder = self.type_of(node.node, scope)
                return holder if isinstance(node.arg, nodes.Slice) else _item(holder)
            case nodes.Filter():
                return int if node.name == "length" else str
        return str


def _item(kind: Any) -> Any:
    arguments = get_args(kind)
    return arguments[0] if arguments else None


def _text(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr():
            return f"{_text(node.node)}.{node.attr}"
        case nodes.Name():
            return node.name
        case nodes.Getitem():
            return f"{_text(node.node)}[…]"
    return "…"
