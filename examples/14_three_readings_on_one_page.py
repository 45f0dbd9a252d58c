"""One idea: readings that disagree stand on one page, with equal space, and with what separates them."""

import sys
import tempfile
from pathlib import Path

import attribution_bayes as ab

READINGS = {
    "agnostic": "crocus_city_hall.yaml",
    "mainstream": "crocus_city_hall_mainstream.yaml",
    "article": "crocus_city_hall_article.yaml",
}
here = Path(__file__).parent
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
panel = ab.Panel({name: ab.load_case(here / file) for name, file in READINGS.items()})
preface = (here / "crocus_city_hall_three_preface.txt").read_text(encoding="utf-8")

print("Three readings of one contested event; every number in them is illustrative, and none of this is a finding.\n")
credences = ab.weigh_many(panel).to_pandas()
print((100 * credences).round(1).to_string(), "\n")
ab.report(panel, folder / "three_readings.html", preface=preface, overwrite=True)
print(f"Credences in percent. The page stands in {folder}:\n  three_readings.html")
