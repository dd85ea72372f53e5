"""The recipes in the documentation run, and give what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

RECIPES = Path(__file__).parent.parent / "docs" / "recipes.md"
EXAMPLES = doctest.DocTestParser().get_doctest(RECIPES.read_text(), {}, "recipes", str(RECIPES), 0)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def failures(test: doctest.DocTest) -> tuple[int, str]:
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append)
    return result.failed, "".join(said)


def test_the_recipes_give_what_they_say() -> None:
    failed, said = failures(EXAMPLES)
    assert not failed, said


def test_a_wrong_line_is_found() -> None:
    wrong = RECIPES.read_text().replace("np.float64(4.0)", "np.float64(5.0)", 1)
    test = doctest.DocTestParser().get_doctest(wrong, {}, "wrong", None, 0)
    assert failures(test)[0] == 1


@pytest.mark.parametrize("block", RECIPES.read_text().split("```python")[1:])
def test_every_block_runs(block: str) -> None:
    code = block.split("```")[0]
    assert code.strip().startswith(">>>")
    assert code.endswith("\n\n")  # else the fence would be part of what is expected
