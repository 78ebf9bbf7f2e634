"""Facts, findings and catalogue → the names that each document may use. Pure."""

from __future__ import annotations

from pipeline.catalog import Form, Policy, Report
from pipeline.context.common import Inputs
from pipeline.context.crosswalk import crosswalk_names
from pipeline.context.evidence import evidence_names
from pipeline.context.forms import form_names
from pipeline.context.front import Paging
from pipeline.context.guides import guide_names
from pipeline.context.policies import policy_names
from pipeline.context.reports import report_names
from pipeline.evidence_names import EvidenceNames
from pipeline.guide_names import GuideNames
from pipeline.materials import Guide
from pipeline.names import CommonNames, CrosswalkNames, FormNames, PolicyNames
from pipeline.plan import Artifact
from pipeline.report_names import ReportNames

__all__ = ["Inputs", "names_class", "names_for"]


def names_for(inputs: Inputs, artifact: Artifact, paging: Paging | None = None) -> CommonNames:
    """Everything the template of this artifact may print; paging: for a document that prints pages of the binder."""
    match artifact.source:
        case Report(view="crosswalk"):
            return crosswalk_names(inputs, artifact, paging)
        case Report(view="evidence"):
            return evidence_names(inputs, artifact)
        case Guide():
            return guide_names(inputs, artifact)
        case Policy():
            return policy_names(inputs, artifact)
        case Form():
            return form_names(inputs, artifact)
        case Report():
            return report_names(inputs, artifact)


# view of a report in the catalogue → the class of its names
VIEWS: dict[str, type[CommonNames]] = {
    "analysis": ReportNames,
    "crosswalk": CrosswalkNames,
    "evidence": EvidenceNames,
}


def names_class(source: Policy | Form | Report | Guide) -> type[CommonNames]:
    """The class that lists the names which the template of this document may use."""
    if isinstance(source, Report):
        return VIEWS[source.view]
    return {Policy: PolicyNames, Form: FormNames, Guide: GuideNames}[type(source)]
