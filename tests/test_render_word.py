"""Word documents: what is typed comes out as typed, nothing else comes out, and it looks like the practice."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docxtpl import DocxTemplate
from openxml_audit import OpenXmlValidator
from PIL import Image

from pipeline.load import Loaded
from pipeline.render.jinja import SecurityError, TemplateError, UndefinedError
from pipeline.render.look import Look
from pipeline.render.parts import UnsafeFile, parse, read_parts, relationships, tint_of, write_parts
from pipeline.render.word import patched, render_word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
XMLNS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DAY = date(2026, 9, 14)
COLOUR = "7A1F3D"
AS_TYPED = [
    "Smith & Jones <LLC>",
    "=1+1",
    'O\'Brien "Q"',
    "“Curly” and ‘single’ quotation marks",
    "Pérez-Muñoz, Ångström & Łukasz – a practice",
    "a < b > c",
    "already &amp; escaped &lt;b&gt;",
    "100 % {sure} $1 \\1 %s",
    "<w:p><w:r><w:t>injected</w:t></w:r></w:p>",
    "]]> <!-- -->",
]


@pytest.fixture
def names(names_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The names of a policy."""
    return names_of("SEC-10")


@pytest.fixture(scope="module")
def template(loaded: Loaded) -> bytes:
    """The template of a policy."""
    return loaded.templates["SEC-10.docx"]


def saying(template: bytes, text: str, *, part: str = "word/document.xml") -> bytes:
    """A template whose text is this one paragraph; everything else as in the given one."""
    parts = read_parts(template)
    said = f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    if part == "word/document.xml":
        parts[part] = f"<w:document {XMLNS}><w:body>{said}</w:body></w:document>".encode()
    else:
        parts[part] = re.sub(rb"<w:p>.*</w:p>", said.encode(), parts[part])
    return write_parts(parts)


def rendered(template: bytes, names: dict[str, Any], look: Look | None = None) -> bytes:
    return render_word(template, names, look or Look(COLOUR), DAY)


def text_of(data: bytes) -> str:
    """The text of the body as another library reads it."""
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)


def unguarded(template: bytes, names: dict[str, Any]) -> str:
    """What docxtpl makes of it when it is simply called."""
    document = DocxTemplate(io.BytesIO(template))
    document.render(names)
    target = io.BytesIO()
    document.save(target)
    return text_of(target.getvalue())


def picture(width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (10, 120, 90)).save(target, "PNG")
    return target.getvalue()


def drawings(data: bytes) -> dict[str, tuple[int, int]]:
    """Alternative text → width and height of each picture of a document, in EMU."""
    found = {}
    for name, part in read_parts(data).items():
        if re.fullmatch(r"word/(document|header\d*)\.xml", name):
            for inline in parse(part).iter(f"{WP}inline", f"{WP}anchor"):
                extent, properties = inline.find(f"{WP}extent"), inline.find(f"{WP}docPr")
                assert extent is not None
                assert properties is not None
                found[str(properties.get("descr"))] = (int(str(extent.get("cx"))), int(str(extent.get("cy"))))
    return found


def audited(data: bytes, folder: Path) -> list[str]:
    """What Microsoft's own rules have against a file."""
    file = folder / "audited.docx"
    file.write_bytes(data)
    return [str(error) for error in OpenXmlValidator().validate(file).errors]


# --- what is typed comes out as typed


@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_name_comes_out_as_it_was_typed(typed: str, template: bytes, names: dict[str, Any]) -> None:
    """Ampersands, brackets, quotation marks, accents and what looks like XML or a formula are text."""
    names["practice"]["name"] = typed
    assert text_of(rendered(saying(template, "[{{ practice.name }}]"), names)) == f"[{typed}]"


@pytest.mark.parametrize("typed", ["Smith & Jones <LLC>", "a < b > c"])
def test_without_the_guard_such_a_name_loses_words(typed: str, template: bytes, names: dict[str, Any]) -> None:
    """Positive control: docxtpl as it comes drops characters without an error."""
    names["practice"]["short_name"] = typed
    made = unguarded(saying(template, "[{{ practice.short_name }}]"), names)
    assert made.startswith("[")
    assert typed not in made


@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_name_comes_out_as_typed_in_header_alt_text_and_properties(
    typed: str, template: bytes, names: dict[str, Any], tmp_path: Path
) -> None:
    """Wherever the name of the practice is put, it is put there once and whole."""
    names["practice"]["name"] = names["practice"]["legal_name"] = names["document"]["title"] = typed
    data = rendered(template, names, Look(COLOUR, picture(60, 20)))
    document = Document(io.BytesIO(data))
    assert document.sections[0].header.paragraphs[0].text.strip() == typed
    assert f"Logo of {typed}" in drawings(data)
    core = document.core_properties
    assert (core.title, core.subject, core.author) == (f"SEC-10 {typed}", typed, typed)
    assert audited(data, tmp_path) == []


@pytest.mark.parametrize(
    "expression", ["practice.name|upper", "practice.name|lower|capitalize", "[practice.name, 'x']|join('; ')"]
)
def test_a_filter_does_not_undo_the_guard(expression: str, template: bytes, names: dict[str, Any]) -> None:
    """What goes through a filter is still text."""
    names["practice"]["name"] = "R&D <b>"
    text = text_of(rendered(saying(template, f"[{{{{ {expression} }}}}]"), names))
    assert text.lower().startswith("[r&d <b>")


def test_a_link_shows_its_title_as_typed_and_leads_to_the_file(template: bytes, names: dict[str, Any]) -> None:
    """link() prints number and title, or a given text, with the address of the document beside it."""
    target = {"id": "L-99", "title": "Keys & <Doors>", "href": "../03-forms-and-logs/L-99%20Keys.xlsx", "note": ""}
    names["related"] = [target]
    names["practice"]["name"] = "Smith & <Jones>"
    data = rendered(saying(template, "{{r link(related[0]) }}{{r link(related[0], practice.name) }}"), names)
    links = Document(io.BytesIO(data)).paragraphs[0].hyperlinks
    assert [(link.text, link.address) for link in links] == [
        ("L-99 Keys & <Doors>", target["href"]),
        ("Smith & <Jones>", target["href"]),
    ]


def test_an_ampersand_that_a_template_gives_to_a_link_comes_out_once(template: bytes, names: dict[str, Any]) -> None:
    """Word keeps the sign as &amp; also within a tag; the reader sees the sign."""
    data = rendered(saying(template, "{{r link(related[0], 'Keys &amp; doors') }}"), names)
    assert [link.text for link in Document(io.BytesIO(data)).paragraphs[0].hyperlinks] == ["Keys & doors"]


def test_a_real_policy_holds_the_words_of_its_practice(template: bytes, names: dict[str, Any]) -> None:
    """All tasks of a policy stand in its table, each with who and when."""
    data = rendered(template, names)
    cells = {cell.text for table in Document(io.BytesIO(data)).tables for row in table.rows for cell in row.cells}
    assert names["tasks"]
    for task in names["tasks"]:
        assert any(task["title"] in cell and task["step"] in cell for cell in cells)
        assert any(task["who"] in cell for cell in cells)


# --- nothing else comes out

ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ practice.__class__ }}",
    "{{ practice.__init__.__globals__ }}",
    "{{ practice['__class__'] }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "{{ lipsum.__globals__.os.environ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ link.__globals__ }}",
    "{{ link.__code__.co_consts }}",
    "{{ practice.update({'name': 'x'}) }}",
    "{{ practice.clear() }}",
    "{{ tasks.clear() }}",
    "{{ ''.format.__self__.__class__ }}",
    "{{ '{0.__class__}'.format(practice) }}",
    "{% for x in range(100000) %}x{% endfor %}",
    "{{ practice|attr('__class__') }}",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("part", ["word/document.xml", "word/header1.xml", "word/footer1.xml"])
def test_a_template_cannot_run_code(part: str, attack: str, template: bytes, names: dict[str, Any]) -> None:
    """What reaches behind the names is refused in the text and in the margins."""
    with pytest.raises(TemplateError):
        rendered(saying(template, attack, part=part), names)


@pytest.mark.parametrize("attack", ["{{ ''.__class__.__mro__ }}", "{{ practice.__class__ }}", "{{ link.__globals__ }}"])
def test_what_python_keeps_inside_is_called_unsafe(attack: str, template: bytes, names: dict[str, Any]) -> None:
    """The sandbox itself says no; it is not only that the name is unknown."""
    with pytest.raises(SecurityError):
        rendered(saying(template, attack), names)


@pytest.mark.parametrize(
    ("attack", "yields"),
    [
        ("{{ ''.__class__.__mro__[1].__name__ }}", "object"),
        ("{{ practice.__class__.__name__ }}", "dict"),
        ("{{ cycler.__init__.__globals__.os.getcwd() }}", str(Path.cwd())),
        ("{{ '{0.__class__.__name__}'.format(practice) }}", "dict"),
    ],
)
def test_without_the_sandbox_a_template_runs_code(attack: str, yields: str, template: bytes, names: dict[str, Any]) -> None:
    """Positive control: docxtpl as it comes carries the attack out."""
    assert unguarded(saying(template, attack), names) == yields


def test_a_value_is_not_a_template(template: bytes, names: dict[str, Any]) -> None:
    """Braces in a value are printed and not evaluated."""
    names["practice"]["name"] = "{{ 7 * 7 }} {% if 1 %}"
    assert "49" not in text_of(rendered(saying(template, "{{ practice.name }}"), names))


def test_the_properties_of_a_template_are_not_evaluated(template: bytes, names: dict[str, Any]) -> None:
    """Code in title or keywords of the template neither runs nor stays."""
    parts = read_parts(template)
    parts["docProps/core.xml"] = parts["docProps/core.xml"].replace(
        b"</cp:coreProperties>", b"<cp:keywords>{{ ''.__class__.__mro__ }}</cp:keywords></cp:coreProperties>"
    )
    kept = Document(io.BytesIO(rendered(write_parts(parts), names))).core_properties.keywords
    assert kept == "example-juniper-ridge SEC-10 2026.1"


@pytest.mark.parametrize(
    "text",
    [
        "{{ practice.nmae }}",
        "{{ zebra }}",
        "{% if zebra %}x{% endif %}",
        "{% if practice.nmae %}x{% endif %}",
        "{% for x in zebra %}x{% endfor %}",
        "{{ 'x' if false }}",
        "{{ tasks[999].title }}",
        "{{ zebra|default('-') }}",
    ],
)
def test_a_name_that_is_not_there_is_an_error(text: str, template: bytes, names: dict[str, Any]) -> None:
    """Nothing is left blank, neither in the text nor in a condition."""
    with pytest.raises(TemplateError):
        rendered(saying(template, text), names)


@pytest.mark.parametrize(
    "text", ["{{ names.zebra }}", "{{ zebra }}", "{{ practice.name }}{{ tasks[0].zebra }}", "{% if zebra %}{% endif %}"]
)
def test_the_error_says_which_name_is_not_there(text: str, template: bytes, names: dict[str, Any]) -> None:
    """Whoever has to mend the template is told what to look for."""
    with pytest.raises(UndefinedError, match="zebra"):
        rendered(saying(template, text), names)


def test_without_the_guard_a_name_that_is_not_there_is_a_blank(template: bytes, names: dict[str, Any]) -> None:
    """Positive control: docxtpl as it comes prints nothing and says nothing."""
    assert unguarded(saying(template, "[{{ practice.nmae }}]"), names) == "[]"


@pytest.mark.parametrize(
    "text", ["{{ practice.name }}", "{{ practice.name if true }}", "{% for x in [practice.name] %}{{ x }}{% endfor %}"]
)
def test_none_is_an_error(text: str, template: bytes, names: dict[str, Any]) -> None:
    """The word None is never printed."""
    names["practice"]["name"] = None
    with pytest.raises(UndefinedError, match="without a value"):
        rendered(saying(template, text), names)
    assert unguarded(saying(template, text), names) == "None"


@pytest.mark.parametrize("word", ["items", "keys", "values", "get", "copy", "pop", "update"])
def test_a_method_is_not_printed(word: str, template: bytes, names: dict[str, Any]) -> None:
    """Words that are also Python's own for a group of names are an error where the group does not have them."""
    with pytest.raises(TemplateError):
        rendered(saying(template, f"{{{{ practice.{word} }}}}"), names)


def test_a_template_with_a_macro_is_not_rendered(template: bytes, names: dict[str, Any]) -> None:
    """The archive is checked before anything opens it."""
    with pytest.raises(UnsafeFile):
        rendered(write_parts({**read_parts(template), "word/vbaProject.bin": b"x"}), names)


# --- it looks like the practice


def test_colour_and_tint_are_in_theme_styles_and_text(template: bytes, names: dict[str, Any]) -> None:
    """Whoever looks at the theme and whoever does not see the same two colours."""
    before, after = read_parts(template), read_parts(rendered(template, names))
    theme = parse(after["word/theme/theme1.xml"])
    slots = {tag: next(theme.iter(f"{A}{tag}"))[0].get("val") for tag in ("accent1", "accent2", "hlink", "folHlink")}
    tint = tint_of(COLOUR)
    assert slots == {"accent1": COLOUR, "accent2": tint, "hlink": COLOUR, "folHlink": COLOUR}
    wanted = {"accent1": COLOUR, "accent2": tint}
    seen = set()
    for name in ("word/styles.xml", "word/document.xml"):
        for element in parse(after[name]).iter():
            colour, fill = element.get(f"{W}themeColor"), element.get(f"{W}themeFill")
            if colour in wanted:
                seen.add((name, colour))
                assert element.get(f"{W}val" if element.tag == f"{W}color" else f"{W}color") == wanted[colour]
            if fill in wanted:
                seen.add((name, fill))
                assert element.get(f"{W}fill") == wanted[fill]
    assert {("word/styles.xml", "accent1"), ("word/document.xml", "accent2")} <= seen
    old = parse(before["word/theme/theme1.xml"])
    for tag in ("accent1", "accent2"):
        sample = str(next(old.iter(f"{A}{tag}"))[0].get("val"))
        assert not [name for name, part in after.items() if name.endswith(".xml") and sample.encode() in part]


@pytest.mark.parametrize("size", [(600, 160), (100, 100), (1_000, 100), (50, 400), (1, 1)])
def test_the_logo_keeps_its_proportions_within_the_place_for_it(
    size: tuple[int, int], template: bytes, names: dict[str, Any]
) -> None:
    """A square or narrow logo is neither stretched nor larger than the placeholder of the letterhead."""
    ((box_width, box_height),) = drawings(template).values()
    logo = picture(*size)
    data = rendered(template, names, Look(COLOUR, logo))
    width, height = drawings(data)["Logo of Juniper Ridge Counseling"]
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)
    assert width <= box_width
    assert height <= box_height
    assert width == box_width or height == box_height
    parts = read_parts(data)
    assert [part for name, part in parts.items() if name.startswith("word/media/")] == [logo]
    xfrm = next(parse(parts["word/header1.xml"]).iter(f"{A}ext"))
    assert (int(str(xfrm.get("cx"))), int(str(xfrm.get("cy")))) == (width, height)


def test_no_placeholder_is_left_in_the_alternative_texts(template: bytes, names: dict[str, Any]) -> None:
    """Both places of a picture's alternative text name the practice."""
    header = read_parts(rendered(template, names, Look(COLOUR, picture(60, 20))))["word/header1.xml"]
    assert b"logo of the practice" not in header
    assert header.count(b"Logo of Juniper Ridge Counseling") == 2


def test_without_a_logo_the_place_for_it_goes(template: bytes, names: dict[str, Any], tmp_path: Path) -> None:
    """Neither the sample picture nor a reference to it stays, and the file is sound."""
    assert drawings(template)
    data = rendered(template, names, Look(COLOUR))
    parts = read_parts(data)
    assert drawings(data) == {}
    assert [name for name in parts if "media" in name] == []
    assert [r.get("Target") for _, r in relationships(parts) if str(r.get("Type")).endswith("/image")] == []
    assert audited(data, tmp_path) == []
    header = Document(io.BytesIO(data)).sections[0].header
    assert header.paragraphs[0].text.strip() == "Juniper Ridge Counseling"


@pytest.mark.parametrize("logo", [None, (60, 20)], ids=["no logo", "logo"])
@pytest.mark.parametrize("firm", [None, (30, 30)], ids=["no firm logo", "firm logo"])
def test_practice_and_firm_have_a_logo_each(
    firm: tuple[int, int] | None, logo: tuple[int, int] | None, loaded: Loaded, names: dict[str, Any], tmp_path: Path
) -> None:
    """On the cover stand both, one or none, each with its own picture."""
    cover = saying_cover(loaded.templates["cover.docx"])
    look = Look(COLOUR, logo and picture(*logo), firm and picture(*firm))
    data = rendered(cover, names, look)
    parts = read_parts(data)
    wanted = {
        alt: png
        for alt, png in (
            ("Logo of Juniper Ridge Counseling", look.logo),
            (f"Logo of {names['consultant']['title']}", look.firm_logo),
        )
        if png
    }
    targets = {str(r.get("Id")): f"word/{r.get('Target')}" for _, r in relationships(parts)}
    shown = {}
    for inline in parse(parts["word/document.xml"]).iter(f"{WP}inline"):
        properties = inline.find(f"{WP}docPr")
        assert properties is not None
        embed = next(inline.iter(f"{A}blip")).get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed")
        shown[str(properties.get("descr"))] = parts[targets[str(embed)]]
    assert shown == wanted
    assert sorted(part for name, part in parts.items() if "media" in name) == sorted(wanted.values())
    assert audited(data, tmp_path) == []


def saying_cover(cover: bytes) -> bytes:
    """The cover with its pictures and without its texts, which need the names of the front matter."""
    parts = read_parts(cover)
    parts["word/document.xml"] = re.sub(rb"\{[{%][^}]*\}\}?", b"", parts["word/document.xml"])
    return write_parts(parts)


def test_the_properties_tell_whose_document_it_is_and_of_which_day(template: bytes, names: dict[str, Any]) -> None:
    """Both dates are the day the edition stands for; title, subject and author are of the practice."""
    core = Document(io.BytesIO(rendered(template, names))).core_properties
    assert (core.title, core.subject) == (f"SEC-10 {names['document']['title']}", "Juniper Ridge Counseling")
    assert core.author == names["practice"]["legal_name"]
    assert core.created is not None
    assert core.modified is not None
    assert core.created.date() == core.modified.date() == DAY
    assert (core.last_modified_by, core.keywords, core.comments) == ("", "example-juniper-ridge SEC-10 2026.1", "")


def test_the_same_names_give_the_same_bytes(template: bytes, names: dict[str, Any]) -> None:
    """Nothing in a document depends on when or how often it is made, or on the order of the names."""
    first = rendered(template, names, Look(COLOUR, picture(60, 20)))
    turned = dict(reversed(list(names.items())))
    assert rendered(template, turned, Look(COLOUR, picture(60, 20))) == first


def test_the_names_are_not_changed_by_rendering(template: bytes, names: dict[str, Any]) -> None:
    """One context may be used for many documents."""
    before = copy.deepcopy(names)
    rendered(template, names)
    assert names == before


# --- Microsoft's rules; that the documents of both examples keep them is seen in test_package


def test_the_validation_finds_what_breaks_the_rules(template: bytes, names: dict[str, Any], tmp_path: Path) -> None:
    """Positive control: the shading of a cell before its width, as docxtpl writes it, is found."""
    parts = read_parts(rendered(template, names))
    swapped = re.sub(rb"(<w:tcW [^>]*/>)(<w:shd [^>]*/>)", rb"\2\1", parts["word/document.xml"])
    assert swapped != parts["word/document.xml"]
    assert audited(write_parts({**parts, "word/document.xml": swapped}), tmp_path)


# --- tags that are put into one piece


ROW = "<w:tr><w:tc><w:tcPr><w:tcW/></w:tcPr>{}</w:tc><w:tc><w:tcPr/><w:p><w:r><w:t>kept</w:t></w:r></w:p></w:tc></w:tr>"
SAID = "<w:p><w:pPr/><w:r><w:t>{}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    "tag",
    [
        "plain", "{{ x }}", "{{r x }}", "{{p x }}", "{{tc x }}", "{{tr x }}", "{%p if x %}", "{%tr for y in x %}", "{%tc if x %}", "{%r if x %}",
        "{#p note #}", "{#tr note #}", "{#tc note #}", "a {%- if x -%} b", "{% colspan x %}", "{% cellbg x %}", "{% vm %}", "{% hm %}",
        "{</w:t></w:r><w:r><w:t>{ x }</w:t><w:t>}", "{% if “x” &lt; 2 %}",
    ],
)  # fmt: skip
def test_a_tag_is_put_into_one_piece_as_docxtpl_does_it(tag: str) -> None:
    """Patterns that cannot find anything are passed over, and the text comes out the same to the letter."""
    said = SAID.format(tag)
    text = f"<w:body>{SAID.format('before')}{said}<w:tbl>{ROW.format(said)}{ROW.format(SAID.format('after'))}</w:tbl></w:body>"
    assert patched(text) == DocxTemplate.patch_xml(None, text)
    assert (patched(text) == text) == (tag == "plain")


def test_the_texts_of_the_templates_are_put_into_one_piece_as_docxtpl_does_it(loaded: Loaded) -> None:
    """Every part of a document of each kind."""
    for name in ("SEC-10.docx", "R-01.docx", "cover.docx"):
        for path, part in read_parts(loaded.templates[name]).items():
            if re.fullmatch(r"word/(document|header\d|footer\d)\.xml", path):
                assert patched(part.decode()) == DocxTemplate.patch_xml(None, part.decode())
