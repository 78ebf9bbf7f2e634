"""Facts, findings and catalogue → the names that each document may use. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.calendar_names import CalendarNames
from pipeline.catalog import Form, Policy, Report
from pipeline.changes_names import ChangesNames
from pipeline.context.calendar import calendar_names
from pipeline.context.changes import changes_names
from pipeline.context.common import Inputs, common_names
from pipeline.context.crosswalk import crosswalk_names
from pipeline.context.evidence import evidence_names
from pipeline.context.forms import form_names
from pipeline.context.front import Paging
from pipeline.context.guides import guide_names
from pipeline.context.officer import officer_names
from pipeline.context.onboarding import onboarding_names
from pipeline.context.policies import policy_names
from pipeline.context.project import project_names
from pipeline.context.reminders import reminders_names
from pipeline.context.reports import report_names
from pipeline.context.slides import deck_names
from pipeline.context.training import quiz_names, training_names
from pipeline.evidence_names import EvidenceNames
from pipeline.guide_names import GuideNames
from pipeline.materials import Guide
from pipeline.names import CommonNames, CrosswalkNames, FormNames, PolicyNames
from pipeline.officer_names import OfficerKitNames
from pipeline.onboarding_names import OnboardingNames
from pipeline.plan import Artifact
from pipeline.project_names import ProjectNames
from pipeline.reminder_names import RemindersNames
from pipeline.report_names import ReportNames
from pipeline.slide_names import DeckNames
from pipeline.training_names import QuizNames, TrainingNames

__all__ = ["Inputs", "letterhead_names", "names_class", "names_for"]


# view of a report in the catalogue → the class of its names, and what fills it; the crosswalk also needs the pages
VIEWS: dict[str, tuple[type[CommonNames], Callable[[Inputs, Artifact], CommonNames]]] = {
    "analysis": (ReportNames, report_names),
    "crosswalk": (CrosswalkNames, crosswalk_names),
    "calendar": (CalendarNames, calendar_names),
    "slides": (DeckNames, deck_names),
    "officer": (OfficerKitNames, officer_names),
    "onboarding": (OnboardingNames, onboarding_names),
    "project": (ProjectNames, project_names),
    "training": (TrainingNames, training_names),
    "quiz": (QuizNames, quiz_names),
    "reminders": (RemindersNames, reminders_names),
    "evidence": (EvidenceNames, evidence_names),
    "changes": (ChangesNames, changes_names),
}


def names_for(inputs: Inputs, artifact: Artifact, paging: Paging | None = None) -> CommonNames:
    """Everything the template of this artifact may print; paging: for a document that prints pages of the binder."""
    match artifact.source:
        case Report(view="crosswalk"):
            return crosswalk_names(inputs, artifact, paging)
        case Report(view=view):
            return VIEWS[view][1](inputs, artifact)
        case Guide():
            return guide_names(inputs, artifact)
        case Policy():
            return policy_names(inputs, artifact)
        case Form():
            return form_names(inputs, artifact)


def letterhead_names(inputs: Inputs, artifact: Artifact) -> CommonNames:
    """What the letterhead may print on which a workbook is laid out for paper."""
    source = artifact.source
    return CommonNames(
        **common_names(inputs, source.id, source.title, source.purpose if isinstance(source, Form) else source.summary)
    )


def names_class(source: Policy | Form | Report | Guide) -> type[CommonNames]:
    """The class that lists the names which the template of this document may use."""
    if isinstance(source, Report):
        return VIEWS[source.view][0]
    return {Policy: PolicyNames, Form: FormNames, Guide: GuideNames}[type(source)]
