"""Write docs/licences.md: what is installed with the program, under which licence, and what for.

python docs/write_licences.py             writes the page from requirements.lock and from what is installed
python docs/write_licences.py --wheels    asks the package index whether there is a wheel of everything for each system
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
# permissive licences, and three that ask for something only of who changes the library itself
ALLOWED = frozenset(
    (
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib"),
        *("LGPL-2.1-only", "MPL-2.0", "OFL-1.1"),
    )
)
# what packages write in place of an SPDX expression (https://spdx.org/licenses/)
SAID = {
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
}
# looked up in the project itself: not installed on every system, or silent about its licence
LOOKED_UP = {
    "atheris": ("Apache-2.0", "https://github.com/google/atheris"),
    "axe-playwright-python": ("MIT", "https://github.com/pamelafox/axe-playwright-python"),
    "colorama": ("BSD-3-Clause", "https://github.com/tartley/colorama"),
}
WHY = {
    "cattrs": "checked JSON becomes dataclasses",
    "click": "the commands",
    "dask": "portfolios on several machines",
    "docx-trackdiff": "checks of redlines: the text with all changes accepted or rejected",
    "docxtpl": "fills in the Word templates",
    "dxpdf": "draws Word files as PDF",
    "email-validator": "checks e-mail addresses of a profile",
    "filelock": "one build of a practice at a time",
    "fontpkg-atkinson-hyperlegible": "the font of the documents",
    "fonttools": "which characters a font can draw; the subset for the page stamp",
    "icalendar": "the calendar file",
    "jinja2": "the template language, in its sandbox",
    "jsonschema": "checks JSON and TOML against the schemas",
    "lxml": "reads and writes the parts of Office files",
    "openpyxl": "reads and writes Excel files",
    "pikepdf": "binds, stamps and encrypts the PDF",
    "pillow": "checks logos and scans",
    "pypdf": "binds the PDF",
    "pypdfium2": "reads the text of drawn pages",
    "python-docx": "reads and writes Word files",
    "python-pptx": "writes slides",
}
SYSTEMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
PYTHONS = ("3.11", "3.14")
HEAD = """# Licences

What `make setup` and `pip install` bring along, from `requirements.lock` and the packages themselves. This page is written by
`make docs`; a test holds it against the lock, and every licence against the list of those that are allowed here. Nothing under
the GPL or AGPL is among them.

- **docxtpl** is under the LGPL 2.1. It is used as it is, as a library of its own that anybody can replace by another version
  (`pip install docxtpl==…`). Packages made with it are no work based on it: what it asks for concerns the library alone.
- **MPL 2.0** (pikepdf, and the tools hypothesis and pathspec) asks that changed files of the library itself are published. None is
  changed here. qpdf, which pikepdf carries, is under the Apache License 2.0.
- **The font** (Atkinson Hyperlegible) is under the SIL Open Font License: it may be embedded in documents, which the templates do.
- **LibreOffice** is a program beside this one, is only started where `--pdf-engine libreoffice` asks for it, and is not installed with it.
"""


@dataclass(frozen=True)
class Locked:
    """An entry of requirements.lock."""

    name: str
    version: str
    hashes: int


def locked(text: str) -> tuple[Locked, ...]:
    """The packages of a lock file, in its order."""
    entries = re.split(r"\n(?=[a-z0-9])", text)
    found = []
    for entry in entries:
        if named := re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry):
            found.append(Locked(canonicalize_name(named[1]), named[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))))
    return tuple(found)


def needed(wanted: Iterable[str]) -> dict[str, str]:
    """Everything that these requirements bring along → why, or what asks for it. Of any system, so markers of systems count as true."""
    found: dict[str, str] = {}
    waiting = [(Requirement(line), WHY.get(canonicalize_name(Requirement(line).name), "")) for line in wanted]
    while waiting:
        requirement, why = waiting.pop(0)
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        found[name] = why
        try:
            lines = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        for line in lines:
            inner = Requirement(line)
            extras = {"", *requirement.extras}
            systems = ("win32", "linux", "darwin")
            if inner.marker is None or any(
                inner.marker.evaluate({"extra": extra, "sys_platform": system, "platform_system": name_of(system)})
                for extra in extras
                for system in systems
            ):
                waiting.append((inner, f"for {name}"))
    return found


def name_of(system: str) -> str:
    return {"win32": "Windows", "darwin": "Darwin"}.get(system, "Linux")


def licence_of(name: str) -> tuple[str, str]:
    """SPDX expression and home page of an installed package; ValueError where it does not say its licence."""
    if name in LOOKED_UP:
        return LOOKED_UP[name]
    held = distribution(name)
    classified = [line.split(" :: ")[-1] for line in held.metadata.get_all("Classifier") or () if line.startswith("License")]
    said = [held.metadata.get("License-Expression"), held.metadata.get("License"), *classified]
    for text in filter(None, said):
        expression = SAID.get(text.strip(), text.strip())
        if all(re.fullmatch(r"[A-Za-z0-9.+-]+", one) for one in parts(expression)):
            return expression, home_of(held)
    raise ValueError(f"{name} does not say its licence in a way that is known here: {said}")


def parts(expression: str) -> frozenset[str]:
    """The licences that an SPDX expression names."""
    return frozenset(re.split(r"\s+(?:AND|OR)\s+", expression.strip("()")))


def is_allowed(expression: str) -> bool:
    """Of a choice one allowed licence is enough, of a sum all must be."""
    return all(bool(parts(term) & ALLOWED) for term in re.split(r"\s+AND\s+", expression))


def home_of(held: Distribution) -> str:
    urls = dict(line.split(", ", 1) for line in held.metadata.get_all("Project-URL") or ())
    first = next((url for name, url in urls.items() if name.lower() in ("homepage", "source", "repository", "source code")), "")
    return (
        first or held.metadata.get("Home-page") or next(iter(urls.values()), f"https://pypi.org/project/{held.metadata['Name']}/")
    )


def page() -> str:
    """The whole page."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = {entry.name: entry for entry in locked((ROOT / "requirements.lock").read_text("utf-8"))}
    extras = project["optional-dependencies"]
    use = needed(project["dependencies"])
    groups: list[tuple[str, Mapping[str, str]]] = [("Installed with the program", use)]
    known = set(use)
    for extra, title in (("cluster", "With `[cluster]`, for portfolios on several machines"),):
        if extra in extras:
            more = {name: why for name, why in needed(extras[extra]).items() if name not in known}
            known |= more.keys()
            groups.append((title, more))
    rest = {name: "" for name in entries if name not in known}
    groups.append(("Tools of development, which no user installs", rest))
    return "\n".join([HEAD, *(line for title, names in groups for line in _table(title, names, entries))])


def _table(title: str, names: Mapping[str, str], entries: Mapping[str, Locked]) -> Iterator[str]:
    told = any(names.values())
    yield f"## {title}\n"
    yield f"| package | version | licence |{' what for |' if told else ''}"
    yield f"|---|---|---|{'---|' if told else ''}"
    for name in sorted(names):
        if name in entries:
            licence, home = licence_of(name)
            yield f"| [{name}]({home}) | {entries[name].version} | {licence} |{f' {names[name]} |' if told else ''}"
    yield ""


def ask_for_wheels() -> int:
    """Print for each system and Python whether everything that users install has a wheel there; 1 where something has none."""
    missing = 0
    for system in SYSTEMS:
        for python in PYTHONS:
            command = ["uv", "pip", "compile", "--quiet", "--no-header", "--only-binary", ":all:", "--extra", "cluster"]
            command += [
                "--python-platform",
                system,
                "--python-version",
                python,
                "--constraint",
                "requirements.lock",
                "pyproject.toml",
            ]
            # the oldest macOS that still gets updates; uv would take an older one
            done = subprocess.run(
                command,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": "15.0"},
            )
            count = len(re.findall(r"(?m)^[a-z0-9]", done.stdout))
            missing += done.returncode != 0
            sys.stdout.write(
                f"{system:24} Python {python}: " + (f"{count} wheels" if done.returncode == 0 else f"NO\n{done.stderr}") + "\n"
            )
    return 1 if missing else 0


if __name__ == "__main__":
    if "--wheels" in sys.argv:
        sys.exit(ask_for_wheels())
    PAGE.write_text(page(), "utf-8")
