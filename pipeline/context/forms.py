"""The names of a form or log, with the rows that the profile already knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pipeline.catalog import Form, Policy
from pipeline.context.common import Inputs, common_names, links, next_review
from pipeline.names import FormNames, RowNames
from pipeline.plan import Artifact
from pipeline.practice import Device


def form_names(inputs: Inputs, artifact: Artifact) -> FormNames:
    """The names of one form or log."""
    form = artifact.source
    assert isinstance(form, Form)
    tasks = [task for task in inputs.plan.tasks if task.record == form.id]
    policies = sorted({policy for task in tasks for policy in task.policies})
    return FormNames(
        **common_names(inputs, form.id, form.title, form.purpose),
        purpose=inputs.text(form.purpose),
        how=tuple(inputs.text(line) for line in form.how),
        filled_by=inputs.word("role", form.filled_by),
        served="; ".join(task.title for task in tasks),
        policies=links(inputs, artifact.section, policies),
        row=RowNames(),
        rows=ROWS[form.rows](inputs) if form.rows else (),
    )


def _devices(inputs: Inputs) -> tuple[RowNames, ...]:
    rows: list[RowNames] = []
    for device in inputs.profile.devices:
        if device.register:
            for one in device.register:
                holder = inputs.profile.person(one.user).name if one.user else _place(inputs, one.location)
                rows.append(_device_row(inputs, device, tag=one.tag, what=one.model, user=holder))
        else:
            kind = inputs.word("device_class", device.class_)
            what = f"{kind}, {inputs.word('platform', device.platform)}" if device.platform != "none" else kind
            rows.append(
                _device_row(inputs, device, tag="", what=what if device.count == 1 else f"{what} ({device.count})", user="")
            )
    return tuple(rows)


def _device_row(inputs: Inputs, device: Device, *, tag: str, what: str, user: str) -> RowNames:
    return RowNames(
        tag=tag,
        what=what,
        user=user,
        owner=device.owner.capitalize(),
        encryption=inputs.word("encryption", device.encryption),
        managed="Yes" if device.managed else "No",
    )


def _place(inputs: Inputs, id: str | None) -> str:
    return next((place.name for place in inputs.profile.locations if place.id == id), "")


def _systems(inputs: Inputs) -> tuple[RowNames, ...]:
    return tuple(
        RowNames(
            id=system.id,
            name=system.name,
            vendor=system.vendor,
            kind=inputs.word("system_kind", system.kind),
            administrator=inputs.profile.name_of(system.administrator),
            mfa=inputs.word("mfa", system.mfa),
            baa=inputs.word("baa", system.baa.status),
        )
        for system in inputs.profile.systems
        if system.ephi
    )


def _networks(inputs: Inputs) -> tuple[RowNames, ...]:
    return tuple(
        RowNames(
            id=network.id,
            name=network.name,
            kind=inputs.word("network_kind", network.kind),
            place=_place(inputs, network.location),
            wifi=inputs.word("wifi", network.wifi),
            administrator=inputs.profile.name_of(network.administrator) if network.administrator else "",
        )
        for network in inputs.profile.networks
    )


def _policies(inputs: Inputs) -> tuple[RowNames, ...]:
    due = next_review(inputs.as_of, inputs.profile.review_month)
    return tuple(RowNames(id=a.id, title=a.title, next_review=due) for a in inputs.plan.artifacts if isinstance(a.source, Policy))


def _months(inputs: Inputs) -> tuple[RowNames, ...]:
    start = inputs.as_of.year * 12 + inputs.as_of.month
    return tuple(RowNames(month=f"{date(n // 12, n % 12 + 1, 1):%B %Y}") for n in range(start, start + 12))


ROWS: dict[str, Callable[[Inputs], tuple[RowNames, ...]]] = {
    "devices": _devices,
    "systems": _systems,
    "networks": _networks,
    "policies": _policies,
    "months": _months,
}
