"""Facts, findings and catalogue → the names that each document may use. Pure."""

from __future__ import annotations

from pipeline.catalog import Form, Policy, Report
from pipeline.context.common import Inputs
from pipeline.context.crosswalk import crosswalk_names
from pipeline.context.forms import form_names
from pipeline.context.front import Paging
from pipeline.context.policies import policy_names
from pipeline.context.reports import report_names
from pipeline.names import CommonNames, CrosswalkNames, FormNames, PolicyNames
from pipeline.plan import Artifact
from pipeline.report_names import ReportNames

__all__ = ["Inputs", "names_class", "names_for"]


def names_for(inputs: Inputs, artifact: Artifact, paging: Paging | None = None) -> CommonNames:
    """Everything the template of this artifact may print; paging: for a document that prints pages of the binder."""
    match artifact.source:
        case Report(numbered=True):
            return crosswalk_names(inputs, artifact, paging)
        case Policy():
            return policy_names(inputs, artifact)
        case Form():
            return form_names(inputs, artifact)
        case Report():
            return report_names(inputs, artifact)


def names_class(source: Policy | Form | Report) -> type[CommonNames]:
    """The class that lists the names which the template of this document may use."""
    if isinstance(source, Report) and source.numbered:
        return CrosswalkNames
    return {Policy: PolicyNames, Form: FormNames, Report: ReportNames}[type(source)]
