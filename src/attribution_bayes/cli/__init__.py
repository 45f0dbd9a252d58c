"""The command line: one module for each command; `main` carries one out and returns its exit code."""

from attribution_bayes.cli.command import main as main
