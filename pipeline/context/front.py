"""The names of the cover, the contents and the dividers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.catalog import Request
from pipeline.context.common import Inputs, common_names, links
from pipeline.names import DividerNames, EntryNames, FrontNames, LinkNames, NotApplicableNames, RequestNames, SectionNames


@dataclass(frozen=True)
class Paging:
    """Physical pages of the binder, from 1: where each section's divider and each document begins, and how long it is."""

    sections: Mapping[str, int]
    documents: Mapping[str, int]
    lengths: Mapping[str, int]
    total: int


def paged_links(inputs: Inputs, section: str | None, ids: Iterable[str], paging: Paging | None) -> tuple[LinkNames, ...]:
    """Links to those documents that are part of this package; the note is the physical page of the binder."""
    pages = {id: str(page) for id, page in paging.documents.items()} if paging else {}
    return links(inputs, section, ids, pages)


def section_names(inputs: Inputs, paging: Paging) -> tuple[SectionNames, ...]:
    """The sections that hold a document, with their pages."""
    held = [section for section in inputs.catalog.sections if any(a.section == section.folder for a in inputs.plan.artifacts)]
    return tuple(
        SectionNames(
            number=number,
            title=section.title,
            intro=inputs.text(section.intro),
            page=str(paging.sections[section.folder]),
            documents=tuple(
                EntryNames(
                    a.id, a.title, a.href(None), str(paging.documents.get(a.id, "file")), str(paging.lengths.get(a.id, ""))
                )
                for a in inputs.plan.artifacts
                if a.section == section.folder
            ),
        )
        for number, section in enumerate(held, 1)
    )


def front_names(inputs: Inputs, paging: Paging, title: str, summary: str) -> FrontNames:
    """The names of the cover and of the contents."""
    return FrontNames(
        **common_names(inputs, "", title, summary),
        sections=section_names(inputs, paging),
        requests=tuple(_request(inputs, request, paging) for request in inputs.catalog.requests),
        left_out=tuple(NotApplicableNames(entry.id, entry.title, entry.reason) for entry in inputs.plan.left_out),
        pages=paging.total,
    )


def _request(inputs: Inputs, request: Request, paging: Paging) -> RequestNames:
    documents = paged_links(inputs, None, request.documents, paging)
    return RequestNames(inputs.text(request.asks), documents, ", ".join(request.citations), inputs.text(request.note or ""))


def divider_names(inputs: Inputs, section: SectionNames) -> DividerNames:
    """The names of the sheet before a section."""
    return DividerNames(**common_names(inputs, "", section.title, section.intro), section=section)
