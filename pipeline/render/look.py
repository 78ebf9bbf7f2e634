"""How a practice's documents look: its colour and the pictures of its letterhead."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

MAX_PIXELS = 16_000_000
MAX_SIDE = 1_200
# of a JPEG that becomes sharper step by step; each goes over the whole picture, and a small file can hold a hundred thousand
# https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf
MAX_STEPS = 100
MAX_SCAN = 60_000_000  # a photograph of a signed page
# background of each level of risk, light enough for black text
LEVEL_FILLS = {"very_low": "DCE9E3", "low": "E6EED3", "moderate": "FBEBC2", "high": "F6D2B8", "very_high": "EFB7B0"}


@dataclass(frozen=True)
class Look:
    """colour: RRGGBB; logo, firm_logo: PNG bytes or None."""

    colour: str
    logo: bytes | None = None
    firm_logo: bytes | None = None


class BadPicture(ValueError):
    """The file is no picture that can be printed."""


def read_picture(data: bytes) -> bytes:
    """A client's PNG or JPEG, decoded within bounds and written anew as PNG without anything else it carried."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    _refuse_slow(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise BadPicture(f"It has more than {MAX_PIXELS // 1_000_000} million pixels.")
                picture.load()
                plain = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture("It is not a PNG or JPEG picture of usual size.") from error
    except BadPicture:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise BadPicture("It is damaged.") from error
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    white = Image.new("RGB", plain.size, "white")
    white.paste(plain, mask=plain.getchannel("A"))
    target = io.BytesIO()
    white.save(target, "PNG", optimize=True)
    return target.getvalue()


def check_scan(data: bytes, kind: str) -> None:
    """BadPicture where the bytes are no sound picture of this kind (PNG, JPEG) of at most MAX_SCAN pixels."""
    from PIL import Image, UnidentifiedImageError

    _refuse_slow(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
                if picture.width * picture.height > MAX_SCAN:
                    raise BadPicture(f"It has more than {MAX_SCAN // 1_000_000} million pixels.")
                picture.load()
    except BadPicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(f"It is not a {kind} picture, whatever its name says.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BadPicture("It is damaged.") from error


def _refuse_slow(data: bytes) -> None:
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > MAX_STEPS:
        raise BadPicture(f"It is stored in more than {MAX_STEPS} steps, as no camera does.")


def picture_size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
        return picture.size


def contrast_on_white(colour: str) -> float:
    """Contrast ratio of RRGGBB on white (WCAG 2.2, 1.4.3); 4.5 is the least for text."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
