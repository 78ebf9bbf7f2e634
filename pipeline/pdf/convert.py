"""Documents to PDF: one small protocol, two engines."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from pipeline.errors import ConversionError
from pipeline.pdf.draw import draw
from pipeline.pdf.fontconfig import private_fonts
from pipeline.pdf.fonts import missing_fonts, missing_glyphs
from pipeline.render.parts import UnsafeFile, read_parts
from pipeline.scratch import scratch
from pipeline.work import Workers, working

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


class EmbeddedEngine:
    """dxpdf (Skia), from a wheel. workers: who draws; by default processes of its own."""

    name = "dxpdf"
    version = version("dxpdf")

    def __init__(self, workers: Workers | None = None) -> None:
        self.workers = workers

    def convert(self, sources: Sequence[Source]) -> list[bytes]:
        results: list[bytes] = []
        with nullcontext(self.workers) if self.workers else working() as workers:
            waiting = [workers.start(_drawn, source.id, source.suffix, source.paper) for source in sources]
            for source, future in zip(sources, waiting, strict=True):
                try:
                    results.append(_verified(source, future.result(timeout=SECONDS_A_DOCUMENT)))
                except Late as error:
                    raise ConversionError(f"{source.id} could not be drawn within {SECONDS_A_DOCUMENT} seconds.") from error
                except UnsafeFile as error:
                    raise ConversionError(f"{source.id} cannot be drawn. {error}") from error
                except (BrokenExecutor, RuntimeError, ValueError) as error:
                    # what the engine says may hold words of the document
                    raise ConversionError(
                        f"{source.id} could not be drawn by {self.name}. Try --pdf-engine libreoffice."
                    ) from error
        return results


def _drawn(id: str, suffix: str, paper: bytes) -> bytes:
    check_fonts(Source(id, suffix, paper, paper))
    return draw(paper, suffix == "docx")


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
        with scratch("office") as folder, private_fonts() as fonts:
            inbox, outbox = folder / "in", folder / "out"
            inbox.mkdir()
            files = [inbox / f"{number:04d}.{source.suffix}" for number, source in enumerate(sources)]
            for file, source in zip(files, sources, strict=True):
                file.write_bytes(source.data)
            command = [
                self.program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
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


def engine(name: str, workers: Workers | None = None) -> Engine:
    """The engine by name: "dxpdf" or "libreoffice"; workers: who draws for the first."""
    return LibreOfficeEngine() if name == "libreoffice" else EmbeddedEngine(workers)
