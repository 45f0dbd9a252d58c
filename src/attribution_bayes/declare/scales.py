"""Verbal probability scales and grading codes: data with an id, a version and a citation.

A scale is a policy, not a fact: one authority decided which words stand for which numbers, and another decided
otherwise. Every scale therefore carries the id and version that a report prints. A term maps to a range and never
to a point: "likely" in `icd203-2015` means 55 to 80 per cent, and says nothing about where inside that range.

>>> from attribution_bayes.declare.scales import SCALES
>>> scale = SCALES["icd203-2015"]
>>> term = scale.find("probable")
>>> term.name, term.lower, term.upper
('likely', 0.55, 0.8)
>>> scale.describe(0.8)
'very likely'
>>> SCALES["phia-2018"].describe(0.5)
'between realistic possibility and likely'
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

type ProbabilityScale = Literal["icd203-2015", "phia-2018", "admiralty-stix-2.1"]
"""Ids of the scales about probabilities."""

type ScaleId = ProbabilityScale | Literal["enfsi-2015"]
"""Ids of all scales, for editors to complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One row of a scale: words and the range that they stand for.

    Attributes
    ----------
    name
        The words, as published.
    lower, upper
        Ends of the range: probabilities, or likelihood ratios for a ratio scale. `upper` is None where the
        scale is open-ended.
    synonyms
        Other words or codes that the publication puts on the same row.
    """

    name: str
    lower: float
    upper: float | None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A published list of terms with their ranges.

    Attributes
    ----------
    id
        Name and version, such as ``icd203-2015``.
    title
        The scale's name for a reader.
    kind
        ``"probability"``, or ``"ratio"`` for likelihood ratios of the evidence under two hypotheses.
    citation, url
        Where the ranges were published.
    checked
        What the ranges here were compared with, and what could not be read.
    terms
        The terms from the lowest range to the highest; ranges may leave gaps and never overlap.
    note
        What else a reader of the ranges has to know; may be empty.
    """

    id: ScaleId
    title: str
    kind: Literal["probability", "ratio"]
    citation: str
    url: str
    checked: str
    terms: tuple[Term, ...]
    note: str = ""

    def find(self, name: str) -> Term | None:
        """Return the term with exactly this name or synonym, or None; never the nearest match.

        >>> SCALES["icd203-2015"].find("Likely") is None
        True
        """
        return next((term for term in self.terms if name == term.name or name in term.synonyms), None)

    def names(self) -> tuple[str, ...]:
        """Return every name and synonym that `find` accepts, lowest range first."""
        return tuple(name for term in self.terms for name in (term.name, *term.synonyms))

    def describe(self, value: float) -> str:
        """Return the words for a number.

        A range includes its lower end but not its upper end, so that a boundary shared by two terms belongs to
        the higher one; the highest range includes its upper end too. A value in a gap lies "between" two terms,
        one beyond the scale's ends is "less than" the first or "more than" the last.

        Parameters
        ----------
        value
            A probability for a probability scale. For a ratio scale, a likelihood ratio, inverted if necessary so
            that it is at least 1: a ratio below 1 supports the other hypothesis by its inverse.

        Raises
        ------
        ValueError
            If `value` is NaN, a probability outside 0..1, or a negative ratio.

        >>> SCALES["enfsi-2015"].describe(300.0)
        'moderately strong support'
        """
        self._require_describable(value)
        below = None
        for term in self.terms:
            if value < term.lower:
                return f"less than {term.name}" if below is None else f"between {below.name} and {term.name}"
            if term.upper is None or value < term.upper:
                return term.name
            below = term
        top = self.terms[-1]
        return top.name if value == top.upper else f"more than {top.name}"

    def _require_describable(self, value: float) -> None:
        most = 1.0 if self.kind == "probability" else math.inf
        if not 0.0 <= value <= most:
            wanted = "between 0 and 1" if self.kind == "probability" else "of at least 0"
            raise ValueError(f"scale {self.id!r} describes a {self.kind} {wanted}; {value!r} was given.")


_ICD203_2015 = Scale(
    id="icd203-2015",
    title="US intelligence community, expressions of likelihood",
    kind="probability",
    citation=(
        "Office of the Director of National Intelligence, Intelligence Community Directive 203: Analytic "
        "Standards, 2 January 2015, section D.6.e.(2)(a)."
    ),
    url="https://www.dni.gov/files/documents/ICD/ICD-203.pdf",
    checked=(
        "Not checked against the primary document, which could not be opened. Compared with several "
        "transcriptions of its table, which agree in every term and figure, and with a transcription of "
        "the same table in Appendix C of an FBI intelligence bulletin of fiscal year 2019."
    ),
    terms=(
        Term(name="almost no chance", lower=0.01, upper=0.05, synonyms=("remote",)),
        Term(name="very unlikely", lower=0.05, upper=0.20, synonyms=("highly improbable",)),
        Term(name="unlikely", lower=0.20, upper=0.45, synonyms=("improbable", "improbably")),
        Term(name="roughly even chance", lower=0.45, upper=0.55, synonyms=("roughly even odds",)),
        Term(name="likely", lower=0.55, upper=0.80, synonyms=("probable", "probably")),
        Term(name="very likely", lower=0.80, upper=0.95, synonyms=("highly probable",)),
        Term(name="almost certain", lower=0.95, upper=0.99, synonyms=("almost certainly", "nearly certain")),
    ),
    note=(
        "Neighbouring ranges share their boundary, and the table does not say which of the two holds it. "
        "The directive discourages mixing its two rows of words in one product."
    ),
)

_PHIA_2018 = Scale(
    id="phia-2018",
    title="UK Professional Head of Intelligence Assessment, Probability Yardstick",
    kind="probability",
    citation="Professional Head of Intelligence Assessment (PHIA), Probability Yardstick, 2018.",
    url=(
        "https://www.gov.uk/government/publications/explaining-uncertainty-in-uk-intelligence-assessment/"
        "explaining-uncertainty-in-uk-intelligence-assessment"
    ),
    checked=(
        "Not checked against the primary document: no copy of a 2018 edition was found, and its date is "
        "unconfirmed. Compared with a transcription that names no edition and has the same figures, and "
        "with transcriptions of the edition of 24 March 2025 (the address given here), which have the same "
        "figures but mark most as approximate and leave out 0 and 100 per cent themselves."
    ),
    terms=(
        Term(name="remote chance", lower=0.0, upper=0.05),
        Term(name="highly unlikely", lower=0.10, upper=0.20),
        Term(name="unlikely", lower=0.25, upper=0.35),
        Term(name="realistic possibility", lower=0.40, upper=0.50),
        Term(name="likely", lower=0.55, upper=0.75, synonyms=("probable",)),
        Term(name="highly likely", lower=0.80, upper=0.90),
        Term(name="almost certain", lower=0.95, upper=1.0),
    ),
    note=(
        "The gaps between the ranges are part of the scale. The upper end of 'realistic possibility' is "
        "published as less than 50 per cent."
    ),
)

_ENFSI_2015 = Scale(
    id="enfsi-2015",
    title="ENFSI verbal equivalents of likelihood ratios",
    kind="ratio",
    citation=(
        "S. Willis et al., ENFSI Guideline for Evaluative Reporting in Forensic Science, European Network "
        "of Forensic Science Institutes, Dublin, 2015."
    ),
    url="https://enfsi.eu/wp-content/uploads/2016/09/m1_guideline.pdf",
    checked=(
        "Not checked against the primary document, which could not be opened. Two secondary accounts with "
        "all six terms agree on the limits 10, 100, 1000, 10 000 and 1 000 000 but start weak support at "
        "1; two with only the lower terms agree on the lower limits and start it at 2, as here. Further "
        "accounts give other ranges under the same name."
    ),
    terms=(
        Term(name="weak support", lower=2.0, upper=10.0),
        Term(name="moderate support", lower=10.0, upper=100.0),
        Term(name="moderately strong support", lower=100.0, upper=1_000.0),
        Term(name="strong support", lower=1_000.0, upper=10_000.0),
        Term(name="very strong support", lower=10_000.0, upper=1_000_000.0),
        Term(name="extremely strong support", lower=1_000_000.0, upper=None),
    ),
    note=(
        "The words say how much more probable the evidence is under one hypothesis than under the other; "
        "they are not about the hypotheses. A ratio of 1 supports neither and has no term here; a ratio "
        "below 1 is described by its inverse, in favour of the other hypothesis."
    ),
)

_ADMIRALTY_STIX_2_1 = Scale(
    id="admiralty-stix-2.1",
    title="Admiralty code, credibility of information, as mapped by STIX 2.1",
    kind="probability",
    citation=(
        "OASIS Cyber Threat Intelligence Technical Committee, STIX Version 2.1, OASIS Standard, 2021, "
        "Appendix A: Confidence Scales, table 'Admiralty Credibility'."
    ),
    url="https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html",
    checked=(
        "Checked against Appendix A of STIX Version 2.1 Errata 01 (Committee Specification Draft 01, 2 "
        "April 2025), in the committee's own text. The 2021 edition itself was not read."
    ),
    terms=(
        Term(name="Improbable", lower=0.0, upper=0.20, synonyms=("5",)),
        Term(name="Doubtful", lower=0.20, upper=0.40, synonyms=("4",)),
        Term(name="Possibly True", lower=0.40, upper=0.60, synonyms=("3",)),
        Term(name="Probably True", lower=0.60, upper=0.80, synonyms=("2",)),
        Term(name="Confirmed by other sources", lower=0.80, upper=1.0, synonyms=("1",)),
    ),
    note=(
        "Code 6, 'Truth cannot be judged', has no range in the source and is therefore not a term. The "
        "source gives whole numbers on a confidence scale (0-19, 20-39, 40-59, 60-79, 80-100); here they "
        "are divided by 100, and each range runs up to the start of the next. That such a confidence may "
        "be read as a probability is this library's reading. The appendix gives no ranges for the letters A "
        "to F, the reliability of a source."
    ),
)

SCALES: Mapping[str, Scale] = MappingProxyType(
    {scale.id: scale for scale in (_ICD203_2015, _PHIA_2018, _ENFSI_2015, _ADMIRALTY_STIX_2_1)}
)
"""The scales that the library knows, by id. A changed edition is a new id, never a changed entry."""
