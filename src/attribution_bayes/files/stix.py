"""Results as STIX 2.1, the exchange format of threat intelligence (OASIS 2021).

A bundle holds one report about the question and a note for each hypothesis: what it says, its credence in words and
figures, and a `confidence` from 0 to 100. STIX has a table from the words of the scale `icd203-2015` to that number
(version 2.1, appendix A, "DNI scale"); the number stands for the words, and the credence is in the text.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from attribution_bayes.arguments import expect
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parts import Hypothesis, shown_name
from attribution_bayes.declare.scales import SCALES
from attribution_bayes.declare.written import case_hash
from attribution_bayes.engine.posterior import CONDITIONAL, DEFAULT_SCALE, Posterior, percentages
from attribution_bayes.errors import refusal
from attribution_bayes.files.atomic import ending_of, write_whole

CONFIDENCE = {
    "almost no chance": 5,
    "very unlikely": 15,
    "unlikely": 30,
    "roughly even chance": 50,
    "likely": 70,
    "very likely": 85,
    "almost certain": 95,
}
"""The confidence that STIX gives for the terms of `icd203-2015`."""

MARKINGS = {
    "TLP:WHITE": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "TLP:GREEN": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "TLP:AMBER": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "TLP:RED": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
"""The markings that STIX defines; any other is written as a statement."""

ROOT = "https://oasis-open.github.io/cti-documentation/stix"


def dump_stix(
    posterior: Posterior,
    path: str | os.PathLike[str],
    *,
    published: datetime.date | None = None,
    overwrite: bool = False,
) -> None:
    """Write the credences as a STIX 2.1 bundle.

    The same posterior gives the same identifiers. Sources of the case are identities of the class ``unknown``. What is
    excluded has confidence 0; everything else has the number of its words, which is never 0 or 100.

    Parameters
    ----------
    posterior
    path
        A file that ends in ``.json``.
    published
        The day that the report bears; that of the case by default.
    overwrite
        Whether an existing file may be replaced.

    Raises
    ------
    CaseError
        ``E_DATE`` if neither the case nor `published` states a day; ``E_EXISTS`` and ``E_PATH`` as in `dump_case`.
    """
    expect(posterior, Posterior, "posterior", before=path)
    ending_of(path, (".json",))
    day = day_of(posterior.case, published)
    bundle = json.dumps(stix_bundle(posterior, day), indent=2, ensure_ascii=False) + "\n"
    write_whole(path, bundle.encode, overwrite=overwrite)


def day_of(case: Case, published: datetime.date | None) -> datetime.date:
    """The day that something published bears: the one that is given, or that of the case.

    Raises
    ------
    CaseError
        ``E_TYPE`` for anything but a day, ``E_DATE`` if there is none.
    """
    expect(datetime.date.min if published is None else published, datetime.date, "published")
    day = published or case.date
    if day is None:
        hint = "Give published=datetime.date(...), or state the date of the case."
        raise refusal("E_DATE", "published", "what is published bears no day.", hint)
    return day


def stix_bundle(posterior: Posterior, published: datetime.date) -> dict[str, Any]:
    """The bundle as plain values."""
    objects = [*_Bundle(posterior, f"{published:%Y-%m-%d}T00:00:00.000Z").objects()]
    return {"type": "bundle", "id": objects[-1]["id"].replace("report", "bundle"), "objects": objects}


class _Bundle:
    """Makes the objects of a bundle."""

    def __init__(self, posterior: Posterior, moment: str) -> None:
        self.posterior, self.case, self.moment = posterior, posterior.case, moment
        self.hash = case_hash(self.case)
        self.report = self.identifier("report", self.case.question)

    def identifier(self, kind: str, name: str) -> str:
        return f"{kind}--{uuid5(NAMESPACE_URL, f'{ROOT}/{self.hash}/{kind}/{name}')}"

    def objects(self) -> Iterator[dict[str, Any]]:
        """Everything that others refer to, then the report."""
        marking = self.marking()
        if self.case.marking is not None and self.case.marking not in MARKINGS:
            yield self.statement(self.case.marking)
        author = self.made("identity", self.case.author, name=self.case.author) if self.case.author else None
        common = {"object_marking_refs": [marking]} if marking else {}
        common |= {"created_by_ref": author["id"]} if author else {}
        parts = [
            *(self.made("identity", one.name, name=shown_name(one), description=one.statement, identity_class="unknown")
              for one in self.case.sources),
            *self.notes(),
        ]  # fmt: skip
        if author:
            yield author
        yield from (part | common for part in parts)
        yield (
            self.made(
                "report",
                self.case.question,
                name=self.case.question,
                description=self.description(),
                published=self.moment,
                object_refs=[part["id"] for part in parts],
            )
            | common
        )

    def made(self, kind: str, of: str, **fields: Any) -> dict[str, Any]:
        head = {"type": kind, "spec_version": "2.1", "id": self.identifier(kind, of)}
        return {**head, "created": self.moment, "modified": self.moment, **fields}

    def marking(self) -> str | None:
        marking = self.case.marking
        return None if marking is None else MARKINGS.get(marking) or self.identifier("marking-definition", marking)

    def statement(self, marking: str) -> dict[str, Any]:
        made = self.made("marking-definition", marking, definition_type="statement", definition={"statement": marking})
        del made["modified"]
        return made

    def notes(self) -> Iterator[dict[str, Any]]:
        values = self.posterior.credence.values
        for one, credence, shown in zip(self.case.hypotheses, values.tolist(), percentages(values), strict=True):
            words = SCALES[DEFAULT_SCALE].describe(credence)
            is_excluded = one.name in self.posterior.excluded
            yield self.made(
                "note",
                one.name,
                abstract=shown_name(one),
                content=self.content(one, shown, "excluded by assumption" if is_excluded else words),
                confidence=0 if is_excluded else CONFIDENCE[_term(words)],
                object_refs=[self.report],
            )

    def content(self, hypothesis: Hypothesis, credence: str, words: str) -> str:
        return f"{hypothesis.statement}. Credence {credence} ({words})."

    def description(self) -> str:
        """How the credences were reached, and on what condition they hold."""
        closed = "" if any(one.catch_all for one in self.case.hypotheses) else f", {CONDITIONAL}"
        standing = "An exercise, not a finding. " if self.case.exercise else ""
        return (
            f"{standing}Credences of rival hypotheses{closed}, computed from stated assumptions. Words and confidence "
            f"follow the scale {DEFAULT_SCALE}. SHA-256 of the case: {self.hash}."
        )


def _term(words: str) -> str:
    """The term of the scale that a description in words is or is next to."""
    return words.removeprefix("less than ").removeprefix("more than ")
