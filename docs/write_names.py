"""Write docs/names.md: the names that templates may use, with their values for two of the example practices."""

from __future__ import annotations

from pathlib import Path

from pipeline.load import load_practice, load_shared
from pipeline.reference import as_markdown, common_part, names_of
from pipeline.rendering import to_inputs
from pipeline.workspace import find_workspace

ROOT = Path(__file__).parent.parent
PRACTICES = ("example-juniper-ridge", "example-lantern", "example-harbor-oak")
# lists that hold the same fields as one that is shown
SAME = ("major[", "minor[", "top[", "next_steps[", "owners[0].steps[", "months[0].steps[")
HEAD = """# Names of the templates

What `{{ … }}` may hold, with what it says for the example practices. This page is written by `make docs` from the
program itself; `binder names <slug> <document>` prints the same for a practice of yours.

`facts.…` are yes-or-no facts: use them in conditions. A phrase (`names.…`) that a practice does not have is shown by a dash:
put it under its fact. `name[0]` stands for the first entry of a list: write a loop, such as `{%tr for t in tasks %}`.
In an Excel table write `{{ row.tag }}` for `rows[0].tag`: the row is repeated for each entry. Which fields are filled follows
from the list that the form names (templates.md has them); the others are empty.
"""


def page() -> str:
    """The whole page."""
    workspace = find_workspace(ROOT)
    shared = load_shared(workspace)
    inputs = {slug: to_inputs(load_practice(workspace, slug, shared=shared)) for slug in PRACTICES}

    def of(document: str) -> dict[str, tuple[tuple[str, str], ...]]:
        return {slug: names_of(one, artifact) for slug, one in inputs.items() if (artifact := one.plan.get(document))}

    policy, form, report, crosswalk, guide = of("SEC-10"), of("L-02"), of("R-01"), of("R-07"), of("DG-01")
    reminders = of("TR-60")
    common = {slug: common_part(rows, form[slug]) for slug, rows in policy.items()}
    own = {
        "Policies": policy,
        "Forms and logs": form,
        "Documents of the risk analysis": report,
        "The crosswalk": crosswalk,
        "Device guides": guide,
        "The security reminders of the year": reminders,
    }
    parts = [HEAD, as_markdown("Every document", common)]
    for title, rows in own.items():
        known = {slug: {name for name, _ in common[slug]} for slug in rows}
        parts.append(
            as_markdown(
                title,
                {
                    slug: tuple(r for r in held if r[0] not in known[slug] and not r[0].startswith(SAME))
                    for slug, held in rows.items()
                },
            )
        )
    return "\n".join(parts)


if __name__ == "__main__":
    (ROOT / "docs" / "names.md").write_text(page(), "utf-8")
