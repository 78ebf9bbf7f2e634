"""Names in template texts, found wrong without rendering anything."""

from __future__ import annotations

import pytest
from jinja2.sandbox import SandboxedEnvironment

from pipeline.catalog import Catalog
from pipeline.facts import PHRASES
from pipeline.lint.names import Defect, KnownNames, check_text
from pipeline.lint.templates import known_names
from pipeline.names import FormNames, PolicyNames


@pytest.fixture(scope="module")
def policy(catalog: Catalog) -> KnownNames:
    """What the template of a policy may use."""
    return known_names(catalog, PolicyNames)


def defects(source: str, known: KnownNames) -> list[Defect]:
    return list(check_text(source, known))


@pytest.mark.parametrize(
    "source",
    [
        "No names at all.",
        "{{ practice.name }} and {{ officer.security.email }}",
        "{{ facts.has_fax }}{{ names.ehr }}{{ number.password_min_length }}",
        "{% if clause.mfa_everywhere and not facts.has_fax %}a{% elif facts.byod %}b{% else %}c{% endif %}",
        "{% for t in tasks %}{{ loop.index }}. {{ t.title }}, {{ t.record.id }}{% endfor %}",
        "{% for f in findings %}{% for a in f.actions %}{{ a.status|lower }}{% endfor %}{% endfor %}",
        "{% for d in related[1:] %}{% if not loop.first %}; {% endif %}{{ link(d) }}{% endfor %}",
        "{{ link(related[0], practice.name) }} {{ tasks[0].record.title|upper }} {{ tasks|length }}",
        "{% if practice.clinicians > 2 %}several{% endif %}",
        "{# a note of the consultant #}",
        "{{ practice.name if facts.byod else practice.short_name }}",
    ],
)
def test_what_exists_is_no_defect(source: str, policy: KnownNames) -> None:
    """Names, groups, branches, loops, slices, the allowed filters and link() pass."""
    assert defects(source, policy) == []


@pytest.mark.parametrize("phrase", sorted(PHRASES))
def test_every_phrase_may_be_used(phrase: str, policy: KnownNames) -> None:
    """Each ready-made phrase is known, whether or not a practice of today has it."""
    assert defects(f"{{{{ names.{phrase} }}}}", policy) == []


@pytest.mark.parametrize(
    ("source", "wrong", "meant"),
    [
        ("{{ practise.name }}", '"practise"', '"practice"'),
        ("{{ practice.nmae }}", '"practice.nmae"', '"name"'),
        ("{{ officer.securty.name }}", '"officer.securty"', '"security"'),
        ("{{ officer.security.nam }}", '"officer.security.nam"', '"name"'),
        ("{{ facts.has_faxx }}", '"facts.has_faxx"', '"has_fax"'),
        ("{{ names.ehrs }}", '"names.ehrs"', '"ehr"'),
        ("{{ number.password_min_lenght }}", '"number.password_min_lenght"', '"password_min_length"'),
        ("{{ clause.mfa_everywere }}", '"clause.mfa_everywere"', '"mfa_everywhere"'),
        ("{{ tasks[0].recrd }}", '"tasks[…].recrd"', '"record"'),
        ("{% for t in tasks %}{{ t.titel }}{% endfor %}", '"t.titel"', '"title"'),
        ("{% for t in tasks %}{{ t.record.titel }}{% endfor %}", '"t.record.titel"', '"title"'),
        ("{% for t in task %}{% endfor %}", '"task"', '"tasks"'),
        ("{% for t in tasks %}{{ loop.idnex }}{% endfor %}", '"loop.idnex"', '"index"'),
        ("{% for f in findings %}{% for a in f.actions %}{{ a.owenr }}{% endfor %}{% endfor %}", '"a.owenr"', '"owner"'),
        ("{{ related[1:][0].herf }}", '"related[…][…].herf"', '"href"'),
    ],
)
def test_a_slip_of_the_pen_is_named_and_its_meaning_guessed(source: str, wrong: str, meant: str, policy: KnownNames) -> None:
    """The message names what does not exist and asks whether the nearest name was meant."""
    (found,) = defects(source, policy)
    assert wrong in found.what
    assert found.mend == f"Did you mean {meant}?"


def test_where_no_name_is_near_those_that_exist_are_listed(policy: KnownNames) -> None:
    """A name that resembles nothing is answered with what could stand there."""
    (found,) = defects("{{ officer.zebra }}", policy)
    assert found.mend == "Known here: privacy, security."


def test_one_slip_is_one_defect(policy: KnownNames) -> None:
    """What hangs on an unknown name is not reported again."""
    assert len(defects("{{ zebra.stripes.colour }}", policy)) == 1
    assert len(defects("{{ practice.stripes.colour }}", policy)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "{% if false %}{{ zebra }}{% endif %}",
        "{% if true %}x{% else %}{{ zebra }}{% endif %}",
        "{% if facts.byod %}x{% elif facts.has_fax %}{{ zebra }}{% endif %}",
        "{% if facts.byod %}x{% elif zebra %}y{% endif %}",
        "{% if facts.byod and zebra %}x{% endif %}",
        "{% if not (facts.byod or (facts.has_fax and zebra)) %}x{% endif %}",
        "{% if practice.clinicians > zebra %}x{% endif %}",
        "{% for t in tasks %}{% if facts.byod %}{{ zebra }}{% endif %}{% endfor %}",
        "{% for t in tasks %}x{% else %}{{ zebra }}{% endfor %}",
        "{% for t in zebra %}x{% endfor %}",
        "{% for t in tasks if zebra %}x{% endfor %}",
        "{{ practice.name if facts.byod else zebra }}",
        "{{ 'x' ~ zebra }}",
        "{{ zebra|upper }}",
        "{{ practice.states|join(zebra) }}",
        "{{ [practice.name, zebra]|join }}",
        "{{ tasks[zebra].title }}",
        "{{ link(zebra) }}",
        "{{ link(related[0], zebra) }}",
        "{{ link(related[0], text=zebra) }}",
    ],
)
def test_an_unknown_name_is_found_wherever_it_stands(source: str, policy: KnownNames) -> None:
    """Branches that no practice takes, conditions, loops, filters and calls are all looked into."""
    assert [found.what for found in defects(source, policy)] == ['There is no name "zebra" here.']


@pytest.mark.parametrize(
    "source", ["{{ facts['has_faxx'] }}", "{{ practice['nmae'] }}", "{% for t in tasks %}{{ t['titel'] }}{% endfor %}"]
)
def test_brackets_are_no_way_around_the_list_of_names(source: str, policy: KnownNames) -> None:
    """A name in brackets and quotation marks is looked up like one behind a dot."""
    assert len(defects(source, policy)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "{% for t in tasks %}{% endfor %}{{ t.title }}",
        "{% for t in tasks %}{% else %}{{ t.title }}{% endfor %}",
        "{% for t in tasks %}{% endfor %}{{ loop.index }}",
    ],
)
def test_a_loop_ends_where_it_ends(source: str, policy: KnownNames) -> None:
    """The name of a loop is not known after it, nor in its else."""
    assert len(defects(source, policy)) == 1


def test_a_loop_over_what_is_no_list_is_a_defect_that_makes_sense(policy: KnownNames) -> None:
    """Going through the letters of a text is refused, without asking whether the same name was meant."""
    found = defects("{% for x in practice.name %}{{ x }}{% endfor %}", policy)
    assert found
    assert not any('Did you mean "x"' in one.mend for one in found)


def test_a_loop_takes_one_name(policy: KnownNames) -> None:
    """Two names in a loop are refused."""
    assert [one.mend for one in defects("{% for a, b in tasks %}{% endfor %}", policy)] == ["Write {% for x in … %}."]


@pytest.mark.parametrize("name", ["default", "d", "safe", "attr", "map", "tojson", "replace", "nonsense"])
def test_filters_other_than_the_few_are_refused(name: str, policy: KnownNames) -> None:
    """`default` hides a missing fact and `safe` prints raw XML; the message says which filters there are."""
    (found,) = defects(f"{{{{ practice.name|{name} }}}}", policy)
    assert f'The filter "{name}" is not used' in found.what
    assert "Only capitalize, join, length, lower and upper" in found.mend


@pytest.mark.parametrize(
    "source",
    [
        "{% if facts.has_fax %}{{ names.fax|default('-') }}{% endif %}",
        "{{ practice.name if facts.byod else practice.email|safe }}",
        "{% for t in tasks|sort %}x{% endfor %}",
    ],
)
def test_forbidden_filters_are_found_in_branches_too(source: str, policy: KnownNames) -> None:
    """Jinja looks a filter behind an `if` up only when the branch is taken; the lint does not wait for that."""
    assert len(defects(source, policy)) == 1


def test_without_the_ban_a_default_hides_a_name_that_does_not_exist() -> None:
    """Positive control: plain Jinja prints a blank for a misspelled name with a default."""
    assert SandboxedEnvironment().from_string("[{{ pratice|default('') }}]").render(practice="x") == "[]"


@pytest.mark.parametrize(
    "source", ["{% if practice.nmae is defined %}x{% endif %}", "{{ practice.name if zebra is defined else practice.email }}"]
)
def test_is_defined_is_no_way_around_the_list_of_names(source: str, policy: KnownNames) -> None:
    """A name that does not exist is found also where the text asks whether it is defined."""
    assert len(defects(source, policy)) == 1


def test_an_unknown_test_is_refused(policy: KnownNames) -> None:
    """What stands behind "is" has to exist; the message points to the facts."""
    (found,) = defects("{% if practice.name is nonsense %}x{% endif %}", policy)
    assert "facts" in found.mend


@pytest.mark.parametrize(
    "source",
    ["{{ practice.name.upper() }}", "{{ range(9) }}", "{{ tasks.count(1) }}", "{{ ''.join(tasks) }}", "{{ practice() }}"],
)
def test_nothing_is_called_but_link(source: str, policy: KnownNames) -> None:
    """A call of anything else is refused."""
    (found,) = defects(source, policy)
    assert found.what == "A template calls nothing but link(…)."


@pytest.mark.parametrize("source", ["{{ link(practice) }}", "{{ link('SEC-10') }}", "{{ link() }}", "{{ link }}"])
def test_link_leads_to_a_document(source: str, policy: KnownNames) -> None:
    """link() without a document of the package to lead to is refused before it fails while rendering."""
    assert defects(source, policy)


@pytest.mark.parametrize(
    ("source", "tag"),
    [
        ("{% include 'other.docx' %}", "include"),
        ("{% import 'other.docx' as other %}", "import"),
        ("{% from 'other.docx' import x %}", "fromimport"),
        ("{% extends 'other.docx' %}", "extends"),
        ("{% set x = 1 %}", "assign"),
        ("{% set x %}y{% endset %}", "assignblock"),
        ("{% macro m() %}{% endmacro %}", "macro"),
        ("{% filter upper %}x{% endfilter %}", "filterblock"),
        ("{% with %}{% endwith %}", "with"),
        ("{% block b %}{% endblock %}", "block"),
    ],
)
def test_only_if_and_for_are_tags(source: str, tag: str, policy: KnownNames) -> None:
    """Everything that loads, defines or hides is refused by its name."""
    (found,) = defects(source, policy)
    assert found.what == f"The tag {tag} is not used in templates."


@pytest.mark.parametrize(
    "source", ["{{ practice.__class__ }}", "{{ ''.__class__ }}", "{{ tasks.__len__ }}", "{{ names.ehr.upper }}"]
)
def test_what_python_knows_of_a_value_is_no_name(source: str, policy: KnownNames) -> None:
    """Attributes of Python's own are unknown here."""
    assert len(defects(source, policy)) == 1


@pytest.mark.parametrize("source", ["{{ practice }}", "{{ officer.security }}", "{{ tasks }}", "{{ facts }}", "{{ related[0] }}"])
def test_a_whole_group_is_not_printed(source: str, policy: KnownNames) -> None:
    """A group without the name in it (the dot was forgotten) would be printed with braces and inner words."""
    assert len(defects(source, policy)) == 1


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("{{ practice.name }", 1),
        ("one\ntwo {{ practice..name }}", 2),
        ("{% if facts.byod %}x", 1),
        ("{% endif %}", 1),
        ("{{ 'open }}", 1),
        ("{% do x %}", 1),
    ],
)
def test_broken_syntax_is_one_defect_with_its_line(source: str, line: int, policy: KnownNames) -> None:
    """A missing brace or end tag is said once, with a hint for somebody who does not program."""
    (found,) = defects(source, policy)
    assert found.line == line
    assert found.what.startswith("The template language does not understand this")
    assert "missing brace" in found.mend


def test_defects_know_their_lines(policy: KnownNames) -> None:
    """Each of several defects is found, and on its own line."""
    found = defects("{{ zebra }}\n\n{{ practice.nmae }}\n{% include 'x' %}", policy)
    assert [one.line for one in found] == [1, 3, 4]


def test_each_kind_of_document_has_names_of_its_own(catalog: Catalog, policy: KnownNames) -> None:
    """What a form may use is unknown in a policy, and the other way round."""
    form = known_names(catalog, FormNames)
    assert (len(defects("{{ purpose }}", form)), len(defects("{{ purpose }}", policy))) == (0, 1)
    assert (len(defects("{{ audience }}", form)), len(defects("{{ audience }}", policy))) == (1, 0)
