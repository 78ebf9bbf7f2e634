"""Facts, findings and catalogue → the names that each document may use. Pure."""

from __future__ import annotations

from pipeline.calendar_names import CalendarNames
from pipeline.catalog import Form, Policy, Report
from pipeline.context.calendar import calendar_names
from pipeline.context.common import Inputs
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

__all__ = ["Inputs", "names_class", "names_for"]


def names_for(inputs: Inputs, artifact: Artifact, paging: Paging | None = None) -> CommonNames:
    """Everything the template of this artifact may print; paging: for a document that prints pages of the binder."""
    match artifact.source:
        case Report(view="crosswalk"):
            return crosswalk_names(inputs, artifact, paging)
        case Report(view="calendar"):
            return calendar_names(inputs, artifact)
        case Report(view="slides"):
            return deck_names(inputs, artifact)
        case Report(view="officer"):
            return officer_names(inputs, artifact)
        case Report(view="onboarding"):
            return onboarding_names(inputs, artifact)
        case Report(view="project"):
            return project_names(inputs, artifact)
        case Report(view="training"):
            return training_names(inputs, artifact)
        case Report(view="quiz"):
            return quiz_names(inputs, artifact)
        case Report(view="reminders"):
            return reminders_names(inputs, artifact)
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
    "calendar": CalendarNames,
    "slides": DeckNames,
    "officer": OfficerKitNames,
    "onboarding": OnboardingNames,
    "project": ProjectNames,
    "training": TrainingNames,
    "quiz": QuizNames,
    "reminders": RemindersNames,
    "evidence": EvidenceNames,
}


def names_class(source: Policy | Form | Report | Guide) -> type[CommonNames]:
    """The class that lists the names which the template of this document may use."""
    if isinstance(source, Report):
        return VIEWS[source.view]
    return {Policy: PolicyNames, Form: FormNames, Guide: GuideNames}[type(source)]
