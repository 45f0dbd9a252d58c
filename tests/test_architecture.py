"""Who may import whom, and what an import may cost."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import attribution_bayes

PACKAGE = Path(attribution_bayes.__file__).parent

ROOMS = {
    "declare": [
        *(
            "address",
            "scales",
            "distributions",
            "tails",
            "quantiles",
            "table",
            "numbers",
            "texts",
            "way",
            "probabilities",
            "ratios",
            "shares",
            "foreign",
            "ways",
            "parts",
            "rows",
            "naming",
            "checks",
            "notebook",
            "case",
            "written",
            "parameters",
        ),
        *("wording", "assumptions", "relevance", "repeats", "warnings", "panel"),
    ],
    "engine": [
        *(
            "sampling",
            "diagnostics",
            "versions",
            "reference",
            "inputs",
            "factors",
            "network",
            "scaled",
            "chances",
            "kernel",
            "exact",
            "marginals",
            "draws",
            "local",
            "plan",
            "one_row",
            "few_rows",
            "batch",
            "slopes",
            "tree",
            "posterior",
            "coherence",
        ),
        *(
            "pymc.circuit",
            "pymc.jax_circuit",
            "pymc.op",
            "pymc.gate",
            "pymc.variables",
            "pymc.model",
            "weigh",
            "prepared",
            "restated",
            "trace",
            "form",
            "many",
            "audit",
            "evidence",
            "beliefs",
        ),
    ],
    "sensitivity": [
        *(
            "influence",
            "acts",
            "learning",
            "predictive",
            "structural",
            "functions",
            "boxes",
            "extremes",
            "bounds",
            "worst_case",
            "question",
            "belief_change",
            "robustness",
            "fewest",
            "discount",
            "dependence",
            "sobol",
            "side_by_side",
            "curves",
            "one_way",
            "power_scaling",
        ),
        "closed_form",
    ],
    "panel": [
        *("pooling", "past", "calibration", "ratios", "scores"),
        *("changes", "hybrids", "precedence", "shares", "difference"),
        *("disagreement", "agreement"),
    ],
    "files": [
        *("atomic", "raw", "tree", "syntax", "forms", "places", "cases"),
        *(
            "names",
            "sheet",
            "numbers",
            "policy",
            "policies",
            "matrix",
            "case_matrix",
            "bif",
            "networks",
            "case_network",
        ),
        *("layout", "results", "stix", "packed"),
    ],
    "plots": [
        "style",
        "canvas",
        "axes",
        "diagram",
        "answer",
        "evidence",
        "panel",
        "assumptions",
        "response",
        "together",
        "learned",
    ],
    "report": [
        *("render.document", "analysis", "comparison", "words", "sections.links"),
        *(
            f"sections.{name}"
            for name in (
                *("brief", "answer", "nature", "overturn", "sliders", "evidence", "sources", "implied"),
                *("structure", "together", "learning", "method", "numbers", "glossary"),
                *("readings", "apart", "agreed", "needed", "uniting", "compared", "changed"),
            )
        ),
        *("render.pictures", "render.markdown", "render.latex", "render.html", "render.widget"),
        *("tables", "report", "differences"),
        *("citations", "crate", "archive"),
    ],
    "cli": [
        *(
            "usage",
            "terminal",
            "shown",
            "given",
            "new",
            "check",
            "weigh",
            "what_if",
            "report",
            "diff",
            "convert",
            "archive",
            "verify",
        ),
        "command",
    ],
    "testing": ["ways", "parts", "case"],
}
"""The packages, and in each its modules: both import only from what stands above them."""

ORDER = [
    *("errors", "odds", "arguments", "deferred", "arrays", "memo", "progress"),
    *(f"{room}.{module}" for room, modules in ROOMS.items() for module in modules),
    *("widgets", "__main__"),
]
"""A module imports only from modules above it."""

HEAVY = {
    "pymc": {"engine.pymc.model"},
    "nutpie": {"engine.pymc.model"},
    "pytensor": {"engine.pymc.model", "engine.pymc.op"},
    "numba": {"engine.pymc.circuit"},
    "jax": {"engine.pymc.jax_circuit"},
    "arviz_stats": {"engine.pymc.gate", "sensitivity.power_scaling"},
    "hypothesis": {*(f"testing.{module}" for module in ROOMS["testing"])},
    "rich": {"cli.terminal"},
    "anywidget": {"report.render.widget"},
    "tqdm": {"progress"},
    "arviz": set(),
    "matplotlib": {*(f"plots.{module}" for module in ROOMS["plots"]), "report.render.pictures"},
    "h5py": {"files.layout", "files.results"},
    "distributed": set(),
}
"""What takes long to import, and the modules that may."""

FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__init__"
}
MODULES = sorted(FILES)
PACKAGES = sorted({PACKAGE, *(path.parent for path in FILES.values())})


def imported(module: str) -> set[str]:
    """All modules that a module imports, at its top and inside its functions."""
    tree = ast.parse(FILES[module].read_text())
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names.add(str(node.module))
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def inside(module: str) -> set[str]:
    """Modules of the package that a module imports."""
    return {name.removeprefix("attribution_bayes.") for name in imported(module)} & {*MODULES}


def test_the_rooms_are_these() -> None:
    """Every folder of the package is a room, or a part of one, and says in a sentence what it is."""
    folders = {path.relative_to(PACKAGE).as_posix().replace("/", ".") for path in PACKAGES} - {"."}
    assert folders == {*ROOMS, "engine.pymc", "report.render", "report.sections"}
    for path in PACKAGES:
        assert ast.get_docstring(ast.parse((path / "__init__.py").read_text()))


def test_every_module_has_its_place() -> None:
    """The order names exactly the modules there are."""
    assert sorted(ORDER) == MODULES


TESTS = Path(__file__).parent

TESTED_ELSEWHERE = {
    "declare.rows": "bad_inputs",
    "declare.checks": "declare.case bad_inputs",
    "declare.notebook": "declare.case declare.panel engine.posterior",
    "files.policy": "files.matrix",
    "files.case_matrix": "files.matrix",
    "engine.inputs": "engine.network",
    "engine.tree": "engine.weigh engine.posterior",
    "engine.pymc.variables": "engine.pymc.model",
    "engine.coherence": "engine.audit",
    "engine.one_row": "engine.prepared",
    "engine.few_rows": "engine.batch",
    "engine.plan": "engine.batch",
    "engine.slopes": "engine.prepared",
    "sensitivity.acts": "sensitivity.learning",
    "sensitivity.boxes": "sensitivity.bounds",
    "sensitivity.extremes": "sensitivity.bounds",
    "sensitivity.worst_case": "sensitivity.bounds",
    "panel.hybrids": "panel.difference",
    "panel.precedence": "panel.difference",
    "engine.form": "engine.many",
    "engine.restated": "engine.trace",
    "panel.shares": "panel.difference",
    "files.raw": "files.cases bad_inputs",
    "files.tree": "files.cases",
    "files.forms": "files.cases",
    "files.places": "files.cases",
    "report.analysis": "report.report",
    "report.crate": "report.archive",
    "report.render.widget": "widgets",
    "report.render.latex": "report.tables",
    **{f"report.sections.{path.stem}": "report.report" for path in (PACKAGE / "report" / "sections").glob("[a-z]*.py")},
    **{f"cli.{path.stem}": "cli" for path in (PACKAGE / "cli").glob("[a-z]*.py")},
    "testing.ways": "testing.case",
    "testing.parts": "testing.case",
    "__main__": "cli",
}
"""Modules that have no tests of their own, and where the tests of what they are a part of are."""


def file_for(module: str) -> Path:
    """Where the tests of a module are: the folders mirror those of the package."""
    *rooms, name = module.split(".")
    return TESTS.joinpath(*rooms, f"test_{name}.py")


def test_every_module_has_its_tests() -> None:
    """They are in the file of its name, or in those that are named; no module is named that has a file of its own."""
    assert {module for module in MODULES if not file_for(module).is_file()} == {*TESTED_ELSEWHERE}
    assert all(file_for(place).is_file() for places in TESTED_ELSEWHERE.values() for place in places.split())


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_up(module: str) -> None:
    """A module imports only from modules above it."""
    assert inside(module) <= {*ORDER[: ORDER.index(module)]}


@pytest.mark.parametrize("module", MODULES)
def test_heavy_imports_stay_in_their_places(module: str) -> None:
    """Only the modules that are named import what takes long."""
    roots = {name.split(".")[0] for name in imported(module)}
    assert {heavy for heavy in HEAVY if heavy in roots} == {
        heavy for heavy, places in HEAVY.items() if module in places
    }


@pytest.mark.parametrize("module", MODULES)
def test_imports_stand_at_the_top(module: str) -> None:
    """No function imports anything, but at borders: PyMC, pictures, terminals, JAX, workbooks, widgets and bars."""
    tree = ast.parse(FILES[module].read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    late = {f.name for f in functions for node in ast.walk(f) if isinstance(node, ast.Import | ast.ImportFrom)}
    assert late == {
        "engine.weigh": {"_fit"},
        "engine.pymc.op": {"perform_jax"},
        "files.sheet": {"_workbook_rows"},
        "cli.diff": {"command"},
        "cli.shown": {"terminal"},
        "widgets": {"explore"},
        "progress": {"_bar"},
    }.get(module, set())


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import attribution_bayes` loads neither NumPy nor anything heavier."""
    heavy = {*HEAVY, "numpy", "pydantic", "scipy", "xarray", "pandas", "dask"}
    assert not loaded_by("import attribution_bayes") & heavy


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_dask(module: str) -> None:
    """Its arrays come from the user; xarray imports it for itself where it is installed."""
    assert "dask" not in {name.split(".")[0] for name in imported(module)}


def test_weighing_exactly_loads_no_sampler() -> None:
    """The exact engine needs neither PyMC nor ArviZ, numba or matplotlib; nor does its audit."""
    statement = """
import attribution_bayes as ab
case = ab.Case(
    question="Which?",
    hypotheses=[ab.Hypothesis(name="a", statement="a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
    prior={"a": 0.5, "b": 0.5},
    evidence=[ab.Evidence(name="e", statement="e", likelihood={"a": ab.Between(0.2, 0.4), "b": 0.1})],
)
ab.audit(ab.weigh(case))
ab.weigh(case).summary()
"""
    assert not loaded_by(statement) & {*HEAVY}


def test_a_first_answer_waits_for_neither_tables_nor_scipy() -> None:
    """The worked example, with ranges, copies and shared rates, is read, weighed and printed without, in Python as by
    the command; a look at the labelled credence imports what labels need.
    """
    example = str(PACKAGE.parents[1] / "examples" / "crocus_city_hall.yaml")
    needless = {*HEAVY, "pandas", "xarray", "scipy", "dask"}
    statement = f"""
import contextlib, io, sys
import attribution_bayes as ab
from attribution_bayes.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    posterior = ab.weigh(ab.load_case({example!r}))
    print(posterior, repr(posterior), posterior.leader)
    assert main(["weigh", {example!r}]) == 0
assert not {needless!r} & sys.modules.keys()
posterior.credence
"""
    assert loaded_by(statement) >= {"pandas", "xarray"}


def test_checking_loads_no_pictures(tmp_path: Path) -> None:
    """The command line draws nothing to say whether a case is right."""
    path = tmp_path / "case.yaml"
    path.write_text(
        "question: q\nhypotheses: {a: {statement: a}, b: {statement: b, catch_all: true}}\nprior: {a: 0.5, b: 0.5}\n"
    )
    statement = f"from attribution_bayes.cli import main\nassert main(['check', {str(path)!r}]) == 0"
    assert not loaded_by(statement) & {*HEAVY}


def test_no_module_is_named_for_nothing() -> None:
    """There is no utils, helpers, common, base or misc."""
    assert not {name.rpartition(".")[2] for name in MODULES} & {"utils", "helpers", "common", "base", "misc"}


RUNNING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "runpy", "importlib.util"}
"""What runs code that it finds in a file."""

UNPICKLING = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "load",
    "loads",
    "fromfile",
    "memmap",
    "read_pickle",
    "genfromtxt",
}
"""Calls that read objects, or could."""


def called(module: str) -> set[str]:
    """Everything that a module calls, as it is written there."""
    calls = [node.func for node in ast.walk(ast.parse(FILES[module].read_text())) if isinstance(node, ast.Call)]
    return {ast.unparse(function) for function in calls}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_unpickles(module: str) -> None:
    """No module imports a library that runs code from a file, and none lets NumPy or pandas read objects."""
    assert not RUNNING & imported(module)
    assert "allow_pickle" not in FILES[module].read_text()
    suspicious = {name for name in called(module) if name.rpartition(".")[2] in UNPICKLING}
    assert suspicious <= {"json.loads", "re.compile", "node.to_dataset(inherit=False).load"}


DOTTED = re.compile(r"(^|\.)(prior|hypotheses|source|evidence|common_cause|likelihood|reports|given)\.$")
"""The end of a piece of text that only a name, and so an address, can follow."""

DOTS_ELSEWHERE = {
    "arguments": "the name of a setting, without that of what holds it",
    "errors": "a problem's path grows from the inside outwards",
    "declare.parts": "pydantic says where a fault is as a tuple",
    "declare.case": "the first step of a path is a field of the case",
    "cli.usage": "the first step of a path is what the command was given",
    "declare.foreign": "the name of somebody's package, no address",
    "files.tree": "paths in a file, whose reports are a list",
    "files.places": "paths in a file",
    "files.numbers": "paths in a file",
    "files.case_network": "the report of an item, as an address has it",
    "files.networks": "an entry of an argument",
    "files.matrix": "which cell a fault of the case is about",
    "files.case_matrix": "the fields of an item",
    "files.cases": "which path in a file a fault of the case is about",
}
"""Where a dot is taken for what stands between steps of a path, besides `declare.address`, and why."""


def knows_dots(node: ast.AST) -> bool:
    """Whether text is glued to the name of a part, or text is cut or joined at its dots."""
    match node:
        case ast.JoinedStr(values=pieces):
            texts = (piece.value for piece in pieces[:-1] if isinstance(piece, ast.Constant))
            return any(DOTTED.search(str(text)) for text in texts)
        case ast.Call(ast.Attribute(attr="split" | "rsplit" | "partition" | "rpartition"), [ast.Constant(".")]):
            return True
        case ast.Call(ast.Attribute(ast.Constant("."), "join")):
            return True
        case ast.Call(ast.Attribute(attr="startswith" | "removeprefix"), [ast.Constant(str() as text)]):
            return DOTTED.search(text) is not None
        case _:
            return False


def test_only_one_module_knows_the_dots_of_addresses() -> None:
    """Everything else has addresses as values, but for what is named with its reason."""
    found = {module for module in MODULES if any(map(knows_dots, ast.walk(ast.parse(FILES[module].read_text()))))}
    advice = "Take the classes of declare.address, or name the module in DOTS_ELSEWHERE with a reason."
    assert found == {"declare.address", *DOTS_ELSEWHERE}, advice


@pytest.mark.parametrize(
    "written",
    [
        'f"evidence.{name}"',
        'f"evidence.{name}.likelihood.{h}"',
        'address.split(".")',
        'address.rpartition(".")[0]',
        '".".join(steps)',
        'address.startswith("source.")',
    ],
)
def test_dots_are_seen(written: str) -> None:
    """The ways in which addresses had been glued together and taken apart are found."""
    assert any(map(knows_dots, ast.walk(ast.parse(written))))
