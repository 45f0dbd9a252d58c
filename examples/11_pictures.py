"""One idea: every table of this library has a picture, and three readings of one event stand in one of them."""

import sys
import tempfile
from pathlib import Path

import attribution_bayes as ab

READINGS = {
    "agnostic": "crocus_city_hall.yaml",
    "mainstream": "crocus_city_hall_mainstream.yaml",
    "article": "crocus_city_hall_article.yaml",
}
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
cases = {name: ab.load_case(Path(__file__).parent / file) for name, file in READINGS.items()}
posteriors = {name: ab.weigh(case) for name, case in cases.items()}

pictures = {"readings": ab.plot_credences(posteriors), "network": ab.plot_case(cases["agnostic"])}
for name, case in cases.items():
    pictures |= {
        f"{name}_credences": ab.plot_credences(posteriors[name]),
        f"{name}_weights": ab.plot_weights(case, "isis_k_alone"),
        f"{name}_tornado": ab.plot_tornado(case, "isis_k_alone"),
        f"{name}_update": ab.plot_update(case),
    }

first, second = ab.one_way(cases["agnostic"]).index[[0, 2]]
pictures |= {
    "one_assumption": ab.plot_response(cases["agnostic"], first),
    "two_assumptions": ab.plot_two_way(cases["agnostic"], first, second),
    "learned": ab.plot_assumption(posteriors["agnostic"], "evidence.escape_attempt.likelihood.isis_k_alone"),
}
for name, picture in pictures.items():
    picture.savefig(folder / f"{name}.png")

print("Three readings of one contested event; every number in them is illustrative, and none of this is a finding.\n")
for name in sorted(pictures):
    width, height = pictures[name].get_size_inches()
    print(f"  {name}.png, {width:.1f} by {height:.1f} inches")
