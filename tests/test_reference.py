"""The names of the templates: the page in docs/ and the command say what the program has, and the lint takes all of it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result
from conftest import JUNIPER, LANTERN, ROOT

import pipeline.load
from pipeline.catalog import Catalog
from pipeline.cli import main
from pipeline.context import Inputs, names_class, names_for
from pipeline.inputs import to_inputs
from pipeline.lint.names import check_text
from pipeline.lint.templates import known_names
from pipeline.load import Loaded, Shared, load_practice
from pipeline.primitives import primitives
from pipeline.reference import MOST, as_markdown, names_of
from pipeline.render.jinja import fill
from pipeline.workspace import Workspace

Names = Callable[..., Result]
# one of each kind: policy, form, log with rows, report, crosswalk, guide
KINDS = ("SEC-10", "F-13", "L-11", "R-01", "R-07", "DG-01")


@pytest.fixture(scope="module")
def inputs(loaded: Loaded, catalog: Catalog, project: Workspace) -> dict[str, Inputs]:
    """Two practices that differ much: one has nearly everything, the other neither office nor paper."""
    other = load_practice(project, LANTERN, shared=Shared(catalog, ()))
    return {JUNIPER: to_inputs(loaded), LANTERN: to_inputs(other)}


@pytest.fixture
def checked_once(monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> None:
    """Templates are not looked at anew for each practice; other tests do that."""
    monkeypatch.setattr(pipeline.load, "load_shared", lambda *_: Shared(catalog, ()))


@pytest.fixture
def names(checked_once: None, project: Workspace) -> Names:
    """names("SEC-10") prints the names of this document of the first example, or of another practice."""

    def run(document: str, slug: str = JUNIPER) -> Result:
        return CliRunner().invoke(main, ["--workspace", str(project.root), "names", slug, document])

    return run


def writer() -> ModuleType:
    """docs/write_names.py, as `make docs` runs it."""
    spec = importlib.util.spec_from_file_location("write_names", ROOT / "docs" / "write_names.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the page


def test_the_page_is_the_one_that_would_be_written_now(checked_once: None) -> None:
    """Whoever changes a fact, a name or an example runs `make docs`."""
    page: str = writer().page()
    assert (ROOT / "docs" / "names.md").read_text("utf-8") == page, "run `make docs`"


def test_the_page_says_nothing_of_the_machine_and_the_day(loaded: Loaded) -> None:
    """It is the same wherever it is written."""
    text = (ROOT / "docs" / "names.md").read_text("utf-8")
    assert str(ROOT) not in text
    assert str(Path.home()) not in text


def test_each_line_of_a_table_has_as_many_columns_as_its_heading() -> None:
    """A value with a bar or a line break does not tear it; a name that a practice lacks is a dash."""
    made = as_markdown("T", {"a": (("x", "one | two"), ("y", "three\nfour")), "b": (("x", ""),)})
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in made.splitlines()[2:]]
    assert {len(row) for row in rows} == {3}
    assert [row[2].strip() for row in rows[2:]] == ["", "–"]
    text = (ROOT / "docs" / "names.md").read_text("utf-8")
    tables = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    assert {len(row) for row in tables} == {4}


def test_every_fact_and_number_is_on_the_page(catalog: Catalog, inputs: dict[str, Inputs]) -> None:
    """Those that hold for neither example too: their value is no."""
    text = (ROOT / "docs" / "names.md").read_text("utf-8")
    common = inputs[JUNIPER].common
    wanted = [f"{group}.{name}" for group in ("facts", "number", "clause") for name in common[group]]
    assert len(wanted) > 100
    assert [name for name in wanted if f"| `{name}` |" not in text] == []


# --- the command


@pytest.mark.parametrize("document", KINDS)
def test_the_command_prints_the_names_of_a_document(document: str, names: Names, inputs: dict[str, Inputs]) -> None:
    """One line a name, with what it says for this practice."""
    done = names(document)
    assert done.exit_code == 0
    artifact = inputs[JUNIPER].plan.get(document)
    assert artifact
    rows = names_of(inputs[JUNIPER], artifact)
    assert len(rows) > 150
    assert done.stdout == "".join(f"{name:40} {value}\n" for name, value in rows)
    assert f"{'document.id':40} {document}\n" in done.stdout


def test_each_practice_has_its_own_values(names: Names) -> None:
    """A fact is yes or no, a phrase that does not apply is not there."""
    here, there = names("SEC-10").stdout, names("SEC-10", LANTERN).stdout
    assert re.search(r"^facts\.has_fax +yes$", here, re.MULTILINE)
    assert re.search(r"^facts\.has_fax +no$", there, re.MULTILINE)
    assert re.search(r"^names\.fax +SRFax$", here, re.MULTILINE)
    assert "names.fax" not in there


@pytest.mark.parametrize(
    ("document", "slug", "said"),
    [
        ("SEC-99", JUNIPER, "SEC-99 is not part of the package"),
        ("L-17", LANTERN, "L-17 is not part of the package"),
        ("sec-10", JUNIPER, "sec-10 is not part of the package"),
        ("SEC-10", "example-nobody", "example-nobody"),
    ],
    ids=["unknown", "left-out", "lower-case", "no-practice"],
)
def test_what_there_is_not_is_said(document: str, slug: str, said: str, names: Names) -> None:
    """A message and exit code 2; nothing is printed that could be taken for names."""
    done = names(document, slug)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert not re.search("Traceback|should not happen", done.stderr)


# --- what is listed can be used


def used(name: str, value: str) -> str:
    """The name as a template writes it; an empty list is gone through."""
    return f"{{% for x in {name} %}}{{% endfor %}}" if value == "(none)" else f"{{{{ {name} }}}}"


@pytest.mark.parametrize("document", KINDS)
@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_the_lint_takes_every_name_that_is_listed(slug: str, document: str, inputs: dict[str, Inputs], catalog: Catalog) -> None:
    """Whoever copies a name from the page into a template is not refused."""
    artifact = inputs[slug].plan.get(document)
    assert artifact
    known = known_names(catalog, names_class(artifact.source))
    rows = names_of(inputs[slug], artifact)
    assert {name: list(check_text(used(name, value), known)) for name, value in rows} == {name: [] for name, _ in rows}


def test_a_name_that_is_not_listed_is_refused(inputs: dict[str, Inputs], catalog: Catalog) -> None:
    """The control: each listed name with one letter more, and a name of another kind of document."""
    artifact = inputs[JUNIPER].plan.get("SEC-10")
    assert artifact
    known = known_names(catalog, names_class(artifact.source))
    plain = [name for name, value in names_of(inputs[JUNIPER], artifact) if value != "(none)" and not name.endswith("]")]
    assert [name for name in plain if not list(check_text(f"{{{{ {name}z }}}}", known))] == []
    assert list(check_text("{{ served }}", known))


@pytest.mark.parametrize("document", KINDS)
def test_a_listed_name_prints_what_the_list_says(document: str, inputs: dict[str, Inputs]) -> None:
    """The value on the page is what the template would print, shortened."""
    artifact = inputs[JUNIPER].plan.get(document)
    assert artifact
    held = primitives(names_for(inputs[JUNIPER], artifact))
    for name, value in names_of(inputs[JUNIPER], artifact):
        if value not in ("(none)", "yes", "no"):
            printed = fill(f"{{{{ {name} }}}}", held)
            assert printed == value or (len(value) == MOST and printed.startswith(value[:-1])), name
