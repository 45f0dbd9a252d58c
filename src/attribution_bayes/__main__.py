"""``python -m attribution_bayes`` and the command ``attribution-bayes``: the command line, quiet when interrupted.

Loading the modules takes a while, during which an interrupt would print a traceback; it is caught here. Two things that
only slow the loading down are left out: searching the many new objects for garbage, of which there is hardly any, and
searching all installed packages for plugins of pydantic, for which this process has no use.
"""

import gc
import os
import sys

OBJECTS_BETWEEN_SEARCHES = 100_000

gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

try:
    from attribution_bayes.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
