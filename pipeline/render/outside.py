"""What an Office file loads from elsewhere when somebody opens it: by a relationship, or by a field in its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.render.parts import DAMAGED, UnsafeFile, W, parse, relationships

# fields that fetch a file, ask another program or run a macro (ECMA-376 part 1, 17.16.5; DDE and DDEAUTO Word still obeys)
LOADING = frozenset(
    ("DATABASE", "DDE", "DDEAUTO", "EMBED", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "MACROBUTTON", "RD")
)
COMPOSED = "(put together by another field)"
INNER = "\0"  # stands in a code where another field stands; no XML can hold it
TRACES = (b"instrText", b"fldSimple", "instrText".encode("utf-16-le"), "fldSimple".encode("utf-16-le"))
TRACES_TURNED = tuple(word.encode("utf-16-be") for word in ("instrText", "fldSimple"))


def refers_outside(parts: Mapping[str, bytes]) -> bool:
    """Whether an Office file loads something from elsewhere; a hyperlink only leads there. UnsafeFile where it is damaged."""
    return any(
        relationship.get("TargetMode") == "External" and not str(relationship.get("Type")).endswith("/hyperlink")
        for _, relationship in relationships(parts)
    ) or any(word in LOADING or word == COMPOSED for part in parts.values() for word in _words(part))


def field_words(root: etree._Element) -> Iterator[str]:
    """The first word of each field, in capitals, simple or put together from runs; COMPOSED where other fields make the word."""
    for field in root.iter(f"{W}fldSimple"):
        yield _first(str(field.get(f"{W}instr")))
    # of each field that has begun: its code so far, and whether its result has begun
    begun: list[tuple[list[str], list[bool]]] = []
    for element in root.iter(f"{W}fldChar", f"{W}instrText"):
        kind = element.get(f"{W}fldCharType")
        if element.tag == f"{W}instrText":
            if begun and not begun[-1][1]:
                begun[-1][0].append(element.text or "")
        elif kind == "begin":
            if begun and not begun[-1][1]:
                begun[-1][0].append(INNER)
            begun.append(([], []))
        elif kind == "separate" and begun:
            begun[-1][1].append(True)
        elif kind == "end" and begun:
            yield _first("".join(begun.pop()[0]))
    # Word mends what was never ended
    yield from (_first("".join(code)) for code, _ in begun)


def _words(part: bytes) -> Iterator[str]:
    if any(trace in part for trace in (*TRACES, *TRACES_TURNED)):
        try:
            yield from field_words(parse(part))
        except etree.XMLSyntaxError as error:
            raise UnsafeFile(DAMAGED) from error


def _first(code: str) -> str:
    word = (code.split() or [""])[0].upper()
    return COMPOSED if INNER in word else word
