"""The page in a real browser: its sliders, its accessibility, its layout, and what it does not do."""

from __future__ import annotations

import fcntl
import os
import random
import re
import shutil
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings

import attribution_bayes as ab
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import digits
from attribution_bayes.errors import CaseError, ContradictionError
from attribution_bayes.report.differences import write_difference
from attribution_bayes.report.report import report
from crafted import EVERY_PART_LABELLED
from drawn import cases
from payloads import HTML, LETTERS, SCRIPTS
from repeatable import FILTERED

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::attribution_bayes.errors.CaseWarning")]

EXAMPLES = Path(__file__).parents[1] / "examples"
PAGE = 1e-9
"""What the page may differ from `what_if` by."""

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXTREMES = (5e-324, 1e-300, 1e-12, 0.001, 0.5, 0.999, 1 - 1e-12, float(np.nextafter(1, 0)))
EXTREME_RATIOS = (1e-6, 0.01, 1.0, 100.0, 1e6)
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1100, "height": 900}
PAGES = ["worked", "outage", "long", "hostile", "panel", "assessment", "difference"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = import_module("playwright.sync_api")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


def made(name: str, case: ab.Case, file: Path) -> None:
    """The page of a case, of three readings of it, or of what changed since it was another."""
    old = case.model_copy(update={"prior": ab.Odds(dict.fromkeys(case.names, 1))})
    match name:
        case "panel":
            report(ab.Panel(readings_of(case)), file)
        case "assessment":
            report(ab.weigh(case), file, previous=old)
        case "difference":
            write_difference(old, case, ab.difference(old, case), file, names=("march", "may"))
        case _:
            report(ab.weigh(case), file, preface="".join(HTML)[:2000] if name == "hostile" else "")


class Pages(Mapping[str, tuple[ab.Case, Path]]):
    """Cases with their pages, each of which is made by the first process that asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        worked, outage = (ab.load_case(EXAMPLES / f"{name}.yaml") for name in ("crocus_city_hall", "outage"))
        new = EVERY_PART_LABELLED
        self.cases = dict(zip(PAGES, (worked, outage, long_names(), hostile(), worked, new, new), strict=True))

    def __getitem__(self, name: str) -> tuple[ab.Case, Path]:
        file = self.folder / f"{name}.html"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                made(name, self.cases[name], file)
        return self.cases[name], file

    def __iter__(self) -> Iterator[str]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Reports of the examples, of a case of hostile text, and of one with the longest names."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "pages"
    folder.mkdir(exist_ok=True)
    return Pages(folder)


def readings_of(worked: ab.Case) -> dict[str, ab.Case]:
    others = {name: ab.load_case(EXAMPLES / f"crocus_city_hall_{name}.yaml") for name in ("article", "mainstream")}
    return {"worked": worked, **others}


def hostile() -> ab.Case:
    texts = [*HTML, *SCRIPTS, *LETTERS]
    often = {"a": 0.6, "b": ab.Between(0.2, 0.5)}
    return ab.Case(
        question="</title>" + "".join(HTML),
        hypotheses=[
            ab.Hypothesis(name="a", statement="".join(SCRIPTS)),
            ab.Hypothesis(name="b", statement="".join(HTML[:9]), catch_all=True),
        ],
        prior={"a": 0.5, "b": 0.5},
        prior_basis=texts,
        evidence=[
            ab.Evidence(name=f"e{n}", statement=one, likelihood=often, citation=one) for n, one in enumerate(texts)
        ],
    )


def long_names() -> ab.Case:
    names, arabic = (
        ("a" * 64, "b_" * 32, "c" * 64),
        "\u0645\u0646 \u0623\u0645\u0631 \u0628\u0627\u0644\u0647\u062c\u0648\u0645",
    )
    says = [ab.Report(source="s" * 64)]
    return ab.Case(
        question=arabic + "x" * 300,
        hypotheses=[ab.Hypothesis(name=name, statement=arabic, catch_all=name[0] == "c") for name in names],
        prior=dict.fromkeys(names, 1 / 3),
        sources=[ab.Source(name="s" * 64, statement=arabic, reliability=0.7, if_unreliable=0.5)],
        evidence=[
            ab.Evidence(
                name=f"{n}".rjust(64, "e"),
                statement="y" * 500,
                likelihood=dict(zip(names, row, strict=True)),
                reports=says,
            )
            for n, row in enumerate([(0.5, 0.2, 0.3), (0.1, 0.9, 0.2)])
        ],
    )


def opened(browser: Any, file: Path, **look: Any) -> tuple[Any, list[str], list[str]]:
    """The page, what it asked for over a network, and what it complained of."""
    page = browser.new_context(**look).new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.goto(file.as_uri())
    return page, asked, said


# Sliders -------------------------------------------------------------------------------------------------------------

SWEEP = """(asked) => asked.map(([address, value]) => {
  const data = JSON.parse(document.getElementById("slider-data").textContent);
  const choice = document.getElementById("assumption"), box = document.getElementById("value");
  document.getElementById("reset").click();
  choice.value = String(data.assumptions.findIndex((one) => one.address === address));
  choice.dispatchEvent(new Event("change"));
  box.value = value;
  box.dispatchEvent(new Event("input"));
  return [...document.querySelectorAll(".bars data")].map((one) => Number(one.value));
})"""
"""What a reader gets who chooses each of these assumptions and types each of these values."""


def asked_of(case: ab.Case, addresses: list[str], rng: random.Random) -> list[tuple[str, float]]:
    net = network(case)
    ratios = {net.inputs.addresses[slot] for slot in np.flatnonzero(net.inputs.is_ratio)}
    return [
        (address, value)
        for address in addresses
        for value in ((*EXTREME_RATIOS, rng.uniform(0.1, 9)) if address in ratios else (*EXTREMES, rng.random()))
    ]


def compare(page: Any, case: ab.Case, asked: list[tuple[str, float]]) -> int:
    """How many values were compared; a value that `what_if` refuses is none that a page could show."""
    compared = 0
    shown = page.evaluate(SWEEP, [[address, repr(value)] for address, value in asked])
    for (address, value), credences in zip(asked, shown, strict=True):
        try:
            expected = ab.what_if(case, {address: value}).values[0]
        except (CaseError, ContradictionError):
            continue
        assert credences == pytest.approx(expected, abs=PAGE), (address, value)
        compared += 1
    return compared


DATA = "JSON.parse(document.getElementById('slider-data').textContent)"

TOGETHER_IN_PAGE = (
    SWEEP.replace('  document.getElementById("reset").click();\n', "").replace(
        "(asked) => asked.map", '(asked) => (document.getElementById("reset").click(), asked).map'
    )
    + ".pop()"
)
"""The same for values that are typed one after the other and all kept."""

TOGETHER = 40
"""Sets of numbers of each case that are moved together."""


def apart(offered: list[dict[str, Any]], count: int, rng: random.Random) -> list[dict[str, Any]]:
    """Assumptions that the page moves together, at most this many."""
    parts: dict[int, dict[str, Any]] = {}
    for one in rng.sample(offered, k=len(offered)):
        if one["together"] is not None:
            parts.setdefault(one["together"], one)
    return list(parts.values())[:count]


def compare_together(page: Any, case: ab.Case, rng: random.Random) -> int:
    """How many sets of two to four numbers were compared."""
    offered, compared = page.evaluate(DATA)["assumptions"], 0
    for _ in range(TOGETHER):
        chosen = apart(offered, rng.randint(2, 4), rng)
        values = {one["address"]: rng.uniform(0.01, 0.99) for one in chosen}
        if len(values) < 2:
            continue
        try:
            expected = ab.what_if(case, values).values[0]
        except (CaseError, ContradictionError):
            continue
        shown = page.evaluate(TOGETHER_IN_PAGE, [[address, repr(value)] for address, value in values.items()])
        assert shown == pytest.approx(expected, abs=PAGE), values
        assert page.locator("#moved li").count() == len(values)
        compared += 1
    return compared


@pytest.mark.parametrize("name", ["worked", "outage"])
def test_the_sliders_agree_with_what_if(name: str, browser: Any, pages: Any) -> None:
    """Every assumption of the examples, at the ends of what can be stated and between, to 1e-9."""
    case, file = pages[name]
    page, _, said = opened(browser, file)
    addresses = [one.address for one in ab.assumptions(case)]
    assert compare(page, case, asked_of(case, addresses, random.Random(1))) == len(addresses) * (len(EXTREMES) + 1)
    assert not said


def test_the_mean_of_a_range_that_several_reports_use_is_another_number(browser: Any, tmp_path: Path) -> None:
    """Typed exactly, it is what `what_if` makes of it, and no longer as stated; put back, it is the range again."""
    rates = {"says_true_if_true": 0.9, "says_true_if_false": {"a": ab.Beta(0.2, 0.2), "b": 0.4}}
    source = ab.Source(name="s", statement="s", instrument=True, **rates)
    items = [
        ab.Evidence(name=f"e{n}", statement="e", likelihood={"a": 0.3, "b": 0.5}, reports=[ab.Report(source="s")])
        for n in range(3)
    ]
    case = ab.Case(
        question="Which?",
        hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
        prior={"a": 0.5, "b": 0.5},
        sources=[source],
        evidence=items,
    )
    address, posterior = "source.s.says_true_if_false.a", ab.weigh(case, sampling=ab.Sampling(draws=100))
    assert abs(ab.what_if(case, {address: 0.5}).values - posterior.credence.values).max() > 0.01
    report(posterior, tmp_path / "page.html")
    page, _, _ = opened(browser, tmp_path / "page.html")
    assert compare(page, case, [(address, 0.5)]) == 1
    assert page.locator("#moved li").count() == 1
    page.click("#reset")
    shown = [float(value) for value in page.eval_on_selector_all(".bars data", "all => all.map((one) => one.value)")]
    assert shown == pytest.approx(posterior.credence.values.tolist(), abs=PAGE)


def test_the_sliders_agree_with_what_if_in_random_cases(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty cases with ratios, rows, copies and inputs that several reports use: at most 20 assumptions of each."""
    monkeypatch.setattr(import_module("attribution_bayes.report.report"), "illustrations", lambda _: {})
    rng, compared, files = random.Random(2), [0, 0], iter(range(10_000))
    page = browser.new_context().new_page()

    @settings(FILTERED, max_examples=20, phases=[Phase.generate])
    @given(cases(max_items=6, max_hypotheses=4, max_worlds=128))
    def agree(case: ab.Case) -> None:
        file = tmp_path / f"{next(files)}.html"
        try:
            report(ab.weigh(case, sampling=ab.Sampling(draws=100)), file)
        except ContradictionError:
            return
        page.goto(file.as_uri())
        offered = page.evaluate(
            'JSON.parse(document.getElementById("slider-data").textContent).assumptions.map((one) => one.address)'
        )
        chosen = rng.sample(offered, k=min(20, len(offered)))
        several = [one for one in offered if ".if_unreliable" in one]
        compared[0] += compare(page, case, asked_of(case, list(dict.fromkeys([*chosen, *several])), rng))
        compared[1] += compare_together(page, case, rng)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ab.CaseWarning)
        agree()
    assert compared[0] > 700
    assert compared[1] > 70


@pytest.mark.parametrize("name", ["worked", "outage"])
def test_assumptions_moved_together_agree_with_what_if(name: str, browser: Any, pages: Any) -> None:
    """Two to four numbers that the page moves together give what supposing all of them gives, to 1e-9."""
    case, file = pages[name]
    page, _, said = opened(browser, file)
    assert compare_together(page, case, random.Random(3)) == TOGETHER
    assert not said


def test_what_has_no_exact_form_together_is_put_back(browser: Any, pages: Any) -> None:
    """Moving a second number of the same item puts the first back, and a status line says which."""
    case, file = pages["outage"]
    page, _, _ = opened(browser, file)
    by_part: dict[int, list[dict[str, Any]]] = {}
    for one in page.evaluate(DATA)["assumptions"]:
        by_part.setdefault(one["together"], []).append(one)
    first, second = next(part for part in by_part.values() if len(part) > 1)[:2]
    page.evaluate(TOGETHER_IN_PAGE, [[first["address"], "0.3"], [second["address"], "0.4"]])
    assert first["what"] in page.locator("#sliders [role=status]").inner_text()
    shown = [float(one.get_attribute("value")) for one in page.locator(".bars data").all()]
    assert shown == pytest.approx(ab.what_if(case, {second["address"]: 0.4}).values[0], abs=PAGE)
    assert page.locator("#moved li").count() == 1


def test_a_link_carries_what_is_moved(browser: Any, pages: Any) -> None:
    """Opened elsewhere it gives the same credences to the last bit; what it names that cannot be moved is told."""
    file = pages["outage"][1]
    page, _, _ = opened(browser, file)
    assert not page.locator("#state").is_visible()
    two = apart(page.evaluate(DATA)["assumptions"], 2, random.Random(4))
    expected = page.evaluate(TOGETHER_IN_PAGE, [[one["address"], "0.123456789"] for one in two])
    target = page.locator("#state").get_attribute("href")
    other, _, said = opened(browser, file)
    other.goto(file.as_uri() + target + "&evidence.nowhere=0.5&" + two[0]["address"] + "=2")
    assert [float(one.get_attribute("value")) for one in other.locator(".bars data").all()] == expected
    assert f"evidence.nowhere, {two[0]['address']}." in other.locator("[role=alert]").inner_text()
    assert not said


def test_what_is_moved_is_put_back_with_the_keyboard(browser: Any, pages: Any) -> None:
    """Each number that is moved has a button of its own that names it, and one button puts all of them back."""
    case, file = pages["outage"]
    page, _, _ = opened(browser, file)
    two = apart(page.evaluate(DATA)["assumptions"], 2, random.Random(5))
    page.evaluate(TOGETHER_IN_PAGE, [[one["address"], "0.2"] for one in two])
    page.wait_for_timeout(600)
    assert all(one["what"] in page.locator("[aria-live=polite]").inner_text() for one in two)
    page.get_by_role("button", name=f"Put back: {two[0]['what']}").press("Enter")
    shown = [float(one.get_attribute("value")) for one in page.locator(".bars data").all()]
    assert shown == pytest.approx(ab.what_if(case, {two[1]["address"]: 0.2}).values[0], abs=PAGE)
    page.locator("#reset").press("Enter")
    assert page.locator("#moved li").count() == 0
    assert [float(one.get_attribute("value")) for one in page.locator(".bars data").all()] == page.evaluate(DATA)[
        "stated"
    ]


def test_a_slider_follows_the_keyboard(browser: Any, pages: Any) -> None:
    """An arrow moves it, the number and the bars follow, the leader is told in a live region, the reset undoes it."""
    case, file = pages["outage"]
    page, _, said = opened(browser, file)
    address = page.evaluate("JSON.parse(document.getElementById('slider-data').textContent).assumptions[0].address")
    before = page.locator("#value").input_value()
    page.locator("#position").focus()
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    value = float(page.locator("#value").input_value())
    assert value < float(before)
    shown = [float(one.get_attribute("value")) for one in page.locator(".bars data").all()]
    expected = ab.what_if(case, {address: value}).values[0]
    assert shown == pytest.approx(expected, abs=0.01)
    leader = case.names[int(np.argmax(shown))]
    page.wait_for_timeout(600)
    assert f"{leader} leads" in page.locator("[aria-live=polite]").inner_text()
    assert page.locator(".bars .leads code").inner_text() == leader
    page.locator("#reset").click()
    assert page.locator("#value").input_value() == before
    assert not said


def test_a_slider_crosses_the_flip_where_it_is_marked(browser: Any, pages: Any) -> None:
    """Just before the flip point the leader leads, just behind it the rival does, for every assumption that has one."""
    case, file = pages["worked"]
    page, _, _ = opened(browser, file)
    flips = ab.flip_points(case)
    assert flips["reachable"].sum() > 5
    for address, row in flips[flips["reachable"]].iterrows():
        odds = row["flip_at"] / (1 - row["flip_at"])
        sides = [odds * factor / (1 + odds * factor) for factor in (0.999, 1.001)]
        shown = page.evaluate(SWEEP, [[address, repr(value)] for value in sides])
        leaders = {case.names[int(np.argmax(one))] for one in shown}
        assert leaders == {flips.attrs["target"], row["new_leader"]}


@pytest.mark.parametrize("name", ["worked", "outage"])
def test_a_page_shows_numbers_as_the_library_does(name: str, browser: Any, pages: Any) -> None:
    """Stated number, ends of the range and flip have the digits that tables and pictures give them."""
    case, file = pages[name]
    page, _, _ = opened(browser, file)
    flips = ab.flip_points(case)
    data = page.evaluate("JSON.parse(document.getElementById('slider-data').textContent).assumptions")
    for index, one in enumerate(data):
        page.locator("#assumption").select_option(str(index))
        legend = page.locator(".legend:not([role])").inner_text()
        assert f"stated: {digits(one['stated'])}. " in legend
        assert f"range, {digits(one['lower'])} to {digits(one['upper'])}. " in legend
        if one["rival"] and not one["tied"]:
            assert f"flip: at {digits(flips.at[one['address'], 'flip_at'])} " in legend


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_box_shows_a_number_with_all_its_digits(viewport: dict[str, int], browser: Any, pages: Any) -> None:
    """The longest number that can be typed or come of a slider is not cut, on a phone neither."""
    page, _, _ = opened(browser, pages["outage"][1])
    page.set_viewport_size(viewport)
    page.locator("#value").fill("1.1754943508222875e-38")
    wide, there = page.evaluate("(b => [b.scrollWidth, b.clientWidth])(document.getElementById('value'))")
    assert wide <= there


@pytest.mark.parametrize("typed", ["0", "1", "-0.5", "2", "", "1e400", "x"])
def test_what_is_no_probability_is_refused(typed: str, browser: Any, pages: Any) -> None:
    """The page says what to give, and the bars stay as they were."""
    page, _, _ = opened(browser, pages["outage"][1])
    before = page.locator(".bars").inner_text()
    page.locator("#value").focus()
    page.locator("#value").press("Control+A")
    page.keyboard.type(typed) if typed else page.keyboard.press("Delete")
    assert "between 0 and 1" in page.locator("[role=alert]").inner_text()
    assert page.locator(".bars").inner_text() == before


def test_a_button_brings_its_assumption(browser: Any, pages: Any) -> None:
    """What could overturn the answer can be moved from where it is told of; the slider has the focus then."""
    page, _, _ = opened(browser, pages["outage"][1])
    buttons = page.locator("[data-move]")
    assert buttons.count() == 5
    buttons.nth(3).click()
    address = buttons.nth(3).get_attribute("data-move")
    chosen = page.evaluate(
        "JSON.parse(document.getElementById('slider-data').textContent)"
        ".assumptions[Number(document.getElementById('assumption').value)].address"
    )
    assert chosen == address
    assert page.evaluate("document.activeElement.id") == "position"


def test_without_a_script_the_page_is_whole(browser: Any, pages: Any) -> None:
    """All but the sliders is there, and the page says what is missing."""
    page, _, _ = opened(browser, pages["outage"][1], java_script_enabled=False)
    assert "This part needs a browser that runs scripts" in page.locator("#sliders").inner_text()
    assert page.locator("[data-move]:visible").count() == 0
    assert page.locator("table").count() > 10


# Accessibility and layout --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, scheme: str, browser: Any, pages: Any) -> None:
    """The accessibility checker finds no violation, in light and in dark, one of them at the width of a phone."""
    viewport = (DESKTOP, PHONE)[(PAGES.index(name) + (scheme == "dark")) % 2]
    axe = import_module("axe_playwright_python.sync_playwright").Axe()
    page, _, said = opened(browser, pages[name][1], color_scheme=scheme, viewport=viewport, bypass_csp=True)
    found = axe.run(page)
    assert not said
    assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_does_not_scroll_sideways(name: str, browser: Any, pages: Any) -> None:
    """Whatever is wider than the window scrolls in a box of its own, on two phones and on a desktop."""
    page, _, _ = opened(browser, pages[name][1], viewport=PHONE)
    for width in (PHONE["width"], 390, DESKTOP["width"]):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.body.scrollWidth") <= width


def test_it_can_be_printed(browser: Any, pages: Any) -> None:
    """On paper the controls are gone and the text is dark on white, whatever the screen is."""
    page, _, _ = opened(browser, pages["outage"][1], color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("#sliders").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


def printed_pages(page: Any, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("name", ["worked", "outage", "panel", "assessment"])
def test_the_first_printed_page_ends_before_the_details(name: str, paper: str, browser: Any, pages: Any) -> None:
    """The head and the answer take one page, and what follows begins on the next.

    What comes later is hidden, not removed: whether pictures are printed depends on its details, which are folded.
    """
    page, _, _ = opened(browser, pages[name][1])
    hide = "[...document.querySelectorAll('main > *')].slice({}).forEach((one) => {{ one.style.display = 'none'; }})"
    page.evaluate(hide.format(2))
    assert printed_pages(page, paper) == 2
    page.evaluate(hide.format(1))
    assert printed_pages(page, paper) == 1


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_picture_of_several_answers_begins_the_second_sheet(paper: str, browser: Any, pages: Any) -> None:
    """With details open the answers end on the first sheet; the section after them goes on beneath the picture."""
    page, _, _ = opened(browser, pages["panel"][1])
    page.get_by_role("button", name="Open all details").click()
    hide = "[...document.querySelectorAll('{}')].slice({}).forEach((one) => {{ one.style.display = 'none'; }})"
    page.evaluate(hide.format("main > *", 2))
    assert printed_pages(page, paper) == 2
    page.evaluate(hide.format("#answers > figure", 0))
    page.evaluate(hide.format("main > *", 1))
    assert printed_pages(page, paper) == 1


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_ten_items_print_to_six_pages(paper: str, browser: Any, pages: Any) -> None:
    """With all details folded, even their names; opened by their button they are printed too."""
    page, _, _ = opened(browser, pages["worked"][1])
    folded = printed_pages(page, paper)
    assert folded <= 6
    page.get_by_role("button", name="Open all details").click()
    assert printed_pages(page, paper) > folded


# The widget ----------------------------------------------------------------------------------------------------------

HOST = """async ([script, style, state]) => {
  const listeners = new Map();
  const model = {
    saved: 0,
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = value;
      [...(listeners.get(`change:${name}`) ?? [])].forEach((one) => one());
    },
    save_changes() { this.saved += 1; },
    on: (event, act) => listeners.set(event, [...(listeners.get(event) ?? []), act]),
    off: (event, act) => listeners.set(event, listeners.get(event).filter((one) => one !== act)),
  };
  const css = document.createElement("style");
  css.textContent = style;
  document.head.append(css);
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  window.model = model;
  window.listening = () => [...listeners.values()].flat().length;
  const place = () => document.querySelector("main").appendChild(document.createElement("div"));
  window.render = () => module.default.render({ model, el: place() });
  window.close = render();
}"""
"""What a notebook does with a widget: it keeps the state, and says when something in it has changed."""

TYPED = """(asked) => asked.forEach(([what, value]) => {
  const choice = document.querySelector("select"), box = document.querySelector("input[type=number]");
  choice.value = [...choice.options].findIndex((one) => one.textContent === what);
  choice.dispatchEvent(new Event("change"));
  box.value = value;
  box.dispatchEvent(new Event("input"));
})"""


def hosted(browser: Any, widget: Any, ground: str = "", **look: Any) -> tuple[Any, list[str]]:
    """A page with the widget, and what it complained of."""
    page = browser.new_context(**look).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.set_content(f'<!DOCTYPE html><html lang="en"><title>x</title><body style="{ground}"><main><h1>x</h1></main>')
    state = {name: getattr(widget, name) for name in ("question", "readings", "reading", "moved")}
    page.evaluate(HOST, [widget._esm, widget._css, state])
    return page, said


def bars(page: Any) -> list[float]:
    return [float(one.get_attribute("value")) for one in page.locator(".bars data").all()]


@pytest.mark.parametrize("name", ["crocus_city_hall", "outage"])
def test_what_a_widget_shows_is_what_its_moved_numbers_give(name: str, browser: Any) -> None:
    """`what_if` and weighing the supposed case agree with it to 1e-9, for sets of one to four numbers."""
    case, rng = ab.load_case(EXAMPLES / f"{name}.yaml"), random.Random(6)
    widget = ab.explore(case)
    page, said = hosted(browser, widget)
    offered = widget.readings[0][1]["assumptions"]
    for _ in range(TOGETHER):
        values = {one["what"]: rng.uniform(0.01, 0.99) for one in apart(offered, rng.randint(1, 4), rng)}
        page.locator("button", has_text="All back").click()
        page.evaluate(TYPED, [[what, repr(value)] for what, value in values.items()])
        widget.moved = page.evaluate("model.get('moved')")
        assert sorted(widget.moved.values()) == sorted(values.values())
        assert bars(page) == pytest.approx(ab.what_if(case, widget.moved).values[0], abs=PAGE)
        assert bars(page) == pytest.approx(ab.weigh(ab.suppose(case, widget.moved)).credence.values, abs=PAGE)
    page.locator("button", has_text="All back").click()
    assert page.evaluate("model.get('moved')") == {}
    assert not said


def test_a_slider_of_a_widget_follows_the_keyboard(browser: Any) -> None:
    """Every control has its name; an arrow moves the number, and what is moved is told to Python each time."""
    widget = ab.explore(ab.load_case(EXAMPLES / "outage.yaml"))
    page, said = hosted(browser, widget)
    page.get_by_label("Assumption, the nearest").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "range"
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert page.get_by_label("Its value").get_attribute("aria-valuetext")
    assert page.evaluate("model.saved") == 5
    ((address, value),) = page.evaluate("model.get('moved')").items()
    assert address == widget.readings[0][1]["assumptions"][0]["address"]
    assert float(page.get_by_label("or as a number").input_value()) == pytest.approx(value, rel=0.01)
    page.get_by_role("button", name="All back to as stated").press("Enter")
    assert page.evaluate("model.get('moved')") == {}
    assert not said


def test_python_moves_the_sliders_and_every_view_follows(browser: Any) -> None:
    """What is set in Python is shown; a second view shows the same, and what one moves the other shows too."""
    case = ab.load_case(EXAMPLES / "outage.yaml")
    widget = ab.explore(case)
    page, said = hosted(browser, widget)
    one, other = (one["address"] for one in apart(widget.readings[0][1]["assumptions"], 2, random.Random(7)))
    widget.moved = {one: 0.25, other: 0.125}
    page.evaluate("(moved) => model.set('moved', moved)", widget.moved)
    expected = ab.what_if(case, widget.moved).values[0]
    assert bars(page) == pytest.approx(expected, abs=PAGE)
    page.evaluate("window.closeOther = render()")
    assert page.evaluate("model.saved") == 0
    assert page.locator(".sliders").count() == 2
    assert bars(page) == pytest.approx([*expected, *expected], abs=PAGE)
    assert len(set(page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)"))) == 10
    page.locator(".sliders").nth(1).get_by_role("button", name="Put back").first.click()
    assert len(page.evaluate("model.get('moved')")) == 1
    assert bars(page)[: len(expected)] == bars(page)[len(expected) :]
    page.evaluate("(close(), closeOther())")
    assert page.evaluate("listening()") == 0
    assert not said


def test_readings_are_buttons(browser: Any) -> None:
    """The one that is pressed is on view, by itself, with nothing moved; a single case has no buttons."""
    cases = readings_of(ab.load_case(EXAMPLES / "crocus_city_hall.yaml"))
    widget = ab.explore(cases)
    page, said = hosted(browser, widget)
    group = page.get_by_role("group", name="Readings")
    assert group.get_by_role("button").all_inner_texts() == [*cases]
    for name, case in [*cases.items()][::-1]:
        page.evaluate(TYPED, [[page.locator("option").first.text_content(), "0.25"]])
        group.get_by_role("button", name=name, exact=True).press("Enter")
        assert page.locator("[aria-pressed=true]").all_inner_texts() == [name]
        assert page.evaluate("[model.get('reading'), model.get('moved')]") == [name, {}]
        assert bars(page) == pytest.approx(ab.weigh(case).credence.values, abs=PAGE)
    page.evaluate("model.set('reading', 'article')")
    assert page.locator("[aria-pressed=true]").all_inner_texts() == ["article"]
    single, _ = hosted(browser, ab.explore(cases["worked"]))
    assert not single.get_by_role("group", name="Readings").is_visible()
    assert not said


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("ground", ["color: #000; background: #fff", "color: oklch(0.95 0 0); background: #111"])
def test_axe_finds_nothing_in_a_widget(ground: str, viewport: dict[str, int], browser: Any) -> None:
    """Whatever the system prefers, it is dark where the notebook is, also when that changes; nothing is cut off."""
    axe = import_module("axe_playwright_python.sync_playwright").Axe()
    scheme = "dark" if "#fff" in ground else "light"
    widget = ab.explore(readings_of(ab.load_case(EXAMPLES / "crocus_city_hall.yaml")))
    page, _ = hosted(browser, widget, ground, color_scheme=scheme, viewport=viewport)
    page.wait_for_timeout(100)
    paper = page.evaluate("getComputedStyle(document.querySelector('select')).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if "#fff" in ground else "rgb(22, 24, 27)")
    found = axe.run(page)
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.evaluate("document.body.style.color = document.body.style.color.startsWith('rgb') ? 'white' : 'black'")
    page.wait_for_timeout(100)
    assert page.evaluate("getComputedStyle(document.querySelector('select')).backgroundColor") != paper


def test_hostile_text_runs_no_script_in_a_widget(browser: Any) -> None:
    """Text that tries to be a script does nothing: no dialog, no error, no element of its own."""
    case = hostile()
    page, said = hosted(browser, ab.explore({"".join(HTML): case, "".join(SCRIPTS): case}))
    page.wait_for_timeout(200)
    assert said == []
    assert page.locator("iframe, object, embed, form, img, svg, script, [onload], [onerror]").count() == 0
    assert page.locator(".question").text_content() == case.question


# What the page does not do -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["worked", "outage", "long", "hostile"])
def test_no_request_leaves_the_page(name: str, browser: Any, pages: Any) -> None:
    """The file itself and the pictures inside of it are all that is loaded."""
    file = pages[name][1]
    page, asked, _ = opened(browser, file)
    page.wait_for_timeout(200)
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]


def test_hostile_text_runs_no_script(browser: Any, pages: Any) -> None:
    """Text that tries to be a script, in every field, does nothing: no dialog, no error, no element of its own."""
    case, file = pages["hostile"]
    page, asked, said = opened(browser, file)
    page.wait_for_timeout(200)
    assert said == []
    assert len([url for url in asked if not url.startswith("data:")]) == 1
    assert page.evaluate("document.scripts.length") == 2
    foreign = "iframe, object, embed, form, base, link, svg, math, meta[http-equiv=refresh], [onload], [onerror]"
    assert page.locator(foreign).count() == 0
    assert page.title() == " ".join(case.question.split())


def test_an_injected_script_would_not_run(browser: Any, pages: Any) -> None:
    """Were something to get into the page all the same, the policy would forbid it."""
    page, _, said = opened(browser, pages["outage"][1])
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.hacked = true";
          document.body.append(script);
          const image = document.createElement("img");
          image.src = "https://example.org/x.png";
          document.body.append(image);
          document.body.insertAdjacentHTML("beforeend", "<p style='color: red' onclick='hacked = true'>x</p>");
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert sum("Content Security Policy" in one for one in said) >= 3
