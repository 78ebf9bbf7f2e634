"""School grade of the policies of a practice: Flesch-Kincaid over the rules and over the procedures, a line a policy.

Kincaid, Fishburne, Rogers and Chissom (1975): 0.39 words a sentence + 11.8 syllables a word - 15.59. Syllables are counted
as groups of vowels, without a silent e; the names of documents, citations and products count like any other word.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from pipeline.catalog import Policy
from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.load import load_practice
from pipeline.names import PolicyNames
from pipeline.primitives import primitives
from pipeline.render.parts import W, parse, read_parts
from pipeline.render.word import render_word
from pipeline.workspace import find_workspace

RULES = {"ShortPoint", "Statement", "SubPoint", "ListBullet"}
MOST = 11.0


def grade(sentences: Iterable[str]) -> float:
    """Flesch-Kincaid grade of these sentences."""
    held = [words for sentence in sentences if (words := re.findall(r"[A-Za-z][A-Za-z'’-]*", sentence))]
    words = [word for sentence in held for word in sentence]
    syllables = sum(map(syllables_of, words))
    return 0.39 * len(words) / len(held) + 11.8 * syllables / len(words) - 15.59


def syllables_of(word: str) -> int:
    """Groups of vowels; an e at the end, or before a last d or s, is silent but in -le."""
    lower = word.lower()
    found = len(re.findall(r"[aeiouy]+", lower))
    if re.search(r"[^aeiouyl]e[ds]?$|[aeiou]le[ds]?$", lower) and not re.search(r"[td]ed$|[csxz]es$|[cs]hes$|ges$", lower):
        found -= 1
    return max(1, found)


def sentences_of(texts: Iterable[str]) -> list[str]:
    """The sentences of these texts; a point of a list is one by itself."""
    return [part for text in texts for part in re.split(r"(?<=[.?!])\s+", text)]


def main(slug: str) -> int:
    loaded = load_practice(find_workspace(Path.cwd()), slug)
    inputs = to_inputs(loaded)
    rules: list[str] = []
    steps: list[str] = []
    print(f"{slug}\n{'':42} rules  procedures")
    for artifact in loaded.plan.artifacts:
        names = names_for(inputs, artifact) if isinstance(artifact.source, Policy) else None
        if not isinstance(names, PolicyNames):
            continue
        data = render_word(loaded.templates[artifact.template], primitives(names), loaded.look, inputs.as_of)
        own = sentences_of(_paragraphs(data))
        procedures = sentences_of(task.step for task in names.tasks)
        print(f"{artifact.id} {artifact.title:35} {grade(own):5.1f}  {grade(procedures):5.1f}")
        rules += own
        steps += procedures
    print(f"{'all':42} {grade(rules):5.1f}  {grade(steps):5.1f}")
    return int(max(grade(rules), grade(steps)) > MOST)


def _paragraphs(data: bytes) -> list[str]:
    body = parse(read_parts(data)["word/document.xml"])
    styled = ((p, p.find(f"{W}pPr/{W}pStyle")) for p in body.iter(f"{W}p"))
    return [
        "".join(t.text or "" for t in p.iter(f"{W}t"))
        for p, style in styled
        if style is not None and style.get(f"{W}val") in RULES
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
