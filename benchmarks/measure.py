"""Measure a cold build, the share of each stage, and the same documents through LibreOffice; all in one run.

    python benchmarks/cold_build.py [SLUG] [--rounds N]

Compared: (a) one LibreOffice call for each file, (b) one LibreOffice call for all, each on the same Word and Excel files
and bound by pypdf's append, without contents, page numbers or links. Times are the best of N rounds.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pypdf import PdfWriter

from pipeline import binder as binding
from pipeline.build import Options, build
from pipeline.load import load_practice
from pipeline.package import make_package, write_first
from pipeline.pdf.bind import bind
from pipeline.pdf.convert import EmbeddedEngine, LibreOfficeEngine, Source
from pipeline.publish import one_at_a_time, publish
from pipeline.rendering import render_all, to_inputs
from pipeline.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).resolve().parent)


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def cold(slug: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "build", slug, "--output", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=WORKSPACE.root)


def stages(slug: str, folder: Path) -> dict[str, float]:
    """Seconds of each stage of one build in this process, imports already paid."""
    times: dict[str, float] = {}
    mark = time.perf_counter()

    def done(name: str) -> None:
        nonlocal mark
        now = time.perf_counter()
        times[name] = times.get(name, 0.0) + now - mark
        mark = now

    loaded = load_practice(WORKSPACE, slug)
    done("load and check")
    written = write_first(loaded, lambda _: None)
    done("render Word and Excel")
    engine = EmbeddedEngine()

    def timed_bind(*arguments: Any) -> bytes:
        done("lay out, convert, front matter")
        data = bind(*arguments)
        done("bind")
        return data

    with patch.object(binding, "bind", timed_bind):
        package = make_package(loaded, written, engine, lambda _: None)
    done("mark as draft, list")
    target = folder / "stages" / slug / loaded.edition
    with one_at_a_time(target):
        publish(target, package.files, package.manifest, package.generated)
    done("publish")
    return times


def append(pdfs: list[bytes]) -> None:
    writer = PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(pdf))
    writer.write(io.BytesIO())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slug", nargs="?", default="example-juniper-ridge")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(WORKSPACE, options.slug, Options(output=folder / "warm"), lambda _: None)
        total = seconds(lambda: cold(options.slug, folder / "cold"), options.rounds)
        parts = min((stages(options.slug, folder) for _ in range(options.rounds)), key=lambda times: sum(times.values()))
        bare = seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), options.rounds)
        loaded = load_practice(WORKSPACE, options.slug)
        inputs = to_inputs(loaded)
        rendering = seconds(lambda: render_all(inputs, loaded))
        rendered = render_all(inputs, loaded)
        # without the crosswalk, whose page numbers only our own binding knows
        plain = [artifact for artifact in loaded.plan.artifacts if artifact.id in rendered]
        sources = [Source(a.id, a.path.rsplit(".", 1)[1], rendered[a.id], rendered[a.id]) for a in plain]
        words = [source if source.suffix == "docx" else None for source in sources]
        papers = [
            source or binding.on_paper(inputs, artifact, rendered[artifact.id], loaded.templates, loaded.look)
            for source, artifact in zip(words, plain, strict=True)
        ]
        office = LibreOfficeEngine()
        each = seconds(lambda: append([office.convert([source])[0] for source in papers]))
        together = seconds(lambda: append(office.convert(papers)), options.rounds)
    print(
        f"{options.slug}: {len(sources)} documents, Python {platform.python_version()}, {os.cpu_count()} cores, best of {options.rounds}\n"
    )
    print(f"  cold build, one command                      {total:7.2f} s")
    print(f"    start of the interpreter alone             {bare:7.2f} s")
    for stage, spent in parts.items():
        print(f"    {stage:<42} {spent:7.2f} s  {100 * spent / sum(parts.values()):3.0f} %")
    for label, spent in (
        ("(a) docxtpl, LibreOffice once per file, pypdf", each),
        ("(b) docxtpl, LibreOffice once for all, pypdf", together),
    ):
        whole = rendering + spent
        print(f"  {label:<44} {whole:8.2f} s  {whole / total:4.1f} x")
