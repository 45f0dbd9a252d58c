"""Links from one section to the parts that another one tells of."""

from __future__ import annotations

from attribution_bayes.declare.address import (
    CommonCausePart,
    DependencePart,
    ErrorPart,
    HypothesisPart,
    ItemPart,
    ReportPart,
    SourcePart,
    parse_part,
)
from attribution_bayes.report.render.document import (
    Link,
    Text,
    filled,
    text,
)
from attribution_bayes.report.words import (
    common_cause,
    hypothesis,
    item,
    source,
)


def item_link(name: str) -> Link:
    """A link to where an item is told of."""
    return Link(text(item(name)), f"#item-{name}")


def source_link(name: str) -> Link:
    """A link to where a source is told of."""
    return Link(text(source(name)), f"#source-{name}")


def cause_link(name: str) -> Link:
    """A link to where a common cause is told of."""
    return Link(text(common_cause(name)), f"#cause-{name}")


def part(address: str) -> Text:
    """What stands at an address that can be left out or be built otherwise."""
    match parse_part(address):
        case SourcePart(name):
            return text(source_link(name))
        case HypothesisPart(name):
            return text(hypothesis(name))
        case ItemPart(name):
            return text(item_link(name))
        case DependencePart(name, parent):
            return filled("{} given {}", item_link(name), item_link(parent))
        case CommonCausePart(name):
            return text(cause_link(name))
        case ErrorPart():
            return text("every item that may have been misunderstood")
        case ReportPart(name, speaker):
            return filled("report of {} by {}", item_link(name), source_link(speaker))
        case _:
            raise AssertionError(address)
