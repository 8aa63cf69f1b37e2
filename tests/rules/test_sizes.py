"""Small files and small functions, measured over the whole tree; migrations are exempt."""

from __future__ import annotations

import ast
from statistics import median, quantiles

import pytest
from tests.rules.tree import parsed, report, shown, source_files, text_of

MANY = 30  # below this many, a median says nothing about a tree
FILE_MEDIAN, FILE_P90, FILE_MAX = 90, 250, 400
FUNCTION_MEDIAN, FUNCTION_P90, FUNCTION_MAX = 10, 30, 60


def file_sizes() -> dict[str, int]:
    """Lines per file. A package's empty `__init__.py` would only flatter the median."""
    sizes = {shown(path): len((text_of(path) or "").splitlines()) for path in source_files()}
    return {path: lines for path, lines in sizes.items() if lines > 1}


def function_sizes_in(tree: ast.Module, path: str) -> dict[str, int]:
    return {
        f"{path}:{node.lineno}: {node.name}": node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }


def function_sizes() -> dict[str, int]:
    return {
        place: lines
        for path in source_files()
        for place, lines in function_sizes_in(parsed(path), shown(path)).items()
    }


def too_long(sizes: dict[str, int], limit: int) -> list[str]:
    return [f"{place}: {lines} lines" for place, lines in sorted(sizes.items()) if lines > limit]


def p90(sizes: dict[str, int]) -> float:
    return quantiles(sizes.values(), n=10)[-1]


def test_no_file_is_longer_than_its_limit():
    broken = too_long(file_sizes(), FILE_MAX)

    assert not broken, report(f"A file has at most {FILE_MAX} lines; split it by subject:", broken)


def test_no_function_is_longer_than_its_limit():
    broken = too_long(function_sizes(), FUNCTION_MAX)

    assert not broken, report(f"A function has at most {FUNCTION_MAX} lines; name its steps:", broken)


@pytest.mark.parametrize(
    ("sizes", "median_limit", "p90_limit"),
    [
        pytest.param(file_sizes, FILE_MEDIAN, FILE_P90, id="files"),
        pytest.param(function_sizes, FUNCTION_MEDIAN, FUNCTION_P90, id="functions"),
    ],
)
def test_most_are_small(sizes, median_limit, p90_limit):
    lines = sizes()
    if len(lines) <= MANY:
        return
    longest = report("The longest:", too_long(lines, p90_limit))

    assert median(lines.values()) <= median_limit, longest
    assert p90(lines) <= p90_limit, longest


def test_a_function_is_measured_with_its_signature_and_its_inner_ones():
    tree = ast.parse("def outer(\n    a,\n):\n    def inner():\n        return a\n    return inner\n")

    assert function_sizes_in(tree, "x.py") == {"x.py:1: outer": 6, "x.py:4: inner": 2}
