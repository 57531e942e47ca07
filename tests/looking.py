"""How tests look at a page: who is logged in, what axe finds, what the window cuts off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client

#: A phone, and a text of 1280 px enlarged to 400 % (WCAG 2.2, 1.4.10).
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
#: Of Wagtail's editor: it waits outside the window until it is pulled in.
DRAWER = ".w-minimap"
#: Its table, which a phone cuts: the page neither grows nor scrolls.
LIST_OF_WAGTAIL = "#listing-results"
NOTHING = ":not(*)"
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]

# Messages of Wagtail fade in a moment after all is there, and are faint until they have; a menu
# slides when the window changes. Two frames let the page hear of a change; what moves is led to its
# end, but for what pulses on and on.
_COME_TO_REST = """async () => {
    const moves = () => document.getAnimations().filter((one) =>
        one.playState === "running" && one.effect.getComputedTiming().endTime < 10_000);
    const isFaint = () => [...document.querySelectorAll("[data-controller~=w-messages] > ul")]
        .some((one) => getComputedStyle(one).opacity !== "1");
    const until = performance.now() + 10_000;
    for (let frame = 1; frame <= 2 || moves().length || isFaint(); frame++) {
        if (performance.now() > until) throw new Error("This page does not come to rest.");
        moves().forEach((one) => one.finish());
        await new Promise(requestAnimationFrame);
    }
}"""

# Kept by the browser for the pages to come, and read by it when it is called: sending it to each
# page takes longer than all that it looks for. Wagtail's editor has one, with other rules.
_BRING_AXE = f"window.bringAxe = () => {{ {AXE_SCRIPT}; window.axeOfTests = axe; }}"

_RUN_AXE = """async ([context, options]) => {
    if (!window.axeOfTests) bringAxe();
    const found = await axeOfTests.run(context ?? document, options);
    return Object.fromEntries(
        found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)])
    );
}"""

_BEYOND_THE_EDGE = """(but) => {
    const edge = document.documentElement.clientWidth;
    const isInside = (one) => one.getBoundingClientRect().right <= edge;
    const keepsToItself = (one) => {
        const { overflowX, textOverflow } = getComputedStyle(one);
        if (!isInside(one) || one.matches("html, body")) return false;
        if (overflowX === "auto" || overflowX === "scroll") return true;
        const isForEars = one.clientWidth <= 1 && one.clientHeight <= 1;
        return overflowX === "hidden" && (isForEars || textOverflow === "ellipsis");
    };
    const isFramed = (one) => {
        for (let above = one.parentElement; above; above = above.parentElement) {
            if (keepsToItself(above)) return true;
        }
        return false;
    };
    const found = [...document.querySelectorAll("body *")]
        .filter((one) => !one.closest(but))
        .filter((one) => one.checkVisibility({ visibilityProperty: true }))
        .filter((one) => one.getBoundingClientRect().width > 0)
        .filter((one) => !isInside(one) && !isFramed(one))
        .map((one) => one.outerHTML.slice(0, 80));
    const wider = document.documentElement.scrollWidth - edge;
    return wider > 0 ? [`the page: ${wider} px`, ...found] : found;
}"""


def log_in(page: Any, url: str, user: Any) -> None:
    """Without the form: tests/journeys/officer.py types name and password."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def faults(page: Any, context: str | None = None) -> dict[str, list[str]]:
    """What axe finds on a page, or in a part of it: the HTML of each node, by rule."""
    return _axe(page, context, {"resultTypes": ["violations"]})


def faults_in_both_schemes(page: Any) -> dict[str, list[str]]:
    """In the light, then what the dark may change, colours. The page is left in the light."""
    found = faults(page)
    page.emulate_media(color_scheme="dark")
    dark = _axe(page, None, {"runOnly": {"type": "rule", "values": RULES_OF_COLOUR}})
    page.emulate_media(color_scheme="light")
    return found | {f"dark {rule}": nodes for rule, nodes in dark.items()}


def _axe(page: Any, context: str | None, options: dict[str, Any]) -> dict[str, list[str]]:
    page.evaluate(_COME_TO_REST)
    if not page.evaluate("'bringAxe' in window"):
        page.add_init_script(_BRING_AXE)
        page.evaluate(_BRING_AXE)
    return page.evaluate(_RUN_AXE, [context, options])


def beyond_the_edge(page: Any, but: str = NOTHING) -> list[str]:
    """What one would have to scroll to: the beginning of its HTML.

    Left out is what a frame inside the window keeps to itself: it scrolls there, ends in an
    ellipsis, or is for ears alone; but `overflow: hidden` cuts. So is what `but` selects.
    """
    page.evaluate(_COME_TO_REST)
    return page.evaluate(_BEYOND_THE_EDGE, f"{DRAWER}, {but}")


def wide_and_narrow(
    page: Any, but: str = NOTHING, look: Callable[[Any], dict[str, list[str]]] = faults
) -> dict[str, list[str]]:
    """Faults and what is cut, by width and rule. The page is left narrow: acts are done there."""
    found: dict[str, list[str]] = {}
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        width = size["width"]
        found |= {f"{width} {rule}": nodes for rule, nodes in look(page).items()}
        if cut := beyond_the_edge(page, but):
            found[f"{width} cut"] = cut
    return found


def faults_of_states(page: Any, states: Iterable[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name of each state that these bring about one after the other: faults of the wide page in
    both schemes, and what is cut of the narrow one. The page is left narrow.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, _shown in states:
        page.set_viewport_size(WIDE)
        found[name] = faults_in_both_schemes(page)
        page.set_viewport_size(NARROW)
        if cut := beyond_the_edge(page):
            found[name]["cut"] = cut
    return found
