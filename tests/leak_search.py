"""Whose names stand in a file: every text of a practice that no other practice and nothing of the program has, looked for everywhere."""

from __future__ import annotations

import email
import email.policy
import gzip
import hashlib
import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
import pypdfium2

TOKEN = re.compile(r"\w+")
# a day or a number, alone or of something, is nobody's name, and stands anywhere
NOBODY = re.compile(r"[\d\W]{0,9}|\d{4}-\d{2}-\d{2}|[a-z]+ \d{4}|\d+ [a-z]+")
# what the texts of the catalogue call the people whom a practice serves
SERVED = (("client", "clients"), ("patient", "patients"))
# of the catalogue, which prints them with titles and in lists
NUMBER = re.compile(r"\b[a-z]{1,3}-\d{2,3}\b|(?<=\d),")
SHORTEST = 5
LONGEST = 60  # a longer text is a sentence, and is looked for as a whole
# a line that the program makes of a kind of device, its system and how many there are; two practices may have as many
COUNTED = re.compile(r"([\w ]+), ([\w ]+) \(\d+\)")
# what people and firms are called by: the letters behind a name, and the name without its first part
NAMED = re.compile(r"[A-ZÀ-Ý][\w'’]+(?:[- ][A-ZÀ-Ý][\w'’]+)+")
SOURCES = ("catalog", "schemas", "templates_docx", "forms_xlsx", "pipeline", "docs")


def leaves(value: object) -> Iterator[str]:
    """Every string of a JSON value; keys are the schema's, but for those that answers and records are filed under."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)


def texts_of_practice(folder: Path) -> set[str]:
    """What its own files say: profile, analyses, changes, records; and its slug."""
    files = [path for path in folder.rglob("*.json") if "issued" not in path.parts]
    return {folder.name, *(text for path in files for text in leaves(json.loads(path.read_text("utf-8"))))}


def forms_of(text: str) -> Iterator[str]:
    """The text, and the names in it as they may stand alone: of "Imani Osei-Larkin, PsyD, LP" also Imani Osei-Larkin and Osei-Larkin."""
    yield text
    for name in NAMED.findall(text) if len(text) <= LONGEST else ():
        yield name
        yield name.split(" ", 1)[-1]


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def squeezed(text: str) -> str:
    """Without blanks, because lines and runs may part a text anywhere."""
    return "".join(text.split())


@dataclass(frozen=True)
class Name:
    owner: str
    text: str
    squeezed: str
    tokens: frozenset[str]


@dataclass
class Search:
    """names: owner → what is looked for; found: what was found in bytes that were seen before."""

    names: Mapping[str, frozenset[str]]
    index: dict[str, list[Name]] = field(default_factory=dict)
    found: dict[bytes, dict[str, set[str]]] = field(default_factory=dict)
    files: int = 0
    parts: int = 0

    def __post_init__(self) -> None:
        for owner, texts in self.names.items():
            for text in texts:
                tokens = frozenset(TOKEN.findall(text))
                self.index.setdefault(max(tokens, key=len), []).append(Name(owner, text, squeezed(text), tokens))

    def owners(self, name: str, data: bytes) -> dict[str, set[str]]:
        """Practice → its names that stand in a file, in any of its parts, or in what it is called."""
        self.files += 1
        whose = self._in_text(name)
        for part in parts_of(name, data):
            self.parts += 1
            digest = hashlib.sha256(part).digest()
            if digest not in self.found:
                self.found[digest] = self._in_text(*readings(part))
            for owner, texts in self.found[digest].items():
                whose.setdefault(owner, set()).update(texts)
        return whose

    def _in_text(self, *texts: str) -> dict[str, set[str]]:
        whose: dict[str, set[str]] = {}
        for text in map(str.casefold, texts):
            present = set(TOKEN.findall(text))
            together = ""
            for token in present & self.index.keys():
                for name in self.index[token]:
                    together = together or squeezed(text)
                    if name.tokens <= present and name.squeezed in together:
                        whose.setdefault(name.owner, set()).add(name.text)
        return whose

    def foreign(self, owner: str, name: str, data: bytes) -> dict[str, set[str]]:
        """The same without those of the practice whose file it is."""
        return {slug: texts for slug, texts in self.owners(name, data).items() if slug != owner}


def search_for(practices: Iterable[Path], root: Path) -> Search:
    """A search for the names of these practices; root: of the project, whose own words are nobody's names."""
    held = {folder.name: texts_of_practice(folder) for folder in practices}
    return Search(own_names(held, "\n".join(words_of_program(root))))


def own_names(held: Mapping[str, set[str]], program: str) -> dict[str, frozenset[str]]:
    """Of the texts of each practice those that neither another practice nor the program has, folded."""
    said = {slug: {folded(form) for text in texts for form in forms_of(text)} for slug, texts in held.items()}
    whole = {slug: squeezed("\n".join(texts)) for slug, texts in said.items()}
    program = folded(program)
    words, tokens = squeezed(program), set(TOKEN.findall(program))
    return {
        # what the practice is filed under is its own, also where the help of a command gives it as an example
        slug: frozenset({slug})
        | frozenset(
            text
            for text in texts
            if len(text) >= SHORTEST
            and not NOBODY.fullmatch(text)
            # of short words another text may be made by chance, where blanks do not count
            and any(len(token) > 3 for token in TOKEN.findall(text))
            and not (tokens.issuperset(TOKEN.findall(bare := NUMBER.sub("", text))) and squeezed(bare) in words)
            and not ((made := COUNTED.fullmatch(text)) and all(squeezed(part) in words for part in made.groups()))
            and not any(squeezed(text) in other for name, other in whole.items() if name != slug)
        )
        for slug, texts in said.items()
    }


def words_of_program(root: Path) -> Iterator[str]:
    """Catalogue, templates, schemas and the program itself as text."""
    seen = set()
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in (".docx", ".xlsx"):
                for part in set(parts_of(path.name, path.read_bytes())) - seen:
                    seen.add(part)
                    yield readings(part)[-1]
            elif path.is_file() and path.suffix in (".toml", ".json", ".py", ".html", ".js"):
                text = path.read_text("utf-8")
                yield from (text.replace("{{ practice.one }}", one).replace("{{ practice.many }}", many) for one, many in SERVED)


def parts_of(name: str, data: bytes) -> Iterator[bytes]:
    """What can be read in a file: the parts of an archive and their names, pages and objects of a PDF, else the file itself."""
    start = next((at for mark in (b"PK\x03\x04", b"%PDF-") if 0 <= (at := data.find(mark)) <= 64), 0)
    yield data[:start]  # a cached file may have a head of its own
    data = data[start:]
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for entry in archive.infolist():
                yield f"{entry.filename}\n{entry.comment!r}{entry.extra!r}".encode()
                yield from parts_of(entry.filename, archive.read(entry))
    elif data.startswith(b"%PDF-"):
        yield data
        yield from _of_pdf(data)
    elif data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    elif name.endswith(".eml"):
        yield data
        message = email.message_from_bytes(data, policy=email.policy.default)
        yield "\n".join([*map(str, message.values()), message.get_content()]).encode()
    elif name.endswith(".ics"):
        yield data.replace(b"\r\n ", b"").replace(b"\\n", b"\n").replace(b"\\", b"")
    else:
        yield data


def _of_pdf(data: bytes) -> Iterator[bytes]:
    """The text of the pages as another library reads it, and every string and every XML or text stream of the objects."""
    document = pypdfium2.PdfDocument(data)
    try:
        yield "\n".join(page.get_textpage().get_text_range() for page in document).encode("utf-8", "replace")
    finally:
        document.close()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        told: list[str] = [*map(str, pdf.docinfo.values())] if pdf.docinfo is not None else []
        for held in pdf.objects:
            if isinstance(held, pikepdf.Stream) and held.get("/Type") == pikepdf.Name.Metadata:
                told.append(held.read_bytes().decode("utf-8", "replace"))
            told += _strings(held)
        yield "\n".join(told).encode()


def _strings(held: object) -> Iterator[str]:
    """The strings of an object; what it only points to is an object of its own."""
    if isinstance(held, pikepdf.String):
        yield str(held)
        return
    inner = (held.get(key) for key in held.keys()) if isinstance(held, (pikepdf.Dictionary, pikepdf.Stream)) else ()  # noqa: SIM118
    for item in held if isinstance(held, pikepdf.Array) else inner:
        if isinstance(item, pikepdf.Object) and not item.is_indirect:
            yield from _strings(item)


def readings(part: bytes) -> tuple[str, ...]:
    """The part as text: as it is, and of XML also without its marks, so that runs come together."""
    text = html.unescape(part.decode("utf-8", "ignore"))
    if part.lstrip()[:1] != b"<":
        return (text,)
    apart = re.sub(r"</(?:w:p|a:p|si|row|c|is)>|<(?:w:tab|w:br|a:br)[ /][^>]*>", "\n", text)
    return text, re.sub(r"<[^>]*>", "", apart)
