"""Every provision of the law is answered by a policy, carried out by a task and recorded on a form, or does not apply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT
from readers import page_texts

from pipeline.build import Built
from pipeline.catalog import Catalog
from pipeline.coverage import answers, gaps
from pipeline.load import load_coverage
from pipeline.plan import make_plan
from pipeline.workspace import Workspace

EXAMPLES = (JUNIPER, LANTERN, "example-harbor-oak")
Binder = Callable[..., Result]


def profile_of(slug: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    return value


@pytest.mark.parametrize("slug", EXAMPLES)
def test_no_provision_is_left_open(project: Workspace, slug: str) -> None:
    """Each of the three practices has a policy for every provision that applies, and a task or record for each specification."""
    catalog, plan, found = load_coverage(project, slug)
    assert found == ()
    asked = answers(catalog, plan)
    assert len(asked) > 95
    assert all(bool(answer.reason) != bool(answer.policies) or answer.reason for answer in asked)


def test_a_practice_that_sponsors_a_health_plan_is_covered_as_well(catalog: Catalog) -> None:
    """The duties of a plan sponsor apply to few, and are answered where they do."""
    profile = profile_of(JUNIPER)
    profile["ways_of_working"]["sponsors_health_plan"] = True
    plan = make_plan(catalog, profile)
    assert list(gaps(catalog, plan)) == []
    sponsor = [answer for answer in answers(catalog, plan) if answer.provision.citation.startswith("164.314(b)")]
    assert len(sponsor) == 5
    assert all(answer.policies and answer.tasks for answer in sponsor)


def test_every_provision_of_the_security_and_the_breach_rule_is_asked_for(catalog: Catalog) -> None:
    """Nothing of 164.306 to 164.316 and 164.402 to 164.414 drops out of the table by its family."""
    plan = make_plan(catalog, profile_of(JUNIPER))
    asked = {answer.provision.citation for answer in answers(catalog, plan)}
    rule = {p.citation for p in catalog.provisions if re.match(r"164\.(3\d\d|4\d\d)", p.citation)}
    assert asked == rule


@pytest.mark.parametrize("citation", ["164.308(a)(5)(ii)(B)", "164.312(b)", "164.408(c)", "164.316(b)(2)(i)"])
def test_a_citation_that_no_policy_has_is_a_gap(catalog: Catalog, citation: str) -> None:
    """The control: take the citation out of the policies, and it is named."""
    policies = tuple(replace(p, citations=tuple(c for c in p.citations if c != citation)) for p in catalog.policies)
    broken = replace(catalog, policies=policies)
    (problem,) = gaps(broken, make_plan(broken, profile_of(LANTERN)))
    assert citation in problem.where
    assert not problem.warning


def test_a_specification_that_no_task_carries_out_is_a_gap(catalog: Catalog) -> None:
    """A policy alone does nothing."""
    citation = "164.308(a)(1)(ii)(C)"
    tasks = tuple(replace(t, citations=tuple(c for c in t.citations if c != citation)) for t in catalog.tasks)
    broken = replace(catalog, tasks=tasks)
    (problem,) = gaps(broken, make_plan(broken, profile_of(JUNIPER)))
    assert problem.where == f"catalog/tasks.toml, {citation}"


@pytest.mark.parametrize("slug", EXAMPLES)
def test_there_is_no_orphan_among_tasks_and_forms(catalog: Catalog, slug: str) -> None:
    """In the package of each practice every form has a task, and every task a policy and a form of that package."""
    plan = make_plan(catalog, profile_of(slug))
    held = {artifact.id for artifact in plan.artifacts}
    recorded = {task.record for task in plan.tasks}
    assert {id for id in held if id[0] in "FL"} == recorded
    assert all(held.intersection(task.policies) for task in plan.tasks)
    served = {policy for task in plan.tasks for policy in task.policies}
    assert {id for id in held if id.startswith("SEC")} <= served


def test_there_are_at_least_32_forms_and_logs(catalog: Catalog) -> None:
    """Excel for what is logged or counted, Word for what is signed or sent."""
    assert len(catalog.forms) >= 32
    assert sum(form.template.endswith(".docx") for form in catalog.forms) >= 12


def test_the_command_prints_the_figures_and_the_table(binder: Binder, workspace: Workspace) -> None:
    """One line a practice; with --all each provision with its documents."""
    done = binder("coverage", LANTERN, "--all")
    assert done.exit_code == 0
    assert re.search(rf"^{LANTERN}: (\d+) of \1 provisions are answered, \d+ do not apply here\.$", done.output, re.MULTILINE)
    assert re.search(r"164\.308\(a\)\(1\)\(ii\)\(D\) +Information system activity review\n +SEC-09", done.output)


def test_a_gap_fails_the_command_and_the_check(binder: Binder, workspace: Workspace) -> None:
    """Both say which provision, and leave with the code for problems."""
    file = workspace.catalog / "policies.toml"
    file.write_text(file.read_text("utf-8").replace('"164.308(a)(2)"', '"164.306(a)"'), "utf-8")
    tasks = workspace.catalog / "tasks.toml"
    tasks.write_text(tasks.read_text("utf-8").replace('"164.308(a)(2)"', '"164.306(a)"'), "utf-8")
    for command in ("coverage", "check"):
        done = binder(command, LANTERN)
        assert done.exit_code == 2
        assert "164.308(a)(2)" in done.stderr
        assert "No policy of this practice answers it" in done.stderr


# --- the crosswalk and the index for auditors


def listed(built: Built) -> dict[str, dict[str, Any]]:
    manifest = json.loads((built.target / "manifest.json").read_text("utf-8"))
    return {entry["id"]: entry for entry in manifest["artifacts"]}


def pages_of(built: Built, first: int, count: int) -> str:
    return "\n".join(page_texts(built.target / "binder.pdf")[first - 1 : first - 1 + count])


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_the_crosswalk_names_the_pages_of_the_manifest(packages: dict[str, Built], slug: str) -> None:
    """A page printed beside a document is the page on which it begins."""
    entries = listed(packages[slug])
    crosswalk = entries["R-07"]
    text = pages_of(packages[slug], crosswalk["binder_page"], crosswalk["pages"])
    printed = re.findall(r"((?:SEC|TR|SO|ON|PR|DG|CH|[FLR])-\d\d) \((\d+)\)", text)
    assert len(printed) > 150
    assert {(id, int(page)) for id, page in printed} <= {(id, entry["binder_page"]) for id, entry in entries.items()}


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_the_index_for_auditors_names_the_pages_of_the_manifest(packages: dict[str, Built], slug: str) -> None:
    """It stands right behind the contents, and begins with the risk analysis."""
    entries = listed(packages[slug])
    first = min(entry["binder_page"] for entry in entries.values() if entry["binder_page"])
    text = pages_of(packages[slug], 2, first - 3)  # up to the divider before the first document
    index = text[text.index("What an auditor asks for first") :]
    found = re.findall(r"^.*?((?:SEC|TR|SO|ON|PR|DG|CH|[FLR])-\d\d) [^\n,]+(?:\n[^\n,]+)?, (\d+)", index, re.MULTILINE)
    assert found[0][0] == "R-01"
    assert len(found) > 40
    assert {(id, int(page)) for id, page in found} <= {(id, entry["binder_page"]) for id, entry in entries.items()}


def test_what_does_not_apply_is_listed_with_its_reason(packages: dict[str, Built]) -> None:
    """A clearinghouse and the sponsor of a health plan are named, not dropped; so are the forms that are left out."""
    entries = listed(packages[LANTERN])
    text = pages_of(packages[LANTERN], entries["R-07"]["binder_page"], entries["R-07"]["pages"])
    part = re.sub(r"\s+", " ", text[text.index("What does not apply here, and why") :])
    for citation in ("164.308(a)(4)(ii)(A)", "164.314(b)(1)", "164.314(a)(2)(iii)"):
        assert citation in part
    assert "L-17 Visitor log" in part
    assert "no office" in part


def test_only_the_outlook_speaks_of_the_proposal(packages: dict[str, Built]) -> None:
    """The proposal of January 2025 stands on one dated page that says it is no law."""
    for built in packages.values():
        entries = listed(built)
        outlook = entries["R-08"]
        texts = page_texts(built.target / "binder.pdf")
        own = range(outlook["binder_page"], outlook["binder_page"] + outlook["pages"])
        about = re.compile(r"90 FR 898|0945-AA22|January (?:6, )?2025|proposed (?:rule|change)|NPRM", re.IGNORECASE)
        found = {number for number, text in enumerate(texts, 1) if about.search(text)}
        listing = {number for number, text in enumerate(texts, 1) if "Proposed changes of the law" in text}
        assert found - listing <= set(own)
        assert outlook["pages"] == 1
        assert "It creates no duty" in re.sub(r"\s+", " ", texts[own[0] - 1])
