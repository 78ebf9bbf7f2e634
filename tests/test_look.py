"""Pictures from clients, and colours that can be read."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from pipeline.errors import ProblemsFound
from pipeline.load import load_practice
from pipeline.render.look import MAX_PIXELS, MAX_SIDE, BadPicture, contrast_on_white, picture_size, read_picture
from pipeline.workspace import Workspace

ORIENTATION = 0x0112  # EXIF


def encoded(picture: Image.Image, format: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, format, **options)
    return target.getvalue()


def plain(size: tuple[int, int] = (40, 20), mode: str = "RGB") -> Image.Image:
    """A picture in one red."""
    return Image.new("RGB", size, (200, 30, 30)).convert(mode)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("PNG",))


def chunks(png: bytes) -> set[bytes]:
    """The kinds of chunks of a PNG file."""
    found, at = set(), 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.add(png[at + 4 : at + 8])
        at += length + 12
    return found


def declared_png(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_png_and_jpeg_are_accepted_and_come_out_as_png(format: str) -> None:
    """Both kinds that clients send become an RGB PNG of the same size and colour."""
    made = opened(read_picture(encoded(plain(), format)))
    assert (made.format, made.mode, made.size) == ("PNG", "RGB", (40, 20))
    pixel = made.getpixel((20, 10))
    assert isinstance(pixel, tuple)
    assert all(abs(one - wanted) < 4 for one, wanted in zip(pixel, (200, 30, 30), strict=True))


@pytest.mark.parametrize("name", ["logo.png", "firm-logo.png"])
@pytest.mark.parametrize("slug", ["example-juniper-ridge", "example-lantern"])
def test_the_logos_of_the_examples_are_accepted(slug: str, name: str, project: Workspace) -> None:
    """The pictures that the project ships keep their proportions."""
    data = (project.practices / slug / name).read_bytes()
    width, height = picture_size(read_picture(data))
    before = picture_size(data)
    assert width / height == pytest.approx(before[0] / before[1], rel=0.02)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_accepted(mode: str) -> None:
    """Grey, palette, transparent and deep pictures come out as plain RGB."""
    picture = Image.new(mode, (40, 20)) if mode == "I;16" else plain(mode=mode)
    assert opened(read_picture(encoded(picture, "PNG"))).mode == "RGB"


def test_a_jpeg_for_printers_is_accepted() -> None:
    """A CMYK picture, as print shops deliver it, keeps its colour."""
    pixel = opened(read_picture(encoded(plain(mode="CMYK"), "JPEG", quality=95))).getpixel((20, 10))
    assert isinstance(pixel, tuple)
    assert all(abs(one - wanted) < 10 for one, wanted in zip(pixel, (200, 30, 30), strict=True))


def test_what_is_transparent_comes_out_white() -> None:
    """A logo without a background stands on the white of the paper, not on black."""
    picture = Image.new("RGBA", (40, 20), (200, 30, 30, 0))
    assert opened(read_picture(encoded(picture, "PNG"))).getpixel((20, 10)) == (255, 255, 255)


def test_a_photograph_taken_sideways_stands_upright() -> None:
    """The turn that a camera notes beside the picture is carried out before the note is dropped."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    assert picture_size(read_picture(encoded(plain((40, 20)), "JPEG", exif=exif))) == (20, 40)


def test_nothing_but_the_picture_is_kept() -> None:
    """Place, author, comments and colour profiles of the file do not reach the package."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "A. Person")
    notes.add_itxt("Comment", "home address")
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    before = encoded(plain(), "PNG", pnginfo=notes, exif=exif, dpi=(72, 72))
    assert {b"tEXt", b"iTXt", b"eXIf", b"pHYs"} <= chunks(before)
    assert chunks(read_picture(before)) == {b"IHDR", b"IDAT", b"IEND"}


def test_the_same_picture_gives_the_same_bytes() -> None:
    """Reading it again changes nothing, and reading the result gives the result."""
    data = encoded(plain(), "JPEG")
    once = read_picture(data)
    assert read_picture(data) == once
    assert read_picture(once) == once


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1_200, 300), (1_200, 300)), ((2_400, 600), (1_200, 300)), ((600, 2_400), (300, 1_200)), ((3_000, 1), (1_200, 1))],
)
def test_a_large_picture_is_made_smaller_in_its_proportions(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    """No side is longer than needed in print, and none vanishes."""
    assert max(wanted) <= MAX_SIDE
    assert picture_size(read_picture(encoded(plain(size), "PNG"))) == wanted


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def half() -> bytes:
    whole = encoded(Image.effect_noise((200, 200), 80), "PNG")
    return whole[: len(whole) // 2]


def half_jpeg() -> bytes:
    whole = encoded(Image.effect_noise((200, 200), 80), "JPEG")
    return whole[: len(whole) // 2]


def wrong_checksum() -> bytes:
    whole = bytearray(encoded(Image.effect_noise((200, 200), 80), "PNG"))
    whole[len(whole) // 2] ^= 0xFF
    return bytes(whole)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(svg, id="svg"),
        pytest.param(lambda: encoded(plain(), "GIF"), id="gif"),
        pytest.param(lambda: encoded(plain(), "BMP"), id="bmp"),
        pytest.param(lambda: encoded(plain(), "TIFF"), id="tiff"),
        pytest.param(lambda: encoded(plain(), "WEBP"), id="webp"),
        pytest.param(lambda: b"our logo", id="text"),
        pytest.param(lambda: b"", id="empty"),
        pytest.param(lambda: b"%PDF-1.7", id="pdf"),
        pytest.param(half, id="half a png"),
        pytest.param(half_jpeg, id="half a jpeg"),
        pytest.param(wrong_checksum, id="wrong checksum"),
        pytest.param(lambda: encoded(plain(), "PNG")[:30], id="header only"),
        pytest.param(lambda: b"\x89PNG\r\n\x1a\n", id="signature only"),
        pytest.param(lambda: declared_png(0, 10), id="no width"),
        pytest.param(lambda: declared_png(10, 10), id="too few bytes"),
    ],
)
def test_what_is_no_whole_png_or_jpeg_is_refused(make: Callable[[], bytes]) -> None:
    """Other formats, text, and cut or damaged pictures are refused with a sentence."""
    with pytest.raises(BadPicture, match=r"^It is "):
        read_picture(make())


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (100_000, 100_000), (2**31 - 1, 1_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_unread(width: int, height: int) -> None:
    """A file of a hundred bytes that says it is gigapixels large is not decoded."""
    with pytest.raises(BadPicture, match="usual size"):
        read_picture(declared_png(width, height))


def test_a_picture_with_too_many_pixels_is_told_so() -> None:
    """The message names the bound, so that the client knows what to send instead."""
    side = 4_100
    assert side * side > MAX_PIXELS
    with pytest.raises(BadPicture, match="16 million pixels"):
        read_picture(declared_png(side, side))


def test_without_the_bound_such_a_picture_is_decoded() -> None:
    """Positive control: Pillow itself reads seventeen million pixels without a word."""
    with Image.open(io.BytesIO(encoded(Image.new("1", (4_100, 4_100)), "PNG"))) as picture:
        picture.load()
        assert picture.width * picture.height > MAX_PIXELS


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["PNG", "JPEG"]), st.data())
def test_damage_gives_a_picture_or_a_refusal(format: str, data: st.DataObject) -> None:
    """Whatever happens to the bytes, no other error comes out."""
    damaged = bytearray(encoded(plain(), format))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = read_picture(bytes(damaged))
    except BadPicture:
        return
    assert max(picture_size(made)) <= MAX_SIDE


@pytest.mark.parametrize(
    ("colour", "ratio"),
    [("000000", 21.0), ("FFFFFF", 1.0), ("767676", 4.54), ("777777", 4.48), ("FF0000", 4.0), ("0000FF", 8.59), ("FFFF00", 1.07)],
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    """Known ratios on white, #767676 being the lightest grey that is enough for text."""
    assert contrast_on_white(colour) == pytest.approx(ratio, abs=0.005)


def test_a_colour_too_light_for_text_is_a_problem(edit: Callable[..., Path], workspace: Workspace) -> None:
    """The colour of a practice is used for headings, so it must be readable on white."""
    edit("example-lantern", "profile", "/practice/colour", "#9ACD32")
    with pytest.raises(ProblemsFound) as found:
        load_practice(workspace, "example-lantern")
    assert [problem.where for problem in found.value.problems] == ["practices/example-lantern/profile.json#/practice/colour"]
