"""Read a case file and print its credences, with this library."""

import sys

import attribution_bayes as ab

print(ab.weigh(ab.load_case(sys.argv[1])).credences.tolist())
