"""The ordinary way to the same documents: docxtpl as it comes, LibreOffice, pypdf. A process of its own, so that it pays its imports.

    python benchmarks/ordinary.py ASKED.pickle each|together

ASKED.pickle: what `pipeline.rendering.asked` gives for each document that is bound. docxtpl writes no workbooks, so those are
filled by our own writer. Nothing is checked; no front matter, no page numbers, no links between documents.
"""

from __future__ import annotations

import io
import json
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate, RichText
from pypdf import PdfWriter

from pipeline.render.excel.fill import render_excel


def plain_word(template: bytes, names: Mapping[str, Any]) -> bytes:
    """What docxtpl makes of a template when it is simply called."""
    document = DocxTemplate(io.BytesIO(template))

    def link(target: Mapping[str, str], text: str = "") -> RichText:
        shown = text or f"{target['id']} {target['title']}"
        return RichText(shown, style="Hyperlink", url_id=document.build_url_id(target["href"]))

    document.render({**names, "link": link}, autoescape=True)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def convert(program: str, profile: Path, files: Sequence[Path], folder: Path) -> None:
    """One call of LibreOffice."""
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(folder), *map(str, files)], check=True, capture_output=True, timeout=1_800)


def main(asked: Path, calls: str) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        sys.exit("LibreOffice is not installed.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files: list[Path] = []
        for number, (path, _, template, names, look, day) in enumerate(pickle.loads(asked.read_bytes())):
            suffix, given = path.rsplit(".", 1)[1], json.loads(names)
            data = plain_word(template, given) if suffix == "docx" else render_excel(template, given, look, day)
            files.append(folder / f"{number:04d}.{suffix}")
            files[-1].write_bytes(data)
        for batch in [files] if calls == "together" else [[file] for file in files]:
            convert(program, folder / "profile", batch, folder)
        writer = PdfWriter()
        for file in files:
            writer.append(file.with_suffix(".pdf"))
        writer.write(folder / "binder.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
