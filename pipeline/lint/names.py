"""Every name of a template text, resolved against the classes in pipeline.names without running anything.

All branches are looked at, also those that no practice of today takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from jinja2 import TemplateSyntaxError, nodes

from pipeline.errors import did_you_mean
from pipeline.render.jinja import FILTERS, environment

UNKNOWN = object()
# a tag, or what stands before one: without that, few texts are left that differ
BETWEEN = re.compile(r"(\{[{%#].*?[}%#]\})|[^{\n]+", re.DOTALL)
# far beyond what a person writes; past them Python itself gives up while it compiles a text
MAX_NESTED, MAX_LOOPS, MAX_LITERAL = 60, 4, 1_000
SIMPLER = "Write it in smaller steps, or put the sentence into the catalogue."
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
        tree, line = _tree(source)
    except TemplateSyntaxError as error:
        mend = "Look for a missing brace, a missing {% endif %} or {% endfor %}, or a quotation mark that does not close."
        yield Defect(error.lineno or 1, f"The template language does not understand this: {error.message}.", mend)
        return
    except (RecursionError, ValueError, MemoryError):
        # of brackets in brackets, and of numbers with thousands of digits
        yield Defect(1, "The template language does not understand this: it is nested too deeply, or too long.", SIMPLER)
        return
    if line:
        yield Defect(line, "This is nested too deeply, or too long.", SIMPLER)
        return
    yield from _Walk(known).block(tree.body, {})


def _tree(source: str) -> tuple[nodes.Template, int]:
    """What the template language makes of a source, and the line where that is too much, or 0."""
    try:
        return _parsed(BETWEEN.sub(r"\1 ", source))
    except TemplateSyntaxError:
        # the error of the whole, or none: a quoted text may hold what looks like the end of its tag
        return _parsed(source)


@lru_cache(maxsize=1024)
def _parsed(source: str) -> tuple[nodes.Template, int]:
    tree = environment(autoescape=True).parse(source)
    return tree, _too_much(tree)


def _too_much(tree: nodes.Node) -> int:
    """The line where loops or expressions stand in each other without end, or a literal is too long; 0 where none does."""
    level = [(child, 0) for child in tree.iter_child_nodes()]
    for _ in range(MAX_NESTED):
        for node, loops in level:
            if loops > MAX_LOOPS or (isinstance(node, nodes.Const) and len(repr(node.value)) > MAX_LITERAL):
                return node.lineno
        level = [(child, loops + isinstance(node, nodes.For)) for node, loops in level for child in node.iter_child_nodes()]
    return level[0][0].lineno if level else 0


@lru_cache(maxsize=128)
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


class _Walk:
    """Goes through all branches; a scope maps the names of loops to their types."""

    def __init__(self, known: KnownNames) -> None:
        self.known = known

    def block(self, body: list[nodes.Node], scope: Mapping[str, Any]) -> Iterator[Defect]:
        for node in body:
            yield from self.statement(node, scope)

    def statement(self, node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Defect]:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    if not isinstance(child, nodes.TemplateData):
                        yield from self.expression(child, scope)
                        yield from self.printed(child, scope)
            case nodes.If():
                yield from self.expression(node.test, scope)
                for body in (node.body, node.elif_, node.else_):
                    yield from self.block(list(body), scope)
            case nodes.For():
                yield from self.loop(node, scope)
            case _:
                yield Defect(
                    node.lineno, f"The tag {type(node).__name__.lower()} is not used in templates.", "Only if and for are."
                )

    def loop(self, node: nodes.For, scope: Mapping[str, Any]) -> Iterator[Defect]:
        yield from self.expression(node.iter, scope)
        inner = {**scope, "loop": LOOP}
        kind = self.type_of(node.iter, scope)
        if kind not in (None, UNKNOWN) and get_origin(kind) is not tuple:
            yield Defect(
                node.lineno, f'"{_text(node.iter)}" is no list.', "A loop goes through a list, such as tasks or findings."
            )
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = _item(kind) or UNKNOWN
        else:
            yield Defect(node.lineno, "A loop takes one name.", "Write {% for x in … %}.")
        if node.test is not None:
            yield from self.expression(node.test, inner)
        yield from self.block(node.body, inner)
        yield from self.block(node.else_, scope)

    def expression(self, node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Defect]:
        match node:
            case nodes.Name():
                if self.type_of(node, scope) is None:
                    names = [field.name for field in fields(self.known.shape)]
                    yield Defect(node.lineno, f'There is no name "{node.name}" here.', did_you_mean(node.name, [*names, *scope]))
            case nodes.Getattr(node=inner, attr=name) | nodes.Getitem(node=inner, arg=nodes.Const(value=str() as name)):
                yield from self.expression(inner, scope)
                holder = self.type_of(inner, scope)
                choices = self.members(inner, holder) if holder is not None else None
                if choices is not None and name not in choices:
                    yield Defect(node.lineno, f'"{_text(inner)}.{name}" does not exist.', did_you_mean(name, choices))
            case nodes.Call():
                yield from self.call(node, scope)
            case nodes.Filter(name=name) if name not in FILTERS:
                allowed = ", ".join(FILTERS[:-1]) + " and " + FILTERS[-1]
                yield Defect(
                    node.lineno,
                    f'The filter "{name}" is not used in templates.',
                    f"Only {allowed} may stand behind a bar. A default would hide a missing fact.",
                )
            case nodes.Mul() | nodes.Div() | nodes.FloorDiv() | nodes.Mod() | nodes.Pow():
                yield Defect(node.lineno, f'"{node.operator}" is not used in templates.', "Only + and - are.")
            case nodes.Test():
                yield Defect(node.lineno, f'"is {node.name}" is not used in templates.', "Ask for a fact: {% if facts.… %}.")
            case _:
                for child in node.iter_child_nodes():
                    yield from self.expression(child, scope)

    def call(self, node: nodes.Call, scope: Mapping[str, Any]) -> Iterator[Defect]:
        if not (isinstance(node.node, nodes.Name) and node.node.name == "link"):
            yield Defect(node.lineno, "A template calls nothing but link(…).", "Print the name itself.")
            return
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            yield from self.expression(argument, scope)
        target = self.type_of(node.args[0], scope) if node.args else str
        if target is not None and target is not UNKNOWN and "href" not in _hints(target if is_dataclass(target) else str):
            yield Defect(
                node.lineno,
                "link(…) leads to a document.",
                "Give it one of records, related or policies, or the record of a task.",
            )

    def printed(self, node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[Defect]:
        kind = self.type_of(node, scope)
        if is_dataclass(kind) or get_origin(kind) is not None:
            yield Defect(
                node.lineno,
                f'"{_text(node)}" is a group, not a text.',
                "Add a dot and the name in it, or go through it with for.",
            )

    def members(self, node: nodes.Node, holder: Any) -> frozenset[str] | None:
        """Names that may follow a dot; None where anything may."""
        if holder is UNKNOWN:
            return None
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
            case nodes.Getattr(node=inner, attr=name) | nodes.Getitem(node=inner, arg=nodes.Const(value=str() as name)):
                holder = self.type_of(inner, scope)
                if is_dataclass(holder) and isinstance(holder, type):
                    return _hints(holder).get(name)
                return str if holder is not None else None
            case nodes.Getitem():
                holder = self.type_of(node.node, scope)
                return holder if isinstance(node.arg, nodes.Slice) else _item(holder)
            case nodes.Filter():
                return (int if node.name == "length" else str) if node.name in FILTERS else UNKNOWN
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
