"""The command line: what it writes, what it says, and its exit codes."""

from __future__ import annotations

import datetime
import io
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import attribution_bayes as ab
from attribution_bayes.cli import main
from attribution_bayes.cli.command import COMMANDS
from attribution_bayes.engine.posterior import in_percent
from attribution_bayes.files.cases import dump_case

EXAMPLES = Path(__file__).parents[1] / "examples"
OUTAGE = EXAMPLES / "outage.yaml"

FAULTY = """
question: "Which?"
hypotheses: {a: {statement: a}, b: {statement: b, catch_all: true}}
prior: {a: 0.5, b: 0.4}
evidence: {e: {statement: e, likelihood: {a: 2}}}
"""
SMALL = """
question: "Who passed it on?"
hypotheses: {insider: {statement: "somebody inside"}, other: {statement: "anybody else", catch_all: true}}
prior: {insider: 0.4, other: 0.6}
evidence:
  badge: {statement: "A badge was used", likelihood: {insider: {between: [0.5, 0.9]}, other: 0.3}}
  camera: {statement: "A camera saw nobody", likelihood: {insider: 0.6, other: {uniform: [0.2, 0.7]}}}
"""
"""A case whose page is there soon."""

CONTRADICTORY = """
question: "Which?"
hypotheses: {a: {statement: a}, b: {statement: b}}
prior: {a: 0.5, b: 0.5}
evidence: {e: {statement: e, likelihood: {a: {impossible: it cannot be}, b: {impossible: it cannot be}}}}
"""


@pytest.fixture(autouse=True)
def _without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take most of the time and have their own tests."""
    for module in ("report", "archive"):
        monkeypatch.setattr(import_module(f"attribution_bayes.report.{module}"), "illustrations", lambda _: {})


def written(folder: Path, text: str) -> str:
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return str(folder / "case.yaml")


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_a_report_is_written_where_it_is_asked_for(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is the report of the weighed case; its name is printed; the exit code is 0."""
    file, case = tmp_path / f"out{ending}", written(tmp_path, SMALL)
    assert main(["report", case, "-o", str(file), "--seed", "3"]) == 0
    assert capsys.readouterr() == (f"{file}\n", "")
    ab.report(ab.weigh(ab.load_case(case), sampling=ab.Sampling(seed=3)), tmp_path / f"same{ending}")
    assert file.read_bytes() == (tmp_path / f"same{ending}").read_bytes()


def test_a_report_stands_beside_its_case_unless_told_otherwise(tmp_path: Path) -> None:
    """A page of the same name; one that is there already stays, unless it may be replaced."""
    case = written(tmp_path, SMALL)
    assert main(["report", case]) == 0
    assert (tmp_path / "case.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert main(["report", case]) == 2
    assert main(["report", case, "--overwrite"]) == 0


def test_a_saved_result_can_be_reported_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its report is that of the posterior; one that was damaged is refused."""
    saved = tmp_path / "small.nc"
    posterior = ab.weigh(ab.load_case(written(tmp_path, SMALL)), sampling=ab.Sampling(draws=200, seed=5))
    ab.save_posterior(posterior, saved)
    assert main(["report", str(saved), "-o", str(tmp_path / "out.md")]) == 0
    assert "4 chains of 200 draws, seed 5" in (tmp_path / "out.md").read_text(encoding="utf-8")
    assert main(["check", str(saved)]) == 0
    damaged = bytearray(saved.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    saved.write_bytes(damaged)
    capsys.readouterr()
    assert main(["check", str(saved)]) == 1
    assert "E_INTEGRITY" in capsys.readouterr().out
    assert main(["report", str(saved), "-o", str(tmp_path / "again.md")]) == 1
    assert not (tmp_path / "again.md").exists()


def readings(folder: Path) -> list[str]:
    """Files of two readings of one question."""
    case = ab.load_case(written(folder, SMALL))
    prior = ab.Odds({"insider": 1, "other": 4})
    for name, one in (("ben", case.model_copy(update={"prior": prior})), ("anna", case)):
        dump_case(one, folder / f"{name}.yaml")
    return [str(folder / "ben.yaml"), str(folder / "anna.yaml")]


@pytest.fixture
def _without_pictures_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("attribution_bayes.report.report"), "side_by_side", lambda _: {})


@pytest.mark.usefixtures("_without_pictures_of_several")
def test_several_cases_are_reported_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Called by their file names or as asked, in the order given, as `report` does with a panel; also saved results."""
    ben, anna = readings(tmp_path)
    assert main(["report", ben, anna, "-o", str(tmp_path / "out.md")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out.md'}\n"
    panel = {"ben": ab.load_case(ben), "anna": ab.load_case(anna)}
    ab.report(ab.Panel(panel), tmp_path / "same.md")
    assert (tmp_path / "out.md").read_bytes() == (tmp_path / "same.md").read_bytes()
    ab.save_posterior(ab.weigh(panel["anna"], sampling=ab.Sampling(draws=100)), tmp_path / "anna.nc")
    assert main(["report", f"week 2={ben}", f"Ms A.={tmp_path / 'anna.nc'}", "-o", str(tmp_path / "named.md")]) == 0
    ab.report(ab.Panel(dict(zip(("week 2", "Ms A."), panel.values(), strict=True))), tmp_path / "also.md")
    assert (tmp_path / "named.md").read_bytes() == (tmp_path / "also.md").read_bytes()


@pytest.mark.usefixtures("_without_pictures_of_several")
def test_a_report_says_what_changed_since_an_earlier_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a case and of several readings, as `report` does; a single case has one earlier version."""
    ben, anna = readings(tmp_path)
    old, new = ab.load_case(ben), ab.load_case(anna)
    assert main(["report", anna, "--previous", ben, "-o", str(tmp_path / "out.md")]) == 0
    ab.report(ab.weigh(new), tmp_path / "same.md", previous=old)
    assert (tmp_path / "out.md").read_bytes() == (tmp_path / "same.md").read_bytes()
    assert main(["report", ben, anna, "--previous", f"ben={anna}", "-o", str(tmp_path / "two.md")]) == 0
    ab.report(ab.Panel({"ben": old, "anna": new}), tmp_path / "also.md", previous={"ben": new})
    assert (tmp_path / "two.md").read_bytes() == (tmp_path / "also.md").read_bytes()
    capsys.readouterr()
    with pytest.raises(SystemExit, match="2"):
        main(["report", anna, "--previous", ben, "--previous", anna])
    assert "a single case has one earlier version" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["report", f"Anna={anna}", "--previous", f"Bert={ben}"])
    assert "no reading is called Bert" in capsys.readouterr().err


@pytest.mark.usefixtures("_without_pictures_of_several")
def test_the_page_of_several_cases_stands_beside_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As panel.html, which is no file of one of them; a file whose own name has an equals sign is found."""
    ben, anna = readings(tmp_path)
    (tmp_path / "a=b.yaml").write_bytes(Path(anna).read_bytes())
    assert main(["report", ben, str(tmp_path / "a=b.yaml")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'panel.html'}\n"
    assert "a=b" in (tmp_path / "panel.html").read_text(encoding="utf-8")


def test_readings_that_cannot_stand_side_by_side_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of one name, options that would change nothing, and other questions: each says what to do."""
    ben, anna = readings(tmp_path)
    for wrong, said in (
        ([ben, ben], "two cases are called ben: write NAME=PATH"),
        ([f"anna={ben}", anna], "two cases are called anna"),
        ([f"Anna ={ben}", anna], "two cases are called Anna"),
        ([ben, anna, "--seed", "3"], "--seed changes nothing"),
        ([ben, anna, "--method", "pymc"], "--method changes nothing"),
    ):
        with pytest.raises(SystemExit, match="2"):
            main(["report", *wrong])
        assert said in capsys.readouterr().err
    parts = "hypotheses: {a: {statement: a}, b: {statement: b}}\nprior: {a: 0.5, b: 0.5}\n"
    other = written(tmp_path, f"question: q\n{parts}")
    assert main(["report", ben, other]) == 1
    assert "E_HYPOTHESES cases.case.question" in capsys.readouterr().err
    assert not [*tmp_path.glob("*.html")]


def test_the_preface_is_read_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It comes first; a file that is not there, or not text, is refused before anything is written."""
    preface, file, case = tmp_path / "preface.txt", tmp_path / "out.md", written(tmp_path, SMALL)
    preface.write_text("Read this first.", encoding="utf-8")
    assert main(["report", case, "-o", str(file), "--preface", str(preface)]) == 0
    assert "Read this first" in file.read_text(encoding="utf-8")[:400]
    preface.write_bytes(b"\xff\xfe")
    assert main(["report", case, "-o", str(tmp_path / "b.md"), "--preface", str(preface)]) == 1
    assert "E_ENCODING" in capsys.readouterr().err
    assert main(["report", case, "-o", str(tmp_path / "b.md"), "--preface", str(tmp_path / "no.txt")]) == 2
    assert not (tmp_path / "b.md").exists()


def test_a_sound_case_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said so, and the exit code is 0."""
    assert main(["check", str(OUTAGE)]) == 0
    assert capsys.readouterr() == ("no problems\n", "")


def test_cautions_are_told_and_are_no_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case that draws a caution is sound; the caution is printed after that."""
    sound = "hypotheses: {a: {statement: a}, b: {statement: b}}\nprior: {a: 0.5, b: 0.5}\nquestion: q\n"
    assert main(["check", written(tmp_path, sound)]) == 0
    first, *cautions = capsys.readouterr().out.splitlines()
    assert first == "no problems"
    assert [one.split()[:2] for one in cautions] == [["caution:", "W_NO_CATCH_ALL"], ["caution:", "W_NO_EVIDENCE"]]


@pytest.mark.parametrize(
    ("text", "codes"),
    [(FAULTY, ["E_PRIOR_SUM", "E_RANGE", "E_MISSING"]), (CONTRADICTORY, ["every hypothesis is excluded"])],
)
def test_a_case_at_fault_has_exit_code_1(
    text: str, codes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checked, all its problems are printed; reported, they go to the errors, and no report is written."""
    case = written(tmp_path, text)
    assert main(["check", case]) == 1
    out, err = capsys.readouterr()
    assert all(code in out for code in codes)
    assert err == ""
    assert main(["report", case]) == 1
    out, err = capsys.readouterr()
    assert all(code in err for code in codes)
    assert out == ""
    assert [file.name for file in tmp_path.iterdir()] == ["case.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nowhere.yaml"],
        ["check", str(EXAMPLES)],
        ["check", "case.txt"],
        ["report", "result.netcdf"],
        ["report", str(OUTAGE), "-o", "report.pdf"],
        ["report", str(OUTAGE), "-o", "nowhere/report.html"],
        ["report", str(OUTAGE), "-o", "report.html", "--seed", "-1"],
    ],
)
def test_what_cannot_be_carried_out_has_exit_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No such file, no such directory, no such form, no such seed: said in one sentence."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = "".join(capsys.readouterr())
    assert "1 problem:" in told
    assert ("does not end in .yaml, .yml, .json, .nc." in told) is (Path(arguments[1]).suffix not in (".yaml", ".nc"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments", [[], ["weigh"], ["report"], ["check", "a", "b"], ["report", "a", "--method", "x"]]
)
def test_a_wrong_command_has_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """How it is used is said on the errors."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("Usage: attribution-bayes")


def test_the_module_is_the_command(tmp_path: Path) -> None:
    """`python -m attribution_bayes` does the same, with the exit codes of the process."""
    command = [sys.executable, "-m", "attribution_bayes", "check"]
    found = [subprocess.run([*command, case], capture_output=True, text=True) for case in (str(OUTAGE), "no.yaml")]
    assert [(one.returncode, one.stderr) for one in found] == [(0, ""), (2, "")]
    assert found[0].stdout == "no problems\n"


@pytest.mark.parametrize("output", ["report.pdf", "nowhere/report.html", "there.html"])
def test_the_output_is_looked_at_before_anything_is_computed(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that cannot be written costs no weighing."""
    (tmp_path / "there.html").write_text("mine")

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(import_module("attribution_bayes.cli.report"), "posterior_of", never)
    assert main(["report", str(OUTAGE), "-o", str(tmp_path / output)]) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["there.html"]


@pytest.mark.parametrize("option", [["--seed", "0"], ["--method", "exact"]])
def test_an_option_that_would_be_ignored_is_refused(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A saved result has been weighed: neither seed nor method changes it."""
    with pytest.raises(SystemExit) as caught:
        main(["report", "result.nc", *option])
    assert caught.value.code == 2
    assert f"{option[0]} changes nothing" in capsys.readouterr().err


def test_overwriting_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file to write, --overwrite has nothing to say."""
    with pytest.raises(SystemExit, match="2"):
        main(["weigh", str(OUTAGE), "--overwrite"])
    assert "--overwrite changes nothing" in capsys.readouterr().err


def test_cautions_of_a_report_go_to_the_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The output holds the name of the report, and nothing else."""
    sound = "hypotheses: {a: {statement: a}, b: {statement: b}}\nprior: {a: 0.5, b: 0.5}\nquestion: q\n"
    assert main(["report", written(tmp_path, sound), "-o", str(tmp_path / "out.md")]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'out.md'}\n"
    assert "caution: W_NO_CATCH_ALL" in err


def test_text_that_the_output_cannot_hold_is_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash on an ASCII terminal is no traceback."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["convert", written(tmp_path, SMALL), str(tmp_path / "a\u2014b.json")]) == 0
    out.seek(0)
    assert out.read().endswith("a\\u2014b.json\n")


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C has the exit code of the shell, and no traceback."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("attribution_bayes.cli.check").ab, "load_case", interrupted)
    assert main(["check", str(OUTAGE)]) == 130
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_while_importing_ends_quietly(tmp_path: Path) -> None:
    """Most of a short run is imports: Ctrl-C in one of them has the same exit code, and no traceback."""
    package = tmp_path / "pydantic"
    package.mkdir()
    (package / "__init__.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    run = [sys.executable, "-m", "attribution_bayes", "check", str(OUTAGE)]
    found = subprocess.run(run, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")


def test_the_command_is_the_module() -> None:
    """What is installed as `attribution-bayes` starts where an interrupt is met, without what slows the loading down.

    What somebody has said of plugins stays. It runs in a process of its own, in which alone this is so.
    """
    (command,) = entry_points(group="console_scripts", name="attribution-bayes")
    assert command.value == "attribution_bayes.__main__:main"
    asked = "from attribution_bayes.__main__ import main; import gc, os; "
    asked += "print(main.__module__, gc.get_threshold()[0], os.environ['PYDANTIC_DISABLE_PLUGINS'])"
    for said, expected in ({}, "__all__"), ({"PYDANTIC_DISABLE_PLUGINS": "one"}, "one"):
        environment = {name: value for name, value in os.environ.items() if name != "PYDANTIC_DISABLE_PLUGINS"} | said
        printed = subprocess.check_output([sys.executable, "-c", asked], text=True, env=environment)
        assert printed.split() == ["attribution_bayes.cli.command", "100000", expected]


@pytest.mark.parametrize(("output", "code"), [("closed", 0), ("/dev/full", 2)])
def test_an_output_that_takes_nothing_ends_in_order(output: str, code: int, tmp_path: Path) -> None:
    """A closed pipe is no fault; a full disk is said in one sentence."""
    case = written(tmp_path, FAULTY)
    if output == "closed":
        reading, writing = os.pipe()
        os.close(reading)
    else:
        writing = os.open(output, os.O_WRONLY)
    command = [sys.executable, "-m", "attribution_bayes", "check", case]
    found = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert found.returncode == code
    assert found.stderr == ("" if code == 0 else "the output cannot be written: No space left on device.\n")


OLD = """
question: Who did it?
hypotheses: {a: {statement: it was a}, b: {statement: it was b, catch_all: true}}
prior: {a: 0.5, b: 0.5}
evidence: {seen: {statement: it was seen, likelihood: {a: 0.8, b: 0.2}}}
"""


def two_files(folder: Path, *changed: tuple[str, str]) -> list[str]:
    """The case and another one in which texts are replaced."""
    new = OLD
    for before, after in changed:
        new = new.replace(before, after)
    (folder / "old.yaml").write_text(OLD, encoding="utf-8")
    (folder / "new.yaml").write_text(new, encoding="utf-8")
    return ["diff", str(folder / "old.yaml"), str(folder / "new.yaml")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ((), 0),
        ((("it was seen", "somebody saw it"),), 3),
        ((("it was a}", "it was c}"),), 3),
        ((("Who did it?", "Who did not?"),), 3),
        ((("seen: {", "seen: {label: L, "),), 0),
        ((("question:", "author: A\ndate: 2026-01-01\nmarking: M\nquestion:"),), 0),
        ((("a: 0.8", "a: 0.7"),), 3),
        ((("a: 0.8", "a: {beta: [4, 1]}"),), 3),  # the same credences, and a spread
        (((", catch_all: true", ""),), 3),
        ((("b: 0.2}", "b: 0.9}"),), 1),
        ((("b: 0.2}", "b: 0.8}"),), 1),
        ((("a: 0.8", "a: 1.8"),), 2),
    ],
)
def test_the_exit_code_says_whether_the_answer_stands(changed: Any, code: int, tmp_path: Path) -> None:
    """0 if nothing that counts differs, 1 if another leads or nobody does, 2 for a faulty case, 3 if numbers differ."""
    assert main(two_files(tmp_path, *changed)) == code


def test_other_words_and_labels_have_lines_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Old and new words come first; labels that changed are one line; no zero is negative."""
    changed = (("Who did it?", "Who else?"), ("it was seen", "NOT seen"), ("{a: {", "{a: {label: A, "))
    assert main(two_files(tmp_path, *changed, ("b: {st", "b: {label: B, st"), ("a: 0.8", "a: 0.8000000001"))) == 3
    told = capsys.readouterr().out.splitlines()
    assert told[2:4] == [
        "not the same words: question: Who did it? -> Who else?",
        "not the same words: evidence.seen.statement: it was seen -> NOT seen",
    ]
    assert told[-1] == "labels changed: hypotheses.a, hypotheses.b"
    assert not any("-0.0" in line or "changed hypotheses" in line for line in told)


def test_who_states_a_case_is_told_apart_from_what_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Author, date, marking and whether it is an exercise have lines that say so, where they changed."""
    signed = "prior_basis: [b]\nmarking: TLP:RED\nauthor: A. N.\ndate: 2026-01-01\nexercise: {}\n"
    old, new = (
        signed.format("false"),
        signed.replace("A. N.", "B. M.").format("true").replace("2026-01-01", "2026-03-01"),
    )
    paths = []
    for name, case in (("old", old), ("new", new), ("plain", "")):
        paths.append(str(tmp_path / f"{name}.yaml"))
        Path(paths[-1]).write_text(case + OLD, encoding="utf-8")
    assert main(["diff", *paths[:2]]) == 0
    *_, odds, author, date, exercise = capsys.readouterr().out.splitlines()
    assert odds.startswith("log odds")
    assert author == "not counted: author: A. N. -> B. M."
    assert date == "not counted: date: 2026-01-01 -> 2026-03-01"
    assert exercise == "not counted: exercise: no -> yes"
    assert main(["diff", paths[1], paths[2]]) == 3  # another basis of the prior
    assert "not counted: marking: TLP:RED -> not stated\n" in capsys.readouterr().out


def test_what_changed_is_said_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answers then and now, the change in log odds, and one line for each change, the greatest first."""
    assert main(two_files(tmp_path, ("a: 0.8", "a: 0.4"), ("{a: 0.5, b: 0.5}", "{a: 0.6, b: 0.4}"))) == 3
    old, new, odds, *lines = capsys.readouterr().out.splitlines()
    assert (old, new) == ("old: a 80 %, b 20 %", "new: a 75 %, b 25 %")
    assert odds == "log odds of a against all others: +6.0 to +4.8 decibans (-1.2)"
    assert lines == [
        "    -3.0  changed evidence.seen: likelihood under a 0.8 -> likelihood under a 0.4",
        "    +1.8  changed prior: a 0.5; b 0.5 -> a 0.6; b 0.4",
    ]


def test_what_is_new_is_seen_however_long_the_old_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A long change takes two lines, each cut where it is too long."""
    long = f"citation: {'once ' * 40}"
    assert main(two_files(tmp_path, ("likelihood: {a: 0.8", f"{long}, likelihood: {{a: 0.4"))) == 3
    *_, was, now = capsys.readouterr().out.splitlines()
    assert was.startswith("    -3.0  changed evidence.seen: ")
    assert now.startswith("                  -> ")
    assert now.endswith("...")


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_the_page_of_a_difference_is_written(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With every share; text of the cases is escaped; a page that is there stays unless it may be replaced."""
    page = tmp_path / f"page{ending}"
    asked = two_files(tmp_path, ("a: 0.8", "a: 0.4"), ("it was seen", "'<script>alert(1)</script>'"))
    asked += ["--page", str(page)]
    assert main(asked) == 3
    assert capsys.readouterr().out.splitlines()[-1] == str(page)
    text = page.read_text(encoding="utf-8")
    assert "evidence.seen" in text.replace("\\", "")
    assert "<script>alert" not in text
    assert "-3.0" in text.replace("\\", "")
    assert main(asked) == 2
    assert main([*asked, "--overwrite"]) == 3


# Help, and the other commands -----------------------------------------------------------------------------------------

ASIA = Path(__file__).parent / "data" / "networks" / "asia.bif"
POLICY = "name: made-up-1\nranges: {C: {between: [0.3, 0.8]}, I: {between: [0.05, 0.3]}}\n"
MATRIX = "evidence,insider: an insider,outside: somebody else\nlogs wiped,C,I\nno session,I,C\n"


def shown_examples(command: str, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The arguments of each example in the help of a command."""
    assert main([command, "--help"]) == 0
    _, found = capsys.readouterr().out.split("Examples:\n")
    lines = found.replace("\\\n", " ").splitlines()
    assert all(line.startswith("    attribution-bayes ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


@pytest.fixture
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that examples name, in a directory of their own."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "case.yaml"]) == 0
    started = Path("case.yaml").read_text(encoding="utf-8")
    ab.save_posterior(ab.weigh(ab.load_case("case.yaml"), sampling=ab.Sampling(draws=100)), "result.nc")
    for name in ("old", "first", "march"):
        Path(f"{name}.yaml").write_text(started, encoding="utf-8")
    for name in ("new", "second", "may"):
        Path(f"{name}.yaml").write_text(started.replace("insider: 0.5, intruder: 0.4", "insider: 0.3, intruder: 0.6"))
    sources = started.replace("administrator:", "witness:").replace("source: administrator", "source: witness")
    Path("case.yaml").write_text(sources, encoding="utf-8")
    Path("policy.yaml").write_text(POLICY, encoding="utf-8")
    Path("matrix.csv").write_text(MATRIX, encoding="utf-8")
    prior = ["--prior", "{odds: {insider: 1, outside: 1}}"]
    assert main(["convert", "matrix.csv", "marked.yaml", "--policy", "policy.yaml", "--question", "Who?", *prior]) == 0
    Path("asia.bif").write_bytes(ASIA.read_bytes())


@pytest.mark.usefixtures("_files", "_without_pictures_of_several")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_a_help_can_be_carried_out(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In a directory with the files that they name, each example ends as it should."""
    if command == "verify":
        assert main(["archive", "case.yaml", "answer.zip"]) == 0
    for example in shown_examples(command, capsys):
        replaces = command not in ("check", "what-if", "verify") and (command != "weigh" or "-o" in example)
        replacing = ["--overwrite"] if replaces else []
        assert main([*example, *replacing]) == (3 if command == "diff" else 0), capsys.readouterr()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_described_in_the_same_words_everywhere(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The list of commands, which imports none, says what the help of the command says first."""
    assert main([command, "--help"]) == 0
    usage, said, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith(f"Usage: attribution-bayes {command}")
    assert " ".join(said.split()) == COMMANDS[command]


def test_help_imports_nothing_heavy() -> None:
    """The list of commands is there at once: neither NumPy nor pydantic is imported, nor for a new case."""
    asked = "from attribution_bayes.cli import main; main(['--help']); main(['new', 'case.txt'])"
    code = f"import sys; {asked}; print(sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    modules = found.splitlines()[-1]
    assert "'click'" in modules
    assert not [name for name in ("numpy", "pydantic", "pandas", "xarray") if f"'{name}'" in modules]


def test_a_new_case_can_be_weighed_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It draws no caution; a file that is there already stays, unless it may be replaced."""
    case = str(tmp_path / "case.yaml")
    assert main(["new", case]) == 0
    assert main(["check", case]) == 0
    assert capsys.readouterr() == (f"{case}\nno problems\n", "")
    assert main(["new", case]) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert main(["new", case, "--overwrite"]) == 0
    assert main(["new", str(tmp_path / "case.json")]) == 2


def test_weighing_prints_what_the_posterior_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the seed that is given; the result can be saved, and a saved result printed."""
    posterior = ab.weigh(ab.load_case(OUTAGE), sampling=ab.Sampling(seed=3))
    saved = tmp_path / "result.nc"
    assert main(["weigh", str(OUTAGE), "--seed", "3", "-o", str(saved)]) == 0
    assert capsys.readouterr().out == f"{posterior}\n\n{saved}\n"
    assert main(["weigh", str(saved)]) == 0
    assert capsys.readouterr().out == f"{posterior}\n"
    assert main(["weigh", str(OUTAGE), "-o", str(saved)]) == 2
    assert main(["weigh", str(OUTAGE), "-o", str(tmp_path / "result.txt")]) == 2
    with pytest.raises(SystemExit, match="2"):
        main(["weigh", str(saved), "--seed", "3"])


def test_weighing_prints_what_is_believed_if_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each row of `beliefs`, with percentages; of a case in which all is observed it says that."""
    assert main(["weigh", str(OUTAGE), "--beliefs"]) == 0
    posterior = ab.weigh(ab.load_case(OUTAGE))
    lines = capsys.readouterr().out.removeprefix(f"{posterior}\n\n").splitlines()
    table = ab.beliefs(posterior.case)
    assert [line.split()[0] for line in lines[1:]] == [*table.index]
    (full,) = (line for line in lines if line.startswith("evidence.disk_full"))
    assert full.split()[1:] == " ".join(map(in_percent, table.loc["evidence.disk_full"])).split()
    assert main(["weigh", written(tmp_path, OLD), "--beliefs"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Everything in this case has been observed")


# A terminal -----------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """An output that says that somebody is looking."""

    def isatty(self) -> bool:
        return True


def seen(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What a terminal of 100 columns is sent by a command."""
    looked_at = Terminal()
    with monkeypatch.context() as here:
        here.setenv("COLUMNS", "100")
        here.setenv("TERM", "xterm-256color")
        for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
            here.delenv(name, raising=False)
        here.setattr(sys, "stdout", looked_at)
        here.setattr(sys, "stderr", looked_at)
        main(arguments)
    return looked_at.getvalue()


COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-79](;|m)")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def test_a_terminal_shows_a_bar_for_each_credence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the table that is printed elsewhere, the leader in bold: 80 and 20 %, as 19 and 4 whole signs of 24."""
    shown = seen(monkeypatch, "weigh", written(tmp_path, OLD))
    lines = STYLE.sub("", shown).splitlines()
    (first,) = (line for line in lines if line.startswith(" a "))
    (second,) = (line for line in lines if line.startswith(" b "))
    assert (first.count("\N{FULL BLOCK}"), second.count("\N{FULL BLOCK}")) == (19, 4)
    assert first.split()[-3:] == ["none", "very", "likely"]
    assert "\x1b[1ma\x1b[0m" in shown
    assert "\x1b[1mb\x1b[0m" not in shown
    assert max(map(len, lines)) <= 100


def test_a_terminal_shows_problems_as_a_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each with its address, its line, what is wrong and what to write."""
    shown = seen(monkeypatch, "check", written(tmp_path, FAULTY))
    words = " ".join(STYLE.sub("", shown).split())
    assert words.startswith("3 problems: where what is wrong, and what to write")
    for one in (
        "E_PRIOR_SUM prior the prior sums to 0.9",
        "evidence.e.likelihood.b",
        "line 5, column 43",
        "Write 0.02",
    ):
        assert one in words
    assert COLOUR.search(shown)


@pytest.mark.parametrize("arguments", [["check", "case.yaml"], ["weigh", "case.yaml"], ["check", "no.yaml"]])
def test_no_colour_is_shown_where_none_is_wanted(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR leaves colours out, and no word with them."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, OLD.replace(", catch_all: true", ""))
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = seen(monkeypatch, *arguments)
    assert COLOUR.search(coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = seen(monkeypatch, *arguments)
    assert not COLOUR.search(plain)
    assert STYLE.sub("", plain) == STYLE.sub("", coloured)


def test_text_of_a_case_changes_nothing_on_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What looks like a style of rich is printed as it stands."""
    shown = seen(monkeypatch, "weigh", written(tmp_path, OLD.replace("Who did it?", "'[red]Who[/red] :smile:?'")))
    assert "[red]Who[/red] :smile:?" in STYLE.sub("", shown)


def test_what_if_prints_the_credences_before_and_after(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Those of `what_if`, by hand: prior 0.5, likelihoods 0.8 and 0.2, then 0.1 in place of 0.8."""
    case = written(tmp_path, OLD)
    assert main(["what-if", case, "evidence.seen.likelihood.a=0.1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["   before  after", "a    80 %   33 %", "b    20 %   67 %", "", "a leads before, b after"]
    assert main(["what-if", case, "evidence.seen.likelihood.a=0.1", "prior.a=0.8"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "a leads before and after"
    assert main(["what-if", case, "evidence.seen.likelihood.a=0.2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "a leads before, nobody after"


def test_numbers_that_cannot_be_supposed_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An unknown address, a number out of range, what no case file takes for a number, though Python does, and anything
    but ADDRESS=NUMBER are no faults of the case."""
    case = written(tmp_path, OLD)
    assert main(["what-if", case, "evidence.sen.likelihood.a=0.1"]) == 2
    assert main(["what-if", case, "evidence.seen.likelihood.a=1.5"]) == 2
    assert capsys.readouterr().out == ""
    for number in ("much", "1_0", "1e-400", "nan"):
        assert main(["what-if", case, f"prior.a={number}", "prior.b=0.1.2"]) == 2
        said = capsys.readouterr()
        assert "prior.a" in said.err
        assert "prior.b" in said.err
        assert said.out == ""
    for wrong in (["prior.a"], ["prior.a=0.1", "prior.a=0.2"], []):
        with pytest.raises(SystemExit, match="2"):
            main(["what-if", case, *wrong])


def test_a_command_line_takes_no_reasons(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What needs a reason is stated in the case file: the hint speaks of it, not of Python."""
    for number, stated in (("0", "{impossible: WHY}"), ("1", "{certain: WHY}")):
        for address in ("evidence.seen.likelihood.a", "prior.a"):
            assert main(["what-if", written(tmp_path, OLD), f"{address}={number}"]) == 2
            said = capsys.readouterr().err
            assert stated in said
            assert "(reason)" not in said


def test_converting_does_what_the_functions_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A matrix and back, a network, another format, a table of numbers and back."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "matrix.csv").write_text(MATRIX, encoding="utf-8")
    policy = ab.Policy(name="made-up-1", ranges={"C": ab.Between(0.3, 0.8), "I": ab.Between(0.05, 0.3)})
    prior, unknown = ab.Odds({"insider": 3, "outside": 3, "other": 1}), ab.Uniform(0.05, 0.6)
    read = ab.case_from_matrix(
        tmp_path / "matrix.csv", question="Who?", marks=policy, prior=prior, catch_all={"other": unknown}
    )
    stated = ["--question", "Who?", "--prior", "{odds: {insider: 3, outside: 3, other: 1}}"]
    stated += ["--policy", str(tmp_path / "policy.yaml"), "--catch-all", "{other: {uniform: [0.05, 0.6]}}"]
    case = str(tmp_path / "case.yaml")
    assert main(["convert", str(tmp_path / "matrix.csv"), case, *stated]) == 0
    assert ab.load_case(case) == read
    back = str(tmp_path / "back.csv")
    assert main(["convert", case, back, "--policy", str(tmp_path / "policy.yaml")]) == 0
    assert main(["convert", back, str(tmp_path / "again.yaml"), *stated]) == 0
    assert Path(back).read_text() == ab.matrix_from_case(read, marks=policy).to_csv(lineterminator="\n")
    assert ab.what_if(ab.load_case(tmp_path / "again.yaml"), {}).equals(ab.what_if(read, {}))
    numbers, again = str(tmp_path / "numbers.csv"), str(tmp_path / "again.json")
    assert main(["convert", case, numbers]) == 0
    assert main(["convert", case, str(tmp_path / "case.bif")]) == 0
    assert (tmp_path / "case.bif").read_text().startswith("network")
    assert main(["convert", numbers, again, "--numbers-of", case]) == 0
    assert ab.load_case(again) == read
    network = ["--hypothesis", "lung", "--question", "Is it?", "--observed", "smoke=yes", "--catch-all", "no"]
    assert main(["convert", str(ASIA), case, "--overwrite", *network]) == 0
    asked = {"hypothesis": "lung", "question": "Is it?", "evidence": {"smoke": "yes"}, "catch_all": "no"}
    assert ab.load_case(case) == ab.case_from_bif(ASIA, **asked)
    said = capsys.readouterr().err
    assert "--numbers-of" not in said
    assert said.count("W_NETWORK") == 1


def test_converting_a_matrix_says_what_it_takes_rows_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a column `observed` that is a caution, with one there is none."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    stated = ["--policy", str(tmp_path / "policy.yaml"), "--question", "Who?", "--prior", "{a: 0.5, b: 0.5}"]
    for table, cautioned in (("evidence,a,b\ne,C,I\n", True), ("evidence,observed,a,b\ne,yes,C,I\n", False)):
        (tmp_path / "matrix.csv").write_text(table, encoding="utf-8")
        assert main(["convert", str(tmp_path / "matrix.csv"), str(tmp_path / "a.yaml"), "--overwrite", *stated]) == 0
        assert ("every row is taken as seen" in capsys.readouterr().err) is cautioned


def test_a_conversion_that_makes_no_sense_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An option that the source or the target does not have, one that it needs, another ending, and STIX without a
    day."""
    target = str(tmp_path / "out.yaml")
    for wrong, said in (
        ([str(OUTAGE), target, "--prior", "{a: 1}"], "--prior changes nothing: the source is a case"),
        ([str(OUTAGE), target, "--policy", "p.yaml"], "--policy changes nothing: the source is a case"),
        (
            [str(OUTAGE), str(tmp_path / "a.csv"), "--grades", "p.yaml"],
            "--grades changes nothing: the source is a case",
        ),
        ([str(OUTAGE), target, "--date", "2026-03-02"], "--date changes nothing: only a STIX bundle bears one"),
        ([str(ASIA), target, "--question", "q"], "a network needs --hypothesis"),
        ([str(ASIA), target, "--question", "q", "--hypothesis", "lung", "--observed", "x"], "has no equals sign"),
    ):
        with pytest.raises(SystemExit, match="2"):
            main(["convert", *wrong])
        assert said in capsys.readouterr().err
    assert main(["convert", str(OUTAGE), str(tmp_path / "out.html")]) == 2
    assert main(["convert", str(OUTAGE), target, "--stix"]) == 2
    assert main(["convert", str(OUTAGE), str(tmp_path / "out.json"), "--stix"]) == 1
    said = capsys.readouterr().err
    assert "bears no day. Give --date YYYY-MM-DD, or state the date of the case." in said
    assert not list(tmp_path.iterdir())


def test_a_bundle_bears_the_day_that_is_given(tmp_path: Path) -> None:
    """It is what `dump_stix` writes, whether the case states a day or not."""
    dated = written(tmp_path, f"{OLD}date: 2026-01-01\n")
    for case in (str(OUTAGE), dated):
        out, same = tmp_path / "out.json", tmp_path / "same.json"
        assert main(["convert", case, str(out), "--stix", "--date", "2026-03-02", "--overwrite"]) == 0
        ab.dump_stix(ab.weigh(ab.load_case(case)), same, published=datetime.date(2026, 3, 2), overwrite=True)
        assert out.read_bytes() == same.read_bytes()
        assert "2026-03-02T00:00:00.000Z" in out.read_text()
    assert main(["convert", dated, str(out), "--stix", "--overwrite"]) == 0
    assert "2026-01-01T00:00:00.000Z" in out.read_text()


def test_a_wrong_argument_is_no_fault_of_the_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A prior that is none or does not sum to 1, a node that is not there, an empty licence: exit code 2; a mark: 1."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "matrix.csv").write_text("evidence,a,b\ne,C,I\n", encoding="utf-8")
    (tmp_path / "wrong.csv").write_text("evidence,a,b\ne,X,I\n", encoding="utf-8")
    stated = [str(tmp_path / "a.yaml"), "--policy", str(tmp_path / "policy.yaml"), "--question", "Who?", "--prior"]
    matrix, wrong = (["convert", str(tmp_path / name), *stated] for name in ("matrix.csv", "wrong.csv"))
    network = ["convert", str(ASIA), stated[0], "--question", "Who?", "--hypothesis"]
    for arguments, code, said in (
        ([*matrix, "{a: much, b: 0.5}"], 2, "E_NUMBER"),
        ([*matrix, "{a: 0.5"], 2, "E_SYNTAX"),
        ([*matrix, "{a: 0.5, b: 0.4}"], 2, "E_PRIOR_SUM"),
        ([*wrong, "{a: 0.5, b: 0.5}"], 1, "E_MARK"),
        ([*network, "lunge"], 2, "E_UNKNOWN_NAME"),
        ([*network, "lung", "--observed", "smoke=maybe"], 2, "E_OUTCOME"),
        (
            ["archive", written(tmp_path, OLD), str(tmp_path / "a.zip"), "--date", "2026-01-15", "--license", ""],
            2,
            "E_",
        ),
    ):
        assert main(arguments) == code
        assert said in capsys.readouterr().err


def test_errors_name_options_and_not_arguments_of_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A matrix with grades but no policy for them asks for --grades and --if-unreliable; an archive for --date."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "matrix.csv").write_text("evidence,a,b,source,grade\ne,C,I,s,B2\n", encoding="utf-8")
    stated = ["--policy", str(tmp_path / "policy.yaml"), "--question", "Who?", "--prior", "{a: 0.5, b: 0.5}"]
    assert main(["convert", str(tmp_path / "matrix.csv"), str(tmp_path / "case.yaml"), *stated]) == 1
    assert main(["archive", written(tmp_path, OLD), str(tmp_path / "answer.zip")]) == 1
    said = capsys.readouterr().err
    assert all(option in said for option in ("--grades", "--if-unreliable", "--date"))
    assert not [python for python in ("ab.Policy", "if_unreliable=", "datetime") if python in said]


def test_an_archive_is_written_and_computed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each member; a damaged archive has exit code 1, one without a day is a fault of the case."""
    case, file = written(tmp_path, OLD), tmp_path / "answer.zip"
    assert main(["archive", case, str(file)]) == 1
    assert main(["archive", case, str(file), "--date", "2026-01-15", "--seed", "3"]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    posterior = ab.weigh(ab.load_case(case), sampling=ab.Sampling(seed=3))
    ab.archive(posterior, tmp_path / "same.zip", published=datetime.date(2026, 1, 15))
    assert file.read_bytes() == (tmp_path / "same.zip").read_bytes()
    assert main(["verify", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "same bytes    case.yaml" in lines
    assert len(lines) == len(ab.verify(file))
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    assert main(["verify", str(file)]) == 1
    assert "E_INTEGRITY" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "no.zip")]) == 2
