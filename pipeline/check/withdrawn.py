"""Whether numbers stay with what they were given to: withdrawn, renamed and lost entries of the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.catalog import DOCUMENTS, Catalog, Policy, Scenario
from pipeline.check.references import exists
from pipeline.check.scenarios import place_of
from pipeline.errors import Problem
from pipeline.materials import Guide
from pipeline.numbered import Numbered

# where something with a number is written; field of Catalog → file
FILES = {"reports": "catalog.toml", **{name: f"{name}.toml" for name in ("policies", "forms", "guides", "tasks", "courses")}}
# documents to which others lead by their number, and which no package can be without
_NEEDED = {
    "CH": (2, 3),
    "F": (1, 3, 4, 5, 13, 14, 18),
    "L": (1, 2, 3, 4, 9, 11, 13, 14, 19, 23),
    "ON": (11,),
    "PR": (1, 2, 3),
    "R": (1, 2, 3, 4, 5, 6),
    "SEC": (4, 5, 11),
    "SO": (1, 2, 3, 4, 5),
    "TR": (50,),
}
NEEDED = frozenset(f"{letters}-{number:02}" for letters, numbers in _NEEDED.items() for number in numbers)
# first letters of a number → the file in which it was written
HOMES = {"SEC": "policies.toml", "F": "forms.toml", "L": "forms.toml", "DG": "guides.toml"}


def check_withdrawn(catalog: Catalog) -> Iterator[Problem]:
    """Numbers used again, successors that are not there, titles and days that contradict each other."""
    held = {name: (*catalog.withdrawn.get(name, ()), *getattr(catalog, name)) for name in FILES}
    documents = [entry for name in DOCUMENTS for entry in held[name]]
    for name, entries in (*held.items(), ("scenarios", catalog.scenarios), ("safeguards", catalog.safeguards)):
        counted = Counter(entry.id for entry in entries)
        for entry in entries:
            where = place_of(entry) if isinstance(entry, Scenario) else f"catalog/{FILES.get(name, f'{name}.toml')}, {entry.id}"
            if entry.withdrawn and counted[entry.id] > 1:
                what = (
                    f"The number {entry.id} is withdrawn since {entry.withdrawn.since}, and stands here for something else too."
                )
                yield Problem(where, what, "Give what is new the next free number; the old one keeps its entry.")
            if entry.withdrawn and entry.id in NEEDED:
                what = f"Other documents lead to {entry.id} by its number and cannot be made without it."
                yield Problem(where, what, "Keep it; its title and its text may change.")
            yield from _successors(entry, documents if name in DOCUMENTS else entries, where)
            yield from _titles(entry, where)


def vanished(catalog: Catalog, issued: Mapping[str, str]) -> list[Problem]:
    """Documents of an issued edition that the catalogue lost, and, as warnings, those that it renamed without a word.

    issued: number → title, as that edition has them.
    """
    problems = []
    for id, title in issued.items():
        where = f"catalog/{HOMES.get(id.split('-')[0], 'catalog.toml')}, {id}"
        entry = catalog.documents.get(id)
        if entry is None:
            what = f"The document {id} “{title}” was issued, and the catalogue has no entry for it any more."
            mend = 'Put its entry back; where it is used no more, add: withdrawn = { since = <day>, reason = "…" }.'
            problems.append(Problem(where, what, mend))
        elif title not in (entry.title, *(former.title for former in entry.formerly)):
            what = f"The document {id} was issued as “{title}”, and is called “{entry.title}” now."
            mend = f'Add the old title: formerly = [{{ title = "{title}", until = <day>, reason = "…" }}].'
            problems.append(Problem(where, what, mend, warning=True))
    return problems


def _successors(entry: Numbered, kin: Sequence[Numbered], where: str) -> Iterator[Problem]:
    known = {other.id: other for other in kin}
    for id in entry.withdrawn.replaced_by if entry.withdrawn else ():
        if id == entry.id:
            yield Problem(where, "It is said to take its own place.", "Name another number, or take it out.")
        else:
            yield from exists(id, known, where, "successor")


def _titles(entry: Numbered, where: str) -> Iterator[Problem]:
    titles = [*(former.title for former in entry.formerly), entry.title]
    for before, after in pairwise(titles):
        if before == after:
            yield Problem(
                where, f"It was called “{before}” before and after a renaming.", "Write the title that it had until then."
            )
    days = [former.until for former in entry.formerly]
    for one, other in pairwise(days):
        if other <= one:
            yield Problem(
                where, f"It was renamed on {one} and after that on {other}.", "Put the oldest title first, with its day."
            )
    if entry.withdrawn is None:
        return
    begun = [entry.revision[-1].date] if isinstance(entry, Policy) and entry.revision else []
    begun += [entry.written_on] if isinstance(entry, Guide) else []
    last = max([*days, *begun], default=entry.withdrawn.since)
    if entry.withdrawn.since < last:
        what = f"It is withdrawn since {entry.withdrawn.since}, and was still changed on {last}."
        yield Problem(where, what, "Correct one of the two days.")
