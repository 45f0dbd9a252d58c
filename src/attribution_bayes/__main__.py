"""``python -m attribution_bayes`` and the command ``attribution-bayes``: the command line, quiet when interrupted.

The imports take seconds, during which an interrupt would print a traceback; it is caught here.
"""

import sys

try:
    from attribution_bayes.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
