"""The tree of a report: how texts are put together."""

import pytest

from attribution_bayes.report.render.document import (
    Aside,
    Figure,
    Move,
    Name,
    Said,
    Strong,
    filled,
    heads,
    listed,
    plain,
    text,
)


def test_parts_come_where_the_places_are() -> None:
    """Parts and texts take the places of the braces, in order; words that are empty leave nothing."""
    name, figure = Name("a", "item"), Figure("1", 1.0)
    assert filled("{} of {}", name, text("x", figure)) == (name, " of ", "x", figure)
    assert filled("so{}", "") == ("so",)


def test_a_sentence_with_too_few_parts_is_refused() -> None:
    """As many parts as places: neither is dropped in silence."""
    with pytest.raises(ValueError, match="2 places, 1 parts"):
        filled("{} of {}", "a")
    with pytest.raises(ValueError, match="1 places, 2 parts"):
        filled("{}", "a", "b")


def test_braces_in_a_part_are_no_places() -> None:
    """What somebody else wrote is never read as a template."""
    assert plain(filled("He said: {}.", Said("{} {0} {{}}"))) == "He said: {} {0} {{}}."


def test_texts_are_listed_as_in_a_sentence() -> None:
    """One, two and more texts; none gives nothing."""
    texts = [text(letter) for letter in "abc"]
    assert [plain(listed(texts[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert plain(listed(texts, ", ")) == "a, b, c"


def test_the_words_alone() -> None:
    """What is inside of other parts counts; a button has no words."""
    assert plain(text("a ", Strong(text(Figure("1 %", 0.01))), Aside(text("b")), Move("prior.a"))) == "a 1 %b"


def test_heads_of_columns() -> None:
    """Each column has a text of its own."""
    assert heads("a", Name("b", "hypothesis")) == (("a",), (Name("b", "hypothesis"),))
