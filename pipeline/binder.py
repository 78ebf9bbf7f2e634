"""From rendered documents to the bound binder: what goes on paper, front matter, page numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.context import names_for
from pipeline.context.common import Inputs
from pipeline.context.front import Paging, divider_names, front_names, section_names
from pipeline.errors import ConversionError
from pipeline.names import CommonNames
from pipeline.pdf.bind import Part, Properties, bind, count_pages, first_pages
from pipeline.pdf.convert import Engine, Source
from pipeline.plan import Artifact
from pipeline.primitives import primitives
from pipeline.render.excel.read import read_sheets
from pipeline.render.look import Look
from pipeline.render.paper import lay_out
from pipeline.render.word import render_word

COVER, CONTENTS = "Cover", "Contents"
CONTENTS_SUMMARY = "What this package holds, and on which page."
TEMPLATES = ("cover.docx", "contents.docx", "divider.docx", "paper-portrait.docx", "paper-landscape.docx")


@dataclass(frozen=True)
class Bound:
    """The binder, and for each document its first physical page and its number of pages."""

    pdf: bytes
    paging: Paging


def on_paper(inputs: Inputs, artifact: Artifact, data: bytes, templates: Mapping[str, bytes], look: Look) -> Source:
    """The document as it goes to the PDF engine; a workbook is laid out on the letterhead."""
    suffix = artifact.path.rsplit(".", 1)[1]
    if artifact.is_word:
        return Source(artifact.id, suffix, data, data)
    sheets = read_sheets(data)
    template = "paper-landscape.docx" if sheets[0].landscape else "paper-portrait.docx"
    letterhead = render_word(templates[template], primitives(names_for(inputs, artifact)), look, inputs.as_of)
    return Source(artifact.id, suffix, data, lay_out(letterhead, sheets))


def make_binder(
    inputs: Inputs,
    rendered: Mapping[str, bytes],
    templates: Mapping[str, bytes],
    look: Look,
    engine: Engine,
    told: Callable[[str], None],
) -> Bound:
    """Convert all documents, then the front matter with the page numbers that follow, and bind them.

    rendered: artifact id → file. The contents pages are drawn again where their own length moves the numbers.
    """
    artifacts = inputs.plan.artifacts
    folders = list(dict.fromkeys(artifact.section for artifact in artifacts))
    sources = [on_paper(inputs, artifact, rendered[artifact.id], templates, look) for artifact in artifacts]
    told(f"Drawing {len(sources)} documents with {engine.name}")
    # of the front matter only the contents can be longer than a page, and only its length counts so far
    draft = _front(inputs, _page(inputs, folders, [1, 1], dict.fromkeys(rendered, 1)), templates, look, only=CONTENTS)
    made = engine.convert([*sources, *draft])
    pdfs = dict(zip((artifact.id for artifact in artifacts), made, strict=False))
    lengths = {id: count_pages(pdf) for id, pdf in pdfs.items()}
    ahead = [1, count_pages(made[-1])]
    for _ in range(4):
        paging = _page(inputs, folders, ahead, lengths)
        told("Numbering the contents")
        fronts = engine.convert(_front(inputs, paging, templates, look))
        settled, ahead = ahead, [count_pages(pdf) for pdf in fronts[:2]]
        if ahead == settled:
            break
    else:
        raise ConversionError("The contents pages do not settle: their length changes with each numbering.")
    if any(count_pages(pdf) != 1 for pdf in fronts[2:]):
        raise ConversionError(
            "A divider is longer than one page. Shorten the introduction of its section in catalog/catalog.toml."
        )
    told(f"Binding {paging.total} pages")
    parts = _parts(inputs, folders, fronts, pdfs)
    practice = inputs.profile.practice
    properties = Properties(
        title=f"HIPAA Security Package, {practice.name}, edition {inputs.edition}",
        author=practice.legal_name,
        subject="Risk analysis, policies and procedures, forms and logs under 45 CFR part 164",
        day=inputs.as_of,
    )
    return Bound(bind(parts, properties), paging)


def _page(inputs: Inputs, folders: Sequence[str], ahead: Sequence[int], lengths: Mapping[str, int]) -> Paging:
    order: list[tuple[str, int]] = [(COVER, ahead[0]), (CONTENTS, ahead[1])]
    for folder in folders:
        order.append((folder, 1))
        order += [(a.id, lengths[a.id]) for a in inputs.plan.artifacts if a.section == folder]
    starts = dict(zip((name for name, _ in order), first_pages([length for _, length in order]), strict=True))
    return Paging(
        sections={folder: starts[folder] for folder in folders},
        documents={artifact.id: starts[artifact.id] for artifact in inputs.plan.artifacts},
        lengths=lengths,
        total=sum(length for _, length in order),
    )


def _front(inputs: Inputs, paging: Paging, templates: Mapping[str, bytes], look: Look, only: str | None = None) -> list[Source]:
    """Cover, contents, then a divider for each section; or the one of them that is named."""

    def source(name: str, template: str, names: CommonNames) -> Source:
        data = render_word(templates[template], primitives(names), look, inputs.as_of)
        return Source(name, "docx", data, data)

    wanted: list[tuple[str, str, CommonNames]] = [
        (COVER, "cover.docx", front_names(inputs, paging, COVER, CONTENTS_SUMMARY)),
        (CONTENTS, "contents.docx", front_names(inputs, paging, CONTENTS, CONTENTS_SUMMARY)),
        *((f"divider {s.number}", "divider.docx", divider_names(inputs, s)) for s in section_names(inputs, paging)),
    ]
    return [source(*one) for one in wanted if only in (None, one[0])]


def _parts(inputs: Inputs, folders: Sequence[str], fronts: Sequence[bytes], pdfs: Mapping[str, bytes]) -> list[Part]:
    titles = {section.folder: section.title for section in inputs.catalog.sections}
    parts = [Part("HIPAA Security Package", 0, fronts[0]), Part(CONTENTS, 0, fronts[1])]
    for folder, divider in zip(folders, fronts[2:], strict=True):
        parts.append(Part(titles[folder], 0, divider))
        for artifact in inputs.plan.artifacts:
            if artifact.section == folder:
                name = artifact.path.rsplit("/", 1)[1]
                parts.append(Part(f"{artifact.id} {artifact.title}", 1, pdfs[artifact.id], name))
    return parts
