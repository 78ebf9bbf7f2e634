"""The asset inventory: where ePHI is, what happens to it there, how it is protected."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.assessment.model import FLOWS, Asset
from pipeline.context.common import Inputs
from pipeline.facts import in_sentence, joined
from pipeline.practice import Device, Location, System
from pipeline.report_names import AssetNames

NOT_SAID = "Not yet confirmed"


def asset_names(inputs: Inputs) -> tuple[AssetNames, ...]:
    """Systems and devices with ePHI, and the places, in the order of the profile."""
    return (*_systems(inputs), *_devices(inputs), *_places(inputs))


def _flows(inputs: Inputs, key: str) -> dict[str, str]:
    """The flows as a phrase, each as Yes or No, and the remark; what nobody confirmed is said to be so."""
    asset: Asset | None = next((entry for entry in inputs.assessment.inventory if entry.asset == key), None)
    if asset is None:
        return {"flows": NOT_SAID, **dict.fromkeys(FLOWS, ""), "note": ""}
    held = [flow for flow in FLOWS if getattr(asset, flow)]
    phrase = joined(inputs.word("flow", flow) for flow in held).capitalize() if held else "Nothing is kept or sent from here"
    return {"flows": phrase, **{flow: "Yes" if flow in held else "No" for flow in FLOWS}, "note": asset.note or ""}


def _systems(inputs: Inputs) -> Iterator[AssetNames]:
    for system in inputs.profile.systems:
        if system.ephi:
            yield AssetNames(
                "System",
                system.name,
                inputs.word("system_kind", system.kind),
                system.vendor,
                protection=_system_protection(inputs, system),
                responsible=inputs.profile.name_of(system.administrator),
                **_flows(inputs, f"system/{system.id}"),
            )


def _system_protection(inputs: Inputs, system: System) -> str:
    second = {"required": "second step required", "optional": "second step is each user's choice"}.get(system.mfa)
    agreement = inputs.word("baa", system.baa.status).lower()
    return f"{(second or 'no second step offered').capitalize()}; business associate agreement: {agreement}"


def _devices(inputs: Inputs) -> Iterator[AssetNames]:
    for device in inputs.profile.devices:
        if device.ephi:
            holders = joined(filter(None, (inputs.profile.holder(one) for one in device.register)))
            yield AssetNames(
                "Device",
                _device_name(inputs, device),
                "Owned by the practice" if device.owner == "practice" else "Personal",
                "",
                protection=f"Encryption: {inputs.word('encryption', device.encryption).lower()}; "
                + ("settings enforced by device management" if device.managed else "settings checked by hand"),
                responsible=holders or ("–" if device.register else "Not listed one by one"),
                **_flows(inputs, f"device/{device.id}"),
            )


def _device_name(inputs: Inputs, device: Device) -> str:
    platform = f", {inputs.word('platform', device.platform)}" if device.platform != "none" else ""
    return f"{device.count} × {in_sentence(inputs.word('device_class', device.class_))}{platform}"


def _places(inputs: Inputs) -> Iterator[AssetNames]:
    for place in inputs.profile.locations:
        networks = [n for n in inputs.profile.networks if n.location == place.id]
        wifi = "; ".join(f"{n.name} ({inputs.word('wifi', n.wifi)})" for n in networks)
        yield AssetNames(
            "Place",
            place.name,
            inputs.word("location_kind", place.kind),
            f"{place.address.city}, {place.address.state}" if place.address else "–",
            protection=wifi or "–",
            responsible=_held(place),
            **_flows(inputs, f"location/{place.id}"),
        )


def _held(place: Location) -> str:
    held = [word for word, there in (("paper", place.keeps_paper), ("equipment", place.keeps_equipment)) if there]
    return joined(held).capitalize() if held else "Nothing"
