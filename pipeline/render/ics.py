"""The calendar file: iCalendar (RFC 5545), as Outlook, Apple and Google read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event
from icalendar.prop import vText

PRODUCT = "-//HIPAA security package//Calendar//EN"
GENERAL = "HIPAA"
# from midnight of the due day: a week before, at nine in the morning of whoever reads it
ALARM = timedelta(days=-7, hours=9)


def render_ics(names: Mapping[str, Any], day: date) -> bytes:
    """The file of these names (JSON primitives of CalendarNames): an entry of a whole day for each event, with an alarm.

    day: as_of; it stamps every entry, so that equal names give equal bytes. Lines end with CRLF and are folded at 75 octets.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # without it Outlook takes the entries for invitations
    calendar.add("method", "PUBLISH")
    for name, value in (("x-wr-calname", names["name"]), ("x-wr-caldesc", names["document"]["summary"])):
        calendar.add(name, vText(value))
    stamp = datetime.combine(day, time(), UTC)
    for event in names["events"]:
        calendar.add_component(_event(event, names["sequence"], stamp))
    return bytes(calendar.to_ical())


def read_events(data: bytes) -> Iterator[tuple[str, str, str, str]]:
    """(category, title, day as YYYY-MM-DD, text) of each entry of a calendar file of ours."""
    for entry in Calendar.from_ical(data).walk("VEVENT"):
        assert isinstance(entry, Event)
        category = str(entry.categories[-1])
        yield category, str(entry["summary"]), entry.start.isoformat(), " ".join(str(entry["description"]).split())


def _event(event: Mapping[str, str], sequence: int, stamp: datetime) -> Event:
    due = date.fromisoformat(event["day"])
    entry = Event()
    entry.add("uid", event["uid"])
    entry.add("dtstamp", stamp)
    entry.add("last-modified", stamp)
    entry.add("sequence", sequence)
    entry.add("dtstart", due)
    entry.add("dtend", due + timedelta(1))
    entry.add("summary", event["title"])
    entry.add("description", event["text"])
    entry.add("categories", [GENERAL, event["category"]])
    # a task takes no time of its own: the day stays free for appointments
    entry.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["title"])
    alarm.add("trigger", ALARM)
    entry.add_component(alarm)
    return entry
