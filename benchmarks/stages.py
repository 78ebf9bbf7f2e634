"""Where the processor time of a build goes: one build in this one process, its functions timed, each without those it calls.

    python benchmarks/stages.py WORKSPACE SLUG FIGURES.json [--cache]

Times are of the processor; what is measured costs less than one per cent.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.build import Options, build
from pipeline.render.parts import read_parts
from pipeline.workspace import Workspace

# imported before anything is timed, because it holds names of what the stages name
WHOLE = "pipeline.package"
# what a reader of the table knows it by → the functions that do it
STAGES = {
    "see whether anything changed": ("pipeline.unchanged.sources", "pipeline.unchanged.noted", "pipeline.unchanged.note"),
    "read the catalogue": ("pipeline.catalog.load_catalog",),
    "check the catalogue": ("pipeline.check.catalog.check_catalog", "pipeline.lint.templates.check_catalog_texts"),
    "check the templates": ("pipeline.lint.templates.check_templates", "pipeline.lint.templates.check_template"),
    "read and check the practice": ("pipeline.load.load_practice",),
    "work out what each document says": ("pipeline.rendering.names_of_all",),
    "write Word files": ("pipeline.render.word.render_word",),
    "write workbooks": ("pipeline.render.excel.fill.render_excel",),
    "write slides and the calendar": ("pipeline.render.slides.render_slides", "pipeline.render.ics.render_ics"),
    "look for leftovers of templates": ("pipeline.rendering.render", "pipeline.lint.leftovers.find_leftovers"),
    "lay workbooks out for paper": ("pipeline.binder.paper_of",),
    "look for fonts and glyphs": ("pipeline.pdf.convert.check_fonts",),
    "draw: dxpdf itself": ("dxpdf.convert",),
    "keep headings with their tables": ("pipeline.pdf.draw.draw",),
    "front matter and page numbers": ("pipeline.binder.make_binder",),
    "bind": ("pipeline.pdf.bind.bind",),
    "mark as a draft": ("pipeline.render.draft.mark_draft",),
    "write to disk": ("pipeline.publish.publish", "pipeline.edits_report.write_report"),
}
# of which the calls are told: documents that were written, and drawn
WRITTEN, DRAWN = "pipeline.rendering.render", "pipeline.pdf.draw.draw"


class Clock:
    """Processor time of each stage without the stages inside it, and calls of each function."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)
        self.calls: dict[str, int] = {}
        self.inside: list[float] = []

    def timed(self, stage: str, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(do)
        def timed(*arguments: Any, **named: Any) -> Any:
            self.calls[name] = self.calls.get(name, 0) + 1
            self.inside.append(0.0)
            start = time.process_time()
            try:
                result = do(*arguments, **named)
                return iter(list(result)) if isinstance(result, Iterator) else result
            finally:
                whole = time.process_time() - start
                self.spent[stage] += whole - self.inside.pop()
                if self.inside:
                    self.inside[-1] += whole

        return timed


def found(name: str) -> tuple[Any, str, Callable[..., Any]]:
    """The module of a function, its name there, and the function."""
    module, _, last = name.rpartition(".")
    held = importlib.import_module(module)
    return held, last, getattr(held, last)


def put_in_place(clock: Clock) -> None:
    """Have every module that is imported call the timed functions."""
    importlib.import_module(WHOLE)
    for stage, names in STAGES.items():
        for name in names:
            _, last, do = found(name)
            timed = clock.timed(stage, name, do)
            for module in [module for module in list(sys.modules.values()) if vars(module).get(last) is do]:
                setattr(module, last, timed)


def packing(target: Path) -> tuple[float, float]:
    """Processor time of compressing once what the Office files of a package hold: all of it, and their fonts."""
    spent = {False: 0.0, True: 0.0}
    for path in [path for path in target.rglob("*") if path.suffix in (".docx", ".xlsx", ".pptx")]:
        for name, part in read_parts(path.read_bytes()).items():
            start = time.process_time()
            zlib.compress(part, 6, -15)
            spent[name.startswith("word/fonts/")] += time.process_time() - start
    return spent[False] + spent[True], spent[True]


def main(root: Path, slug: str, figures: Path, *, cache: bool) -> None:
    clock = Clock()
    put_in_place(clock)
    # from the start of the interpreter on
    start = time.process_time()
    built = build(Workspace(root), slug, Options(jobs=1, cache=cache), lambda _: None)
    whole = time.process_time() - start
    packed, fonts = packing(built.target)
    told = {
        "imported": start,
        "whole": whole,
        "stages": clock.spent,
        "written": clock.calls.get(WRITTEN, 0),
        "drawn": clock.calls.get(DRAWN, 0),
        "converted": clock.calls.get("dxpdf.convert", 0),
        "documents": built.documents,
        "pages": built.pages,
        "packing": packed,
        "packing_fonts": fonts,
    }
    figures.write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), cache="--cache" in sys.argv)
