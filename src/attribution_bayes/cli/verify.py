"""`verify`: an archive computed again."""

from __future__ import annotations

from pathlib import Path

import click

import attribution_bayes as ab
from attribution_bayes.cli.given import PATH
from attribution_bayes.cli.usage import examples


@click.command("verify", epilog=examples("verify answer.zip"))
@click.argument("archive", type=PATH)
def command(archive: Path) -> int:
    """Compute everything in an archive again, and say what differs.

    Exit code 0 if nothing does, 1 if something does or the archive is damaged.
    """
    table = ab.verify(archive)
    for member, row in table.iterrows():
        print(f"{row['found']:<12}  {member}{': ' if row['difference'] else ''}{row['difference']}")
    return int((table["difference"] != "").any())
