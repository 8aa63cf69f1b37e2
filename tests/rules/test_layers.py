"""Imports point downwards only, in the order that ARCHITECTURE.md draws; the pure packages stay pure."""

from __future__ import annotations

import ast

import pytest
from tests.rules.tree import (
    SOURCE,
    Import,
    imports_in,
    imports_of,
    module_name,
    parsed,
    report,
    shown,
    source_files,
)

LEVELS = (
    ("errors",),
    ("dicom", "meg", "storage"),
    ("models",),
    ("audit", "queue"),
    ("access",),
    ("catalog",),
    ("booking",),
    ("ingest",),
    ("preview", "integrity"),
    ("wiring",),
    ("http",),
    ("receiver", "worker", "web", "xnat", "api", "simulator"),
    ("commands",),
    ("settings", "apps", "urls", "wsgi", "migrations"),
)
RANK = {package: rank for rank, level in enumerate(LEVELS) for package in level}
PURE = ("dicom", "meg")
CLOCKS = {"now", "utcnow", "today", "localtime", "gmtime", "localdate"}
READS_SETTINGS = {"wiring", *LEVELS[-1]}
# Imports against the order, each with its reason. Nothing else is let through.
EXCEPTIONS = {
    ("src/fornix/wiring.py", "settings"): "the one reader of the settings",
    ("src/fornix/commands/setup.py", "settings"): "makes the data folder, before the framework can start",
}


def our_packages(found: Import) -> set[str]:
    """The packages of ours that an import reaches: `from fornix import x` reaches x."""
    parts = found.module.split(".")
    if parts[0] != "fornix":
        return set()
    return {parts[1]} if len(parts) > 1 else {name for name in found.names if name in RANK}


def broken_direction(package: str, found: Import) -> str | None:
    for target in sorted(our_packages(found)):
        place = f"{found.path}:{found.line}: {package} imports {target}"
        if package == "simulator" and target != "simulator":
            return f"{place}: the simulator imports nothing of ours; give it the value as an argument"
        if target == package or (found.path, target) in EXCEPTIONS:
            continue
        if target not in RANK:
            return f"{place}: the order does not know {target}; give it a level in the design and in LEVELS"
        if RANK[target] == RANK[package]:
            return f"{place}: packages of one level do not meet; move what both need one level down"
        if RANK[target] > RANK[package]:
            return f"{place}: imports point downwards; pass the value in, or move the code down"
    return None


def package_of(path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def test_every_package_has_a_level():
    packages = {package_of(path) for path in source_files()} - {"__init__"}

    assert packages <= set(RANK), f"without a level: {sorted(packages - set(RANK))}"


def test_imports_point_downwards():
    broken = [
        finding
        for path in source_files()
        if path.parent != SOURCE or path.stem != "__init__"
        for found in imports_of(path)
        if (finding := broken_direction(package_of(path), found))
    ]

    assert not broken, report("Imports point downwards only:", broken)


def test_every_exception_is_still_needed():
    used = {
        (found.path, target)
        for path in source_files()
        for found in imports_of(path)
        for target in our_packages(found)
    }

    assert set(EXCEPTIONS) <= used


def test_the_root_package_imports_nothing_of_ours():
    assert not [found for found in imports_of(SOURCE / "__init__.py") if found.module.startswith("fornix")]


@pytest.mark.parametrize(
    ("package", "line", "is_broken"),
    [
        pytest.param("storage", "from fornix.errors import Invalid", False, id="down"),
        pytest.param("storage", "import fornix.models", True, id="up"),
        pytest.param("dicom", "from fornix.meg import fif", True, id="sideways"),
        pytest.param("dicom", "from fornix.dicom import header", False, id="within"),
        pytest.param("dicom", "from . import header", False, id="relative within"),
        pytest.param("dicom", "from ..models import Scan", True, id="relative up"),
        pytest.param("dicom", "def late():\n    from fornix import models", True, id="hidden in a function"),
        pytest.param("simulator", "from fornix.errors import Invalid", True, id="simulator"),
        pytest.param("web", "from fornix.nowhere import x", True, id="unknown"),
        pytest.param("web", "from django.http import HttpResponse", False, id="others' code"),
    ],
)
def test_the_rule_sees_every_way_to_import(package, line, is_broken):
    found = imports_in(ast.parse(line), f"fornix.{package}.module", "module.py", is_package=False)

    assert any(broken_direction(package, one) for one in found) is is_broken


def is_pure(path) -> bool:
    """The pure packages, and any other module whose first words say that it is."""
    return package_of(path) in PURE or (ast.get_docstring(parsed(path)) or "").startswith("Pure")


def impurities(tree: ast.Module, found: list[Import], path: str) -> list[str]:
    imported = [
        f"{one.path}:{one.line}: imports {one.module}"
        for one in found
        if one.module.split(".")[0] in {"django", "time", "socket", "sqlite3", "httpx", "os"}
    ]
    called = [
        f"{path}:{node.lineno}: asks the clock by {node.func.attr}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    opened = [
        f"{path}:{node.lineno}: opens a file"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    return imported + called + opened


def test_pure_modules_take_bytes_and_time_as_arguments():
    broken = [
        finding
        for path in source_files()
        if is_pure(path)
        for finding in impurities(parsed(path), imports_of(path), shown(path))
    ]

    assert not broken, report(
        "Pure modules know no framework, file or clock; bytes and time are arguments:", broken
    )


@pytest.mark.parametrize(
    "line",
    [
        "from django.db import models",
        "import time",
        "def when():\n    import time",
        "from datetime import datetime\nvalue = datetime.now()",
        "value = timezone.now()",
        "value = open('x')",
    ],
)
def test_the_rule_sees_what_is_not_pure(line):
    tree = ast.parse(line)

    assert impurities(tree, imports_in(tree, "fornix.dicom.x", "x.py", is_package=False), "x.py")


def test_only_the_wiring_reads_settings():
    broken = [
        f"{found.path}:{found.line}: take it from fornix.wiring, or as an argument"
        for path in source_files()
        if package_of(path) not in READS_SETTINGS
        for found in imports_of(path)
        if found.module == "django.conf" or "settings" in our_packages(found)
        if (found.path, "settings") not in EXCEPTIONS
    ]

    assert not broken, report("Only wiring reads settings:", broken)


def test_a_module_is_named_as_it_is_imported():
    assert module_name(SOURCE / "dicom" / "__init__.py") == "fornix.dicom"
    assert module_name(SOURCE / "errors.py") == "fornix.errors"
