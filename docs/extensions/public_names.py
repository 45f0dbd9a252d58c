"""Warn of public names that the pages do not describe; the build makes errors of warnings."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import attribution_bayes as ab
from attribution_bayes import testing

logger = logging.getLogger(__name__)


def check(_app: Sphinx, env: BuildEnvironment) -> None:
    domain = env.get_domain("py")
    described = {name for name, *_ in domain.get_objects()}
    wanted = {f"attribution_bayes.{name}" for name in ab.__all__}
    wanted |= {f"attribution_bayes.testing.{name}" for name in testing.__all__}
    for name in sorted(wanted - described):
        logger.warning("%s is public, and no page describes it", name)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
