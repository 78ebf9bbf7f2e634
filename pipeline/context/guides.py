"""The names of a device guide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.catalog import Condition
from pipeline.conditions import applies
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import in_sentence, joined, printed_date
from pipeline.guide_names import CheckNames, GuideNames, PartNames, TheseNames
from pipeline.materials import Guide, GuidePart
from pipeline.plan import Artifact
from pipeline.primitives import primitives

CARRIED = {"laptop", "phone", "tablet"}
Entry = Mapping[str, Any]


def guide_names(inputs: Inputs, artifact: Artifact) -> GuideNames:
    """The names of one device guide: only the parts, steps and points that this practice needs."""
    guide = artifact.source
    assert isinstance(guide, Guide)
    found = looked_for(guide.applies_when, inputs.raw)
    these = _these(inputs, found)
    more = {"these": primitives(these)}
    parts = (_part(inputs, artifact.section, part, more) for part in guide.part if inputs.holds(part.applies_when))
    return GuideNames(
        **common_names(inputs, guide.id, guide.title, guide.summary),
        who=_who(inputs, these, found),
        versions=guide.versions,
        written_on=printed_date(guide.written_on),
        policies=links(inputs, artifact.section, guide.policies),
        citations=", ".join(guide.citations),
        parts=tuple(part for part in parts if part.steps),
        fields=guide.fields,
        checks=tuple(
            CheckNames(inputs.text(check.text, more), check.column or "")
            for check in guide.check
            if inputs.holds(check.applies_when)
        ),
        record=links(inputs, artifact.section, [guide.record]),
    )


def looked_for(condition: Condition, profile: Mapping[str, Any]) -> dict[str, tuple[Entry, ...]]:
    """List of the raw profile → its entries that the condition asks for with `contains`; empty for a condition without."""
    asked = condition.get("properties", {}) if isinstance(condition, Mapping) else {}
    return {
        name: tuple(entry for entry in profile[name] if applies(inner["contains"], entry))
        for name, inner in asked.items()
        if "contains" in inner
    }


def _part(inputs: Inputs, section: str, part: GuidePart, more: Mapping[str, Any]) -> PartNames:
    return PartNames(
        inputs.text(part.title, more),
        tuple(step for text in part.steps if (step := inputs.text(text, more))),
        inputs.text(part.note or "", more),
        links(inputs, section, [part.policy] if part.policy else []),
    )


def _these(inputs: Inputs, found: Mapping[str, tuple[Entry, ...]]) -> TheseNames:
    devices, systems = found.get("devices", ()), found.get("systems", ())
    others = (entry["name"] for name, entries in found.items() if name != "devices" for entry in entries)
    classes, kinds = {device["class"] for device in devices}, {system["kind"] for system in systems}
    owners = {device["owner"] for device in devices}
    return TheseNames(
        names=", ".join(_counted(inputs, devices)) or joined(others),
        personal="personal" in owners,
        practice="practice" in owners,
        managed=any(device["managed"] for device in devices),
        carried=bool(classes & CARRIED),
        phones="phone" in classes,
        tablets="tablet" in classes,
        email="email" in kinds,
        storage="storage" in kinds,
        messaging="messaging" in kinds,
    )


def _counted(inputs: Inputs, devices: Iterable[Entry]) -> list[str]:
    """'practice laptops (6)', 'own phones (4)': each kind and owner once, in the order of the profile."""
    counts: Counter[tuple[str, str]] = Counter()
    for device in devices:
        counts[device["owner"], device["class"]] += device["count"]
    return [
        f"{'own' if owner == 'personal' else 'practice'} {_plural(inputs.word('device_class', kind), count)} ({count})"
        for (owner, kind), count in counts.items()
    ]


def _plural(word: str, count: int) -> str:
    return in_sentence(word) + ("" if count == 1 or word.endswith("storage") else "s")


def _who(inputs: Inputs, these: TheseNames, found: Mapping[str, tuple[Entry, ...]]) -> str:
    """What the guide is for: devices, the networks of homes, systems with who administers them, or everybody."""
    people = inputs.profile.workforce
    if any(network["kind"] == "home" for network in found.get("networks", ())):
        homes = {place.id for place in inputs.profile.locations if place.kind == "home"}
        away = sum(not homes.isdisjoint(person.works_from) for person in people)
        return f"the home networks of the people who work from home ({away})"
    if systems := found.get("systems"):
        names = joined(inputs.profile.name_of(system["administrator"]) for system in systems)
        return f"{these.names}; administered by {names}, used by the people who have an account there"
    return these.names or f"each person who works for {inputs.profile.practice.short_name} ({len(people)})"
