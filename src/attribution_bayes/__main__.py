"""``python -m attribution_bayes``, and the command ``attribution-bayes``: the command line, quiet when interrupted.

What it imports takes seconds, in which an interrupt would print a traceback: it is met here, where nothing else is.
"""

import sys

try:
    from attribution_bayes.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
