"""Real practices, real templates: copies of the examples in a folder of their own."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.build import Built, Options, build, to_inputs
from pipeline.catalog import Catalog, load_catalog
from pipeline.cli import main
from pipeline.context import names_for
from pipeline.errors import Problem
from pipeline.lint import templates
from pipeline.lint.names import KnownNames
from pipeline.load import Loaded, load_practice
from pipeline.primitives import primitives
from pipeline.workspace import Workspace

ROOT = Path(__file__).parent.parent
JUNIPER, LANTERN = "example-juniper-ridge", "example-lantern"
SHARED = ("catalog", "schemas", "templates_docx", "forms_xlsx")


@pytest.fixture(scope="session", autouse=True)
def _templates_are_linted_once() -> Iterator[None]:
    """The lint of a template is a function of its bytes and of the names it may use; hundreds of tests load the same ones."""
    found: dict[object, list[Problem]] = {}

    def once(check: Callable[[bytes, str, KnownNames], Iterable[Problem]]) -> Callable[[bytes, str, KnownNames], list[Problem]]:
        def remembered(data: bytes, shown: str, known: KnownNames) -> list[Problem]:
            key = (check, data, shown, known.shape, *sorted(known.groups.items()))
            if key not in found:
                found[key] = list(check(data, shown, known))
            return found[key]

        return remembered

    with pytest.MonkeyPatch.context() as patch:
        for name in ("check_word_template", "check_excel_template"):
            patch.setattr(templates, name, once(getattr(templates, name)))
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


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace of one's own with both examples, to be changed at will."""
    for name in SHARED:
        shutil.copytree(ROOT / name, tmp_path / "firm" / name)
    for slug in (JUNIPER, LANTERN):
        # without what came back, so that a test says itself what did
        shutil.copytree(
            ROOT / "practices" / slug, tmp_path / "firm" / "practices" / slug, ignore=shutil.ignore_patterns("records")
        )
    return Workspace(tmp_path / "firm")


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
def packages(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Both examples, built once for all tests that only look."""
    output = tmp_path_factory.mktemp("packages")
    return {slug: build(project, slug, Options(output=output), lambda _: None) for slug in (JUNIPER, LANTERN)}


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
