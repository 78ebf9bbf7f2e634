"""The names of a device guide."""

from __future__ import annotations

from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import printed_date
from pipeline.guide_names import CheckNames, GuideNames, PartNames
from pipeline.materials import Guide
from pipeline.plan import Artifact


def guide_names(inputs: Inputs, artifact: Artifact) -> GuideNames:
    """The names of one device guide: only the parts and points whose conditions hold for this practice."""
    guide = artifact.source
    assert isinstance(guide, Guide)
    return GuideNames(
        **common_names(inputs, guide.id, guide.title, guide.summary),
        versions=guide.versions,
        written_on=printed_date(guide.written_on),
        policies=links(inputs, artifact.section, guide.policies),
        citations=", ".join(guide.citations),
        parts=tuple(
            PartNames(
                inputs.text(part.title),
                tuple(inputs.text(step) for step in part.steps),
                inputs.text(part.note or ""),
                links(inputs, artifact.section, [part.policy] if part.policy else []),
            )
            for part in guide.part
            if inputs.holds(part.applies_when)
        ),
        checks=tuple(
            CheckNames(inputs.text(check.text), check.column or "") for check in guide.check if inputs.holds(check.applies_when)
        ),
        audit=links(inputs, artifact.section, ["L-03"]),
    )
