"""Which names a template uses, in all of its branches, as dotted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import nodes

from pipeline.lint.excel import texts_of_workbook
from pipeline.lint.word import texts_of_document
from pipeline.render.excel.fill import LISTS
from pipeline.render.jinja import environment
from pipeline.render.parts import read_parts


@lru_cache(maxsize=512)
def used_names(template: bytes) -> frozenset[str]:
    """Paths such as "practice.name", "facts.has_fax" or "findings.open.owner" (of lists: of each of their items).

    A path ends where the template uses the whole: link(report) gives "report". With a question mark behind it, the template
    only asks whether something is there: {% if findings %} gives "findings?". Raises UnsafeFile for what is no Office file,
    jinja2.TemplateError for what the template language does not understand.
    """
    word = "word/document.xml" in read_parts(template)
    found: set[str] = set()
    for text in texts_of_document(template) if word else texts_of_workbook(template):
        if "{" in text:
            # a name of one row of a workbook is that of a list
            found |= set(_block(environment(autoescape=True).parse(text).body, {} if word else LISTS))
    return frozenset(path for path in found if not path.startswith("loop"))


def _block(body: list[nodes.Node], scope: Mapping[str, str]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.For):
            yield from _paths(node.iter, scope, whole=False)
            source = next(iter(_path(node.iter, scope)), "")
            target = node.target.name if isinstance(node.target, nodes.Name) else ""
            inner = {**scope, target: source, "loop": "loop"}
            if node.test is not None:
                yield from _asked(node.test, inner)
            yield from _block(node.body, inner)
            yield from _block(node.else_, scope)
        elif isinstance(node, nodes.If):
            yield from _asked(node.test, scope)
            for part in (node.body, node.elif_, node.else_):
                yield from _block(list(part), scope)
        else:
            yield from _paths(node, scope)


def _asked(node: nodes.Node, scope: Mapping[str, str]) -> Iterator[str]:
    """Paths of a condition."""
    if isinstance(node, nodes.And | nodes.Or | nodes.Not):
        for child in node.iter_child_nodes():
            yield from _asked(child, scope)
    elif found := list(_path(node, scope)):
        yield from (f"{path}?" for path in found)
    else:
        yield from _paths(node, scope)


def _paths(node: nodes.Node, scope: Mapping[str, str], *, whole: bool = True) -> Iterator[str]:
    """Paths of an expression; whole: also of a list that a loop only goes through."""
    if isinstance(node, nodes.Call):
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            yield from _paths(argument, scope)
        return
    if found := list(_path(node, scope)):
        # how many items a list has is seen in what is printed of them
        yield from (path for path in found if whole)
        return
    for child in node.iter_child_nodes():
        yield from _paths(child, scope, whole=whole)


def _path(node: nodes.Node, scope: Mapping[str, str]) -> Iterator[str]:
    match node:
        case nodes.Name():
            yield scope.get(node.name, node.name)
        case nodes.Getattr(node=inner, attr=name) | nodes.Getitem(node=inner, arg=nodes.Const(value=str() as name)):
            yield from (f"{path}.{name}" for path in _path(inner, scope))
        case nodes.Getitem(node=inner):
            yield from _path(inner, scope)
