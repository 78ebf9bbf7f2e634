"""The names of a deck of training slides."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class SlideNames:
    """One slide. kind: chapter, content, finding or closing; id: its number in the catalogue or of the finding, or empty.

    notes: what the trainer says, a paragraph each; level, fill: of a finding, its level of risk and the colour of it.
    """

    kind: str
    id: str
    chapter: str
    title: str
    points: tuple[str, ...]
    notes: tuple[str, ...]
    policies: tuple[LinkNames, ...] = ()
    level: str = ""
    fill: str = ""


@dataclass(frozen=True)
class DeckNames(CommonNames):
    """A deck. deck: its title; opening: what the trainer is told on the first slide; slides: all the others."""

    deck: str
    opening: tuple[str, ...]
    slides: tuple[SlideNames, ...]
