"""A page for the browser: one file that loads nothing, with the names of its template filled in. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from pipeline.render.jinja import environment
from pipeline.render.look import contrast_on_white

# least contrast of an accent on white: 4.5 (WCAG 2.2, 1.4.3), and some more because cards and rows are slightly tinted
CONTRAST = 5.5
# contrast of the paper of the dark scheme with white, and how far an accent may at most lie from white to be read on it
DARK_PAPER = "14181C"
ON_DARK = contrast_on_white(DARK_PAPER) / CONTRAST


def render_page(name: str, names: Mapping[str, Any], colour: str) -> str:
    """The page pipeline/pages/<name>.html.j2, in the practice's colour (RRGGBB).

    Its policy (Content-Security-Policy) allows this very style sheet and script by their hashes and nothing else: no text of a
    client that got into the page as markup would load, style or run anything.
    """
    light, dark = accents(colour)
    style = f":root{{--accent:#{light};--accent-dark:#{dark}}}\n{_part('page.css')}"
    script = _part("page.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    # both are the program's own files
    own = {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704
    made = environment(autoescape=True)
    made.trim_blocks = made.lstrip_blocks = True
    return made.from_string(_part(f"{name}.html.j2")).render({**names, "page": own})


def accents(colour: str) -> tuple[str, str]:
    """The colour (RRGGBB) as dark as it must be to be read on white, and as light as it must be on the dark paper."""
    light, dark = colour, colour
    while contrast_on_white(light) < CONTRAST:
        light = _mixed(light, 0)
    while contrast_on_white(dark) > ON_DARK:
        dark = _mixed(dark, 255)
    return light, dark


def _mixed(colour: str, towards: int) -> str:
    channels = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return "".join(f"{round(channel * 0.92 + towards * 0.08):02X}" for channel in channels)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _part(name: str) -> str:
    return (files("pipeline") / "pages" / name).read_text("utf-8")
