"""Hostile text is refused with its code, or it is text like any other wherever it comes out.

Row B61 of the contract for bad inputs, with B67 (surroundings that change nothing) and B68 (names and statements that
strain a layout).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.notebook import LEFT, RIGHT
from attribution_bayes.declare.parts import MAX_LABEL, NAME, Evidence, Hypothesis, shown_name
from attribution_bayes.declare.ways import Certain, Impossible, Odds, Words
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import CaseError, CaseWarning, ContradictionError
from attribution_bayes.files import cases as casefile
from attribution_bayes.files.cases import dump_case, load_case
from payloads import ALLOWED, PAYLOADS, Page, unseen
from test_bad_inputs import REMOVED, ROUTES, TREE, changed, declared, faults

FEW = Sampling(draws=100, chains=4, seed=2)
IDS = [str(number) for number in range(len(PAYLOADS))]
ALLOWED_IDS = [str(number) for number in range(len(ALLOWED))]

TEXTS = {
    "question": "question",
    "prior_basis": "prior_basis.0",
    "hypotheses.alone.statement": "hypotheses.alone.statement",
    "hypotheses.other.statement": "hypotheses.other.statement",
    "sources.agency.statement": "source.agency.statement",
    "evidence.footage.statement": "evidence.footage.statement",
    "evidence.footage.citation": "evidence.footage.citation",
    "hypotheses.alone.citation": "hypotheses.alone.citation",
    "sources.agency.citation": "source.agency.citation",
    "evidence.paid.reports.0.citation": "evidence.paid.reports.agency.citation",
    "evidence.tone.statement": "evidence.tone.statement",
}
"""Every kind of text field, and its address."""

LINES = {
    "author": "author",
    "marking": "marking",
    "hypotheses.alone.label": "hypotheses.alone.label",
    "sources.agency.label": "source.agency.label",
    "evidence.footage.label": "evidence.footage.label",
}
"""Every kind of text in one line, and its address."""

REASONS = {
    "sources.agency.reliability": "certain",
    "sources.press.if_unreliable.alone": "impossible",
    "evidence.paid.reports.1.copy_probability": "impossible",
    "evidence.footage.likelihood.alone": "impossible",
    "evidence.fled.likelihood.other.true": "certain",
    "evidence.weapon.likelihood.alone": None,
}
"""Where a reason may stand."""


def everywhere(text: str) -> dict[str, Any]:
    """The changes that put a text wherever text can stand."""
    reasons: dict[str, Any] = {path: {way: text} for path, way in REASONS.items() if way}
    reasons["evidence.weapon.likelihood.alone"] = {"knife": {"impossible": text}, "gun": 0.5, "none": 0.5}
    lines = dict.fromkeys(LINES, text) if is_line(text) else {}
    return {**dict.fromkeys(TEXTS, text), "prior_basis": [text], **lines, **reasons}


def is_line(text: str) -> bool:
    """Whether a text can be a label: one line, as long as a name."""
    return len(text) <= MAX_LABEL and text.splitlines() == [text] and "\t" not in text


def weighed(case: Case) -> tuple[Posterior, list[str]]:
    """The weighed case, and what it was cautioned about."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        posterior = weigh(case, sampling=FEW)
    assert {warning.category for warning in caught} <= {CaseWarning}
    return posterior, [str(warning.message) for warning in caught]


def test_there_are_a_hundred_payloads_and_none_is_a_name() -> None:
    """More than a hundred texts, each once, of which no name can be made."""
    assert len(PAYLOADS) > 100
    assert not [text for text in PAYLOADS if NAME.fullmatch(text)]
    assert all(unseen(text) - {"\t"} for text, code in PAYLOADS.items() if code == "E_TEXT_CONTROL")
    assert not any(unseen(text) - {"\t"} for text in ALLOWED)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("text", "code"), PAYLOADS.items(), ids=IDS)
def test_a_text_is_refused_everywhere_or_nowhere(text: str, code: str | None, route: str, tmp_path: Path) -> None:
    """Every text field refuses it with the same code at its address, or all of them keep it to the letter."""
    changes = dict.fromkeys(TEXTS, text) | {"prior_basis": [text]}
    if code is None:
        case = ROUTES[route](changed(changes), tmp_path)
        assert {case.question, *case.prior_basis, case.sources[0].statement, case.evidence[0].citation} == {text}
        assert {part.statement for part in (*case.hypotheses, case.evidence[0])} == {text}
    else:
        found = faults(lambda: ROUTES[route](changed(changes), tmp_path))
        assert found == sorted((code, path) for path in TEXTS.values())


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("text", "code"), PAYLOADS.items(), ids=IDS)
def test_a_line_is_refused_like_any_text(text: str, code: str | None, route: str, tmp_path: Path) -> None:
    """Labels, authors and markings refuse what a text does, and what is too long or has a second line."""
    tree = changed(dict.fromkeys(LINES, text))
    if code is None and is_line(text):
        case = ROUTES[route](tree, tmp_path)
        labelled = (case.hypotheses[0], case.sources[0], case.evidence[0])
        assert {case.author, case.marking, *map(shown_name, labelled)} == {text}
    else:
        found = faults(lambda: ROUTES[route](tree, tmp_path))
        refused = code or ("E_LIMIT" if len(text) > MAX_LABEL else "E_TEXT_CONTROL")
        assert {path for found_code, path in found if found_code == refused} >= {
            path for path in LINES.values() if path.endswith("label")
        }
        assert {found_code for found_code, _ in found} == {refused}


@pytest.mark.parametrize("way", [Impossible, Certain])
@pytest.mark.parametrize(("text", "code"), PAYLOADS.items(), ids=IDS)
def test_a_reason_is_refused_like_any_text(text: str, code: str | None, way: Any) -> None:
    """A reason that cannot be shown is refused; one without a word is no reason."""
    if code is None:
        assert way(text).reason == text
    else:
        expected = "E_REASON" if code == "E_MISSING" else code
        assert faults(lambda: way(text)) == [(expected, "reason")]


REFERENCES = {
    "evidence.paid.reports.0.source": ("E_SOURCE", None),
    "evidence.fled.given": ("E_GIVEN", "evidence.fled.given"),
    "evidence.weapon.observed": ("E_OUTCOME", "evidence.weapon.observed"),
    "evidence.tone.likelihood.reference": ("E_UNKNOWN_NAME", "evidence.tone.likelihood.reference"),
    "evidence.footage.date": ("E_DATE", "evidence.footage.date"),
}


def refusal_of(tree: Any, route: str, folder: Path) -> CaseError:
    """The error, of which the text can be printed anywhere."""
    with pytest.raises(CaseError) as caught:
        ROUTES[route](tree, folder)
    text = str(caught.value)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert max(map(len, text.splitlines())) < 1_000
    return caught.value


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("text", PAYLOADS, ids=IDS)
def test_no_name_is_hostile(text: str, route: str, tmp_path: Path) -> None:
    """As the name of a part, an outcome or a field, as a reference, term, number or date, each payload is refused.

    The text of the error is ASCII that can be seen, and no longer for a longer text.
    """
    part = {"statement": "s", "reliability": 0.5, "if_unreliable": 0.5}
    item = {"statement": "s", "likelihood": {"alone": 0.5, "other": 0.4}}
    references = refusal_of(changed(dict.fromkeys(REFERENCES, text)), route, tmp_path).problems
    found = {(problem.code, problem.path) for problem in references}
    report = f"evidence.paid.reports.{text}" if text else "evidence.paid.reports"
    expected = {(code, path or report) for code, path in REFERENCES.values()}
    assert expected - found <= ({("E_DATE", "evidence.footage.date")} if text == "2024-03-22" else set())
    tree = changed({})
    tree["hypotheses"][text] = {"statement": "s"}
    tree["sources"][text] = part
    tree["evidence"][text] = item
    if route == "python" or len(text) <= 1_000:  # a longer key is refused before anything else is looked at
        problems = refusal_of(tree, route, tmp_path).problems
        found = {(problem.code, problem.path) for problem in problems}
        named = "E_LIMIT" if len(text) > 1_000 else "E_NAME"
        assert {(named, f"{place}.{text}") for place in ("hypotheses", "source", "evidence")} <= found
    else:
        assert {problem.code for problem in refusal_of(tree, route, tmp_path).problems} == {"E_LIMIT"}


@pytest.mark.parametrize("text", PAYLOADS, ids=IDS)
def test_no_number_term_or_field_is_hostile(text: str, tmp_path: Path) -> None:
    """A payload where a number, a term, a scale, an outcome or a field belongs is refused in text that can be shown."""
    for changes in (
        {"evidence.footage.likelihood.other": text, "evidence.weapon.outcomes": [text, "gun"]},
        {"prior": {"alone": 0.7, text: 0.3}},
        {"evidence.footage.likelihood": text},
        {"evidence.footage": {text: text, "statement": "s", "likelihood": {"alone": 0.5, "other": 0.5}}},
        {"evidence.footage.likelihood.alone": {"words": text, "scale": "icd203-2015"}},
        {"evidence.footage.likelihood.alone": {"words": "likely", "scale": text or "-"}},
        {"hypotheses": {text: {"statement": "s"}, "b": {"statement": "s"}}, "prior": {text: 0.4, "b": 0.4},
         "sources": REMOVED, "evidence": REMOVED},
    ):  # fmt: skip
        refusal_of(changed(changes), "json", tmp_path)
    for make in (lambda: Words(text, "icd203-2015"), lambda: Odds({text: -1, "b": 1}), lambda: Words("likely", [text])):
        with pytest.raises(CaseError) as caught:
            make()
        assert str(caught.value).isascii()


@pytest.mark.parametrize("text", ALLOWED, ids=ALLOWED_IDS)
def test_what_is_allowed_is_inert_wherever_it_comes_out(text: str, tmp_path: Path) -> None:
    """In print, as a page, in tables, cautions, representations and files a hostile text is the text that it is."""
    case = declared(changed(everywhere(text)))
    posterior, cautioned = weighed(case)
    printed = str(posterior)
    assert not unseen(repr(posterior))
    assert not unseen(printed)
    assert printed.startswith(text.expandtabs())
    assert not any(unseen(caution) - {"\t"} for caution in cautioned)
    assert any(text in caution for caution in cautioned)

    page = Page(posterior._repr_html_())
    assert page.tags == {"p", "strong", "bdi", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    styles = {("style", LEFT), ("style", RIGHT)}
    assert page.attributes == {("scope", "col"), ("scope", "row"), *styles}
    assert page.others == []
    assert page.shown[0] == text
    assert any(" ".join(text.split()) in " ".join(shown.split()) for shown in page.shown[1:])

    table = posterior.summary()
    assert list(table.index) == ["alone", "other"]
    shown = table.to_string() + table.to_html() + table.to_csv() + str(table.attrs)
    assert shown.isascii()

    assert not unseen(repr(case))
    assert not unseen(str(case))
    for ending in ("yaml", "json"):
        path = tmp_path / f"case.{ending}"
        dump_case(case, path)
        assert load_case(path) == case
        assert not unseen(path.read_text(encoding="utf-8"))


def test_a_contradiction_names_names_only() -> None:
    """The error of a contradicted case holds no text that somebody wrote."""
    never = Impossible("<script>alert(1)</script>")
    item = Evidence(name="e", statement="s", likelihood={"alone": never, "other": never})
    with pytest.raises(ContradictionError) as caught:
        weigh(declared(TREE).model_copy(update={"evidence": [item]}))
    assert "<" not in str(caught.value)


# Surroundings (B67) --------------------------------------------------------------------------------------------------

SCRIPT = textwrap.dedent(
    """
    import locale, sys, time, warnings
    from pathlib import Path
    warnings.simplefilter("ignore")
    locale.setlocale(locale.LC_ALL, "")
    from attribution_bayes.files.cases import dump_case, load_case
    from attribution_bayes.engine.sampling import Sampling
    from attribution_bayes.engine.weigh import weigh
    folder = Path(sys.argv[2])
    case = load_case(sys.argv[1]).model_copy(update={"question": "\\u041a\\u0442\\u043e\\u2014\\u8c01?"})
    item = case.evidence[0].model_copy(update={"date": "2024-03-31"})
    case = case.model_copy(update={"evidence": (item, *case.evidence[1:])})
    posterior = weigh(case, sampling=Sampling(draws=100))
    for name in ("case.yaml", "case.json"):
        dump_case(case, folder / name)
        assert load_case(folder / name) == case
    text = "\\n".join([str(posterior), posterior._repr_html_(), posterior.summary().to_string()])
    (folder / "text").write_bytes(text.encode())
    print(locale.localeconv()["decimal_point"], time.timezone)
    """
)


OUTAGE = Path(__file__).parents[1] / "examples" / "outage.yaml"
COMMA = "de_DE.UTF-8"
PLAIN = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
ELSEWHERE = {
    "ASCII on another day": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "XXX-14"},
}


def with_decimal_comma(folder: Path) -> dict[str, dict[str, str]]:
    """A locale that writes 0,5; nothing where the system cannot make one."""
    if shutil.which("localedef"):
        command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / COMMA)]
        subprocess.run(command, capture_output=True, check=False)
    variables = {"LC_ALL": COMMA, "LOCPATH": str(folder), "TZ": "XXX12"}
    return {"decimal comma": variables} if (folder / COMMA).is_dir() else {}


def written_in(surroundings: dict[str, str], folder: Path) -> tuple[str, dict[str, bytes]]:
    """What the process says of its decimal point and its time zone, and the bytes of all that it wrote."""
    folder.mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": "0", **PLAIN, **surroundings}
    command = [sys.executable, "-c", SCRIPT, str(OUTAGE), str(folder)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return said, {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.slow
def test_b67_the_surroundings_change_no_byte(tmp_path: Path) -> None:
    """B67: without UTF-8, with a decimal comma, in another time zone: the same files, the same print, the same page."""
    said, plain = written_in({}, tmp_path / "plain")
    assert (said, list(plain)) == (". 0\n", ["case.json", "case.yaml", "text"])
    elsewhere = {**ELSEWHERE, **with_decimal_comma(tmp_path)}
    for name, variables in elsewhere.items():
        said_there, written = written_in(variables, tmp_path / name.replace(" ", "_"))
        assert written == plain, name
        assert said_there.startswith(",") is (name == "decimal comma")
        assert not said_there.endswith(" 0\n")


def test_b67_nothing_asks_for_the_surroundings() -> None:
    """B67: no module looks at the locale, at the clock or at the time zone, nor opens text without an encoding."""
    asks = re.compile(r"import (locale|time)\b|\.(now|today|strftime|localtime)\(|:n\}|(read|write)_text\(\)")
    for module in Path(casefile.__file__).parents[1].rglob("*.py"):
        assert not asks.search(module.read_text(encoding="utf-8")), module.name


# Layout (B68) --------------------------------------------------------------------------------------------------------

LONG = ("a" * 64, "Z" * 63 + "9", "b_" * 32, "c")
RIGHT_TO_LEFT = "\u05de\u05d9 \u05d4\u05d5\u05e8\u05d4 \u05e2\u05dc \u05d4\u05ea\u05e7\u05d9\u05e4\u05d4?"


def long_names() -> Posterior:
    hypotheses = [Hypothesis(name=name, statement=RIGHT_TO_LEFT, catch_all=name == "c") for name in LONG]
    rows = dict(zip(LONG, (0.9, 0.001, Impossible(RIGHT_TO_LEFT), 0.3), strict=True))
    items = [Evidence(name="e" * 64, statement=RIGHT_TO_LEFT, likelihood=rows)]
    prior = Odds(dict.fromkeys(LONG, 1))
    posterior, _ = weighed(Case(question=RIGHT_TO_LEFT, hypotheses=hypotheses, prior=prior, evidence=items))
    return posterior


def test_b68_the_printed_table_bears_the_longest_names() -> None:
    """B68: names of 64 characters stand whole, in columns that line up, and text from right to left after them."""
    posterior = long_names()
    question, _, head, *rows = str(posterior).splitlines()[:7]
    assert question == RIGHT_TO_LEFT
    assert [row.split()[0] for row in rows] == list(LONG)
    assert {len(row) for row in (head, *rows)} == {len(head)}
    for column in ("prior", "credence", "spread (90 %)", "in words"):
        end = head.index(column) + len(column)
        assert all(row[end : end + 1] in ("", " ") and row[end - 1] != " " for row in rows)
    assert rows[0].endswith("likely")
    assert "..." not in str(posterior)


def test_b68_tables_and_pages_cut_no_name() -> None:
    """B68: the index of the summary, its page, the draws and the note on what is excluded have the whole names."""
    posterior = long_names()
    assert tuple(posterior.summary().index) == tuple(posterior.credence.hypothesis.values) == LONG
    page = Page(posterior._repr_html_())
    assert [shown for shown in page.shown if shown in LONG] == list(LONG)
    assert posterior.excluded == (LONG[2],)
    assert any(f"whatever else is found: {LONG[2]}." in shown for shown in page.shown)
    assert tuple(posterior.draws["posterior"]["credence"].hypothesis.values) == LONG


def test_b68_no_address_is_cut_in_an_error() -> None:
    """B68: an address of the longest names is printed whole."""
    rows = {LONG[0]: {"x" * 64: 0.5, "y" * 64: 2}, "b": {"x" * 64: 0.5, "y" * 64: 0.5}}
    item = Evidence(name="e" * 64, statement="s", outcomes=("x" * 64, "y" * 64), observed="x" * 64, likelihood=rows)
    with pytest.raises(CaseError) as caught:
        Case(
            question="q",
            hypotheses=[Hypothesis(name=name, statement="s") for name in (LONG[0], "b")],
            prior={LONG[0]: 0.5, "b": 0.5},
            evidence=[item],
        )
    assert f"evidence.{'e' * 64}.likelihood.{LONG[0]}.{'y' * 64}: 2.0 is not a probability." in str(caught.value)
