"""Files that are nearly cases, made by chance from a seed, and what the loader does with them.

Run by itself (`python tests/fuzzing.py json 25000 0`) it prints its account as JSON, so that the memory of one process
can be measured.
"""

from __future__ import annotations

import copy
import json
import math
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from timing import peak_memory

from attribution_bayes.declare.case import Case
from attribution_bayes.declare.written import case_tree
from attribution_bayes.engine.sampling import Sampling
from attribution_bayes.engine.weigh import weigh
from attribution_bayes.errors import AttributionBayesError, CaseError, CaseWarning
from attribution_bayes.files.cases import dump_case, load_case
from attribution_bayes.files.syntax import yaml_tree
from payloads import PAYLOADS
from test_bad_inputs import CAUTIONS, NUMBERS, STRUCTURE, TEXTS, TREE, changed, declared, flow, yaml_text

LARGEST = 32_000
"""Bytes of an input: twice the worked examples. Larger files have limits of their own."""

LARGEST_SEED = 5_000
"""Bytes of a text that is changed: what matters fits, and ten thousand of them are read in a minute."""

LONG = 0.3
"""Seconds after which a load is judged by the time that the processor spent on it."""

HANGS = 20
"""Seconds after which a load is given up."""

EXAMPLES = Path(__file__).parents[1] / "examples"
FEW = Sampling(draws=100, tune=100, chains=4)

WORDS = (
    "question", "hypotheses", "prior", "prior_basis", "sources", "evidence", "statement", "catch_all",
    "reliability", "if_unreliable", "name", "self", "likelihood", "observed", "outcomes", "given", "reports",
    "date", "citation", "source", "says", "serves", "says_true_if_true",
    "says_true_if_false", "instrument", "copied_from", "copy_probability", "schema", "alone", "other", "agency",
    "press", "footage", "paid", "fled", "weapon", "tone", "knife", "gun", "none", "true", "false", "True", "null",
    "~", "beta", "between", "uniform", "counts", "words", "scale", "impossible", "certain", "dirichlet", "odds",
    "base_rates", "pseudocount", "ratios", "reference", "ratio_between", "mass", "likely", "icd203-2015",
    "enfsi-2015", "2024-03-22", "0", "1", "-1", "0.5", "1e-3", "5e-324", "1e308", "1e309", ".nan", ".inf", "NaN",
    "Infinity", "-0.0", "010", "0x1F", "1:30", "50%", "decibans", "nats",
)  # fmt: skip
SHORT = tuple(text for text in PAYLOADS if len(text) < 1_000)
SIGNS = (
    *"{}[]:,\"'#&*!|>%@`?-~\\ \n\t\r\0\x1b\x7f\ufeff\x85\u2028\u202eé",
    *("---", "...", "<<", "&x ", "*x", "!!", "? ", "- ", ": ", "\\u0000", "\\ud800", "%YAML 1.1\n", "|2\n", ">-\n"),
)


# What is changed -----------------------------------------------------------------------------------------------------


@cache
def trees() -> tuple[Any, ...]:
    """Trees of valid cases."""
    written = [yaml_tree(path.read_text()).root for path in sorted(EXAMPLES.glob("outage*.yaml"))]
    return (TREE, *written, *(case_tree(declared(changed(row.changes))) for row in CAUTIONS))


@cache
def seeds(ending: str) -> tuple[bytes, ...]:
    """Valid cases and every row of the bad inputs, as they stand in a file of this ending."""
    write: Callable[[Any], str] = json.dumps if ending == "json" else yaml_text
    rows = [row for row in (*NUMBERS, *STRUCTURE) if ending in row.routes]
    texts = [write(tree).encode() for tree in (*trees(), *(changed(row.changes) for row in rows))]
    whole = [row[2].encode() if isinstance(row[2], str) else row[2] for row in TEXTS if row[1] == f".{ending}"]
    return tuple(text for text in (*texts, *whole) if len(text) <= LARGEST_SEED)


# Changes of the text -------------------------------------------------------------------------------------------------


def span(random: Random, text: bytes, longest: int = 40) -> slice:
    start = random.randrange(len(text) + 1)
    return slice(start, start + random.randrange(longest))


def flipped(random: Random, text: bytes, ending: str) -> bytes:
    at = random.randrange(len(text)) if text else 0
    return text[:at] + bytes(byte ^ (1 << random.randrange(8)) for byte in text[at : at + 1]) + text[at + 1 :]


def cut(random: Random, text: bytes, ending: str) -> bytes:
    gone = span(random, text)
    return text[: gone.start] + text[gone.stop :]


def truncated(random: Random, text: bytes, ending: str) -> bytes:
    return text[: random.randrange(len(text) + 1)]


def inserted(random: Random, text: bytes, ending: str) -> bytes:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(random.choice((WORDS, SIGNS, SHORT))).encode("utf-8", "replace") + text[at:]


def repeated(random: Random, text: bytes, ending: str) -> bytes:
    part = span(random, text)
    return text[: part.stop] + text[part] * random.choice((1, 2, 10, 1_000)) + text[part.stop :]


def spliced(random: Random, text: bytes, ending: str) -> bytes:
    other = random.choice(seeds(ending))
    return truncated(random, text, ending) + other[random.randrange(len(other) + 1) :]


def tokens_of(text: bytes) -> list[slice]:
    """Words, numbers and quoted texts."""
    found, start = [], None
    for at, byte in enumerate((*text, 0)):
        if chr(byte).isalnum() or byte in b"_.+-%/":
            start = at if start is None else start
        elif start is not None:
            found.append(slice(start, at))
            start = None
    return found


def swapped(random: Random, text: bytes, ending: str) -> bytes:
    found = tokens_of(text)
    if len(found) < 2:
        return text
    one, other = sorted(random.sample(found, 2), key=lambda part: part.start)
    return text[: one.start] + text[other] + text[one.stop : other.start] + text[one] + text[other.stop :]


def reworded(random: Random, text: bytes, ending: str) -> bytes:
    found = tokens_of(text)
    if not found:
        return text
    one = random.choice(found)
    return text[: one.start] + random.choice(WORDS).encode() + text[one.stop :]


TEXT_CHANGES = (flipped, cut, truncated, inserted, repeated, spliced, swapped, reworded)


def changed_text(random: Random, ending: str) -> bytes:
    text = random.choice(random.choice((seeds(ending), seeds(ending)[: len(trees())])))
    for _ in range(random.choice((1, 1, 2, 5))):
        text = random.choice(TEXT_CHANGES)(random, text, ending)[:LARGEST]
    return text


# Changes of the tree -------------------------------------------------------------------------------------------------


def junk(random: Random, tree: Any) -> Any:
    """A value of any kind; often one that stands elsewhere in the tree."""
    makers: tuple[Callable[[], Any], ...] = (
        lambda: copy.deepcopy(random.choice(list(nodes(tree)))[1]),
        lambda: random.random(),
        lambda: random.choice((0, 1, -1, 0.5, 1e-300, 5e-324, 1e308, 10**400, math.nan, math.inf, -0.0, 30, 1.2)),
        lambda: random.choice((None, True, False, {}, [])),
        lambda: random.choice(WORDS),
        lambda: random.choice(SHORT),
        lambda: [random.random(), random.random()],
        lambda: {random.choice(WORDS): random.choice((0.5, "a", [0.2, 0.6], [3, 4]))},
        lambda: {"between": sorted((random.random(), random.random()))},
        lambda: {random.choice(WORDS): random.random(), random.choice(WORDS): random.random()},
    )
    return random.choice(makers)()


def nodes(tree: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Every place in a tree: the key, what stands there, and the mapping or list that holds it."""
    stack = [tree]
    while stack:
        node = stack.pop()
        for key, entry in node.items() if isinstance(node, dict) else enumerate(node):
            yield key, entry, node
            if isinstance(entry, dict | list):
                stack.append(entry)


def broken(random: Random, tree: Any, places: list[Any]) -> None:
    """Something else, or nothing, or another name, at any place."""
    key, _, holder = random.choice(places)
    match random.randrange(4):
        case 0 if isinstance(holder, dict):
            holder[random.choice(WORDS)] = holder.pop(key)
        case 1 if isinstance(holder, dict):
            holder[random.choice(WORDS)] = junk(random, tree)
        case 2:
            del holder[key]
        case _:
            holder[key] = junk(random, tree)


def bent(random: Random, tree: Any, places: list[Any]) -> None:
    """Another value of the same kind: as often as not the tree is a case as before."""
    key, entry, holder = random.choice([place for place in places if not isinstance(place[1], dict | list)] or places)
    match entry:
        case bool():
            holder[key] = not entry
        case float() | int() if abs(entry) > 1e300:
            holder[key] = random.random()
        case float() | int() if isinstance(holder, list) or random.random() < 0.5:
            scales = (10 ** random.uniform(-9, 1), 10.0 ** random.uniform(-330, 300), 1 + 1e-12, -1)
            holder[key] = random.choice((random.random(), entry * random.choice(scales)))
        case float() | int():
            holder[key] = random.choice(
                (
                    {"between": sorted((random.random(), random.random()))},
                    {"uniform": sorted((random.random(), random.random()))},
                    {"beta": [10 ** random.uniform(-8, 8), 10 ** random.uniform(-8, 8)]},
                    {"counts": [random.randrange(5), random.randrange(9)]},
                    {"words": random.choice(("likely", "remote", "almost certain")), "scale": "icd203-2015"},
                    {random.choice(("impossible", "certain")): random.choice(SHORT)},
                )
            )
        case str() if len(entry) > 8:
            holder[key] = random.choice(SHORT)
        case _ if isinstance(holder, dict):
            holder[key] = holder.pop(key)


def changed_tree(random: Random) -> Any:
    tree = copy.deepcopy(random.choice(trees()))
    for _ in range(random.choice((1, 1, 2, 4))):
        places = list(nodes(tree))
        if not places:
            return tree
        random.choice((bent, bent, bent, broken))(random, tree, places)
    return tree


def written(random: Random, tree: Any, ending: str) -> bytes:
    if ending == "json":
        return json.dumps(tree, indent=random.choice((None, 1)), ensure_ascii=random.random() < 0.5).encode(
            "utf-8", "surrogatepass"
        )
    return random.choice((yaml_text, flow, json.dumps))(tree).encode("utf-8", "surrogatepass")


def hostile(random: Random, ending: str) -> bytes:
    """One input: a text or a tree that was changed."""
    if random.random() < 0.3:
        return changed_text(random, ending)
    return written(random, changed_tree(random), ending)[:LARGEST]


# What the loader makes of them ---------------------------------------------------------------------------------------


@dataclass
class Account:
    """What happened.

    Attributes
    ----------
    slowest
        Seconds of the load that took longest.
    faults
        What should not have happened: the input and how it went wrong.
    """

    run: int = 0
    accepted: int = 0
    weighed: int = 0
    slowest: float = 0.0
    peak_mb: float = 0.0
    codes: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, kind: str, content: bytes) -> None:
        self.faults.append(f"{kind}: {content[:4_000]!r}")


def refused(error: CaseError, ending: str) -> str:
    """What is not right with a refusal; nothing if it is."""
    text = str(error)
    if not error.problems or not text.isascii() or not text.replace("\n", "").isprintable():
        return "the error cannot be shown"
    nowhere = [p for p in error.problems if p.line is None and p.code not in ("E_ENCODING", "E_TOO_LARGE")]
    return "a problem has no line" if nowhere else ""


def timed_load(path: Path) -> tuple[Case | CaseError, float]:
    """The load and its seconds; as a machine that stalls is no slow loader, what took long counts by its own time."""
    start, own = time.monotonic(), time.process_time()
    try:
        found: Case | CaseError = load_case(path)
    except CaseError as error:
        found = error
    seconds = time.monotonic() - start
    return found, seconds if seconds < LONG else time.process_time() - own


def survives(case: Case, folder: Path, endings: tuple[str, ...]) -> bool:
    """Whether the case is read back as it was written."""
    for ending in endings:
        again = folder / f"again.{ending}"
        dump_case(case, again, overwrite=True)
        if load_case(again) != case:
            return False
    return True


def weighs(case: Case) -> None:
    """Any error but ours escapes, and so does any warning but ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", CaseWarning)
        try:
            posterior = weigh(case, sampling=FEW)
        except AttributionBayesError as error:
            str(error)
            return
        assert abs(float(posterior.credence.sum()) - 1) < 1e-9
        str(posterior)


def take(content: bytes, account: Account, path: Path, *, thorough: int) -> None:
    """One input; of those accepted, one in `thorough` is also written in the other form and weighed."""
    ending = path.suffix[1:]
    path.write_bytes(content)
    account.run += 1
    found, seconds = timed_load(path)
    account.slowest = max(account.slowest, seconds)
    if isinstance(found, CaseError):
        for problem in found.problems[:1]:
            account.codes[problem.code] = account.codes.get(problem.code, 0) + 1
        if wrong := refused(found, ending):
            account.fault(wrong, content)
        return
    account.accepted += 1
    full = account.accepted % thorough == 0
    if not survives(found, path.parent, ("json", "yaml") if full else (ending,)):
        account.fault("it is not read back", content)
    if full:
        weighs(found)
        account.weighed += 1


def out_of_time(signal: int, frame: object) -> None:
    raise TimeoutError(f"more than {HANGS} seconds")


def fuzz(ending: str, count: int, seed: int, *, thorough: int = 20) -> Account:
    """What becomes of `count` inputs, the same for the same seed."""
    random, account = Random(f"{ending} {seed}"), Account()
    signal.signal(signal.SIGALRM, out_of_time)
    with TemporaryDirectory() as folder:
        for _ in range(count):
            content = hostile(random, ending)
            signal.alarm(HANGS)
            try:
                take(content, account, Path(folder) / f"case.{ending}", thorough=thorough)
            except Exception:  # whatever it is, it should not have escaped
                account.fault(traceback.format_exc(limit=-3), content)
            finally:
                signal.alarm(0)
    account.peak_mb = peak_memory()
    return account


if __name__ == "__main__":
    json.dump(asdict(fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))), sys.stdout)
