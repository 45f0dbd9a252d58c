"""The script that plants faults fits the library as it is, and its list is the one that is given out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planted_faults import FAULTS, ROOT, Fault, main

ENTRY = re.compile(r"^(\d+)\. `([a-z_.]+)`: (.+)$", re.MULTILINE)


def module_file(fault: Fault) -> Path:
    return ROOT / "src" / "attribution_bayes" / (fault.module.replace(".", "/") + ".py")


def listed() -> Iterator[tuple[int, str, str]]:
    """Number, module and name of each fault in CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return ((int(number), module, name) for number, module, name in ENTRY.findall(text))


def test_the_list_is_that_of_the_script() -> None:
    """CONTRIBUTING lists the faults of the script, all of them, in their order."""
    assert [*listed()] == [(number, fault.module, fault.name) for number, fault in enumerate(FAULTS, start=1)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: Fault) -> None:
    """The text to change stands once in the module as it is here, and the tests that ought to notice exist."""
    source = module_file(fault).read_text(encoding="utf-8")
    assert source.count(fault.right) == 1
    assert fault.wrong != fault.right
    assert all(any((ROOT / "tests").rglob(f"test_{name}.py")) for name in fault.tests.split())


def test_planting_nothing_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no fault has is not taken for a run in which all were caught."""
    monkeypatch.setattr("sys.argv", ["planted_faults.py", "no such fault"])
    assert main() == 1
