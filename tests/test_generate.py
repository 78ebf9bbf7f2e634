"""Generated practices: without problems, all different, and the same ones again."""

from __future__ import annotations

from pathlib import Path

from conftest import copied_workspace

from benchmarks.generate import generate
from pipeline.load import load_practice, load_shared


def test_a_generated_practice_has_no_problem_and_no_warning(tmp_path: Path) -> None:
    """Each loads strictly, whatever its size, seed and ways of working."""
    for seed in (0, 1):
        workspace = copied_workspace(tmp_path / str(seed))
        shared = load_shared(workspace)
        for made in generate(workspace, 4, seed):
            loaded = load_practice(workspace, made.slug, strict=True, shared=shared)
            assert (
                sum(person.role in ("clinician", "supervisor", "intern") for person in loaded.profile.workforce)
                == made.clinicians
            )


def test_no_name_of_a_generated_practice_stands_in_the_files_of_another_or_in_a_catalogue(tmp_path: Path) -> None:
    """Its own files hold every one of them: so a search that finds none elsewhere has looked for something."""
    workspace = copied_workspace(tmp_path, shared=("catalog", "schemas"))
    made = generate(workspace, 5)
    texts = {one.slug: _text(workspace.practices / one.slug) for one in made}
    common = _text(workspace.catalog)
    for one in made:
        assert len(one.names) > 10
        for name in one.names:
            assert name in texts[one.slug]
            assert [slug for slug, text in texts.items() if name in text] == [one.slug]
            assert name not in common


def test_the_first_practices_are_the_same_however_many_follow(tmp_path: Path) -> None:
    """So a measurement of a hundred goes on from one of ten."""
    few, many = (copied_workspace(tmp_path / name, shared=("catalog", "schemas")) for name in ("few", "many"))
    generate(few, 2)
    generate(many, 4)
    for slug in few.slugs():
        assert _text(few.practices / slug) == _text(many.practices / slug)
    assert len(many.slugs()) == 4


def _text(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.suffix in (".json", ".toml"))
