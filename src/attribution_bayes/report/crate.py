"""The description of an archive for machines, as an RO-Crate 1.1, and the environment that made it.

RO-Crate (https://www.researchobject.org/ro-crate/1.1/) describes the files of a piece of research in JSON-LD. It also
holds the SHA-256 of each file, so that a change can be named.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import requires, version
from typing import Any

from attribution_bayes.declare.case import Case
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import IntegrityError, quoted
from attribution_bayes.files.results import unlike_digests

METADATA = "ro-crate-metadata.json"
ROOT = "./"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
CONTEXT = {"sha256": "https://schema.org/sha256"}
"""Words that the context of RO-Crate 1.1 lacks."""

LIBRARY = "attribution-bayes"
WEB = "https://", "http://"

NO_LICENCE = "No licence is stated. Ask the author before you use more of this than the law allows to everybody."
"""RO-Crate 1.1 wants a licence or words on how the crate may be used: these where none is given."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The day that an archive bears, and under which licence it may be used: its web address, or words."""

    published: datetime.date
    license: str | None

    @property
    def reference(self) -> str | dict[str, str]:
        """The licence as RO-Crate states it: what stands on the web by its address, words as they are."""
        return {"@id": self.license} if self.license and self.license.startswith(WEB) else self.license or NO_LICENCE


FORMATS = {
    ".yaml": "application/yaml",
    ".nc": "application/x-netcdf",
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".json": "application/json",
    ".bib": "application/x-bibtex",
}


def crate(case: Case, terms: Terms, members: Mapping[str, bytes]) -> bytes:
    """The description of an archive with these members."""
    graph = [*_entities(case, terms, members)]
    tree = {"@context": [f"{SPECIFICATION}/context", CONTEXT], "@graph": graph}
    return (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode()


def _entities(case: Case, terms: Terms, members: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    about = {"@id": METADATA, "@type": "CreativeWork", "about": {"@id": ROOT}, "conformsTo": {"@id": SPECIFICATION}}
    yield about
    parts = [{"@id": name} for name in sorted(members)]
    software = {"@id": "#software", "@type": "SoftwareApplication", "name": LIBRARY, "version": version(LIBRARY)}
    author = {"author": {"@id": "#author"}} if case.author is not None else {}
    rights = {"usageInfo": case.marking} if case.marking is not None else {}
    yield {
        "@id": ROOT,
        "@type": "Dataset",
        "name": case.question,
        "description": "A case, the credences of its hypotheses, and what they depend on.",
        "datePublished": terms.published.isoformat(),
        "license": terms.reference,
        **author,
        **rights,
        "hasPart": parts,
        "mentions": {"@id": "#weighing"},
    }
    if isinstance(terms.reference, dict):
        yield {**terms.reference, "@type": "CreativeWork", "name": terms.license}
    if case.author is not None:
        yield {"@id": "#author", "@type": "Person", "name": case.author}
    yield software
    yield {
        "@id": "#weighing",
        "@type": "CreateAction",
        "name": "Weighing the case",
        "instrument": {"@id": "#software"},
        "object": {"@id": "case.yaml"},
        "result": [part for part in parts if part["@id"] != "case.yaml"],
    }
    for name in sorted(members):
        yield {
            "@id": name,
            "@type": "File",
            "encodingFormat": FORMATS[os.path.splitext(name)[1]],
            "contentSize": str(len(members[name])),
            "sha256": sha256(members[name]).hexdigest(),
        }


def check_crate(members: Mapping[str, bytes]) -> Terms:
    """The day and the licence of an archive, if its members are those that it describes.

    Raises
    ------
    IntegrityError
        With each member that is missing, was added or is not the one described.
    """
    try:
        graph = {one["@id"]: one for one in json.loads(members[METADATA])["@graph"]}
        described = {quoted(name): str(one["sha256"]) for name, one in graph.items() if one["@type"] == "File"}
        stated = graph[ROOT]["license"]
        license = stated["@id"] if isinstance(stated, dict) else None if stated == NO_LICENCE else str(stated)
        terms = Terms(datetime.date.fromisoformat(graph[ROOT]["datePublished"]), license)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        message = f"{METADATA} does not describe an archive: {type(error).__name__}: {quoted(str(error))}"
        raise IntegrityError([message]) from None
    found = {quoted(name): sha256(content).hexdigest() for name, content in members.items() if name != METADATA}
    differences = [*unlike_digests(described, found, "is not what was archived: its SHA-256 differs")]
    if differences:
        raise IntegrityError(differences)
    return terms


def environment(posterior: Posterior) -> bytes:
    """What computed the result and drew the rest: settings, seed, versions and system."""
    needed = [one for one in requires(LIBRARY) or () if "extra ==" not in one]
    names = sorted({LIBRARY, *(_name(one) for one in needed)})
    tree = {
        "method": posterior.method,
        "sampling": asdict(posterior.sampling),
        "computed_with": dict(posterior.versions),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in names},
    }
    return (json.dumps(tree, indent=2) + "\n").encode()


def _name(requirement: str) -> str:
    """The name that a requirement begins with."""
    end = next((at for at, sign in enumerate(requirement) if sign in " <>=!~;[("), len(requirement))
    return requirement[:end]
