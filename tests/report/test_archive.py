"""Archives: the same bytes for the same answer, and whatever was changed in one is found."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

import attribution_bayes as ab
from attribution_bayes.declare.table import Table
from attribution_bayes.errors import IntegrityError
from attribution_bayes.files.packed import pack, unpack
from attribution_bayes.report.archive import _off_exact
from attribution_bayes.report.crate import METADATA

DAY = datetime.date(2026, 1, 15)
CASE = ab.Case(
    question="Who & what?",
    author="A. Analyst",
    date=DAY,
    marking="TLP:GREEN",
    hypotheses=[ab.Hypothesis(name="a", statement="it was a"), ab.Hypothesis(name="b", statement="b", catch_all=True)],
    prior={"a": 0.5, "b": 0.5},
    sources=[ab.Source(name="s", statement="s", reliability=ab.Between(0.6, 0.9), if_unreliable=0.5)],
    evidence=[
        ab.Evidence(name="e", statement="e", likelihood={"a": ab.Between(0.5, 0.9), "b": 0.2}),
        ab.Evidence(name="f", statement="f", likelihood={"a": 0.6, "b": 0.3}, reports=[ab.Report(source="s")]),
    ],
)
POSTERIOR = ab.weigh(CASE, sampling=ab.Sampling(draws=100, seed=4))


@pytest.fixture
def _with_pictures() -> None:
    """They take most of the time; few tests have them."""


@pytest.fixture(autouse=True)
def _without_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "_with_pictures" not in request.fixturenames:
        monkeypatch.setattr(import_module("attribution_bayes.report.archive"), "illustrations", lambda _: {})


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Those of an archive."""
    file = tmp_path_factory.mktemp("archive") / "made.zip"
    with pytest.MonkeyPatch.context() as without_pictures:
        without_pictures.setattr(import_module("attribution_bayes.report.archive"), "illustrations", lambda _: {})
        ab.archive(POSTERIOR, file)
    return unpack(file)


def repacked(folder: Path, members: Mapping[str, bytes], *, described: bool) -> Path:
    """An archive with other members, whose description is forged as well or not."""
    content = dict(members)
    if described:
        tree = json.loads(content[METADATA])
        for one in tree["@graph"]:
            if one["@type"] == "File" and one["@id"] in content:
                one["sha256"] = sha256(content[one["@id"]]).hexdigest()
                one["contentSize"] = str(len(content[one["@id"]]))
        content[METADATA] = (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode()
    (folder / "other.zip").write_bytes(pack(content))
    return folder / "other.zip"


def found(path: Path) -> dict[str, str]:
    """What `verify` says of each member that has not the same bytes."""
    table = ab.verify(path)
    return {str(name): row["difference"] for name, row in table.iterrows() if row["found"] != "same bytes"}


def test_everything_is_in_it_and_is_computed_again_to_the_same_bytes(tmp_path: Path) -> None:
    """Case, result, page and tables; the result and the case can be loaded as they are."""
    ab.archive(POSTERIOR, tmp_path / "a.zip")
    ab.archive(ab.weigh(CASE, sampling=ab.Sampling(draws=100, seed=4)), tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    table = ab.verify(tmp_path / "a.zip")
    assert set(table["found"]) == {"same bytes"}
    inside = unpack(tmp_path / "a.zip")
    assert set(table.index) == set(inside) > {"case.yaml", "result.nc", "report.html", "tables/one_way.csv", METADATA}
    for name in ("case.yaml", "result.nc"):
        (tmp_path / name).write_bytes(inside[name])
    assert ab.load_case(tmp_path / "case.yaml") == CASE
    assert ab.load_posterior(tmp_path / "result.nc").sampling == POSTERIOR.sampling
    summary = inside["tables/summary.csv"].decode().splitlines()
    assert float(summary[1].split(",")[2]) == POSTERIOR.summary()["credence"]["a"]


@pytest.mark.usefixtures("_with_pictures")
def test_the_pictures_are_in_it(tmp_path: Path) -> None:
    """As SVG, the same bytes whenever they are drawn."""
    ab.archive(POSTERIOR, tmp_path / "a.zip")
    drawn = {name: one for name, one in unpack(tmp_path / "a.zip").items() if name.startswith("figures/")}
    assert len(drawn) >= 4
    assert all(b"<svg" in one for one in drawn.values())
    assert not found(tmp_path / "a.zip")


def test_the_description_is_an_ro_crate(members: dict[str, bytes]) -> None:
    """Its root has a name, a day, an author and every other member as a part, each with its SHA-256."""
    tree = json.loads(members[METADATA])
    assert tree["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    graph = {one["@id"]: one for one in tree["@graph"]}
    assert graph[METADATA]["about"] == {"@id": "./"}
    assert graph[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = graph["./"]
    assert (root["@type"], root["name"], root["datePublished"]) == ("Dataset", CASE.question, "2026-01-15")
    assert all(root[required] for required in ("name", "description", "datePublished", "license"))
    assert graph[root["author"]["@id"]]["name"] == "A. Analyst"
    assert {part["@id"] for part in root["hasPart"]} == {*members} - {METADATA}
    for name, content in members.items():
        assert name == METADATA or graph[name]["sha256"] == sha256(content).hexdigest()
    named = [value["@id"] for one in tree["@graph"] for value in one.values() if isinstance(value, dict)]
    assert {*named} - {"https://w3id.org/ro/crate/1.1"} <= {*graph}


@pytest.mark.parametrize(
    "license", ["https://creativecommons.org/licenses/by/4.0/", "For members of the network only."]
)
def test_a_licence_is_in_the_description_and_is_kept(license: str, tmp_path: Path) -> None:
    """By its web address it is an entity, in words a text; what is computed again has it, and one that cannot be shown
    is refused."""
    ab.archive(POSTERIOR, tmp_path / "a.zip", license=license)
    graph = {one["@id"]: one for one in json.loads(unpack(tmp_path / "a.zip")[METADATA])["@graph"]}
    stated = graph["./"]["license"]
    assert (graph[stated["@id"]]["name"] if license.startswith("https:") else stated) == license
    assert not found(tmp_path / "a.zip")
    with pytest.raises(ab.CaseError, match="E_MISSING license"):
        ab.archive(POSTERIOR, tmp_path / "b.zip", license=" ")


def test_the_environment_is_in_it(members: dict[str, bytes]) -> None:
    """The seed, the versions of the library and of everything that it needs, and the system."""
    environment = json.loads(members["environment.json"])
    assert environment["sampling"]["seed"] == 4
    assert {"attribution-bayes", "numpy", "matplotlib", "click"} <= {*environment["packages"]}
    assert environment["system"]


def test_an_archive_bears_a_day(tmp_path: Path) -> None:
    """That of the case, or the one that is given; there is none without."""
    posterior = ab.weigh(CASE.model_copy(update={"date": None}), sampling=ab.Sampling(draws=100))
    with pytest.raises(ab.CaseError, match="E_DATE"):
        ab.archive(posterior, tmp_path / "a.zip")
    ab.archive(posterior, tmp_path / "a.zip", published=DAY)
    assert not found(tmp_path / "a.zip")


@pytest.mark.parametrize("change", ["edited", "added", "missing"])
def test_a_changed_archive_is_refused(change: str, members: dict[str, bytes], tmp_path: Path) -> None:
    """The description says what was archived."""
    other = dict(members)
    match change:
        case "edited":
            other["tables/summary.csv"] += b"b,0.1\n"
        case "added":
            other["tables/mine.csv"] = b"a,b"
        case "missing":
            del other["result.nc"]
    said = {"edited": "SHA-256 differs", "added": "has been added", "missing": "is missing"}[change]
    with pytest.raises(IntegrityError, match=said):
        ab.verify(repacked(tmp_path, other, described=False))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 100_000, b'{"@graph": [{"@id": "a"}]}'])
def test_a_description_that_describes_nothing_is_refused(
    content: bytes, members: dict[str, bytes], tmp_path: Path
) -> None:
    """Whatever stands there in its place."""
    with pytest.raises(IntegrityError, match="does not describe an archive"):
        ab.verify(repacked(tmp_path, {**members, METADATA: content}, described=False))


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("tables/one_way.csv", b"0.2", b"0.3", "is archived"),
        ("tables/summary.csv", b"credence", b"certainty", "certainty is archived, credence is computed"),
        ("tables/summary.csv", b"prior", b"\xff", "its bytes"),
        ("case.yaml", b"0.3", b"0.4", "its bytes"),
        ("report.html", b"Who", b"Whom", "its bytes"),
        ("environment.json", b'"seed": 4', b'"seed": 5', "sampling seed: 5 there, 4 here"),
        ("environment.json", b"{", b"[{", "its bytes"),
    ],
)
def test_a_forged_archive_is_found_out(
    name: str, before: bytes, after: bytes, said: str, members: dict[str, bytes], tmp_path: Path
) -> None:
    """Also where the description was forged with it: what is computed again differs."""
    forged = {**members, name: members[name].replace(before, after)}
    assert forged[name] != members[name]
    differences = found(repacked(tmp_path, forged, described=True))
    assert list(differences) == [name]
    assert said in differences[name]


def test_another_environment_has_the_same_numbers(tmp_path: Path) -> None:
    """A result of another version of NumPy has other bytes and the same numbers; what shows the version differs."""
    elsewhere = replace(POSTERIOR, versions=Table({**POSTERIOR.versions, "numpy": "1.0"}))
    ab.archive(elsewhere, tmp_path / "a.zip")
    table = ab.verify(tmp_path / "a.zip")
    assert table.at["result.nc", "found"] == "same numbers"
    assert "computed_with numpy: 1.0 there" in table.at["environment.json", "difference"]
    assert set(table["found"][table.index.str.startswith("tables/")]) == {"same bytes"}


def test_draws_of_another_seed_are_found_out(tmp_path: Path) -> None:
    """A result that says one seed and holds the draws of another has the same credences and other draws."""
    other = ab.weigh(CASE, sampling=ab.Sampling(draws=100, seed=5))
    ab.archive(replace(other, sampling=POSTERIOR.sampling), tmp_path / "a.zip")
    assert "are others" in found(tmp_path / "a.zip")["result.nc"]


def test_a_sampled_result_is_held_to_the_exact_one(sampled_plain: ab.Posterior, tmp_path: Path) -> None:
    """It is not sampled again; credences that are five Monte-Carlo errors off are named."""
    ab.archive(sampled_plain, tmp_path / "a.zip", published=DAY)
    assert not found(tmp_path / "a.zip")
    off = sampled_plain.credences + 11 * float(sampled_plain.mcse.max())
    assert _off_exact(replace(sampled_plain, credences=off)).startswith("the exact credences are")
    assert not _off_exact(sampled_plain)
