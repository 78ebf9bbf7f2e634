"""The names of a form or log, with the rows that the profile already knows."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.catalog import Form, Policy
from pipeline.context.common import Inputs, common_names, links, next_review
from pipeline.context.reminders import reminder_months, reminder_names, year_of_reminders
from pipeline.facts import printed_date
from pipeline.names import FormNames, RowNames
from pipeline.plan import Artifact
from pipeline.practice import Agreement, Device
from pipeline.training import assignments


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
        contacts=_contacts(inputs),
        row=RowNames(),
        rows=ROWS[form.rows](inputs) if form.rows else (),
    )


def _devices(inputs: Inputs) -> tuple[RowNames, ...]:
    rows: list[RowNames] = []
    for device in inputs.profile.devices:
        if device.register:
            for one in device.register:
                rows.append(_device_row(inputs, device, tag=one.tag, what=one.model, user=inputs.profile.holder(one)))
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
            place=inputs.profile.place(network.location).name,
            wifi=inputs.word("wifi", network.wifi),
            administrator=inputs.profile.name_of(network.administrator) if network.administrator else "",
        )
        for network in inputs.profile.networks
    )


def _policies(inputs: Inputs) -> tuple[RowNames, ...]:
    due = next_review(inputs.as_of, inputs.profile.review_month)
    return tuple(RowNames(id=a.id, title=a.title, next_review=due) for a in inputs.plan.artifacts if isinstance(a.source, Policy))


def _contacts(inputs: Inputs) -> tuple[RowNames, ...]:
    return tuple(
        RowNames(
            name=f"{contact.name}, {contact.company}" if contact.company else contact.name,
            kind=inputs.word("contact_kind", contact.kind),
            phone=contact.phone or "",
            email=contact.email or "",
        )
        for contact in inputs.profile.contacts
    )


def _people(inputs: Inputs) -> tuple[RowNames, ...]:
    return tuple(
        RowNames(
            name=person.name,
            title=person.title,
            role=inputs.word("person_role", person.role),
            employment=inputs.word("employment", person.employment),
            since=printed_date(person.start_date),
            email=person.email or "",
        )
        for person in inputs.profile.workforce
    )


def _trainings(inputs: Inputs) -> tuple[RowNames, ...]:
    """A row for each course that somebody owes under this edition, by person."""
    titles = {course.id: inputs.text(course.title) for course in inputs.catalog.courses}
    rows = []
    for assignment in assignments(inputs.catalog, inputs.profile, inputs.as_of, inputs.raw):
        person = inputs.profile.person(assignment.person)
        rows.append(
            RowNames(
                id=assignment.course,
                name=person.name,
                role=inputs.word("person_role", person.role),
                course=f"{assignment.course} {titles[assignment.course]}",
                occasion=inputs.word("occasion", assignment.occasion),
                due=assignment.due.isoformat(),
            )
        )
    return tuple(rows)


def _vendors(inputs: Inputs) -> tuple[RowNames, ...]:
    """Everybody outside who handles ePHI: the vendors of systems, then the other contacts (45 CFR 164.308(b)(1))."""
    systems = [
        RowNames(name=s.vendor, what=s.name, kind=inputs.word("system_kind", s.kind), **_agreement(inputs, s.baa))
        for s in inputs.profile.systems
        if s.ephi and s.baa.status != "not_required"
    ]
    others = [
        RowNames(
            name=c.company or c.name,
            what=c.name if c.company else "",
            kind=inputs.word("contact_kind", c.kind),
            phone=c.phone or "",
            email=c.email or "",
            **_agreement(inputs, c.baa),
        )
        for c in inputs.profile.contacts
        if c.baa.status != "not_required"
    ]
    return (*systems, *others)


def _agreement(inputs: Inputs, agreement: Agreement) -> dict[str, str]:
    return {
        "baa": inputs.word("baa", agreement.status),
        "signed": printed_date(agreement.signed_on) if agreement.signed_on else "",
        "next_review": printed_date(agreement.review_on) if agreement.review_on else "",
    }


def _standards(inputs: Inputs) -> tuple[RowNames, ...]:
    """Each standard of the Security Rule that applies, with its specifications and the documents that answer it."""
    applying = [p for p in inputs.catalog.provisions if p.citation not in inputs.plan.not_applicable]
    rows = []
    for standard in applying:
        if standard.kind != "standard":
            continue
        family = [standard, *(p for p in applying if p.parent == standard.citation)]
        citations = {provision.citation for provision in family}
        answering = [a.id for a in inputs.plan.artifacts if citations.intersection(getattr(a.source, "citations", ()))]
        rows.append(
            RowNames(
                citation=standard.citation,
                title=standard.title,
                what="; ".join(provision.title for provision in family[1:]),
                documents=", ".join(answering),
            )
        )
    return tuple(rows)


def _logged(inputs: Inputs) -> tuple[RowNames, ...]:
    """The systems that keep a record of what is done in them."""
    logged = {system.id for system in inputs.profile.systems if system.audit_log}
    return tuple(row for row in _systems(inputs) if row.id in logged)


def _months(inputs: Inputs) -> tuple[RowNames, ...]:
    """The twelve months in which reminders are due, each with its subject and policies where one was chosen."""
    chosen = {one.month: reminder_names(inputs, one, None) for one in year_of_reminders(inputs)}
    return tuple(
        RowNames(
            month=f"{month:%B %Y}",
            title=chosen[month].title if month in chosen else "",
            documents=", ".join(link.id for link in chosen[month].policies) if month in chosen else "",
        )
        for month in reminder_months(inputs)
    )


ROWS: dict[str, Callable[[Inputs], tuple[RowNames, ...]]] = {
    "devices": _devices,
    "systems": _systems,
    "networks": _networks,
    "policies": _policies,
    "months": _months,
    "people": _people,
    "trainings": _trainings,
    "vendors": _vendors,
    "contacts": _contacts,
    "standards": _standards,
    "logged": _logged,
}
