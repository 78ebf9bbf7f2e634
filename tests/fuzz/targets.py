"""Every reader of what comes from outside, as a function that takes bytes: it ends, or it raises what a person can be told.

A target is run by tests/test_fuzz.py (a few inputs, in the suite) and by tests/fuzz/fuzz.py (guided by coverage, for as long as one likes).
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from conftest import JUNIPER, LANTERN, ROOT
from PIL import Image
from returned import RECEIVED, filled, first_line, issued, practice
from workbooks import answers_in, ground_of, recorded, with_stories, written

from pipeline.assess import Ground as Analysed
from pipeline.assessment.model import Assessment, ChangeRecord
from pipeline.catalog import FILES
from pipeline.check.assessment import check_assessment, check_change
from pipeline.check.profile import check_profile
from pipeline.conditions import applies, check_condition
from pipeline.context import names_class, names_for
from pipeline.errors import BinderError
from pipeline.inputs import to_inputs
from pipeline.lint.excel import check_excel_template
from pipeline.lint.names import check_text
from pipeline.lint.templates import known_names
from pipeline.lint.word import check_word_template
from pipeline.loading import json_dates, load_json, load_toml
from pipeline.names import CommonNames
from pipeline.overlays import Overlay, merge
from pipeline.pdf.drawable import undrawable
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.publish import read_manifest, verify
from pipeline.recording import Ground, Said, read_file
from pipeline.records import structure
from pipeline.render.excel.answers import read_workbook
from pipeline.render.excel.fill import DoesNotFit, render_excel
from pipeline.render.jinja import TemplateError, template_of
from pipeline.render.look import BadPicture, read_picture
from pipeline.render.parts import UnsafeFile, read_keywords, read_parts
from pipeline.render.text import office_text
from pipeline.render.word import render_word
from pipeline.schema import load_schema, validate
from pipeline.schema_errors import checkable
from pipeline.workbook.interpret import interpret

SLUG = LANTERN
FEW = ("SC-001", "SC-002", "SC-008", "SC-015")
DAY = date(2026, 10, 5)
SCHEMAS = ROOT / "schemas"
# what may come out of a reader beside a result: what is printed for a person, or made a Problem where the file is named
TOLD = (BinderError, UnsafeFile, BadPicture, DoesNotFit)


@dataclass(frozen=True)
class Target:
    """A reader. kind: how its files are damaged (see mutate.py); seeds: sound files; run: reads one."""

    name: str
    kind: str
    seeds: Callable[[], list[bytes]]
    run: Callable[[bytes], object]

    def __call__(self, data: bytes) -> bool:
        """Read the bytes; whether they were taken. Whatever else is raised is a defect of the reader."""
        try:
            self.run(data)
        except TOLD:
            return False
        return True


@cache
def scratch() -> Path:
    """A file for readers that take a path."""
    return Path(tempfile.mkdtemp(prefix="binder-fuzz-")) / "manifest.json"


def _put(data: bytes) -> Path:
    scratch().write_bytes(data)
    return scratch()


# --- JSON and TOML


def _json_seeds(*patterns: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def _valid_json(data: bytes, kind: str) -> Any:
    schema = SCHEMAS / f"{kind}.schema.json"
    value, problems = load_json(_put(data), "file")
    if value is None:
        return None
    found = [*validate(value, schema, "file"), *undrawable(value, "file")]
    _shown([*problems, *found])
    return checkable(value, schema) if found else value


def _shown(problems: list[Any]) -> None:
    """Problems can be printed, as text and for programs."""
    json.dumps([str(problem) for problem in problems]).encode()


def _profile(data: bytes) -> None:
    if (raw := _valid_json(data, "profile")) is not None:
        _shown(list(check_profile(structure(raw, Profile), SLUG, "file")))
        for entry in practice(SLUG).catalog.scenarios:
            applies(entry.applies_when, raw)


def _assessment(data: bytes) -> None:
    if (raw := _valid_json(data, "assessment")) is not None:
        held = practice(SLUG)
        _shown(list(check_assessment(structure(raw, Assessment), held.profile, held.catalog, "2026-10-05", "file")))


def _change(data: bytes) -> None:
    if (raw := _valid_json(data, "change")) is not None:
        held = practice(SLUG)
        record = structure(raw, ChangeRecord)
        _shown(list(check_change(record, held.assessment, held.profile, held.catalog, "2027-01-01-x", "file")))


def _record(data: bytes) -> None:
    _valid_json(data, "record")


def _catalogue(data: bytes) -> None:
    value, problems = load_toml(_put(data), "file")
    _shown(problems)
    if value is None:
        return
    plain = json_dates(value)
    stem = next((stem for stem, table in FILES.items() if table in plain), "catalog")
    found = [*validate(plain, SCHEMAS / f"{stem}.schema.json", "file"), *undrawable(plain, "file")]
    _shown(found)
    profile = load_schema(SCHEMAS / "profile.schema.json")
    for fragment in _conditions(plain) if not found else ():
        _shown(wrong := list(check_condition(fragment, profile, "file")))
        if not wrong:
            applies(fragment, practice(SLUG).raw_profile)
    for text in _texts(plain):
        _template(text.encode("utf-8", "surrogatepass"))


def _conditions(value: Any) -> Iterator[Any]:
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _conditions(held)
    if isinstance(value, dict) and "applies_when" in value:
        yield value["applies_when"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and "{" in value:
        yield value
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(held)


def _catalogue_seeds() -> list[bytes]:
    """Short pieces: what is tried is the reader, and whole files take a second each."""
    pieces = []
    for path in sorted((ROOT / "catalog").glob("*.toml")):
        head, *entries = path.read_text("utf-8").split("\n[[")
        pieces += ["\n[[".join([head if not entries else "", *entries[at : at + 2]]).encode() for at in (0, len(entries) // 2)]
    return pieces


def _manifest(data: bytes) -> None:
    read_manifest(_put(data).parent)
    _shown(verify(scratch().parent))


def _manifest_seeds() -> list[bytes]:
    entry = {
        "id": "L-03",
        "title": "Log",
        "section": "03",
        "path": "03-forms-and-logs/L-03 Log.xlsx",
        "sha256": "0" * 64,
        "pages": 1,
    }
    return [json.dumps({"practice": SLUG, "edition": "2026.1", "artifacts": [entry, entry | {"path": "binder.pdf"}]}).encode()]


# --- templates


@cache
def _names(document: str) -> dict[str, Any]:
    held = practice(SLUG)
    artifact = held.plan.get(document)
    assert artifact
    return primitives(names_for(to_inputs(held), artifact))


def _template(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    held = practice(SLUG)
    if not list(check_text(text, known_names(held.catalog, CommonNames))):
        try:
            template_of.__wrapped__(text).render(_names("SEC-08"), link=lambda target, text="": text)
        except TemplateError:
            return


@cache
def _template_seeds() -> list[bytes]:
    return [
        *[text.encode() for name in ("tasks", "policies", "guides") for text in _texts_of(name)][:60],
        b"{% for task in tasks %}{{ task.step }}{% if task.record %}{{ link(task.record) }}{% endif %}{% endfor %}",
        b"{{ tasks|length + 1 }} {{ practice.name|upper }} {% if facts.has_fax and not facts.has_fax %}x{% else %}y{% endif %}",
    ]


def _texts_of(name: str) -> Iterator[str]:
    value, _ = load_toml(ROOT / "catalog" / f"{name}.toml", name)
    return _texts(value)


def _word_template(data: bytes) -> None:
    held = practice(SLUG)
    entry = next(policy for policy in held.catalog.policies if policy.id == "SEC-08")
    found = list(check_word_template(data, "file", known_names(held.catalog, names_class(entry))))
    _shown(found)
    if not found:
        try:
            render_word(data, _names("SEC-08"), held.look, DAY)
        except TemplateError:
            return


def _excel_template(data: bytes) -> None:
    held = practice(SLUG)
    entry = next(form for form in held.catalog.forms if form.id == "L-03")
    found = list(check_excel_template(data, "file", known_names(held.catalog, names_class(entry))))
    _shown(found)
    if not found:
        try:
            render_excel(data, _names("L-03"), held.look, DAY)
        except TemplateError:
            return


# --- what comes back


@cache
def _analysed() -> Analysed:
    ground = ground_of(SLUG)
    return Analysed(ground.folder, with_stories(ground.setting, FEW), ground.look)


@cache
def _workbook_seeds() -> list[bytes]:
    made_of = _analysed()
    return [written(made_of, answers_in(made_of.setting, recorded(SLUG, FEW))), written(made_of, {})]


def _workbook(data: bytes) -> None:
    read = interpret(_analysed().setting, returned := read_workbook(data, "file"), {})
    _shown([*returned.problems, *read.problems, *read.open])


@cache
def _ground(form: str | None) -> Ground:
    held = practice(SLUG)
    return Ground(held.catalog, held.profile, (), Said(RECEIVED, form, DAY))


def _returned(suffix: str, form: str | None = None) -> Callable[[bytes], object]:
    return lambda data: read_file(data, suffix, "file", _ground(form))


@cache
def _forms() -> list[bytes]:
    line = first_line(SLUG, "L-04", "Log")
    return [
        filled(issued(SLUG, "L-04"), {("Log", f"C{line}"): RECEIVED, ("Log", f"D{line}"): "x"}),
        filled(issued(SLUG, "F-01"), {("Report", "B13"): "x"}),
    ]


def _papers() -> list[bytes]:
    return [issued(SLUG, document) for document in ("F-18", "F-03")]


def _pdf_seeds() -> list[bytes]:
    import pikepdf

    made = []
    for mode in (pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate):
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page()
            page.obj.Contents = pdf.make_stream(b"0 0 10 10 re f")
            page.obj.Annots = pikepdf.Array(
                [pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.URI))]
            )
            target = io.BytesIO()
            pdf.save(target, object_stream_mode=mode)
            made.append(target.getvalue())
    return made


def _pictures(kind: str) -> Callable[[], list[bytes]]:
    def make() -> list[bytes]:
        pictures = [
            Image.new(mode, (23, 17), 90) for mode in (("L", "RGB", "CMYK") if kind == "JPEG" else ("1", "P", "RGBA", "I;16"))
        ]
        made = []
        for number, picture in enumerate(pictures):
            target = io.BytesIO()
            exif = Image.Exif()
            exif[0x0112] = 6
            picture.save(target, kind, exif=exif.tobytes(), **({"progressive": bool(number)} if kind == "JPEG" else {}))
            made.append(target.getvalue())
        return made

    return make


def _logo(data: bytes) -> None:
    read_picture(data)


# --- hand edits


def _edits(document: str, suffix: str) -> Callable[[bytes], object]:
    def run(data: bytes) -> None:
        generated = issued(SLUG, document)
        now = generated if suffix == "pptx" else _now(document)
        read_keywords(read_parts(data))
        _shown([merge(Overlay(document, "2026.1", suffix, generated, data, Path("file")), now, DAY).kept])

    return run


@cache
def _now(document: str) -> bytes:
    """The same document of a later day: another practice's, so that everything in it may differ."""
    return issued(JUNIPER, document)


def _office(data: bytes) -> None:
    office_text(data)


@cache
def _office_seeds() -> list[bytes]:
    return [issued(SLUG, "F-18"), issued(SLUG, "F-14"), _slides()]


def _slides() -> bytes:
    from pipeline.render.slides import render_slides

    held = practice(SLUG)
    return render_slides(_names("TR-05"), held.look, DAY)


TARGETS = (
    Target("profile", "json", _json_seeds("practices/*/profile.json"), _profile),
    Target("assessment", "json", _json_seeds(f"practices/{SLUG}/assessments/*.json"), _assessment),
    Target("change", "json", _json_seeds("practices/*/changes/*.json"), _change),
    Target("record", "json", _json_seeds("practices/*/records/*.json"), _record),
    Target("manifest", "json", _manifest_seeds, _manifest),
    Target("catalogue", "text", _catalogue_seeds, _catalogue),
    Target("text-template", "text", _template_seeds, _template),
    Target("word-template", "zip", lambda: [(ROOT / "templates_docx" / "SEC-08.docx").read_bytes()], _word_template),
    Target("excel-template", "zip", lambda: [(ROOT / "forms_xlsx" / "L-03.xlsx").read_bytes()], _excel_template),
    Target("risk-workbook", "zip", _workbook_seeds, _workbook),
    Target("filled-form", "zip", _forms, _returned(".xlsx")),
    Target("paper-docx", "zip", _papers, _returned(".docx")),
    Target("paper-pdf", "bytes", _pdf_seeds, _returned(".pdf", "F-18")),
    Target("paper-png", "bytes", _pictures("PNG"), _returned(".png", "F-18")),
    Target("paper-jpeg", "bytes", _pictures("JPEG"), _returned(".jpg", "F-18")),
    Target("logo", "bytes", lambda: [*_pictures("PNG")(), *_pictures("JPEG")()], _logo),
    Target("edited-word", "zip", lambda: [issued(SLUG, "SEC-08")], _edits("SEC-08", "docx")),
    Target("edited-excel", "zip", lambda: [issued(SLUG, "L-03")], _edits("L-03", "xlsx")),
    Target("office-text", "zip", _office_seeds, _office),
)
