"""Word templates, damaged one way at a time."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from docxtpl import DocxTemplate

from pipeline.catalog import Catalog
from pipeline.errors import Problem
from pipeline.lint.templates import check_templates, known_names
from pipeline.lint.word import check_word_template
from pipeline.names import PolicyNames
from pipeline.render.parts import read_parts, write_parts
from pipeline.work import HERE
from pipeline.workspace import Workspace

DOCUMENT = "word/document.xml"
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
W_XMLNS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
Check = Callable[[dict[str, bytes]], list[Problem]]


@pytest.fixture
def parts(project: Workspace) -> dict[str, bytes]:
    """The parts of a real policy, to be damaged."""
    return read_parts((project.templates / "SEC-10.docx").read_bytes())


@pytest.fixture(scope="module")
def check(catalog: Catalog) -> Check:
    """The problems of a policy template of these parts."""
    known = known_names(catalog, PolicyNames)
    return lambda parts: list(check_word_template(write_parts(parts), "SEC-10.docx", known))


def paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def with_body(parts: dict[str, bytes], xml: str) -> dict[str, bytes]:
    """The parts with something more at the beginning of the text."""
    return {**parts, DOCUMENT: parts[DOCUMENT].replace(b"<w:body>", b"<w:body>" + xml.encode(), 1)}


def with_relationship(parts: dict[str, bytes], source: str, kind: str, target: str, *, external: bool = True) -> dict[str, bytes]:
    """The parts with one more relationship of the part `source`."""
    folder, file = source.rsplit("/", 1)
    name = f"{folder}/_rels/{file}.rels"
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    mode = ' TargetMode="External"' if external else ""
    added = f'<Relationship Id="rIdMore" Type="{TYPE}{kind}" Target="{target}"{mode}/></Relationships>'
    return {**parts, name: parts.get(name, empty).replace(b"</Relationships>", added.encode())}


def with_part(parts: dict[str, bytes], name: str, data: bytes, content_type: str) -> dict[str, bytes]:
    """The parts with one more part, declared as Office does it."""
    added = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
    types = parts["[Content_Types].xml"].replace(b"</Types>", added.encode())
    return {**parts, "[Content_Types].xml": types, name: data}


def test_the_real_templates_and_the_texts_of_the_catalogue_have_no_problem(project: Workspace, catalog: Catalog) -> None:
    """What the project ships passes its own check, warnings included."""
    assert list(check_templates(project, catalog, HERE.executor)) == []


def test_each_document_of_the_catalogue_needs_its_template(workspace: Workspace, catalog: Catalog) -> None:
    """A missing template is a problem that says which, and a template that nobody uses is a warning."""
    (workspace.templates / "SEC-10.docx").rename(workspace.templates / "SEC-1O.docx")
    found = sorted(check_templates(workspace, catalog, HERE.executor))
    assert [(p.where, p.warning) for p in found] == [
        ("templates_docx/SEC-10.docx", False),
        ("templates_docx/SEC-1O.docx", True),
    ]
    assert found[0].mend == 'Did you mean "SEC-1O.docx"?'


def test_the_lock_file_of_an_open_word_is_no_template(workspace: Workspace, catalog: Catalog) -> None:
    """A template may be checked while a consultant has it open."""
    Path(workspace.templates / "~$SEC-10.docx").write_bytes(b"\x05Name")
    assert list(check_templates(workspace, catalog, HERE.executor)) == []


@pytest.mark.parametrize("text", ["Call {{ practice.nmae }}.", "{% if facts.has_faxx %}x{% endif %}"])
def test_a_name_that_does_not_exist_is_found_in_its_paragraph(text: str, parts: dict[str, bytes], check: Check) -> None:
    """The problem quotes the paragraph, so that it can be searched for in Word."""
    (found,) = check(with_body(parts, paragraph(text)))
    assert text in found.where


def test_a_name_in_a_tag_of_its_own_paragraph_is_found(parts: dict[str, bytes], check: Check) -> None:
    """The condition of a {%p if is looked up too."""
    (found,) = check(with_body(parts, paragraph("{%p if facts.has_faxx %}") + paragraph("x") + paragraph("{%p endif %}")))
    assert found.mend == 'Did you mean "has_fax"?'


def test_a_name_that_word_has_split_over_runs_is_read_whole(parts: dict[str, bytes], check: Check) -> None:
    """Word cuts a name into runs while it is typed; a right one passes, a wrong one is found."""
    split = "<w:p><w:r><w:t>{{ practice.</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>%s }}</w:t></w:r></w:p>"
    assert check(with_body(parts, split % "name")) == []
    (found,) = check(with_body(parts, split % "nmae"))
    assert found.mend == 'Did you mean "name"?'


@pytest.mark.parametrize("part", ["word/header1.xml", "word/footer1.xml"])
def test_headers_and_footers_are_read(part: str, parts: dict[str, bytes], check: Check) -> None:
    """An unknown name in the margin is found too."""
    damaged = {**parts, part: parts[part].replace(b"{{ ", b"{{ zebra.", 1)}
    (found,) = check(damaged)
    assert found.what == 'There is no name "zebra" here.'


@pytest.mark.parametrize("text", ["{{ practice.name }", "{{ practice..name }}", "{% if facts.byod %}x{% endfi %}", "{% else %}"])
def test_broken_syntax_is_said_without_a_traceback(text: str, parts: dict[str, bytes], check: Check) -> None:
    """A slip in the template language is a problem with a place and a hint."""
    found = check(with_body(parts, paragraph(text)))
    assert any("template language does not understand" in problem.what for problem in found)


@pytest.mark.parametrize(
    "xml",
    [
        '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>new</w:t></w:r></w:ins></w:p>',
        '<w:p><w:del w:id="1" w:author="A"><w:r><w:delText>old</w:delText></w:r></w:del></w:p>',
        '<w:p><w:moveFrom w:id="1" w:author="A"><w:r><w:t>x</w:t></w:r></w:moveFrom></w:p>',
        '<w:p><w:moveTo w:id="1" w:author="A"><w:r><w:t>x</w:t></w:r></w:moveTo></w:p>',
        '<w:p><w:r><w:rPr><w:rPrChange w:id="1" w:author="A"><w:rPr/></w:rPrChange></w:rPr></w:r></w:p>',
        '<w:p><w:pPr><w:pPrChange w:id="1" w:author="A"><w:pPr/></w:pPrChange></w:pPr></w:p>',
        '<w:p><w:pPr><w:rPr><w:ins w:id="1" w:author="A"/></w:rPr></w:pPr></w:p>',
        '<w:tbl><w:tr><w:trPr><w:ins w:id="1" w:author="A"/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>',
        '<w:tbl><w:tr><w:tc><w:tcPr><w:cellIns w:id="1" w:author="A"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>',
        '<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel w:id="1" w:author="A"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>',
        '<w:tbl><w:tr><w:tc><w:tcPr><w:tcPrChange w:id="1" w:author="A"><w:tcPr/></w:tcPrChange></w:tcPr><w:p/></w:tc></w:tr></w:tbl>',
        '<w:tbl><w:tr><w:trPr><w:trPrChange w:id="1" w:author="A"><w:trPr/></w:trPrChange></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>',
        '<w:p><w:pPr><w:numPr><w:numberingChange w:id="1" w:author="A"/></w:numPr></w:pPr></w:p>',
    ],
    ids=lambda xml: xml.split(' w:id="1"')[0].rsplit("<w:", 1)[1],
)
def test_tracked_changes_are_refused(xml: str, parts: dict[str, bytes], check: Check) -> None:
    """Each kind of tracked change would reach the client with the name of its author."""
    (found,) = check(with_body(parts, xml))
    assert "tracked changes" in found.what
    assert "Accept All Changes" in found.mend


def test_without_the_check_a_tracked_change_reaches_the_client(parts: dict[str, bytes]) -> None:
    """Positive control: docxtpl keeps a deleted sentence and the name of its author."""
    change = '<w:p><w:del w:id="1" w:author="A. Consultant"><w:r><w:delText>a secret</w:delText></w:r></w:del></w:p>'
    few = f"<w:document {W_XMLNS}><w:body>{change}</w:body></w:document>"
    template = DocxTemplate(io.BytesIO(write_parts({**parts, DOCUMENT: few.encode()})))
    template.render({"practice": {}, "document": {}})
    target = io.BytesIO()
    template.save(target)
    made = read_parts(target.getvalue())[DOCUMENT]
    assert b"a secret" in made
    assert b"A. Consultant" in made


def test_comments_are_refused(parts: dict[str, bytes], check: Check) -> None:
    """A comment in the margin would reach the client."""
    comments = f'<w:comments {W_XMLNS}><w:comment w:id="0" w:author="A">{paragraph("really?")}</w:comment></w:comments>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
    found = check(with_part(parts, "word/comments.xml", comments.encode(), kind))
    assert [problem.what for problem in found] == ["It holds comments; they would reach the client."]


def test_macros_are_refused(parts: dict[str, bytes], check: Check) -> None:
    """A template with a macro cannot be used, whatever its file name says."""
    (found,) = check(with_part(parts, "word/vbaProject.bin", b"x", "application/vnd.ms-office.vbaProject"))
    assert "macros" in found.mend


@pytest.mark.parametrize(
    ("source", "kind", "target"),
    [
        (DOCUMENT, "image", "https://example.org/pixel.png"),
        (DOCUMENT, "image", "file:///etc/logo.png"),
        ("word/header1.xml", "image", "https://example.org/pixel.png"),
        ("word/settings.xml", "attachedTemplate", "https://example.org/evil.dotm"),
        ("word/settings.xml", "mailMergeSource", "file:///C:/clients.xlsx"),
        (DOCUMENT, "subDocument", "file:///C:/other.docx"),
        (DOCUMENT, "frame", "https://example.org/"),
        (DOCUMENT, "oleObject", "file:///C:/book.xlsx"),
    ],
)
def test_what_loads_from_outside_is_refused(source: str, kind: str, target: str, parts: dict[str, bytes], check: Check) -> None:
    """Pictures, templates and documents that are fetched when the file is opened are refused."""
    (found,) = check(with_relationship(parts, source, kind, target))
    assert kind in found.what


@pytest.mark.parametrize(
    "code",
    [
        r"INCLUDETEXT &quot;C:\\clients.docx&quot;",
        "INCLUDEPICTURE &quot;https://example.org/pixel.png&quot;",
        r"DDEAUTO c:\\windows\\system32\\cmd.exe &quot;/k calc&quot;",
        r"LINK Excel.Sheet.12 &quot;C:\\book.xlsx&quot;",
    ],
    ids=lambda code: code.split()[0],
)
@pytest.mark.parametrize(
    "form",
    [
        '<w:p><w:fldSimple w:instr="{}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>',
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
    ],
    ids=["simple", "complex"],
)
def test_fields_that_load_something_are_refused(form: str, code: str, parts: dict[str, bytes], check: Check) -> None:
    """A field can fetch a file or start a program as well as a relationship can."""
    assert check(with_body(parts, form.format(code)))


def test_the_fields_of_page_numbers_are_no_problem(parts: dict[str, bytes], check: Check) -> None:
    """PAGE and NUMPAGES load nothing."""
    assert check(with_body(parts, '<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>')) == []


@pytest.mark.parametrize(
    ("name", "kind", "content_type"),
    [
        ("word/piece.html", "aFChunk", "text/html"),
        ("word/thing.bin", "oleObject", "application/vnd.openxmlformats-officedocument.oleObject"),
        ("word/thing.docx", "package", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_other_files_inside_are_refused_under_any_name(
    name: str, kind: str, content_type: str, parts: dict[str, bytes], check: Check
) -> None:
    """Not the name of the part but its relationship makes it an embedded file."""
    inside = with_part(parts, name, b"<html/>", content_type)
    assert check(with_relationship(inside, DOCUMENT, kind, name.removeprefix("word/"), external=False))


@pytest.mark.parametrize(
    "target",
    ["file:///C:/clients.docx", "C:\\clients.docx", "../02-policies/SEC-11.docx", "clients.docx", "\\\\server\\share\\x"],
)
def test_a_link_to_a_file_is_refused(target: str, parts: dict[str, bytes], check: Check) -> None:
    """A file by name is there on one machine only; documents of the package are linked with link()."""
    (found,) = check(with_relationship(parts, DOCUMENT, "hyperlink", target))
    assert found.what == "A link leads to a file by name."


@pytest.mark.parametrize("target", ["https://www.hhs.gov/hipaa", "mailto:a@example.org", "tel:+15035550100"])
def test_a_link_to_the_web_is_no_problem(target: str, parts: dict[str, bytes], check: Check) -> None:
    """Links to web pages, addresses and telephone numbers may stand in a template."""
    assert check(with_relationship(parts, DOCUMENT, "hyperlink", target)) == []


def test_a_name_in_the_target_of_a_link_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """Targets of links are never filled in."""
    (found,) = check(with_relationship(parts, DOCUMENT, "hyperlink", "https://{{ practice.name }}"))
    assert "target of a link" in found.what


def test_a_name_in_the_properties_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """What stands in the properties of the file is not filled in."""
    core = parts["docProps/core.xml"].replace(
        b"</cp:coreProperties>", b"<cp:keywords>{{ practice.name }}</cp:keywords></cp:coreProperties>"
    )
    (found,) = check({**parts, "docProps/core.xml": core})
    assert found.where == "SEC-10.docx, docProps/core.xml"


def test_a_name_in_an_endnote_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """Endnotes are never rendered, footnotes are."""
    text = f"<w:{{0}} {W_XMLNS}>{paragraph('{{ practice.name }}')}</w:{{0}}>"
    (found,) = check({**parts, "word/endnotes.xml": text.replace("{0}", "endnotes").encode()})
    assert "nothing is filled in" in found.what
    assert check({**parts, "word/footnotes.xml": text.replace("{0}", "footnotes").encode()}) == []


def test_a_font_that_is_not_carried_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """A font that the reader may not have is named."""
    (found,) = check(with_body(parts, '<w:p><w:r><w:rPr><w:rFonts w:ascii="Comic Sans MS"/></w:rPr><w:t>x</w:t></w:r></w:p>'))
    assert '"Comic Sans MS"' in found.what


def test_the_font_of_the_theme_must_be_carried_too(parts: dict[str, bytes], check: Check) -> None:
    """Text in the theme's font (Word's own default) is drawn with whatever the theme names."""
    theme = parts["word/theme/theme1.xml"].replace(b"Atkinson Hyperlegible", b"Aptos")
    xml = '<w:p><w:r><w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi"/></w:rPr><w:t>x</w:t></w:r></w:p>'
    found = check(with_body({**parts, "word/theme/theme1.xml": theme}, xml))
    assert any('"Aptos"' in problem.what for problem in found)


def test_a_symbol_from_a_font_that_is_not_carried_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """Insert Symbol names its font in the symbol, not in the run."""
    found = check(with_body(parts, '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r></w:p>'))
    assert any('"Wingdings"' in problem.what for problem in found)


def test_a_font_that_was_taken_out_is_missed(parts: dict[str, bytes], check: Check) -> None:
    """A template that lost its embedded faces is refused, though its text did not change."""
    damaged = {name: part for name, part in parts.items() if not name.startswith("word/fonts/") and "fontTable" not in name}
    for name in ("[Content_Types].xml", "word/_rels/document.xml.rels"):
        kept = [piece for piece in damaged[name].split(b"<") if b"fontTable" not in piece]
        damaged[name] = b"<".join(kept)
    (found,) = check(damaged)
    assert '"Atkinson Hyperlegible"' in found.what


def test_a_damaged_font_is_a_problem_and_no_traceback(parts: dict[str, bytes], check: Check) -> None:
    """A face that cannot be read is said to be damaged."""
    (found,) = check({**parts, "word/fonts/font1.odttf": b"x" * 100})
    assert found.what.startswith("Its fonts are damaged")


def test_a_character_without_a_glyph_is_refused(parts: dict[str, bytes], check: Check) -> None:
    """A check mark that the font cannot draw would come out blank."""
    (found,) = check(with_body(parts, paragraph("☑ done")))
    assert "☑ (U+2611)" in found.what


@pytest.mark.parametrize(
    "xml",
    [
        '<w:p><w:pPr><w:pStyle w:val="Zebra"/></w:pPr></w:p>',
        '<w:p><w:r><w:rPr><w:rStyle w:val="Zebra"/></w:rPr><w:t>x</w:t></w:r></w:p>',
        '<w:tbl><w:tblPr><w:tblStyle w:val="Zebra"/></w:tblPr><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>',
    ],
    ids=["paragraph", "character", "table"],
)
def test_a_style_that_is_not_defined_is_refused(xml: str, parts: dict[str, bytes], check: Check) -> None:
    """Text pasted from another document brings the name of its style without the style."""
    (found,) = check(with_body(parts, xml))
    assert '"Zebra"' in found.what


@pytest.mark.parametrize(
    "xml",
    [
        paragraph("{%p if facts.byod %} hello") + paragraph("{%p endif %}"),
        paragraph("hello {%p if facts.byod %}") + paragraph("{%p endif %}"),
        paragraph("{%p if facts.byod %}") + paragraph("{%p endif %} hello"),
        paragraph("{%p if facts.byod %}hello{%p endif %}"),
        f"<w:tbl>{row('{%tr for t in tasks %} hello')}{row('{{ t.title }}')}{row('{%tr endfor %}')}</w:tbl>",
        f"<w:tbl>{row('{%tr for t in tasks %}', 'hello')}{row('{{ t.title }}', '')}{row('{%tr endfor %}', '')}</w:tbl>",
        f"<w:tbl>{row('{%tr for t in tasks %}', '')}{row('{{ t.title }}', '')}{row('{%tr endfor %}', 'hello')}</w:tbl>",
    ],
    ids=["after", "before", "at the end", "both in one", "in the cell", "in the row", "in the last row"],
)
def test_words_beside_a_tag_that_takes_its_paragraph_or_row_are_refused(xml: str, parts: dict[str, bytes], check: Check) -> None:
    """docxtpl removes the whole paragraph or row of such a tag, words included."""
    found = check(with_body(parts, xml))
    assert any("which would vanish" in problem.what for problem in found)


def test_without_the_check_words_beside_such_a_tag_vanish(parts: dict[str, bytes]) -> None:
    """Positive control: docxtpl drops the words without an error."""
    xml = paragraph("{%p if true %} these words") + paragraph("{%p endif %}") + paragraph("others")
    few = f"<w:document {W_XMLNS}><w:body>{xml}</w:body></w:document>"
    template = DocxTemplate(io.BytesIO(write_parts({**parts, DOCUMENT: few.encode()})))
    template.render({"practice": {}, "document": {}})
    assert [p.text for p in template.docx.paragraphs] == ["others"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{% if facts.byod %}", "{% endif %}"),
        ("{%if facts.byod%}", "{%endif%}"),
        ("{%- if facts.byod -%}", "{%- endif -%}"),
        ("{% for t in tasks %}", "{% endfor %}"),
        ("{%for t in tasks%}", "{%endfor%}"),
    ],
)
def test_a_tag_that_is_not_closed_in_its_paragraph_is_refused(
    opening: str, closing: str, parts: dict[str, bytes], check: Check
) -> None:
    """An `if` over two paragraphs tears the paragraphs apart; written with or without blanks, it is found."""
    found = check(with_body(parts, paragraph(f"{opening}hello") + paragraph(closing)))
    assert any("not closed in its own paragraph" in problem.what for problem in found)


@pytest.mark.parametrize(
    "xml",
    [
        paragraph("{% if facts.byod %}own{% elif facts.has_fax %}fax{% else %}none{% endif %}"),
        paragraph("{% for t in tasks %}{% if not loop.first %}, {% endif %}{{ t.title }}{% endfor %}"),
        paragraph("{%p if facts.byod %}")
        + paragraph("own")
        + paragraph("{%p else %}")
        + paragraph("x")
        + paragraph("{%p endif %}"),
        f"<w:tbl>{row('{%tr for t in tasks %}', '')}{row('{{ t.title }}', '{{ t.who }}')}{row('{%tr endfor %}', '')}</w:tbl>",
        paragraph("{{r link(related[0]) }}"),
    ],
    ids=["if", "for", "paragraphs", "rows", "link"],
)
def test_tags_in_their_right_places_are_no_problem(xml: str, parts: dict[str, bytes], check: Check) -> None:
    """Closed in the paragraph, or alone in a paragraph or row: both pass."""
    assert check(with_body(parts, xml)) == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 an old .doc", b"plain text"])
def test_what_is_no_word_file_is_a_problem_and_no_traceback(data: bytes, catalog: Catalog) -> None:
    """An old, cut or foreign file is refused with what to do about it."""
    (found,) = check_word_template(data, "SEC-10.docx", known_names(catalog, PolicyNames))
    assert found.what == "The template cannot be used."


@pytest.mark.parametrize(
    "name",
    [
        "word/document.xml",
        "word/styles.xml",
        "word/numbering.xml",
        "word/header1.xml",
        "word/fontTable.xml",
        "word/theme/theme1.xml",
        "word/_rels/document.xml.rels",
        "word/_rels/header1.xml.rels",
        "word/_rels/fontTable.xml.rels",
        "docProps/core.xml",
        "[Content_Types].xml",
    ],
)
def test_a_part_that_is_cut_off_is_a_problem_and_no_traceback(name: str, parts: dict[str, bytes], check: Check) -> None:
    """XML that ends in the middle is said to be damaged, whichever part it is."""
    parts[name] = parts[name][: len(parts[name]) // 2]
    (problem,) = check(parts)
    assert "damaged" in problem.what + problem.mend


@pytest.mark.parametrize(
    "name", ["word/document.xml", "word/styles.xml", "word/header1.xml", "word/fontTable.xml", "word/media/logo.png"]
)
def test_a_part_that_is_missing_is_a_problem_and_no_traceback(name: str, parts: dict[str, bytes], check: Check) -> None:
    """A part that others refer to and that is not there makes a template damaged."""
    del parts[name]
    assert [problem.what for problem in check(parts)] == ["The template is damaged."]
