"""Changes the library in every small way that mutmut knows, one at a time, and expects the fast tests to notice.

    uv run --group mutation tests/mutants.py [MODULE ...] [--seconds S] [--sample N] [--again] [--told]

mutmut makes the mutants of each function. It would start pytest anew for each of them; here the tests are collected
once, and each mutant is a forked child in which the changed function has taken the place of the right one. A child runs
tests that pass through the changed lines, those that noticed mutants of the same function first, then the quickest
first, until one fails; `--seconds` bounds how much of them. Each function is first put in its own place unchanged,
which must not be noticed. The verdicts are kept in a file, so that a run can be broken off and taken up again: those of
a function hold as long as its text does.

What no test can notice is listed with its reason in `mutants_that_live.txt`. Any other mutant that lives is printed,
and fails the run; so does an entry of the list that no mutant makes any more, or that a test has noticed.

Left out are text for people, which has a space in it, and what stands outside functions.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import importlib
import os
import pickle
import random
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from types import CodeType, FunctionType
from typing import Any, ClassVar

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from living import Change, listed, page

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "attribution_bayes"
MODULES = ("errors", "family", "elicit", "parts", "case", "slots", "network", "kernel", "exact")
TESTS = (
    *("errors", "messages", "family", "elicit", "parts", "case", "bad_inputs", "slots", "network", "kernel", "exact"),
    *("known_answers", "assumption", "observations", "scales", "casefile", "weigh", "many", "lazy"),
)
LEFT_OUT = (
    "brute_force",  # thousands of cases, which must show every feature: cut short it fails
    "side_by_side",  # likewise
    "bayesian_network",
    "in_every_process",
)
"""Tests that are not run: too long for thousands of mutants."""

MOST_EXAMPLES = 40
"""Random cases of one law."""

PATIENCE = 10.0
"""A mutant that takes so many times as long as the right code, and ten seconds, is caught: it does not come back."""

MEMORY = 8 * 2**30


# Mutants -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Mutant:
    """A function with one change: where it belongs, the lines that change, all its lines, its tree, and the change."""

    name: str
    module: str
    function: tuple[str, ...]
    lines: range
    span: range
    right: libcst.FunctionDef
    changed: tuple[libcst.CSTNode, libcst.CSTNode] | None

    @cached_property
    def before(self) -> str:
        return libcst.Module([]).code_for_node(self.right.with_changes(leading_lines=[]))

    @cached_property
    def after(self) -> str:
        if self.changed is None:
            return self.before
        wrong = deep_replace(self.right, *self.changed)
        assert isinstance(wrong, libcst.FunctionDef)
        return libcst.Module([]).code_for_node(wrong.with_changes(leading_lines=[]))

    @property
    def place(self) -> str:
        return f"{self.module}.{'.'.join(self.function)}"

    @cached_property
    def change(self) -> Change:
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=0)
        shown = (line for line in lines if not line.startswith(("---", "+++", "@@")))
        return Change(self.place, "\n".join(shown))

    def plant(self) -> None:
        """Put it in the place of the right function, for all who hold that."""
        *classes, name = self.function
        text = "".join(f"{' ' * depth}class {one}:\n" for depth, one in enumerate(classes))
        text += "\n".join(" " * len(classes) + line for line in self.after.splitlines())
        space = dict(vars(importlib.import_module(f"attribution_bayes.{self.module}")))
        exec(compile("from __future__ import annotations\n" + text, self.name, "exec"), space)
        wrong = space[classes[0]].__dict__[name] if classes else space[name]
        right = original(self.module, self.function)
        for part in ("__code__", "__defaults__", "__kwdefaults__"):
            setattr(right, part, getattr(wrong, part))


def original(module: str, path: tuple[str, ...]) -> FunctionType:
    """The function itself, without what its decorators made of it."""
    found: Any = importlib.import_module(f"attribution_bayes.{module}")
    for step in path:
        found = vars(found)[step]
    for inside in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, inside, found)
    assert isinstance(found, FunctionType)
    return found


class Undecorated(libcst.CSTTransformer):
    """mutmut passes over functions with decorators, because it replaces what these return; here nothing is replaced."""

    def leave_FunctionDef(self, original_node: libcst.FunctionDef, updated_node: libcst.FunctionDef) -> Any:
        overload = any(libcst.Module([]).code_for_node(one).strip() == "@overload" for one in original_node.decorators)
        return libcst.RemoveFromParent() if overload else updated_node.with_changes(decorators=[])


class Naming(libcst.CSTVisitor):
    """The path from the module to each of its functions, and of the classes in it."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.paths: dict[libcst.FunctionDef, tuple[str, ...]] = {}

    def visit_ClassDef(self, node: libcst.ClassDef) -> None:
        self.path.append(node.name.value)

    def leave_ClassDef(self, original_node: libcst.ClassDef) -> None:
        self.path.pop()

    def visit_FunctionDef(self, node: libcst.FunctionDef) -> bool:
        self.paths[node] = (*self.path, node.name.value)
        return False


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module's functions, without what merely words a message."""
    source = (PACKAGE / f"{module}.py").read_text(encoding="utf-8")
    offsets = MetadataWrapper(libcst.parse_module(source))
    wrapper = MetadataWrapper(libcst.parse_module(source).visit(Undecorated()))
    visitor, naming = MutationVisitor(mutation_operators, IgnoredCode(set(), set(), set())), Naming()
    wrapper.visit(visitor)
    wrapper.module.visit(naming)
    starts = {path: offsets.resolve(PositionProvider)[node].start.line for node, path in named(offsets)}
    places, number = wrapper.resolve(PositionProvider), Counter[tuple[str, ...]]()
    texts = {path: libcst.Module([]).code_for_node(node) for node, path in naming.paths.items()}
    digests = {path: sha256(text.encode()).hexdigest()[:8] for path, text in texts.items()}
    for mutation in visitor.mutations:
        outer = mutation.contained_by_top_level_function
        if outer not in naming.paths or is_wording(mutation.original_node):
            continue
        path = naming.paths[outer]
        number[path] += 1
        shift = starts[path] - places[outer].start.line
        place, span = places.get(mutation.original_node, places[outer]), places[outer]
        yield Mutant(
            name=f"{module}.{'.'.join(path)}:{digests[path]}:{number[path]}",
            module=module,
            function=path,
            lines=range(place.start.line + shift, place.end.line + shift + 1),
            span=range(span.start.line + shift, span.end.line + shift + 1),
            right=outer,
            changed=(mutation.original_node, mutation.mutated_node),
        )


def named(wrapper: MetadataWrapper) -> Iterable[tuple[libcst.FunctionDef, tuple[str, ...]]]:
    naming = Naming()
    wrapper.module.visit(naming)
    return naming.paths.items()


def is_wording(node: libcst.CSTNode) -> bool:
    """Whether it is text for people: it has a space."""
    return isinstance(node, libcst.SimpleString) and " " in node.value.strip("\"'").strip()


# Which tests pass where ----------------------------------------------------------------------------------------------


@dataclass
class Passed:
    """What each test took and through which lines of the mutated modules it passed."""

    seconds: dict[str, float] = field(default_factory=dict)
    through: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def by(self, module: str, lines: range) -> set[str]:
        return {name for line in lines for name in self.through.get((module, line), ())}


def measured(items: list[pytest.Item], functions: Iterable[FunctionType]) -> Passed:
    """Run the tests on the right code, and look on."""
    passed, monitoring, now = Passed(), sys.monitoring, ""
    tool = monitoring.PROFILER_ID
    monitoring.use_tool_id(tool, "mutants")

    def saw(code: CodeType, line: int) -> object:
        passed.through[Path(code.co_filename).stem, line].add(now)
        return monitoring.DISABLE

    monitoring.register_callback(tool, monitoring.events.LINE, saw)
    for function in functions:
        for code in with_inner(function.__code__):
            monitoring.set_local_events(tool, code, monitoring.events.LINE)
    for item, following in zip(items, [*items[1:], None], strict=True):
        now = item.nodeid
        monitoring.restart_events()
        start = time.process_time()
        if not passes(item, following):
            raise RuntimeError(f"{item.nodeid} fails on the right code")
        passed.seconds[now] = time.process_time() - start
    return passed


def passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Whether a test passes, with all that pytest does around it."""
    Listener.failed = False
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return not Listener.failed


class Listener:
    """A plugin that hears how tests end."""

    failed: ClassVar[bool] = False

    @staticmethod
    def pytest_runtest_logreport(report: pytest.TestReport) -> None:
        Listener.failed |= report.failed


def with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from with_inner(constant)


# Trials --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdicts:
    """What noticed each mutant, or nothing; kept in a file, so that a run can be taken up again."""

    file: Path
    found: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path) -> Verdicts:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else ()
        return cls(file, dict(tuple(line.split("\t")) for line in lines))

    def add(self, mutant: Mutant, verdict: str) -> None:
        self.found[mutant.name] = verdict
        with self.file.open("a", encoding="utf-8") as file:
            print(mutant.name, verdict, sep="\t", file=file)


@dataclass
class Trials:
    """All mutants tried in turn in forked children of a pytest that has collected its tests but run none of them."""

    chosen: list[Mutant]
    verdicts: Verdicts
    seconds: float
    stored: Path | None = None
    killers: dict[tuple[str, ...], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def pytest_configure(self) -> None:
        """Random cases are few, the same each time, and not made smaller once one has failed."""
        from hypothesis import Phase, core, settings

        class Brief(core.ConjectureRunner):  # type: ignore[misc, name-defined]
            def __init__(self, *given: Any, settings: Any, **others: Any) -> None:
                super().__init__(*given, settings=brief(settings), **others)

        def brief(stated: Any) -> Any:
            few = min(stated.max_examples, MOST_EXAMPLES)
            return settings(stated, max_examples=few, phases=[Phase.explicit, Phase.generate], deadline=None)

        settings.register_profile("mutants", derandomize=True, database=None, report_multiple_bugs=False)
        settings.load_profile("mutants")
        core.ConjectureRunner = Brief

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        passed = self.passed(list(items.values()))
        gc.collect()
        gc.freeze()
        print(f"{len(items)} tests, {sum(passed.seconds.values()):.0f} s; {len(self.chosen)} mutants", flush=True)
        for mutant in self.chosen:
            self.control(mutant, items, passed)
            self.verdicts.add(mutant, self.tried(mutant, items, passed, self.seconds))
        return True

    def passed(self, items: list[pytest.Item]) -> Passed:
        if self.stored and self.stored.exists():
            return pickle.loads(self.stored.read_bytes())
        passed = in_child(lambda: measured(items, self.functions), limit=3600)
        assert isinstance(passed, Passed), passed
        if self.stored:
            self.stored.write_bytes(pickle.dumps(passed))
        return passed

    @cached_property
    def functions(self) -> list[FunctionType]:
        paths = {(mutant.module, mutant.function) for mutant in self.chosen}
        if self.stored:
            paths = {(m.module, m.function) for name in MODULES for m in mutants(name)}
        return [original(module, path) for module, path in sorted(paths)]

    def control(self, mutant: Mutant, items: dict[str, pytest.Item], passed: Passed) -> None:
        """Once for each function: put in its own place it is not noticed."""
        if (mutant.module, *mutant.function) in self.killers:
            return
        same = replace(mutant, name=f"{mutant.name.partition(':')[0]}:0", changed=None)
        noticed = self.tried(same, items, passed, seconds=0.2)
        if noticed:
            raise RuntimeError(f"{same.name}, unchanged, is noticed: {noticed}")

    def tried(self, mutant: Mutant, items: dict[str, pytest.Item], passed: Passed, seconds: float) -> str:
        """The test that noticed, or nothing."""
        names = passed.by(mutant.module, mutant.lines) or passed.by(mutant.module, mutant.span)
        killers, took = self.killers[mutant.module, *mutant.function], passed.seconds
        order = sorted(names, key=lambda name: (-killers[name] / (took[name] + 0.01), took[name], name))
        spent, run = 0.0, []
        for name in order:
            spent += took[name]
            if spent <= seconds or not run:
                run.append(items[name])
        noticed = in_child(lambda: first_failure(mutant, run), limit=10 + PATIENCE * min(spent, seconds))
        killers[noticed] += noticed in items
        return noticed


def first_failure(mutant: Mutant, items: list[pytest.Item]) -> str:
    try:
        mutant.plant()
    except Exception as error:
        return f"cannot be planted: {error!r}"
    for item, following in zip(items, [*items[1:], None], strict=True) if items else ():
        if not passes(item, following):
            return item.nodeid
    return ""


def in_child[T](task: Callable[[], T], limit: float) -> T | str:
    """What a task returns in a process of its own, or how that ended."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        gc.disable()
        quiet = os.open(os.devnull, os.O_WRONLY)
        if limit < 3600:
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, limit)  # of its own time, so that a busy machine catches no mutant
        signal.alarm(int(10 * limit))
        try:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(task(), pipe)
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(told) if told and status == 0 else f"ended with {status}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--verdicts", type=Path, default=Path("mutants.tsv"), help="where they are kept")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of tests for each mutant, at most")
    parser.add_argument("--sample", type=int, help="so many mutants of each module, at random")
    parser.add_argument("--again", action="store_true", help="try those again that nothing has noticed")
    parser.add_argument("--told", action="store_true", help="try nothing, only tell what is kept")
    parser.add_argument("--passed", type=Path, help="where to keep what the tests pass through")
    parser.add_argument("--page", type=Path, help="where to write the scores and the reasons, for people")
    asked = parser.parse_args()
    verdicts = Verdicts.of(asked.verdicts.absolute())
    os.chdir(ROOT)
    made = {module: list(mutants(module)) for module in asked.modules}
    chosen = [mutant for several in made.values() for mutant in drawn(several, asked.sample)]
    if not asked.told:
        untried = [one for one in chosen if is_open(one, verdicts, asked.again)]
        run(Trials(untried, verdicts, asked.seconds, asked.passed))
    found = Found.of([mutant for several in made.values() for mutant in several], chosen, verdicts)
    print(found.text)
    if asked.page:
        asked.page.write_text(found.page(asked.seconds), encoding="utf-8")
    return 0 if found.is_complete and not found.unexplained and not found.outdated else 1


def is_open(mutant: Mutant, verdicts: Verdicts, again: bool) -> bool:
    verdict = verdicts.found.get(mutant.name)
    return verdict is None or (again and not verdict)


def run(trials: Trials) -> None:
    files = [file for name in TESTS if (file := ROOT / "tests" / f"test_{name}.py").exists()]
    left_out = " and ".join(f"not {words}" for words in LEFT_OUT)
    options = ["-q", "-s", "-n", "0", "--tb=native", "-p", "no:cacheprovider", "-k", left_out]
    pytest.main([*options, *map(str, files)], plugins=[trials, Listener()])


def drawn(everything: list[Mutant], number: int | None) -> list[Mutant]:
    if number is None or number >= len(everything):
        return everything
    order = list(range(len(everything)))
    random.Random(0).shuffle(order)
    return [everything[at] for at in sorted(order[:number])]


@dataclass(frozen=True)
class Found:
    """What became of the mutants: those that live are on the list, or unexplained."""

    made: list[Mutant]
    tried: dict[Mutant, str]
    listing: dict[Change, str]
    is_complete: bool

    @classmethod
    def of(cls, made: list[Mutant], chosen: list[Mutant], verdicts: Verdicts) -> Found:
        tried = {mutant: verdicts.found[mutant.name] for mutant in chosen if mutant.name in verdicts.found}
        return cls(made, tried, listed(), len(tried) == len(chosen))

    @cached_property
    def explained(self) -> list[Mutant]:
        return [mutant for mutant, by in self.tried.items() if not by and mutant.change in self.listing]

    @cached_property
    def unexplained(self) -> list[Mutant]:
        return [mutant for mutant, by in self.tried.items() if not by and mutant.change not in self.listing]

    @cached_property
    def outdated(self) -> list[Change]:
        """What is on the list though no mutant of these modules makes that change, or all that make it are noticed."""
        modules, functions = {one.module for one in self.made}, {change.function for change in self.listing}
        may_live = {one.change for one in self.made if one.place in functions and not self.tried.get(one)}
        about_these = [change for change in self.listing if change.function.partition(".")[0] in modules]
        return [change for change in about_these if change not in may_live]

    @property
    def scores(self) -> dict[str, tuple[int, int, int]]:
        """For each module how many were noticed, live for a listed reason, and live."""
        tried, listed, left = (
            Counter(mutant.module for mutant in some) for some in (self.tried, self.explained, self.unexplained)
        )
        modules = dict.fromkeys(mutant.module for mutant in self.made)
        return {name: (tried[name] - listed[name] - left[name], listed[name], left[name]) for name in modules}

    @property
    def text(self) -> str:
        left = [f"{one.place}\n{one.change.lines}\n" for one in self.unexplained]
        needless = [f"listed, but noticed or no longer made: {c.function}\n{c.lines}\n" for c in self.outdated]
        made = Counter(mutant.module for mutant in self.made)
        scores = [
            f"{name}: {noticed} noticed, {listed} listed, {unexplained} unexplained of {made[name]} mutants"
            for name, (noticed, listed, unexplained) in self.scores.items()
        ]
        return "\n".join([*left, *needless, *scores])

    def page(self, seconds: float) -> str:
        command = f"uv run --group mutation tests/mutants.py --seconds {seconds:g} --page docs/mutation.md"
        versions = f"version {version('attribution-bayes')}, Python {python_version()}, mutmut {version('mutmut')}"
        lived = [mutant.change for mutant in self.explained]
        return page(self.scores, lived, command=command, versions=versions, seconds=seconds)


if __name__ == "__main__":
    sys.exit(main())
