"""Reading JSON and TOML strictly."""

from __future__ import annotations

import io
import json
import re
import tomllib
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docxtpl import DocxTemplate
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from pipeline.errors import Problem
from pipeline.loading import CONTROL, MAX_BYTES, MAX_DEPTH, load_json, load_toml, strings

Loader = Callable[[Path, str], tuple[Any, list[Problem]]]
LOADERS = pytest.mark.parametrize("load", [load_json, load_toml], ids=["json", "toml"])
STRANGE = "\x00\x07\x09\n\x0c\r\x1f\x7f\x85\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ufffe\uffff\ud800\udfff"
TAGS = ("{{", "}}", "{%", "%}", "{#", "#}", "{_{", "}_}", "{_%", "%_}")

plain_text = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: not any(tag in text for tag in TAGS) and not CONTROL.search(text))
)
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | plain_text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(plain_text, inner, max_size=5),
    max_leaves=20,
)
almost = st.text('{}[]",:0123456789eE+-. truefalsnN\\/ab=#\n\u00e9\u0301', max_size=60).map(str.encode)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file that each test writes anew."""
    return tmp_path_factory.mktemp("loading") / "file"


def load_bytes(load: Loader, file: Path, raw: bytes) -> tuple[Any, list[Problem]]:
    file.write_bytes(raw)
    return load(file, "shown")


def told(load: Loader, file: Path, raw: bytes) -> str:
    """All that is said about these bytes."""
    value, problems = load_bytes(load, file, raw)
    assert value is None
    assert [problem.where.split(":")[0] for problem in problems] == ["shown"]
    return f"{problems[0].what} {problems[0].mend}"


@LOADERS
def test_a_missing_file_is_said_to_be_missing(load: Loader, tmp_path: Path) -> None:
    """A file that is not there is a problem and not an exception."""
    value, problems = load(tmp_path / "nowhere", "shown")
    assert value is None
    assert [(problem.where, problem.what) for problem in problems] == [("shown", "The file is missing.")]


@LOADERS
def test_a_folder_in_place_of_a_file_cannot_be_read(load: Loader, tmp_path: Path) -> None:
    """What cannot be opened is a problem."""
    assert "cannot be read" in load(tmp_path, "shown")[1][0].what


@LOADERS
@pytest.mark.parametrize("raw", [b"", b"  \r\n\t\n"], ids=["nothing", "blanks"])
def test_an_empty_file_is_said_to_be_empty(load: Loader, scratch: Path, raw: bytes) -> None:
    """A file cut to nothing is not taken for an empty value."""
    assert "The file is empty." in told(load, scratch, raw)


@LOADERS
def test_a_file_of_fifty_megabytes_is_refused_without_being_read_whole(load: Loader, tmp_path: Path) -> None:
    """Reading is bounded; read_bytes would take all of it (the control)."""
    file = tmp_path / "large"
    with file.open("wb") as large:
        large.truncate(50_000_000)
    tracemalloc.start()
    try:
        _, problems = load(file, "shown")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert file.read_bytes()
        unbounded = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [problem.what for problem in problems] == ["The file is larger than 5 MB."]
    assert peak < 3 * MAX_BYTES < unbounded


def test_the_limit_of_size_is_exact(scratch: Path) -> None:
    """A file of the largest size is read, one byte more is refused."""
    assert load_bytes(load_json, scratch, b"{}".rjust(MAX_BYTES)) == ({}, [])
    assert "larger" in told(load_json, scratch, b"{}".rjust(MAX_BYTES + 1))


@LOADERS
@pytest.mark.parametrize(
    "raw",
    ['a = "é"'.encode("latin-1"), "{}".encode("utf-16"), b'"\xff"', b'"\xed\xa0\x80"'],
    ids=["latin", "utf-16", "ff", "surrogate"],
)
def test_what_is_not_utf_8_is_refused(load: Loader, scratch: Path, raw: bytes) -> None:
    """No guess is made at another encoding."""
    assert "not UTF-8" in told(load, scratch, raw)


def test_a_byte_order_mark_before_json_changes_nothing(scratch: Path) -> None:
    """Windows editors put one there."""
    assert load_bytes(load_json, scratch, b'\xef\xbb\xbf{"a": "b"}') == ({"a": "b"}, [])


@LOADERS
def test_a_byte_order_mark_alone_is_a_problem(load: Loader, scratch: Path) -> None:
    """It holds no value."""
    assert told(load, scratch, b"\xef\xbb\xbf")


@pytest.mark.parametrize("raw", [b'{"a": 1, "a": 2}', b'{"a": 1, "\\u0061": 1}', b'[{"b": {"a": {}, "a": {}}}]'])
def test_a_key_that_stands_twice_is_refused(scratch: Path, raw: bytes) -> None:
    """The plain reader keeps the last of the two without a word (the control)."""
    assert json.loads(raw)
    assert 'the key "a" stands twice' in told(load_json, scratch, raw)


@pytest.mark.parametrize("raw", [b"a = 1\na = 2", b"[a]\n[a]", b"a.b = 1\n[a]\nb = 2"])
def test_a_toml_key_that_stands_twice_is_refused(scratch: Path, raw: bytes) -> None:
    """TOML itself forbids it."""
    assert "This is not TOML" in told(load_toml, scratch, raw)


@pytest.mark.parametrize("raw", [b"NaN", b"Infinity", b'{"a": [-Infinity]}', b"1e999", b'{"a": -1e400}'])
def test_a_number_that_json_cannot_write_back_is_refused(scratch: Path, raw: bytes) -> None:
    """The plain reader takes it, and writes something that is not JSON (the control)."""
    assert any(word in json.dumps(json.loads(raw)) for word in ("NaN", "Infinity"))
    assert told(load_json, scratch, raw)


@pytest.mark.parametrize("raw", [b"1" * 5_000, b'{"a": [' + b"9" * 1_000_000 + b"]}"], ids=["5000", "million"])
def test_a_json_number_of_thousands_of_digits_is_a_problem(scratch: Path, raw: bytes) -> None:
    """The plain reader fails with an exception of another kind (the control)."""
    with pytest.raises(ValueError, match="digits"):
        json.loads(raw)
    assert "number is too long" in told(load_json, scratch, raw)


def test_a_toml_number_of_thousands_of_digits_is_a_problem(scratch: Path) -> None:
    """The plain reader fails with an exception that is none of its own (the control)."""
    raw = b"a = " + b"1" * 5_000
    with pytest.raises(ValueError, match="digits") as failure:
        tomllib.loads(raw.decode())
    assert not isinstance(failure.value, tomllib.TOMLDecodeError)
    assert "too long" in told(load_toml, scratch, raw)


DEEP = {
    "json lists": (load_json, lambda depth: b"[" * depth + b"]" * depth),
    "json objects": (load_json, lambda depth: b'{"a":' * depth + b"1" + b"}" * depth),
    "toml lists": (load_toml, lambda depth: b"a = " + b"[" * depth + b"]" * depth),
    "toml tables": (load_toml, lambda depth: b"a = " + b"{a=" * depth + b"1" + b"}" * depth),
    "toml keys": (load_toml, lambda depth: b".".join([b"a"] * depth) + b" = 1"),
}


@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 990, 3_000])
@pytest.mark.parametrize("kind", DEEP)
def test_what_is_nested_too_deeply_is_refused(scratch: Path, kind: str, depth: int) -> None:
    """The bound is ours and not that of Python's stack, which moves with the caller."""
    load, make = DEEP[kind]
    assert "nested too deeply" in told(load, scratch, make(depth))


@pytest.mark.parametrize("kind", DEEP)
def test_what_is_nested_as_deeply_as_real_files_is_read(scratch: Path, kind: str) -> None:
    """The bound does not stand in the way."""
    load, make = DEEP[kind]
    assert load_bytes(load, scratch, make(20))[1] == []


def test_a_json_mistake_is_shown_with_line_and_column(scratch: Path) -> None:
    """The person finds the place in an editor."""
    scratch.write_text('{\n  "a": 1\n  "b": 2\n}', "utf-8")
    value, problems = load_json(scratch, "practices/x/profile.json")
    assert value is None
    assert [problem.where for problem in problems] == ["practices/x/profile.json:3:3"]


def test_a_toml_mistake_is_shown_with_its_line(scratch: Path) -> None:
    """The person finds the place in an editor."""
    assert "line 2" in told(load_toml, scratch, b"a = 1\nb = = 2\n")


@pytest.mark.parametrize("char", STRANGE, ids=lambda char: f"U+{ord(char):04X}")
def test_a_line_break_or_control_character_is_refused_by_its_code(scratch: Path, char: str) -> None:
    """In a value and in a key; the message shows the code and not the text around it."""
    _, problems = load_bytes(load_json, scratch, json.dumps({"list": ["Ann", f"An{char}n"], f"k{char}": "x"}).encode())
    assert [problem.where for problem in problems] == ["shown#/list/1", "shown#"]
    assert all(f"U+{ord(char):04X}" in problem.what and "An" not in problem.what for problem in problems)


@pytest.mark.parametrize("tag", TAGS)
def test_the_signs_of_the_template_language_are_refused(scratch: Path, tag: str) -> None:
    """Also in the middle of a name."""
    _, problems = load_bytes(load_json, scratch, json.dumps({"a": f"Smith{tag}Jones"}).encode())
    assert [problem.where for problem in problems] == ["shown#/a"]
    assert "signs of the template language" in problems[0].what


def test_an_accent_stored_apart_from_its_letter_is_refused(scratch: Path) -> None:
    """Two spellings of one name that look alike would be two names."""
    apart, together = "Rene\u0301", "Ren\u00e9"
    _, problems = load_bytes(load_json, scratch, json.dumps({apart: 1, "b": [apart, together]}).encode())
    assert [problem.where for problem in problems] == ["shown#", "shown#/b/0"]
    assert all("accent" in problem.what for problem in problems)


@pytest.mark.parametrize("text", ["{ {", "} }", "50 % {off}", "a_{b}", "Smith & <Jones>", "=1+1", "Zoë O’Hara — 漢字"])
def test_usual_text_is_taken_as_it_is(scratch: Path, text: str) -> None:
    """The guards stop nothing else."""
    assert load_bytes(load_json, scratch, json.dumps({"a": text}).encode()) == ({"a": text}, [])


def _printed(value: str) -> str:
    """What plain docxtpl makes of a value: the XML of the document."""
    document = docx.Document()
    document.add_paragraph("{{ name }}")
    file = io.BytesIO()
    document.save(file)
    template = DocxTemplate(io.BytesIO(file.getvalue()))
    template.render({"name": value})
    made = io.BytesIO()
    template.save(made)
    return zipfile.ZipFile(made).read("word/document.xml").decode()


def test_control_plain_docxtpl_turns_such_text_into_something_else() -> None:
    """Without the guard a value becomes a tag, a page break, a second paragraph, or loses a character."""
    assert "a{{b" in _printed("a{_{b")
    assert 'w:type="page"' in _printed("a\fb")
    assert _printed("a\ab").count("<w:p>") > _printed("ab").count("<w:p>")
    assert "a\x0bb" not in _printed("a\x0bb")


def test_control_plain_openpyxl_stops_at_such_text() -> None:
    """Without the guard a control character ends a build in the middle."""
    with pytest.raises(IllegalCharacterError):
        Workbook().active.append(["a\x07b"])


def test_all_strange_texts_of_a_file_are_said_at_once(scratch: Path) -> None:
    """One run shows all there is to mend, each at its place."""
    document = {"a/b~c": "x\ny", "d": [{"e": "{{ x }}"}], "f": "e\u0301"}
    _, problems = load_bytes(load_json, scratch, json.dumps(document).encode())
    assert [problem.where for problem in problems] == ["shown#/(key 1)", "shown#/d/0/e", "shown#/f"]


@settings(deadline=None, max_examples=150)
@given(value=plain_values.filter(lambda value: value is not None))
def test_any_plain_value_that_is_written_is_read_back_the_same(scratch: Path, value: Any) -> None:
    """Strictness costs no value that JSON can carry."""
    assert load_bytes(load_json, scratch, json.dumps(value).encode()) == (value, [])
    assert load_bytes(load_json, scratch, json.dumps(value, ensure_ascii=False, indent=1).encode()) == (value, [])


@LOADERS
@settings(deadline=None, max_examples=200)
@given(raw=st.binary(max_size=80) | almost)
def test_any_bytes_give_a_value_or_problems_and_never_an_exception(scratch: Path, load: Loader, raw: bytes) -> None:
    """Whatever lies in the file, the person gets a message."""
    value, problems = load_bytes(load, scratch, raw)
    assert all(problem.where.startswith("shown") and problem.what and problem.mend for problem in problems)
    assert value is not None or problems or raw.decode("utf-8-sig").strip() == "null"


@settings(deadline=None, max_examples=100)
@given(value=plain_values)
def test_each_pointer_leads_to_its_text(value: Any) -> None:
    """A person or a program that follows the pointer, and counts where it says so, finds the text, or the group that has it as a key."""
    for place, text in strings(value):
        found = value
        for step in place.split("/")[1:]:
            counted = re.fullmatch(r"\(key (\d+)\)", step)
            found = (
                list(found.values())[int(counted[1]) - 1] if counted else found[int(step) if isinstance(found, list) else step]
            )
        assert found == text or text in found
