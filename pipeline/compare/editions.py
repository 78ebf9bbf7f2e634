"""Two editions of a practice side by side, as one comparison."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.catalog import Catalog
from pipeline.compare.documents import Again, compare_documents
from pipeline.compare.facts import compare_facts
from pipeline.compare.model import Comparison, Side
from pipeline.compare.risk import compare_findings, compare_steps, levels
from pipeline.facts import printed_date
from pipeline.numbered import why_withdrawn


def compare(old: Side, new: Side, catalog: Catalog, templates: Mapping[str, bytes], again: Again | None = None) -> Comparison:
    """What is otherwise in the new edition, and why; templates, again: see compare_documents."""
    now, after = levels(old.assessment, new.assessment)
    law: tuple[str, ...] = ()
    if old.law_as_of != new.law_as_of:
        law = (f"The package follows the law as of {printed_date(new.law_as_of)}, before as of {printed_date(old.law_as_of)}.",)
    return Comparison(
        old=old.edition,
        old_as_of=old.as_of,
        old_approved=old.approved,
        new=new.edition,
        new_as_of=new.as_of,
        levels=now,
        after=after,
        facts=compare_facts(old.profile, new.profile, catalog.words),
        findings=compare_findings(
            old.assessment,
            new.assessment,
            {scenario.id: scenario for scenario in catalog.scenarios},
            catalog.words,
            then=old.profile,
            now=new.profile,
            withdrawn={
                scenario.id: (scenario.title, why_withdrawn(scenario.withdrawn, ()))
                for scenario in catalog.scenarios
                if scenario.withdrawn
            },
        ),
        documents=compare_documents(old, new, catalog, templates, again),
        law=law,
        steps=compare_steps(old.assessment, new.assessment),
    )
