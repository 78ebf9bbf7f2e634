"""Fonts that a template carries, looked at before they are read: how many characters their table says it has."""

from __future__ import annotations

import struct

PLAIN = (b"\0\1\0\0", b"OTTO", b"true")  # WOFF is packed, and would be unpacked without bounds
MAX_CODES = 0x110000  # as many as Unicode has


def check_font(font: bytes) -> None:
    """ValueError where a font is packed, or its character map would come to more entries than there are characters.

    fontTools writes every range of the map out: 16 bytes can say that four thousand million characters follow.
    https://learn.microsoft.com/en-us/typography/opentype/spec/cmap
    """
    if font[:4] not in PLAIN:
        raise ValueError("the font is packed")
    try:
        (tables,) = struct.unpack_from(">H", font, 4)
        directory = [struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(tables)]
        for start in (offset for tag, _, offset, _ in directory if tag == b"cmap"):
            (maps,) = struct.unpack_from(">H", font, start + 2)
            places = {struct.unpack_from(">L", font, start + 8 + 8 * number)[0] for number in range(maps)}
            if any(_codes(font, start + place) > MAX_CODES for place in places):
                raise ValueError("the font has too many characters")
    except struct.error as error:
        raise ValueError("the font is cut off") from error


def _codes(font: bytes, at: int) -> int:
    """How many characters a map lists, counting those that it lists twice."""
    (kind,) = struct.unpack_from(">H", font, at)
    match kind:
        case 0 | 6 | 14:
            return 0  # at most 65,535, or none of its own
        case 4:
            (double,) = struct.unpack_from(">H", font, at + 6)
            ends = struct.unpack_from(f">{double // 2}H", font, at + 14)
            starts = struct.unpack_from(f">{double // 2}H", font, at + 16 + double // 2 * 2)
            return sum(max(0, end - start + 1) for start, end in zip(starts, ends, strict=True))
        case 12 | 13:
            (groups,) = struct.unpack_from(">L", font, at + 12)
            listed = struct.iter_unpack(">LLL", font[at + 16 : at + 16 + 12 * groups])
            return sum(max(0, end - start + 1) for start, end, _ in listed)
    return MAX_CODES + 1
