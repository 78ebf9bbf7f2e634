"""The fonts that documents carry: which characters they can draw, and where a fallback lies.

A character without a glyph comes out blank, and a missing font is replaced silently, so both are errors here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import lru_cache

from fontTools.ttLib import TTFont

from pipeline.pdf.cmap import check_font
from pipeline.pdf.fontconfig import packaged_fonts
from pipeline.render.parts import RELATIONSHIP, A, R, W, parse

KINDS = tuple(f"{W}{kind}" for kind in ("ascii", "hAnsi", "cs", "eastAsia"))
FACES = ("embedRegular", "embedBold", "embedItalic", "embedBoldItalic")


@lru_cache(maxsize=64)
def _characters(font: bytes) -> frozenset[int]:
    check_font(font)
    with TTFont(io.BytesIO(font), lazy=True) as face:
        return frozenset(face.getBestCmap())


@lru_cache(maxsize=1)
def house_characters() -> frozenset[int]:
    """Code points that every face of the house font can draw."""
    return frozenset.intersection(*(_characters(path.read_bytes()) for path in sorted(packaged_fonts().glob("*.ttf"))))


def embedded_fonts(parts: Mapping[str, bytes]) -> dict[str, list[bytes]]:
    """Family → faces that a Word document carries, without their obfuscation (ECMA-376 part 4, 17.8.1).

    The first 32 bytes are xored with the bytes of the key in reverse order.
    """
    if "word/fontTable.xml" not in parts:
        return {}
    rels = parts.get("word/_rels/fontTable.xml.rels")
    targets = {str(r.get("Id")): str(r.get("Target")) for r in parse(rels).iter(RELATIONSHIP)} if rels else {}
    found: dict[str, list[bytes]] = {}
    for font in parse(parts["word/fontTable.xml"]).iter(f"{W}font"):
        for face in FACES:
            embedded = font.find(f"{W}{face}")
            target = targets.get(str(embedded.get(f"{R}id"))) if embedded is not None else None
            data = parts.get(f"word/{target}") if target else None
            if embedded is not None and data:
                key = bytes.fromhex(re.sub(r"[^0-9A-Fa-f]", "", str(embedded.get(f"{W}fontKey"))))[::-1]
                plain = bytes(byte ^ key[i % 16] for i, byte in enumerate(data[:32])) + data[32:]
                found.setdefault(str(font.get(f"{W}name")), []).append(plain)
    return found


def named_fonts(parts: Mapping[str, bytes]) -> set[str]:
    """Every font family that the text, the styles and the numbering of a Word document name."""
    drawn = r"word/(document|styles|numbering|header\d*|footer\d*|footnotes|theme/theme\d*)\.xml"
    return {name for part in parts if re.fullmatch(drawn, part) for name in _used(parts[part])[0]} - {""}


def missing_fonts(parts: Mapping[str, bytes]) -> set[str]:
    """Families that the document names and does not carry."""
    return named_fonts(parts) - set(embedded_fonts(parts))


def missing_glyphs(parts: Mapping[str, bytes]) -> set[str]:
    """Characters of the text of a Word document that a face it carries cannot draw."""
    try:
        drawn = [_characters(face) for faces in embedded_fonts(parts).values() for face in faces]
    except Exception as error:
        # fontTools answers a damaged table with whatever goes wrong first
        raise ValueError("a font that the document carries cannot be read") from error
    able = frozenset.intersection(*drawn) if drawn else house_characters()
    texts = r"word/(document|header\d*|footer\d*|footnotes|numbering)\.xml"
    used = {char for part in parts if re.fullmatch(texts, part) for char in _used(parts[part])[1]}
    return {char for char in used if ord(char) not in able and char not in "\n\t\u00ad"}


@lru_cache(maxsize=64)
def _used(part: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The families that a part names, and the characters that it prints; styles and margins are the same in many documents."""
    families: set[str] = set()
    characters: set[str] = set()
    root = parse(part)
    for text in root.iter(f"{W}t"):
        characters.update(text.text or "")
    for level in root.iter(f"{W}lvlText"):
        characters.update(str(level.get(f"{W}val")))
    for fonts in root.iter(f"{W}rFonts"):
        families.update(str(fonts.get(kind)) for kind in KINDS if fonts.get(kind) is not None)
    families.update(str(symbol.get(f"{W}font")) for symbol in root.iter(f"{W}sym"))
    if root.tag == f"{A}theme":
        families.update(str(face.get("typeface")) for face in root.iter(f"{A}latin"))
    return frozenset(families), frozenset(characters)
