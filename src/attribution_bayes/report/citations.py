"""What to cite: the case, the library, and the works whose methods were used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from attribution_bayes.arguments import listed, wrong_kind
from attribution_bayes.declare.case import Case
from attribution_bayes.declare.parameters import Parameter, stated
from attribution_bayes.declare.scales import SCALES, Scale
from attribution_bayes.declare.ways import Counts, Decibans, Words
from attribution_bayes.declare.written import case_hash
from attribution_bayes.engine.network import network
from attribution_bayes.engine.posterior import Posterior
from attribution_bayes.errors import CaseError, Problem, nearest, quoted

LIBRARY = "attribution_bayes"


@dataclass(frozen=True, slots=True)
class Work:
    """A publication, as far as its DOI does not say it; one without a DOI, with where it stands."""

    authors: tuple[str, ...]
    year: int
    title: str
    doi: str = ""
    journal: str = ""

    @property
    def text(self) -> str:
        """One line, as in a list of references."""
        where = f"https://doi.org/{self.doi}" if self.doi else f"{self.journal}."
        return f"{'; '.join(self.authors)} ({self.year}). {self.title}. {where}"

    def bibtex(self, key: str) -> str:
        """An entry of BibTeX."""
        where = {"doi": self.doi} if self.doi else {"note": _plain(self.journal)}
        return _entry(key, author=_people(self.authors), title=_whole(self.title), year=str(self.year), **where)


def _work(authors: str, year: int, title: str, doi: str = "", *, journal: str = "") -> Work:
    return Work(tuple(authors.split("; ")), year, title, doi, journal)


WORKS = {
    "box1980": _work(
        "Box, G. E. P.", 1980, "Sampling and Bayes' inference in scientific modelling and robustness", "10.2307/2982063"
    ),
    "brown2001": _work(
        "Brown, L. D.; Cai, T. T.; DasGupta, A.",
        2001,
        "Interval estimation for a binomial proportion",
        "10.1214/ss/1009213286",
    ),
    "brummer2006": _work(
        "Brümmer, N.; du Preez, J.",
        2006,
        "Application-independent evaluation of speaker detection",
        "10.1016/j.csl.2005.08.001",
    ),
    "castillo1997": _work(
        "Castillo, E.; Gutierrez, J. M.; Hadi, A. S.",
        1997,
        "Sensitivity analysis in discrete Bayesian networks",
        "10.1109/3468.594909",
    ),
    "chan2005": _work(
        "Chan, H.; Darwiche, A.",
        2005,
        "A distance measure for bounding probabilistic belief change",
        "10.1016/j.ijar.2004.07.001",
    ),
    "darwiche2003": _work(
        "Darwiche, A.", 2003, "A differential approach to inference in Bayesian networks", "10.1145/765568.765570"
    ),
    "dechter1999": _work(
        "Dechter, R.", 1999, "Bucket elimination: a unifying framework for reasoning", "10.1016/S0004-3702(99)00059-4"
    ),
    "frechet1951": _work(
        "Fréchet, M.",
        1951,
        "Sur les tableaux de corrélation dont les marges sont données",
        journal="Annales de l'Université de Lyon, Section A, 14, 53-77",
    ),
    "genest1986": _work(
        "Genest, C.; Zidek, J. V.",
        1986,
        "Combining probability distributions: a critique and an annotated bibliography",
        "10.1214/ss/1177013825",
    ),
    "golub1969": _work(
        "Golub, G. H.; Welsch, J. H.",
        1969,
        "Calculation of Gauss quadrature rules",
        "10.1090/S0025-5718-69-99647-1",
    ),
    "good1979": _work(
        "Good, I. J.",
        1979,
        "Studies in the history of probability and statistics. XXXVII: A. M. Turing's statistical work in World War II",
        "10.1093/biomet/66.2.393",
    ),
    "good1985": _work(
        "Good, I. J.", 1985, "Weight of evidence: a brief survey", journal="Bayesian Statistics 2, 249-270"
    ),
    "gruenwald2017": _work(
        "Grünwald, P.; van Ommen, T.",
        2017,
        "Inconsistency of Bayesian inference for misspecified linear models, and a proposal for repairing it",
        "10.1214/17-BA1085",
    ),
    "hoffman2014": _work(
        "Hoffman, M. D.; Gelman, A.",
        2014,
        "The No-U-Turn sampler: adaptively setting path lengths in Hamiltonian Monte Carlo",
        journal="Journal of Machine Learning Research 15, 1593-1623",
    ),
    "jansen1999": _work(
        "Jansen, M. J. W.", 1999, "Analysis of variance designs for model output", "10.1016/S0010-4655(98)00154-4"
    ),
    "jeffreys1946": _work(
        "Jeffreys, H.",
        1946,
        "An invariant form for the prior probability in estimation problems",
        "10.1098/rspa.1946.0056",
    ),
    "kallioinen2024": _work(
        "Kallioinen, N.; Paananen, T.; Bürkner, P.-C.; Vehtari, A.",
        2024,
        "Detecting and diagnosing prior and likelihood sensitivity with power-scaling",
        "10.1007/s11222-023-10366-5",
    ),
    "lauritzen1988": _work(
        "Lauritzen, S. L.; Spiegelhalter, D. J.",
        1988,
        "Local computations with probabilities on graphical structures and their application to expert systems",
        "10.1111/j.2517-6161.1988.tb01721.x",
    ),
    "lin1991": _work("Lin, J.", 1991, "Divergence measures based on the Shannon entropy", "10.1109/18.61115"),
    "lindley1956": _work(
        "Lindley, D. V.",
        1956,
        "On a measure of the information provided by an experiment",
        "10.1214/aoms/1177728069",
    ),
    "murphy1973": _work(
        "Murphy, A. H.",
        1973,
        "A new vector partition of the probability score",
        "10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2",
    ),
    "raiffa1961": _work(
        "Raiffa, H.; Schlaifer, R.", 1961, "Applied statistical decision theory", journal="Harvard University"
    ),
    "ramos2013": _work(
        "Ramos, D.; Gonzalez-Rodriguez, J.",
        2013,
        "Reliable support: measuring calibration of likelihood ratios",
        "10.1016/j.forsciint.2013.04.014",
    ),
    "renooij2014": _work(
        "Renooij, S.", 2014, "Co-variation for sensitivity analysis in Bayesian networks", "10.1016/j.ijar.2013.11.001"
    ),
    "saltelli2010": _work(
        "Saltelli, A.; Annoni, P.; Azzini, I.; Campolongo, F.; Ratto, M.; Tarantola, S.",
        2010,
        "Variance based sensitivity analysis of model output",
        "10.1016/j.cpc.2009.09.018",
    ),
    "shachter1986": _work("Shachter, R. D.", 1986, "Evaluating influence diagrams", "10.1287/opre.34.6.871"),
    "shapley1953": _work("Shapley, L. S.", 1953, "A value for n-person games", "10.1515/9781400881970-018"),
    "stephenson2008": _work(
        "Stephenson, D. B.; Coelho, C. A. S.; Jolliffe, I. T.",
        2008,
        "Two extra components in the Brier score decomposition",
        "10.1175/2007WAF2006116.1",
    ),
    "tessem1992": _work("Tessem, B.", 1992, "Interval probability propagation", "10.1016/0888-613X(92)90006-L"),
    "vehtari2021": _work(
        "Vehtari, A.; Gelman, A.; Simpson, D.; Carpenter, B.; Bürkner, P.-C.",
        2021,
        "Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of MCMC",
        "10.1214/20-BA1221",
    ),
}
"""Every work whose method is used, by its key."""

USED = {
    "beliefs": ("lauritzen1988",),
    "calibration_table": ("brown2001",),
    "case_from_bif": ("shachter1986",),
    "credence_bounds": ("tessem1992",),
    "dependence": ("frechet1951",),
    "difference": ("shapley1953",),
    "discount": ("gruenwald2017",),
    "ece_curve": ("ramos2013",),
    "expected_agreement": ("lin1991",),
    "expected_discrimination": ("good1985",),
    "expected_information": ("lindley1956", "raiffa1961"),
    "flip_points": ("castillo1997", "renooij2014"),
    "one_way": ("castillo1997", "renooij2014"),
    "pool": ("genest1986",),
    "power_scaling": ("kallioinen2024",),
    "prepare": ("darwiche2003",),
    "robustness": ("chan2005",),
    "scores": ("murphy1973", "stephenson2008", "brummer2006"),
    "shapley": ("shapley1953",),
    "sobol": ("saltelli2010", "jansen1999"),
    "sobol_from_samples": ("saltelli2010", "jansen1999"),
    "suppose": ("renooij2014",),
    "surprise": ("box1980",),
    "weight_of_evidence": ("good1979", "good1985"),
}
"""Works behind the functions that have any."""


def cite(weighed: Case | Posterior, *, functions: Sequence[str] = ()) -> pd.DataFrame:
    """List what to cite: the case, the library, the works whose methods were used, and the scales of its words.

    Parameters
    ----------
    weighed
        A case, which is taken as weighed exactly, or a posterior.
    functions
        Public functions whose results are published beside it, such as ``["robustness", "shapley"]``.

    Returns
    -------
    DataFrame
        Index: key, as in BibTeX. Columns: ``used_for``, ``text`` and ``bibtex``. The case comes first, then the
        library, then the works, then each verbal scale of which the case uses a term, by its id.

    Raises
    ------
    CaseError
        ``E_UNKNOWN_NAME`` for a function that there is none of, or that uses no published method.

    Examples
    --------
    >>> import attribution_bayes as ab
    >>> case = ab.Case(
    ...     question="Which?",
    ...     hypotheses=[
    ...         ab.Hypothesis(name="a", statement="it was a"),
    ...         ab.Hypothesis(name="b", statement="it was not", catch_all=True),
    ...     ],
    ...     prior={"a": 0.5, "b": 0.5},
    ...     evidence=[ab.Evidence(name="e", statement="e holds", likelihood={"a": ab.Counts(8, 10), "b": 0.2})],
    ... )
    >>> ab.cite(case, functions=["robustness"])["used_for"].to_dict()["chan2005"]
    'robustness'
    """
    if not isinstance(weighed, Case | Posterior):
        raise wrong_kind(weighed, Posterior, "weighed")
    names = listed(functions, "functions")
    unknown = [
        Problem(
            code="E_UNKNOWN_NAME",
            path="functions",
            message=f"{quoted(name)} names no function that uses a published method.",
            hint=nearest(name, USED),
        )
        for name in names
        if name not in USED
    ]
    if unknown:
        raise CaseError(unknown)
    uses: dict[str, list[str]] = {}
    for key, used_for in [*_weighing(weighed), *((key, name) for name in names for key in USED[name])]:
        uses.setdefault(key, []).append(used_for)
    rows = {key: (", ".join(dict.fromkeys(uses[key])), WORKS[key].text, WORKS[key].bibtex(key)) for key in sorted(uses)}
    case = weighed if isinstance(weighed, Case) else weighed.case
    rows = {"case": _case(case), LIBRARY: _library(weighed), **rows, **_scales(case)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["used_for", "text", "bibtex"]).rename_axis("key")


def _weighing(weighed: Case | Posterior) -> Iterator[tuple[str, str]]:
    """The works behind the credences, and for what each was used."""
    case = weighed if isinstance(weighed, Case) else weighed.case
    yield "dechter1999", "summing out what is not known"
    if network(case).nodes:
        yield "golub1969", "uncertain rates that several reports share"
    written = _written(case)
    if any(isinstance(way, Counts) for way in written):
        yield "jeffreys1946", "counts"
    if any(isinstance(way, Decibans) for way in written):
        yield "good1979", "decibans"
    if isinstance(weighed, Posterior) and weighed.method == "pymc":
        yield "darwiche2003", "derivatives of the likelihood"
        yield "hoffman2014", "draws from the posterior"
        yield "vehtari2021", "checks of convergence"


def _written(case: Case) -> list[object]:
    """How each number is stated, plain numbers of an item left out."""
    return [one.written for one in stated(case) if isinstance(one, Parameter)]


def _scales(case: Case) -> dict[str, tuple[str, str, str]]:
    """The scales that the case takes words from, as their entries name the source."""
    used = sorted({way.scale for way in _written(case) if isinstance(way, Words) and way.scale})
    return {id: _scale(SCALES[id]) for id in used}


def _scale(scale: Scale) -> tuple[str, str, str]:
    made = _entry(scale.id, title=_whole(scale.title), note=_plain(scale.citation), url=scale.url)
    return "words of the case", f"{scale.citation} {scale.url}", made


def _case(case: Case) -> tuple[str, str, str]:
    author = case.author or "Anonymous"
    dated = {} if case.date is None else {"year": str(case.date.year)}
    note = f"Case with SHA-256 {case_hash(case)}"
    made = _entry("case", author=_whole(author), title=_whole(case.question), **dated, note=note)
    return "the case", f"{author} ({dated.get('year', 'n.d.')}). {case.question} {note}.", made


def _library(weighed: Case | Posterior) -> tuple[str, str, str]:
    release = version("attribution-bayes") if isinstance(weighed, Case) else weighed.versions[LIBRARY]
    authors = f"The {LIBRARY} maintainers"
    made = _entry(LIBRARY, author=_whole(authors), title=_whole(LIBRARY), version=release, note="Software")
    return "the library", f"{authors}. {LIBRARY}, version {release}. Software.", made


SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
SPECIAL |= {sign: f"\\{sign}" for sign in "{}%&#$_"}
"""Signs that mean something to LaTeX."""


def _entry(key: str, **fields: str) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _whole(text: str) -> str:
    """Free text as one piece, whose capitals stay."""
    return f"{{{_plain(text)}}}"


def _plain(text: str) -> str:
    return " ".join("".join(SPECIAL.get(sign, sign) for sign in text).split())


def _people(authors: Sequence[str]) -> str:
    return " and ".join(map(_plain, authors))
