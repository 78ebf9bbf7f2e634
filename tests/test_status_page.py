"""The status page in a real browser: figures, looks, keyboard, screen readers, paper, hostile names, and no network."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import LANTERN
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from pipeline.context.standing import practice_progress
from pipeline.errors import Problem
from pipeline.inputs import to_inputs
from pipeline.load import load_practice
from pipeline.progress import AREAS, DONE, DUE, LATER, OVERDUE, Item, Period, Progress, Proof, TaskProgress, waiting
from pipeline.recorded import Line, Record
from pipeline.render.look import contrast_on_white
from pipeline.render.page import CONTRAST, ON_DARK, accents
from pipeline.status_page import portfolio_page, status_page
from pipeline.workspace import Workspace

TODAY = date(2026, 11, 23)
PHONE, DESKTOP = 360, 1280
Show = Callable[..., Page]

# elements that reach beyond the window and are not cut off by a box that scrolls
STICKING_OUT = """() => [...document.body.querySelectorAll('*')].filter((one) => {
  const box = one.getBoundingClientRect();
  if (box.width === 0 || box.right <= innerWidth + 0.5 && box.left >= -0.5) return false;
  for (let held = one; held !== document.body; held = held.parentElement)
    if (getComputedStyle(held).overflowX !== 'visible' || held.classList.contains('skip')) return false;
  return true;
}).map((one) => one.tagName + '.' + one.className)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; where it is missing, that is a failure."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("chromium is not installed; the tests of the status page need it (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """show(html, width=…, **context) opens a page from a file, and says afterwards what the browser complained of or fetched."""
    opened, noise = [], []

    def open_page(html: str, width: int = DESKTOP, *, quiet: bool = True, **options: Any) -> Page:
        file = tmp_path / f"status-{len(opened)}.html"
        file.write_text(html, "utf-8")
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        opened.append(context)
        page = context.new_page()
        if quiet:
            page.on("console", lambda message: noise.append(f"console: {message.text}"))
            page.on("pageerror", lambda error: noise.append(f"error: {error}"))
            page.on("request", lambda request: None if request.url == file.as_uri() else noise.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in opened:
        context.close()
    assert noise == []


@pytest.fixture(scope="module")
def filled(project: Workspace) -> Progress:
    """The three people who work remotely, with a training log and a paper tracker that came back."""
    inputs = to_inputs(load_practice(project, LANTERN))
    person = inputs.profile.workforce[1].name
    rows = {
        "L-13": {"Person": person, "Course": "C-02 Our rules each year", "Occasion": "Yearly", "Trained on": "2026-11-10"},
        "PR-03": {"Person": person, "Document": "F-18 Confidentiality agreement", "Signed on": "2026-10-20"},
    }
    records = tuple(
        Record(id, "2026.1", TODAY, TODAY, f"records/{TODAY}-{id}.xlsx", "0" * 64, (Line("Log", "A12", row),))
        for id, row in rows.items()
    )
    return practice_progress(replace(inputs, records=records), TODAY)


def task(id: str, *states: str) -> TaskProgress:
    """A monthly task of 2026 with these states."""
    periods = tuple(
        Period(
            date(2026, n, 1),
            date(2026, n, 28),
            date(2026, n, 7),
            state,
            (Proof(date(2026, n, 5), "records/l.xlsx"),) * (state == DONE),
        )
        for n, state in enumerate(states, 1)
    )
    return TaskProgress(id, "Send the monthly security reminder", "Security Officer", "L-06", periods)


LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
EVIL = "<script>window.evil=1</script><img src=x onerror='window.evil=1'>\"'&amp;--></style>"
RTL = "\u202eد. ليلى الحسيني ‏(שרה)"


@pytest.fixture(scope="module")
def hostile() -> Progress:
    """Names that would break out of a page, out of their box, or turn the line around."""
    day = date(2026, 1, 2)
    items = tuple(
        Item(name, what, day, None, state, name, person=f"p{n}", id=f"C-{n:02}")
        for n, name in enumerate((EVIL, LONG, RTL))
        for what, state in ((f"Course {name}", OVERDUE), ("Course", DUE))
    )
    done = replace(items[0], state=DONE, done=day)
    return Progress(
        slug="hostile",
        name=f"{EVIL} {LONG}",
        today=TODAY,
        trainings=items,
        papers=(*items, done),
        agreements=(Item(EVIL, LONG, None, None, OVERDUE), Item(RTL, EVIL, day, day, DUE), replace(done, due=None)),
        actions=(*items, done, replace(items[1], state=LATER)),
        tasks=(replace(task("T-1", DONE, OVERDUE, DUE, LATER), title=EVIL, who=LONG, record=RTL),),
        next_review=date(2027, 9, 30),
        edition=EVIL,
        colour="FFEE00",
    )


@pytest.fixture(scope="module")
def empty() -> Progress:
    """A practice that owes nothing."""
    return Progress("new", "New Practice", TODAY, (), (), (), (), (), date(2027, 9, 30), "2026.1")


@pytest.fixture(params=["filled", "hostile", "empty", "portfolio"])
def html(request: pytest.FixtureRequest, filled: Progress, hostile: Progress, empty: Progress) -> str:
    """Each kind of page."""
    if request.param == "portfolio":
        return portfolio_page([hostile, filled, empty], [(LONG, [Problem("a", "b", "c")])], TODAY)
    return status_page({"filled": filled, "hostile": hostile, "empty": empty}[request.param])


def eventually(seen: Callable[[], bool]) -> None:
    """Wait until it is so; the page's own policy forbids the browser's way of waiting for a condition."""
    until = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.05)


# --- figures


def test_the_figures_on_the_page_are_those_of_the_data(show: Show, filled: Progress) -> None:
    """Tiles, lists, matrix and marks; each counted in the page itself."""
    page = show(status_page(filled))
    for area, counts in filled.counts.items():
        figure = " ".join(page.locator(f"[data-figure={area}]").inner_text().split())
        assert figure.startswith(f"{counts.done} of {counts.total} ")
        rest = page.locator(f"a.tile[href='#{area}'] .rest").inner_text()
        late = f"{counts.overdue} overdue, " if counts.overdue else ""
        assert rest == f"{late}{counts.due} due soon, {counts.later} later"
    assert filled.counts["trainings"].done == filled.counts["papers"].done == 1
    section = {area: page.locator(f"section[aria-labelledby={area}]") for area in (*AREAS, "overdue", "soon")}
    for area, counts in filled.counts.items():
        for state in (DONE, DUE, OVERDUE, LATER):
            assert section[area].locator(f".badge.{state}").count() == getattr(counts, state), (area, state)
    assert section["trainings"].locator("tbody tr").count() == len({item.person for item in filled.trainings})
    assert section["tasks"].locator("summary .dots span").count() == filled.counts["tasks"].total
    assert section["overdue"].locator("li").count() == min(12, len(waiting(filled, OVERDUE)))
    assert section["soon"].locator("li").count() == min(12, len(waiting(filled, DUE)))
    assert page.locator("[data-figure=review]").inner_text().split() == ["Oct", "2027"]


def test_marks_say_in_words_what_they_show(show: Show, empty: Progress) -> None:
    """'9 of 12': nobody has to see the marks, and each period has its words."""
    states = (*[DONE] * 9, OVERDUE, DUE, LATER)
    page = show(status_page(replace(empty, tasks=(task("T-1", *states),))))
    fold = page.locator("section[aria-labelledby=tasks] details")
    assert "9 of 12 done, 1 overdue, 1 due soon" in " ".join(fold.locator("summary").inner_text().split())
    assert [one.get_attribute("class") for one in fold.locator("summary .dots span").all()] == list(states)
    assert fold.locator(".dots").get_attribute("aria-hidden") == "true"
    fold.locator("summary").click()
    lines = [" ".join(one.inner_text().split()) for one in fold.locator("li").all()]
    assert lines[0] == "Done January 2026 Jan 5, 2026: records/l.xlsx Done Jan 5, 2026"
    assert lines[9] == "Overdue October 2026 Due Oct 7, 2026"


def test_the_page_of_all_practices_shows_their_figures(show: Show, filled: Progress, empty: Progress) -> None:
    """In the order given, each with a link to its own page; what could not be read stands below."""
    page = show(portfolio_page([filled, empty], [("broken", [Problem("a", "b", "c")] * 3)], TODAY))
    first, second = (" ".join(row.inner_text().split()) for row in page.locator("tbody tr").all())
    counts = filled.counts
    assert f"Edition 2026.1 {filled.overdue} {sum(one.due for one in counts.values())} " in first
    assert f"{counts['papers'].done} of {counts['papers'].total} done {counts['papers'].overdue} overdue" in first
    assert second.startswith("New Practice Edition 2026.1 0 0 0 of 0 done")
    assert page.locator("tbody a").first.get_attribute("href") == f"{LANTERN}/status.html"
    assert "broken" in page.locator("section[aria-labelledby=unread]").inner_text()
    assert "3 to mend" in page.locator("section[aria-labelledby=unread]").inner_text()


def test_a_page_that_lies_elsewhere_links_to_nothing(show: Show, filled: Progress) -> None:
    """The pages of the practices would not be found from there."""
    page = show(portfolio_page([filled], [], TODAY, linked=False))
    assert page.locator("tbody a").count() == 0


def test_the_same_progress_gives_the_same_bytes(filled: Progress) -> None:
    """Nothing but the data comes in."""
    assert status_page(filled) == status_page(replace(filled))


# --- looks


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nothing_overflows(show: Show, html: str, width: int) -> None:
    """Folded and unfolded: the page never scrolls sideways, and no box sticks out of it."""
    page = show(html, width)
    for unfold in (False, True):
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        assert page.evaluate(STICKING_OUT) == []


def test_the_check_for_overflow_finds_a_wide_box(show: Show, filled: Progress) -> None:
    """The control of the test above."""
    page = show(status_page(filled), PHONE)
    page.evaluate("document.querySelector('h1').style.width = '2000px'")
    assert "H1." in page.evaluate(STICKING_OUT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_checker_for_accessibility_finds_nothing(show: Show, html: str, scheme: str) -> None:
    """axe-core, on the phone and on the desktop, with everything open."""
    for width in (PHONE, DESKTOP):
        page = show(html, width, color_scheme=scheme, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_checker_for_accessibility_finds_a_defect(show: Show, filled: Progress) -> None:
    """The control: faint text, a box that scrolls and cannot be reached, and no language."""
    spoilt = (
        status_page(filled).replace('lang="en"', "").replace('tabindex="0"', "").replace("--soft: #525c63", "--soft: #c0c8c8")
    )
    page = show(spoilt, PHONE, bypass_csp=True)
    page.add_style_tag(content="header p { color: #ccc }")
    found = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"html-has-lang", "scrollable-region-focusable", "color-contrast"} <= found


def test_one_title_ordered_headings_and_landmarks(show: Show, filled: Progress) -> None:
    """What a screen reader jumps to."""
    page = show(status_page(filled))
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((one) => +one.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [page.locator(name).count() for name in ("header", "main", "nav", "footer")] == [1, 1, 1, 1]
    assert page.title() == "Lantern Online Therapy: progress on November 23, 2026"


def test_everything_can_be_reached_with_the_keyboard(show: Show, filled: Progress) -> None:
    """First the skip link, visible when it has the focus; a fold opens with Enter; the matrix scrolls with the arrows."""
    page = show(status_page(filled), PHONE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    fold = page.locator("section[aria-labelledby=papers] summary").first
    fold.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert fold.evaluate("(one) => one.parentElement.open")
    matrix = page.locator("[role=region]")
    matrix.focus()
    page.keyboard.press("ArrowRight")
    eventually(lambda: matrix.evaluate("(one) => one.scrollLeft > 0"))


def test_what_is_done_can_be_hidden(show: Show, filled: Progress) -> None:
    """A box to tick, which needs no script."""
    page = show(status_page(filled), java_script_enabled=False)
    done = page.locator("section[aria-labelledby=agreements] .is-done")
    assert done.first.is_visible()
    page.get_by_label("Show only what is not done").check()
    assert not done.first.is_visible()
    assert page.locator("section[aria-labelledby=agreements] .is-overdue").first.is_visible()


@pytest.mark.parametrize("colour", ["FFFFFF", "FFEE00", "000000", "2F5D50", "C0392B", "808080"])
def test_every_colour_of_a_practice_can_be_read(colour: str) -> None:
    """As dark as it must be on white, as light as it must be on dark; a colour that will do stays as it is."""
    light, dark = accents(colour)
    assert contrast_on_white(light) >= CONTRAST
    assert contrast_on_white(dark) <= ON_DARK
    assert light == colour or contrast_on_white(colour) < CONTRAST


# --- without script, on paper


def texts_of(progress: Progress) -> set[str]:
    return {item.what for area in ("trainings", "papers", "actions") for item in getattr(progress, area)} | {
        one.title for one in progress.tasks
    }


def test_without_script_everything_is_open(show: Show, filled: Progress) -> None:
    """Every text can be read; with the script the folds close, so that the test could fail."""
    page = show(status_page(filled), java_script_enabled=False)
    text = " ".join(page.locator("body").inner_text().split())
    assert {one for one in texts_of(filled) if one not in text} == set()
    assert page.locator("details:not([open])").count() == 0
    with_script = show(status_page(filled))
    assert with_script.locator("details:not([open])").count() > 0


def test_on_paper_everything_is_open_and_folds_again(show: Show, filled: Progress) -> None:
    """Black on white, with what was folded."""
    page = show(status_page(filled))
    folded = page.locator("details:not([open])").count()
    paper = PdfReader(io.BytesIO(page.pdf(format="Letter")))
    # NFKC: the PDF holds letters that are drawn as one
    text = "".join("".join(normalize("NFKC", sheet.extract_text()).split()) for sheet in paper.pages)
    # the first words: beside the end of a line stands its date
    assert {one for one in texts_of(filled) if "".join(one.split())[:25] not in text} == set()
    assert "Showonly" not in text
    assert page.locator("details:not([open])").count() == folded > 0


# --- hostile names


def test_names_are_text_and_never_markup(show: Show, hostile: Progress) -> None:
    """Nothing of them runs, loads or changes the page; they are read as they were written."""
    page = show(status_page(hostile))
    assert page.evaluate("window.evil") is None
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == f"{EVIL} {LONG}"
    assert page.locator("tbody th").first.inner_text() == EVIL
    assert page.locator("tbody th bdi").count() == 3


def test_the_policy_of_the_page_stops_what_got_in_all_the_same(show: Show, filled: Progress) -> None:
    """A script, a handler, a style and a picture in the markup do nothing; without the policy they do."""
    attack = (
        "<script>window.evil=1</script><img src='data:x' onerror='window.evil=2'>"
        "<style>h1{display:none}</style><p style='position:fixed'>x</p>"
    )
    page = status_page(filled).replace("</main>", f"{attack}</main>")
    guarded = show(page, quiet=False)
    guarded.wait_for_load_state()
    assert guarded.evaluate("window.evil") is None
    assert guarded.locator("h1").is_visible()
    policy = page.index('<meta http-equiv="Content-Security-Policy"')
    bare = show(page[:policy] + page[page.index("\n", policy) :], quiet=False)
    eventually(lambda: bare.evaluate("window.evil === 2"))
    assert not bare.locator("h1").is_visible()
