"""Two editions of a practice, issued or as they would be built now, side by side."""

from __future__ import annotations

from pipeline.compare.editions import compare
from pipeline.compare.model import Comparison
from pipeline.editions import before, find_edition, number_of, read_editions, side_of
from pipeline.errors import ProblemsFound, UsageError
from pipeline.load import load_practice, load_shared
from pipeline.package import write_documents
from pipeline.workspace import Workspace


def compare_editions(workspace: Workspace, slug: str, old: str, new: str) -> Comparison:
    """What is otherwise in `new` than in `old`, which is issued; a `new` that is not issued is written in memory.

    Raises UsageError where `old` is not issued or does not come before `new`, ProblemsFound where an edition was touched or the
    practice has problems.
    """
    editions, problems = read_editions(workspace, slug)
    if problems:
        raise ProblemsFound(problems)
    then = find_edition(editions, old)
    if not any(one.edition == new for one in editions):
        loaded = load_practice(workspace, slug, edition=new)
        if then not in loaded.earlier:
            raise UsageError(f"Edition {old} does not come before {new}. Name the earlier one first.")
        written = write_documents(loaded, side_of(then, workspace.shown(then.folder)), lambda _: None)
        assert written.inputs.comparison
        return written.inputs.comparison
    now = find_edition(editions, new)
    if then not in before(editions, new):
        raise UsageError(f"Edition {old} does not come before {new}. Name the earlier one first.")
    if gone := [one for one in (then, now) if one.removed]:
        raise UsageError(
            f"The files of edition {min((one.edition for one in gone), key=number_of)} were deleted after their time."
        )
    shared = load_shared(workspace)
    if shared.catalog is None:
        raise ProblemsFound(shared.problems)
    templates = {path.name: path.read_bytes() for path in workspace.template_files()}
    left, right = (side_of(one, workspace.shown(one.folder)) for one in (then, now))
    return compare(left, right, shared.catalog, templates)
