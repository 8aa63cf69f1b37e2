"""What stays out of the tree: machines' addresses, catch-all files, writes behind the reader's back."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.rules.tree import ROOT, checkout_files, imports_of, parsed, report, shown, source_files, text_of

# Spelled apart, so that this file does not name what it forbids.
PUBLIC_INDEX = {".".join(("pypi", "org")), ".".join(("files", "pythonhosted", "org"))}
REGISTRIES = re.compile(
    r"|".join(
        (
            r"\bpypi\.(org|python)",
            r"pythonhosted\.(org)",
            r"\bnpmjs\.(org|com)",
            r"\byarnpkg\.(com)",
            r"\b(proxy|sum)\.golang\.(org)",
            r"\bcrates\.(io)",
            r"\b(deb|snapshot|archive|security)\.(debian|ubuntu)\.(org|com)",
            r"\bconda\.(anaconda)\.org",
            r"\b(docker|ghcr|quay)\.(io)/",
            r"--(extra-)?index-url|\b(PIP|UV)_(EXTRA_)?INDEX",
        )
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.~<>{}$)*-])/(?:work|root|home|Users)/")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
BANNER = re.compile(r"^\s*#.*([-=#*_~])\1{4,}", re.MULTILINE)
VAGUE_FUNCTION = re.compile(r"^_?(handle|process|do|manage)_[a-z]")
VAGUE_CLASS = re.compile(r"(Helper|Processor|Handler|Util|Utils)$")
FRAMEWORKS_NAMES = {  # Django's middleware, socketserver
    "process_view",
    "process_exception",
    "process_template_response",
    "process_request",
    "handle_error",
}
LOCK = ROOT / "uv.lock"
THIS = Path(__file__).resolve()


def places(pattern: re.Pattern[str], *, exempt: set[Path]) -> list[str]:
    return [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path in checkout_files()
        if path not in exempt and (text := text_of(path)) and pattern.search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_the_lock_file_knows_only_the_public_index():
    hosts = set(re.findall(r"https?://([^/\"]+)", text_of(LOCK) or ""))

    assert hosts == PUBLIC_INDEX, "lock against the public index: a mirror's address helps nobody else"


def test_no_package_registry_is_named():
    found = places(REGISTRIES, exempt={LOCK, THIS})

    assert not found, report("Say the tool's name (pip, apt), not where it fetches from:", found)


def test_no_path_of_somebodys_machine():
    found = places(MACHINE_PATH, exempt={THIS})

    assert not found, report("Write paths relative to the checkout or the data folder:", found)


@pytest.mark.parametrize("text", ["cd /work/main", "'/root/x'", "path=/home/ann/data"])
def test_the_rule_sees_a_machine_path(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["docs/work/x", "../root/.ssh", "/var/lib/fornix", "/homeland/"])
def test_the_rule_leaves_other_paths_alone(text):
    assert not MACHINE_PATH.search(text)


def test_files_are_named_by_their_content():
    found = [shown(path) for path in checkout_files() if {path.stem, path.parent.name} & FORBIDDEN_NAMES]

    assert not found, report("Name the file by what is in it:", found)


def test_every_module_says_what_it_is_for():
    found = [shown(path) for path in source_files() if text_of(path) and not ast.get_docstring(parsed(path))]

    assert not found, report("Open the module by saying what it is for, and what it must not know:", found)


def test_comments_are_sentences_and_not_banners():
    found = [
        shown(path)
        for path in checkout_files()
        if path.suffix == ".py" and path != THIS and BANNER.search(text_of(path) or "")
    ]

    assert not found, report("A line of dashes says nothing; split the file instead:", found)


def test_functions_are_named_by_their_effect():
    found = [
        f"{shown(path)}:{node.lineno}: {node.name}"
        for path in source_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and VAGUE_FUNCTION.match(node.name)
        and node.name not in FRAMEWORKS_NAMES
        and not node.name.startswith("do_not_")
    ]

    assert not found, report("Verb and noun, by effect: create_project, not handle_project:", found)


def test_classes_are_named_by_what_they_are():
    found = [
        f"{shown(path)}:{node.lineno}: {node.name}"
        for path in source_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
        and VAGUE_CLASS.search(node.name)
        and not any("Handler" in ast.unparse(parent) for parent in node.bases)
    ]

    assert not found, report("A class is a thing of the glossary:", found)


def test_no_write_happens_behind_the_readers_back():
    overrides = [
        f"{shown(path)}:{node.lineno}: overrides {node.name}()"
        for path in source_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name == "save"
    ]
    signals = [
        f"{found.path}:{found.line}: listens to signals"
        for path in source_files()
        for found in imports_of(path)
        if found.module == "django.dispatch"
        or found.module.endswith(".signals")
        or ("signals" in found.names and found.module.startswith("django"))
    ]

    assert not overrides + signals, report(
        "A writer writes, in the open: no save(), no signals:", overrides + signals
    )


def test_the_frameworks_admin_is_not_there():
    found = [shown(path) for path in source_files() if "django.contrib.admin" in (text_of(path) or "")]

    assert not found, report("Django's admin writes around access and Events:", found)
