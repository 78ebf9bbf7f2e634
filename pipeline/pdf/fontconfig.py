"""A fontconfig of our own that knows the packaged fonts only: looking through all of a machine's costs more than drawing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.errors import OutputError
from pipeline.scratch import scratch
from pipeline.whole import why

FAMILY = "Atkinson Hyperlegible"


def packaged_fonts() -> Path:
    """Folder with the four faces of the house font (Atkinson Hyperlegible, SIL Open Font License)."""
    return Path(str(files("fontpkg_atkinson_hyperlegible").joinpath("files")))


@contextmanager
def private_fonts() -> Iterator[Path]:
    """The file to give to use_fonts; without a default family Skia draws nothing. OutputError where it cannot be written."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch("fonts"))
            # fontconfig writes beside the fonts it has looked at
            fonts = shutil.copytree(packaged_fonts(), folder / "fonts", ignore=shutil.ignore_patterns(".*"))
            file = folder / "fonts.conf"
            file.write_text(
                '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
                f"<dir>{escape(str(fonts))}</dir><cachedir>{escape(str(folder))}/cache</cachedir>"
                '<match target="pattern"><edit name="family" mode="append_last">'
                f"<string>{FAMILY}</string></edit></match></fontconfig>",
                "utf-8",
            )
        except OSError as error:
            raise OutputError(f"Nothing can be written to the folder for temporary files: {why(error)}.") from error
        yield file


def use_fonts(file: str) -> None:
    """Let native code of this process know the fonts of this file only; before the first document."""
    os.environ["FONTCONFIG_FILE"] = file


@contextmanager
def unheard() -> Iterator[None]:
    """Whatever native code says meanwhile goes nowhere: fontconfig also parses the system's templates, to complain of them."""
    held, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(held, 2)
        os.close(held)
        os.close(nowhere)
