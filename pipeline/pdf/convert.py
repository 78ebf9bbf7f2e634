"""Documents to PDF: one small protocol, two engines."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from pipeline.errors import ConversionError
from pipeline.pdf.draw import draw, use_fonts
from pipeline.pdf.fonts import FAMILY, missing_fonts, missing_glyphs, packaged_fonts
from pipeline.render.parts import read_parts

SECONDS_A_DOCUMENT = 60


@dataclass(frozen=True)
class Source:
    """A document to convert. `paper` is what goes on paper: a Word file, also where `data` is a workbook."""

    id: str
    suffix: str
    data: bytes
    paper: bytes


class Engine(Protocol):
    """Turns documents into PDF bytes, in the same order; raises ConversionError and names the document."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def convert(self, sources: Sequence[Source]) -> list[bytes]: ...


def check_fonts(source: Source) -> None:
    """ConversionError where a font is not in the document or a character is not in the font."""
    parts = read_parts(source.paper)
    if fonts := missing_fonts(parts):
        raise ConversionError(
            f"{source.id} names fonts it does not carry: {', '.join(sorted(fonts))}. See docs/errors.md, missing font."
        )
    if glyphs := missing_glyphs(parts):
        shown = ", ".join(f"U+{ord(char):04X}" for char in sorted(glyphs))
        raise ConversionError(
            f"{source.id} holds characters that its font cannot draw: {shown}. See docs/errors.md, missing glyph."
        )


@contextmanager
def private_fonts() -> Iterator[Path]:
    """A fontconfig of our own that knows the packaged fonts only; without a default family Skia draws nothing."""
    with tempfile.TemporaryDirectory(prefix="binder-fonts-") as folder:
        file = Path(folder, "fonts.conf")
        file.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{escape(str(packaged_fonts()))}</dir><cachedir>{escape(folder)}/cache</cachedir>"
            '<match target="pattern"><edit name="family" mode="append_last">'
            f"<string>{FAMILY}</string></edit></match></fontconfig>",
            "utf-8",
        )
        yield file


class EmbeddedEngine:
    """dxpdf (Skia), from a wheel. In processes of its own: a crash of native code is an error, not the end."""

    name = "dxpdf"
    version = version("dxpdf")

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or min(4, os.cpu_count() or 1)

    def convert(self, sources: Sequence[Source]) -> list[bytes]:
        if not sources:
            return []
        for source in sources:
            check_fonts(source)
        spawn = multiprocessing.get_context("spawn")
        jobs = min(self.jobs, len(sources))
        with private_fonts() as fonts, ProcessPoolExecutor(jobs, spawn, initializer=use_fonts, initargs=(str(fonts),)) as pool:
            waiting = [pool.submit(draw, source.paper, source.suffix == "docx") for source in sources]
            results: list[bytes] = []
            for source, future in zip(sources, waiting, strict=True):
                try:
                    results.append(_verified(source, future.result(timeout=SECONDS_A_DOCUMENT)))
                except Late as error:
                    _stop(pool)
                    raise ConversionError(f"{source.id} could not be drawn within {SECONDS_A_DOCUMENT} seconds.") from error
                except (BrokenExecutor, RuntimeError, ValueError) as error:
                    _stop(pool)
                    raise ConversionError(
                        f"{source.id} could not be drawn by {self.name}: {error}. Try --pdf-engine libreoffice."
                    ) from error
            return results


def _stop(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


class LibreOfficeEngine:
    """LibreOffice, one call for all, on a profile of its own: two runs on one profile collide."""

    name = "libreoffice"

    def __init__(self, program: str | None = None) -> None:
        found = program or shutil.which("soffice") or shutil.which("libreoffice")
        if not found:
            raise ConversionError("LibreOffice is not installed. Install it, or leave out --pdf-engine libreoffice.")
        self.program = found

    @property
    def version(self) -> str:
        done = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False, timeout=60)
        return " ".join(done.stdout.split()[1:2]) or "unknown"

    def convert(self, sources: Sequence[Source]) -> list[bytes]:
        if not sources:
            return []
        for source in sources:
            check_fonts(source)
        with tempfile.TemporaryDirectory(prefix="binder-office-") as folder, private_fonts() as fonts:
            inbox, outbox = Path(folder, "in"), Path(folder, "out")
            inbox.mkdir()
            files = [inbox / f"{number:04d}.{source.suffix}" for number, source in enumerate(sources)]
            for file, source in zip(files, sources, strict=True):
                file.write_bytes(source.data)
            command = [
                self.program, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless", "--norestore",
                "--convert-to", "pdf", "--outdir", str(outbox), *map(str, files),
            ]  # fmt: skip
            try:
                subprocess.run(
                    command,
                    env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
                    capture_output=True,
                    check=False,
                    timeout=60 + SECONDS_A_DOCUMENT * len(sources),
                )
            except subprocess.TimeoutExpired as error:
                raise ConversionError("LibreOffice did not finish in time.") from error
            # it exits with 0 also where it failed: only the files tell
            results: list[bytes] = []
            for file, source in zip(files, sources, strict=True):
                made = outbox / f"{file.stem}.pdf"
                results.append(_verified(source, made.read_bytes() if made.is_file() else b""))
            return results


def _verified(source: Source, pdf: bytes) -> bytes:
    if not pdf.startswith(b"%PDF-") or b"%%EOF" not in pdf[-1024:]:
        raise ConversionError(f"{source.id} came out of the PDF engine damaged or not at all.")
    return pdf


def engine(name: str, jobs: int | None = None) -> Engine:
    """The engine by name: "dxpdf" or "libreoffice"; jobs: processes of the first, default one for each processor."""
    return LibreOfficeEngine() if name == "libreoffice" else EmbeddedEngine(jobs)
