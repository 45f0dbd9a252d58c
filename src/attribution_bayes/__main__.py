"""``python -m attribution_bayes``: the command line."""

import sys

from attribution_bayes.cli import main

if __name__ == "__main__":
    sys.exit(main())
