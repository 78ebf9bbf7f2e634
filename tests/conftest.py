"""Real practices, real templates: copies of the examples in a folder of their own."""

from __future__ import annotations

import copy
import gc
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock, Timeout

import pipeline.catalog
import pipeline.load
from pipeline.build import Built, Options, build
from pipeline.cache import Cache
from pipeline.catalog import Catalog, load_catalog
from pipeline.cli import main
from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.lint import templates
from pipeline.lint.names import KnownNames
from pipeline.load import Loaded, load_practice, load_shared
from pipeline.loading import load_toml
from pipeline.primitives import primitives
from pipeline.schema import validate
from pipeline.workspace import Workspace

# documents are made of millions of small objects that live as long as the document: looking for cycles less often saves an eighth
gc.set_threshold(50_000, 20, 50)
ROOT = Path(__file__).parent.parent
JUNIPER, LANTERN = "example-juniper-ridge", "example-lantern"
SHARED = ("catalog", "schemas", "templates_docx", "forms_xlsx")


def _remembering(work_out: Callable[..., Any], key: Callable[..., object], again: Callable[[Any], Any]) -> Callable[..., Any]:
    """work_out, but once for each key; again(result): what the next caller gets, who may add to it."""
    found: dict[object, Any] = {}

    def remembered(*arguments: Any) -> Any:
        try:
            held = key(*arguments)
        except OSError:
            return again(work_out(*arguments))
        if held not in found:
            found[held] = work_out(*arguments)
        return again(found[held])

    return remembered


def _files_of(workspace: Workspace) -> tuple[tuple[str, bytes], ...]:
    """Every file of what all practices of a workspace share, with its digest."""
    files = [path for name in SHARED for path in (workspace.root / name).rglob("*") if path.is_file()]
    return tuple((workspace.shown(path), hashlib.sha256(path.read_bytes()).digest()) for path in sorted(files))


@pytest.fixture(scope="session", autouse=True)
def _equal_files_are_checked_once() -> Iterator[None]:
    """What catalogue and templates come to depends on their bytes, and hundreds of tests load the same ones, each in a copy.

    So each sum of bytes is looked at once; file by file as well, because many tests change a single one.
    """

    def template(data: bytes, shown: str, known: KnownNames) -> object:
        return data, shown, known.shape, *sorted(known.groups.items())

    def file(path: Path, shown: str) -> object:
        return path.read_bytes() if path.is_file() else None, shown

    def value(found: Any, schema: Path, shown: str) -> object:
        return pickle.dumps(found), schema.read_bytes(), shown

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "check_template", _remembering(templates.check_template, template, lambda checked: checked))
        read = _remembering(lambda *of: pickle.dumps(load_toml(*of)), file, pickle.loads)
        patch.setattr(pipeline.catalog, "load_toml", read)
        for module in (pipeline.catalog, pipeline.load):
            patch.setattr(module, "validate", _remembering(validate, value, list))
        whole = {
            load_catalog: _remembering(load_catalog, _files_of, lambda pair: (pair[0], [*pair[1]])),
            # in this process, because what is remembered here cannot be sent to another one
            load_shared: _remembering(
                lambda of, *_, load=load_shared: load(of), lambda of, *_: _files_of(of), lambda shared: shared
            ),
        }
        for load, remembered in whole.items():
            # wherever it was imported
            for held in [module for module in list(sys.modules.values()) if vars(module).get(load.__name__) is load]:
                patch.setattr(held, load.__name__, remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _equal_documents_are_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All builds of a run share one cache, in whatever workspace; tests/test_rebuild.py sees to what a workspace of one's own does."""
    own = tmp_path_factory.getbasetemp()
    shared = Cache((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "cache", shared)
        yield


@pytest.fixture(scope="session")
def project() -> Workspace:
    """The workspace of the project itself; nothing writes into it."""
    return Workspace(ROOT)


@pytest.fixture(scope="session")
def catalog(project: Workspace) -> Catalog:
    """The catalogue of the project."""
    loaded, problems = load_catalog(project)
    assert not problems
    assert loaded is not None
    return loaded


def copied_workspace(root: Path, *slugs: str, shared: Iterable[str] = SHARED) -> Workspace:
    """A copy of the project with these practices, without what came back, so that a test says itself what did."""
    for name in shared:
        shutil.copytree(ROOT / name, root / name)
    for slug in slugs:
        shutil.copytree(ROOT / "practices" / slug, root / "practices" / slug, ignore=shutil.ignore_patterns("records"))
    return Workspace(root)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace of one's own with both examples, to be changed at will."""
    return copied_workspace(tmp_path / "firm", JUNIPER, LANTERN)


@pytest.fixture
def edit(workspace: Workspace) -> Callable[..., Path]:
    """edit(slug, file, pointer, value) sets one value of a JSON file; value ... removes the key. file: "profile" or "assessment"."""

    def change(slug: str, file: str, pointer: str, value: Any) -> Path:
        folder = workspace.practices / slug
        path = folder / "profile.json" if file == "profile" else next((folder / "assessments").glob("*.json"))
        document = json.loads(path.read_text("utf-8"))
        *steps, last = pointer.strip("/").split("/")
        holder = document
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        key: Any = int(last) if isinstance(holder, list) and last != "-" else last
        if value is ...:
            del holder[key]
        elif last == "-":
            holder.append(value)
        else:
            holder[key] = value
        path.write_text(json.dumps(document), "utf-8")
        return path

    return change


@pytest.fixture
def binder(workspace: Workspace) -> Callable[..., Result]:
    """binder("check", "slug") runs the command in the workspace and gives exit code, stdout and stderr."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--workspace", str(workspace.root), *arguments])

    return run


@pytest.fixture(scope="session")
def loaded(project: Workspace) -> Loaded:
    """The first example, ready to be rendered."""
    return load_practice(project, JUNIPER)


@pytest.fixture(scope="session")
def names_of(loaded: Loaded) -> Callable[[str], dict[str, Any]]:
    """names_of("L-03") gives a fresh copy of what the template of this document of the first example gets."""
    inputs = to_inputs(loaded)
    made: dict[str, dict[str, Any]] = {}

    def names(id: str) -> dict[str, Any]:
        artifact = loaded.plan.get(id)
        assert artifact
        if id not in made:
            made[id] = primitives(names_for(inputs, artifact))
        return copy.deepcopy(made[id])

    return names


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Mapping[str, Callable[[Path], Any]]], dict[str, Any]]:
    """once({name: make}) gives what each make(folder) gave, made in one of the processes that run the tests, for all of them.

    A folder is made by one process at a time; meanwhile the others make another one that is wanted.
    https://pytest-xdist.readthedocs.io/en/stable/how-to.html#making-session-scoped-fixtures-execute-only-once
    """
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(wanted: Mapping[str, Callable[[Path], Any]]) -> dict[str, Any]:
        for seconds in (0, -1):
            for name, make in wanted.items():
                kept = folder / f"{name}.pickle"
                with suppress(Timeout), FileLock(folder / f"{name}.lock", timeout=seconds):
                    if not kept.exists():
                        (folder / name).mkdir(exist_ok=True)
                        kept.write_bytes(pickle.dumps(make(folder / name)))
        return {name: pickle.loads((folder / f"{name}.pickle").read_bytes()) for name in wanted}

    return made


@pytest.fixture(scope="session")
def packages(project: Workspace, once: Callable[..., dict[str, Built]]) -> dict[str, Built]:
    """Both examples, built once for all tests that only look."""

    def make(slug: str, output: Path) -> Built:
        return build(project, slug, Options(output=output), lambda _: None)

    return once({slug: partial(make, slug) for slug in (JUNIPER, LANTERN)})


@pytest.fixture
def prepared(workspace: Workspace, packages: dict[str, Built]) -> Workspace:
    """A workspace of one's own whose cache, where it lies for processes that know nothing of tests, has all that packages need."""
    held = workspace.build / ".cache"
    held.parent.mkdir(mode=0o700)
    shutil.copytree(workspace.cache.folder, held, copy_function=os.link, ignore=shutil.ignore_patterns(".part-*"))
    return workspace


@pytest.fixture(scope="session")
def outside() -> Callable[..., str]:
    """outside("qpdf", "--check", file) runs an independent program and gives its output; a missing program is a failure."""

    def run(program: str, *arguments: object) -> str:
        if not shutil.which(program):
            pytest.fail(f"{program} is not installed; the tests need LibreOffice, qpdf and poppler-utils")
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
