"""The command line: what bad input is answered with, exit codes, and what never stands in a message."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import JUNIPER, LANTERN, copied_workspace
from mutation import changed, texts
from readers import office_texts, page_texts

import pipeline.checks
from pipeline.build import Built
from pipeline.cli import main
from pipeline.workspace import Workspace

Binder = Callable[..., Result]
Edit = Callable[..., Path]
PROFILE = f"practices/{LANTERN}/profile.json"
ASSESSMENT = f"practices/{LANTERN}/assessments/2026-10-05.json"


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Each file below a folder with its hash and the time of its last change; folders too."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
    }


def assert_refused(result: Result, *words: str) -> None:
    """Exit code 2, all these words on the error stream, nothing else on the other, no sign of a crash."""
    assert result.exit_code == 2, result.output
    for word in words:
        assert word in result.stderr
    assert result.stdout == ""
    assert not re.search("Traceback|should not happen|Error:.*Exception", result.stderr)


@pytest.fixture
def built(workspace: Workspace, packages: dict[str, Built]) -> Path:
    """The workspace's build folder, with the package of the example as it was built before."""
    shutil.copytree(packages[LANTERN].target, workspace.build / LANTERN / "2026.1")
    return workspace.build


# --- bad input


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


def listed(path: Path) -> None:
    path.write_text(json.dumps([json.loads(path.read_text("utf-8"))]), "utf-8")


# what happens to the file → what is said
SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), f"{PROFILE}\n    The file is empty."),
    "50 MB": (sparse, f"{PROFILE}\n    The file is larger than 5 MB."),
    "a list": (listed, f"{PROFILE}#\n    Here belongs a group of keys."),
    "null": (lambda path: path.write_text("null"), PROFILE),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_profile_is_refused_and_the_package_built_before_stays(
    kind: str, workspace: Workspace, binder: Binder, built: Path
) -> None:
    """Whatever the file has become, there is a message, exit code 2, and nothing is rendered."""
    before = snapshot(built)
    spoil, words = SPOILT[kind]
    spoil(workspace.root / PROFILE)
    assert_refused(binder("build", LANTERN), words, "1 problem, 0 warnings.")
    assert snapshot(built) == before


# file, pointer, value → what is said
MISTAKES: dict[str, tuple[str, str, Any, list[str]]] = {
    "missing officer": ("profile", "/officers/security", ..., [f"{PROFILE}#/officers\n", 'The key "security" is missing.']),
    "outside officer": (
        "profile",
        "/officers/security/person",
        "it-contact",
        [
            f"{PROFILE}#/officers/security/person\n",
            "The Security Officer is an outside contact.",
            "Designate somebody of the workforce",
        ],
    ),
    "misspelt key": (
        "profile",
        "/workforce/1/supervizor",
        "imani",
        [f"{PROFILE}#/workforce/1\n", 'The key "supervizor" is not known here.', 'Did you mean "supervisor"?'],
    ),
    "day first": (
        "profile",
        "/officers/security/since",
        "31/12/2026",
        [
            f"{PROFILE}#/officers/security/since\n",
            "This is not a valid date.",
            "Write the date as YYYY-MM-DD, for example 2026-12-31.",
        ],
    ),
    "unknown scenario": (
        "assessment",
        "/findings/0/scenario",
        "SC-999",
        [
            f"{ASSESSMENT}#/findings/0/scenario\n",
            'There is no scenario "SC-999".',
            "The scenario SC-001",
            "2 problems, 0 warnings.",
        ],
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_refused_and_the_package_built_before_stays(kind: str, edit: Edit, binder: Binder, built: Path) -> None:
    """The message names file, place and remedy; nothing is rendered."""
    before = snapshot(built)
    file, pointer, value, words = MISTAKES[kind]
    edit(LANTERN, file, pointer, value)
    assert_refused(binder("build", LANTERN), *words)
    assert snapshot(built) == before


def test_an_assessment_that_is_null_is_refused(workspace: Workspace, binder: Binder) -> None:
    """An analysis that holds nothing is not an analysis without problems."""
    (workspace.root / ASSESSMENT).write_text("null", "utf-8")
    assert_refused(binder("check", LANTERN), ASSESSMENT)


def test_mistakes_in_all_files_are_listed_at_once(workspace: Workspace, edit: Edit, binder: Binder) -> None:
    """One run shows what is wrong in profile, analysis and catalogue; nobody mends one to be told of the next."""
    edit(LANTERN, "profile", "/practice/email", "hello")
    edit(LANTERN, "profile", "/review_month", 13)
    edit(LANTERN, "assessment", "/findings/0/likelihood", "medium")
    edit(LANTERN, "assessment", "/date", "5.10.2026")
    tasks = workspace.catalog / "tasks.toml"
    tasks.write_text(tasks.read_text("utf-8").replace('record = "L-06"', 'record = "L-66"'), "utf-8")
    assert_refused(
        binder("build", LANTERN),
        f"{PROFILE}#/practice/email\n",
        f"{PROFILE}#/review_month\n",
        f"{ASSESSMENT}#/findings/0/likelihood\n",
        f"{ASSESSMENT}#/date\n",
        'There is no form or log "L-66".',
    )


def test_a_slip_in_the_profile_does_not_hide_what_disagrees_elsewhere(edit: Edit, binder: Binder) -> None:
    """A wrong date, an officer from outside and an unknown scenario are three mistakes, and all three are said."""
    edit(LANTERN, "profile", "/workforce/0/start_date", "15/04/2024")
    edit(LANTERN, "profile", "/officers/security/person", "it-contact")
    edit(LANTERN, "assessment", "/findings/0/scenario", "SC-999")
    assert_refused(
        binder("build", LANTERN),
        "This is not a valid date.",
        "The Security Officer is an outside contact.",
        'no scenario "SC-999"',
    )


def test_a_misspelt_key_does_not_hide_what_disagrees_elsewhere(edit: Edit, binder: Binder) -> None:
    """The key is left aside and the rest is checked."""
    edit(LANTERN, "profile", "/workforce/1/supervizor", "imani")
    edit(LANTERN, "profile", "/officers/security/person", "it-contact")
    edit(LANTERN, "assessment", "/findings/0/scenario", "SC-999")
    assert_refused(
        binder("build", LANTERN), '"supervizor"', "The Security Officer is an outside contact.", 'no scenario "SC-999"'
    )


@pytest.mark.parametrize(
    "slug", ["../outside", "../practices/example-lantern", "/etc", ".", "", "Example-Lantern", "example--lantern", "a" * 61]
)
def test_a_slug_leads_nowhere_but_into_the_practices(slug: str, workspace: Workspace, binder: Binder) -> None:
    """A folder elsewhere that looks like a practice is not read; joined plainly, the path leads there (the control)."""
    shutil.copytree(workspace.practices / LANTERN, workspace.root / "outside")
    assert (workspace.practices / "../outside" / "profile.json").is_file()
    assert_refused(binder("build", slug), "A practice is named by its slug")
    assert not workspace.build.exists()


def test_an_unknown_practice_is_refused_with_a_guess(binder: Binder) -> None:
    """A slip of the pen is met with the name that was meant."""
    assert_refused(binder("build", "example-lanter"), f'Did you mean "{LANTERN}"?')


@pytest.mark.parametrize("edition", ["2026", "2026.0", "2026.01", "2026.10000", "26.1", "2026.1\n", "../2026.1", "v2026.1", ""])
def test_an_edition_in_another_form_is_refused(edition: str, workspace: Workspace, binder: Binder) -> None:
    """It becomes the name of a folder."""
    assert_refused(binder("build", LANTERN, "--edition", edition), "An edition is written <year>.<number>, for example 2026.1.")
    assert not workspace.build.exists()


def test_a_day_before_any_risk_analysis_is_refused(workspace: Workspace, binder: Binder) -> None:
    """There is nothing that a package of that day could be made from."""
    result = binder("build", LANTERN, "--as-of", "2026-10-04")
    assert_refused(result, f"practices/{LANTERN}/assessments\n", "There is no risk analysis on or before the given day.")
    assert not workspace.build.exists()


@pytest.mark.parametrize("day", ["31/12/2026", "2026-02-30", "tomorrow", ""])
def test_a_day_in_another_form_is_refused(day: str, binder: Binder) -> None:
    """Day and month cannot change places."""
    assert_refused(binder("build", LANTERN, "--as-of", day), "Write the date as YYYY-MM-DD, for example 2026-12-31.")


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    """The message says what a workspace is and how to name one."""
    result = CliRunner().invoke(main, ["--workspace", str(tmp_path), "list"])
    assert_refused(result, "No workspace at or above", "--workspace")


def test_a_workspace_without_its_schemas_is_refused(workspace: Workspace, binder: Binder) -> None:
    """Half a copy of the firm's folder is said to be one."""
    shutil.rmtree(workspace.schemas)
    assert_refused(binder("check", LANTERN), "schemas")


# --- new and list


def test_new_writes_a_profile_that_check_leads_through(workspace: Workspace, binder: Binder) -> None:
    """Each place left empty is asked for, an address, and the risk analysis; what is filled in is not."""
    result = binder("new", "willow-creek", "--name", "Willow Creek Therapy")
    file = workspace.practices / "willow-creek" / "profile.json"
    assert (result.exit_code, result.stdout) == (
        0,
        "Wrote practices/willow-creek/profile.json. Fill it in, then run: binder check willow-creek\n",
    )
    profile = json.loads(file.read_text("utf-8"))
    check = binder("check", "willow-creek", "--json")
    assert check.exit_code == 2
    asked = {problem["where"] for problem in json.loads(check.stdout)["problems"]}
    shown = "practices/willow-creek"
    pointers = {*empty(profile), "/locations/0"}
    assert asked == {f"{shown}/profile.json#{pointer}" for pointer in pointers} | {f"{shown}/assessments"}


def test_new_keeps_the_practice_from_other_users_of_the_machine(workspace: Workspace, binder: Binder) -> None:
    """Folder, profile and analyses can be read by their owner alone."""
    binder("new", "willow-creek", "--name", "Willow Creek Therapy")
    folder = workspace.practices / "willow-creek"
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())}
    assert modes == {"willow-creek": "0o700", "assessments": "0o700", "profile.json": "0o600"}


def empty(value: Any, pointer: str = "") -> Iterator[str]:
    """Pointers of what holds nothing yet; a list may be empty."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from empty(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from empty(item, f"{pointer}/{index}")
    elif value in ("", None):
        yield pointer


def test_new_does_not_touch_a_practice_that_exists(workspace: Workspace, binder: Binder) -> None:
    """A second call with the same slug changes nothing."""
    before = snapshot(workspace.practices)
    assert_refused(binder("new", LANTERN, "--name", "Other"), f'There already is a practice "{LANTERN}"; nothing was changed.')
    assert snapshot(workspace.practices) == before


@pytest.mark.parametrize(
    "slug", ["../willow", "Willow", "willow creek", "-willow", "willow--creek", "", "w" * 61, "willow/creek"]
)
def test_new_refuses_a_name_that_is_no_slug(slug: str, workspace: Workspace, binder: Binder) -> None:
    """Nothing is written, inside the practices or elsewhere."""
    before = snapshot(workspace.root)
    assert_refused(binder("new", "--name", "Willow", "--", slug), "Choose a slug")
    assert snapshot(workspace.root) == before


def test_new_takes_a_strange_name_and_the_check_refuses_it(binder: Binder) -> None:
    """What is typed on the command line is read as strictly as a file."""
    assert binder("new", "willow", "--name", "Willow {{ creek }}\nTherapy").exit_code == 0
    result = binder("build", "willow")
    assert_refused(result, "profile.json#/practice/name\n", "signs of the template language", "U+000A")


def test_list_shows_practices_analyses_and_what_was_built(binder: Binder, built: Path) -> None:
    """Enough to know what to do next."""
    result = binder("list")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{JUNIPER}\n    risk analyses: 2026-09-14\n    built: nothing\n    issued: nothing\n"
        f"{LANTERN}\n    risk analyses: 2026-10-05\n    built: 2026.1\n    issued: nothing\n"
    )


# --- check


def test_check_says_that_a_practice_can_be_built(binder: Binder) -> None:
    """One line, and exit code 0."""
    result = binder("check", LANTERN)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"Checked 1: {LANTERN}. Ready to build.\n", "")


def test_check_prints_problems_for_programs(edit: Edit, binder: Binder) -> None:
    """With --json the problems of all practices, and nothing else, stand on the output; the exit code is the same."""
    edit(LANTERN, "profile", "/officers/security/person", "it-contact")
    edit(JUNIPER, "profile", "/approver", "nobody")
    result = binder("check", "--json")
    assert (result.exit_code, result.stderr) == (2, "")
    problems = json.loads(result.stdout)["problems"]
    assert [(problem["where"], problem["warning"]) for problem in problems] == [
        (f"practices/{JUNIPER}/profile.json#/approver", False),
        (f"{PROFILE}#/officers/security/person", False),
    ]
    assert all(set(problem) == {"where", "what", "mend", "warning"} and all(map(str, problem.values())) for problem in problems)


def test_check_prints_for_programs_that_there_is_no_problem(workspace: Workspace, binder: Binder) -> None:
    """An empty list and exit code 0; a firm without practices is one without problems."""
    shutil.rmtree(workspace.practices)
    result = binder("check", "--json")
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (0, {"problems": []}, "")


def test_check_prints_for_programs_also_what_no_text_can_hold(workspace: Workspace, binder: Binder) -> None:
    """Half a character pair in a key can be written in JSON and in no encoding."""
    file = workspace.root / PROFILE
    file.write_text(file.read_text("utf-8").replace('"review_month"', '"review_month\\ud800"'), "utf-8")
    result = binder("check", LANTERN, "--json")
    assert result.exit_code == 2, result.stderr
    assert {problem["where"] for problem in json.loads(result.stdout)["problems"]} == {f"{PROFILE}#"}


def test_a_warning_stops_only_a_strict_check(workspace: Workspace, binder: Binder) -> None:
    """A template that nothing uses is worth a word and no more, unless one wants it so."""
    shutil.copy(workspace.templates / "SEC-10.docx", workspace.templates / "SEC-10 copy.docx")
    shutil.rmtree(workspace.practices / JUNIPER)
    shutil.move(workspace.practices / LANTERN, workspace.root / LANTERN)
    lenient, strict = binder("check"), binder("check", "--strict")
    assert (lenient.exit_code, strict.exit_code) == (0, 2)
    for result in (lenient, strict):
        assert "templates_docx/SEC-10 copy.docx\n    warning: The catalogue does not use this template." in result.stderr
        assert "0 problems, 1 warning." in result.stderr
    shutil.move(workspace.root / LANTERN, workspace.practices / LANTERN)
    assert_refused(binder("build", LANTERN, "--strict"), "The catalogue does not use this template.")
    assert not workspace.build.exists()


# --- build and verify


@pytest.fixture(scope="module")
def december(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Result]:
    """A workspace in which the package of a later day was built, and what the command said."""
    workspace = copied_workspace(tmp_path_factory.mktemp("december") / "firm", JUNIPER, LANTERN)
    command = ["--workspace", str(workspace.root), "build", LANTERN, "--edition", "2026.2", "--as-of", "2026-12-01"]
    return workspace, CliRunner().invoke(main, command)


def test_a_sound_practice_is_built_listed_and_verified(december: tuple[Workspace, Result]) -> None:
    """The control of all refusals above: the same call, with nothing wrong, writes the package it says."""
    workspace, made = december
    target = workspace.build / LANTERN / "2026.2"
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[-1] == f"build/{LANTERN}/2026.2/binder.pdf"
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    assert (manifest["edition"], manifest["as_of"], manifest["practice"]) == ("2026.2", "2026-12-01", LANTERN)
    verified = CliRunner().invoke(main, ["--workspace", str(workspace.root), "verify", str(target)])
    count = len([path for path in target.rglob("*") if path.is_file()]) - 1
    assert (verified.exit_code, verified.stdout) == (0, f"{LANTERN} 2026.2: all {count} files are as they were built.\n")
    assert "built: 2026.2" in CliRunner().invoke(main, ["--workspace", str(workspace.root), "list"]).stdout


def test_a_later_day_does_not_change_the_date_of_the_analysis(december: tuple[Workspace, Result]) -> None:
    """A package as of December speaks of the risk analysis of October by its own date."""
    target = december[0].build / LANTERN / "2026.2"
    cover = page_texts(target / "binder.pdf")[0]
    assert re.search(r"Risk analysis of\s+October 5, 2026", cover)
    assert "2026.2" in cover
    policy = "\n".join(office_texts(next((target / "02-policies").glob("SEC-10*"))))
    assert "risk analysis of October 5, 2026" in policy
    assert "December 1, 2026" in policy


def test_verify_lists_every_difference(binder: Binder, built: Path) -> None:
    """A file changed, one taken away and one added: exit code 6 and three messages."""
    target = built / LANTERN / "2026.1"
    policies = sorted((target / "02-policies").iterdir())
    with policies[0].open("ab") as file:
        file.write(b" ")
    policies[1].unlink()
    (target / "notes.txt").write_text("mine", "utf-8")
    result = binder("verify", str(target))
    assert (result.exit_code, result.stdout) == (6, "")
    for words in (
        f"02-policies/{policies[0].name}\n    The file was changed since the package was built.",
        f"02-policies/{policies[1].name}\n    The file is in the manifest and not in the package.",
        "notes.txt\n    The file is in the package and not in the manifest.",
        "3 problems, 0 warnings.",
    ):
        assert words in result.stderr


@pytest.mark.parametrize(
    "text", [None, "", "[]", '{"artifacts": 1}', '{"artifacts": [{"path": 1}]}', '{"artifacts": []}', "null"]
)
def test_verify_says_that_a_manifest_cannot_be_read(text: str | None, tmp_path: Path, binder: Binder) -> None:
    """A folder that is no package is not a package without differences."""
    folder = tmp_path / "package"
    folder.mkdir()
    if text is not None:
        (folder / "manifest.json").write_text(text, "utf-8")
    result = binder("verify", str(folder))
    assert result.exit_code == 6, result.stderr
    assert "The manifest is missing or cannot be read." in result.stderr


def test_verify_of_no_folder_is_refused(tmp_path: Path, binder: Binder) -> None:
    """The wrong path is a wrong call."""
    assert_refused(binder("verify", str(tmp_path / "nowhere")), "does not exist")


# --- what never stands in a message


def secrets(*documents: Any) -> set[str]:
    """Texts of a profile or analysis that are neither ids nor words of the format: longer ones, names and addresses."""
    code = re.compile(r"[a-z0-9]+([-_/][a-z0-9]+)*|[\d.-]{4,10}|164\.\S+|[A-Z]{2}-?\d{3}|[\w-]+\.png")
    found = {text for document in documents for text in texts(document) if not code.fullmatch(text)}
    people = {
        person[key]
        for document in documents
        for person in document.get("workforce", ())
        for key in ("name", "email")
        if isinstance(person[key], str)
    }
    return {text for text in found if len(text) > 12} | people


LONG = "Marisol Etxeberria and Dov Kestenbaum " * 30
LEAKS: dict[str, list[tuple[str, Any]]] = {
    "in single values": [
        ("/practice/people_served", "the friends of Marisol Etxeberria"),
        ("/practice/email", "marisol etxeberria at home"),
        ("/practice/name", LONG),
        ("/practice/phone", "541-555-0142 after six"),
        ("/practice/website", "www.juniperridge.example"),
        ("/practice/colour", "the green of our door"),
        ("/practice/logo", "C:/Users/Marisol/logo of ours.png"),
        ("/locations/0/address/zip", "Bend, OR 97703"),
        ("/locations/0/alarm", "code 4711 at night"),
        ("/workforce/0/start_date", "6 March 2017 at nine"),
        ("/workforce/1/name", {"first": "Dov Kestenbaum"}),
        ("/workforce/2/works_from", ["her home in Sisters", "her home in Sisters"]),
        ("/workforce/3/supervisor", "Marisol Etxeberria, LCSW"),
        ("/systems/0/kind", "the record of our clients"),
        ("/systems/1/mfa", ["Denise has the codes"]),
        ("/devices/0/count", "one at the front desk"),
        ("/review_month", "September or October"),
        ("/note", LONG * 5),
        ("/workforce/4/name", "Bjorn\nLindahl, LCSW"),
        ("/workforce/5/name", "Jamal {{ Harcourt }}, MA"),
        ("/workforce/6/title", "The\u0301rapist to Joss Whitecloud"),
        ("/workforce/7/email", "priyanka@juniperridge.example\u202e"),
        ("/systems/2/note", "Denise\u2028Abernathy"),
    ],
    "between the facts": [
        ("/practice/slug", "elsewhere"),
        ("/practice/colour", "#FFFFFF"),
        ("/practice/short_name", "Juniper \N{SNOWMAN} Ridge"),
        ("/officers/security/person", "consultant"),
        ("/officers/privacy/since", "1999-01-01"),
        ("/approver", "nobody"),
        ("/workforce/9/supervisor", ...),
        ("/contacts/4/id", "tobias"),
        ("/systems/0/administrator", "nobody"),
        ("/systems/0/baa/review_on", "2001-01-01"),
        ("/devices/1/count", 7),
        ("/ways_of_working/byod", False),
        ("/ways_of_working/paper_records", False),
    ],
    "on a label": [
        ("/devices/0/register/0/tag", "Denise Abernathy's computer"),
        ("/devices/1/register/0/tag", "Denise Abernathy's computer"),
    ],
}


@pytest.mark.parametrize("kind", LEAKS)
def test_no_value_of_a_profile_stands_in_a_message(kind: str, workspace: Workspace, binder: Binder) -> None:
    """Messages end up in tickets and chats: they name places, ids and codes, never people, addresses or texts."""
    file = workspace.practices / JUNIPER / "profile.json"
    sound = json.loads(file.read_text("utf-8"))
    values = [(pointer, value) for pointer, value in LEAKS[kind] if value is not ...]
    spoilt = changed(sound, values, [pointer for pointer, value in LEAKS[kind] if value is ...])
    file.write_text(json.dumps(spoilt), "utf-8")
    assessment = json.loads(next((file.parent / "assessments").iterdir()).read_text("utf-8"))
    result = binder("build", JUNIPER)
    assert result.exit_code == 2
    if kind == "in single values":
        assert [pointer for pointer, _ in values if f"#{pointer}" not in result.stderr] == []
    hidden = secrets(sound, spoilt, assessment)
    assert len(hidden) > 100
    assert {text for text in hidden if text in result.stderr} == set()


def test_no_value_of_an_analysis_stands_in_a_message(workspace: Workspace, edit: Edit, binder: Binder) -> None:
    """What was found in a practice is as private as its people."""
    folder = workspace.practices / JUNIPER
    sound = json.loads((folder / "profile.json").read_text("utf-8"))
    before = json.loads(next((folder / "assessments").iterdir()).read_text("utf-8"))
    for pointer, value in (
        ("/participants/0", "consultant"),
        ("/findings/0/scenario", "SC-999"),
        ("/findings/1/actions/1/due", "2026-01-01"),
        ("/findings/2/observed", "Joss lets her children use the \N{SNOWMAN} laptop."),
        ("/findings/9/residual/likelihood", "very_high"),
        ("/findings/9/residual/impact", "very_high"),
        ("/decisions/0/decided_by", "attorney"),
        ("/decisions/1", ...),
    ):
        path = edit(JUNIPER, "assessment", pointer, value)
    result = binder("build", JUNIPER)
    assert result.exit_code == 2
    assert "8 problems" in result.stderr
    hidden = secrets(sound, before, json.loads(path.read_text("utf-8")))
    assert {text for text in hidden if text in result.stderr} == set()


def test_no_value_stands_in_the_message_about_broken_json(workspace: Workspace, binder: Binder) -> None:
    """Wherever the file breaks off, the reader is told the line and not what stands in it."""
    file = workspace.practices / JUNIPER / "profile.json"
    text = file.read_text("utf-8")
    hidden = secrets(json.loads(text))
    file.write_text(text.replace('"Dov Kestenbaum, PhD",', '"Dov Kestenbaum, PhD"'), "utf-8")
    result = binder("build", JUNIPER)
    assert_refused(result, "This is not JSON")
    assert {value for value in hidden if value in result.stderr} == set()


def test_a_defect_of_the_program_shows_no_value_and_no_traceback(binder: Binder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 70 and what to do; the traceback comes with --debug only. The fault is injected."""

    def fail(*_: object) -> None:
        raise RuntimeError("Marisol Etxeberria")

    monkeypatch.setattr(pipeline.checks, "check_practices", fail)
    result, debugged = binder("check", LANTERN), binder("--debug", "check", LANTERN)
    assert (result.exit_code, debugged.exit_code) == (70, 70)
    assert "this should not happen: RuntimeError in test_cli.py" in result.stderr
    assert "Marisol" not in result.output
    assert "Traceback" not in result.output
    assert "Traceback" in debugged.output


def test_the_same_messages_come_from_any_folder(workspace: Workspace, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace is found from within, and paths in messages are those of the workspace and not of the machine."""
    edit(LANTERN, "profile", "/approver", "nobody")
    monkeypatch.chdir(workspace.practices / LANTERN)
    result = CliRunner().invoke(main, ["build", LANTERN])
    assert_refused(result, f"{PROFILE}#/approver\n")
    assert os.fspath(workspace.root) not in result.stderr
