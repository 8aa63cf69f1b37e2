"""The documents are complete and true where a machine can tell: settings, commands, words, dependencies, links."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rules.tree import ROOT, checkout_files, report, shown, source_files, text_of

DOCS = ROOT / "docs"
SETTING = re.compile(r"\bFORNIX_[A-Z]{2,}(?:_[A-Z0-9]+)*\b")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PAGE = 60  # lines of a decision
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def document(name: str) -> str:
    path = ROOT / name
    assert path.is_file(), f"{name} is missing"
    return path.read_text(encoding="utf-8")


def markdown_files() -> list[Path]:
    return [path for path in checkout_files() if path.suffix == ".md"]


def test_every_setting_is_documented_and_every_documented_setting_exists():
    used = {name for path in source_files() for name in SETTING.findall(text_of(path) or "")}
    documented = set(SETTING.findall(document("docs/settings.md")))

    assert used - documented == set(), "read by the code, not in docs/settings.md"
    assert documented - used == set(), "in docs/settings.md, read by nothing"


def commands(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with the options that it takes itself."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in nested:
        for name, child in action.choices.items():
            yield from commands(child, (*words, name))
    if not any(action.required for action in nested):
        options = {option for action in parser._actions for option in action.option_strings}
        yield (
            " ".join(("fornix", *words)),
            {option for option in options if option.startswith("--")} - {"--help"},
        )


def command_sections() -> dict[str, str]:
    """docs/commands.md by its headings `## fornix import`."""
    parts = re.split(r"^#{2,3} `?(fornix [a-z -]+?)`?\s*$", document("docs/commands.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_and_option_is_documented():
    from fornix.commands.main import build_parser

    existing, documented = dict(commands(build_parser())), command_sections()
    missing = [name for name in existing if name not in documented]
    gone = [name for name in documented if name not in existing]
    silent = [
        f"{name}: {option}"
        for name, options in existing.items()
        for option in sorted(options)
        if name in documented and not re.search(rf"{option}\b", documented[name])
    ]

    assert not missing, report("docs/commands.md has no heading `## fornix ...` for:", missing)
    assert not gone, report("docs/commands.md tells of commands that do not exist:", gone)
    assert not silent, report("docs/commands.md does not tell of:", silent)


def test_every_table_is_in_the_glossary():
    from django.apps import apps

    glossary = document("docs/glossary.md")
    names = [model.__name__ for model in apps.get_app_config("fornix").get_models()]
    missing = [name for name in names if not re.search(rf"\*\*.*\b{name}\b.*\*\*", glossary)]

    assert names
    assert not missing, report("A word of its own for each thing, in docs/glossary.md (`**Word**`):", missing)


def dependencies() -> set[str]:
    project = tomllib.loads(document("pyproject.toml"))
    groups = [
        project["project"]["dependencies"],
        *project["project"].get("optional-dependencies", {}).values(),
        *project.get("dependency-groups", {}).values(),
    ]
    return {re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0] for group in groups for line in group}


def test_every_dependency_pays_rent():
    reasons = "\n".join(path.read_text(encoding="utf-8") for path in DECISIONS)
    missing = sorted(name for name in dependencies() if f"`{name}`" not in reasons)

    assert not missing, report("Say in docs/decisions/ what it is for, and what it costs:", missing)


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in DECISIONS]

    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_tells_context_decision_and_price_on_a_page(path):
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:3] == ["Context", "Decision", "Price"]
    assert len(text.splitlines()) <= PAGE


def anchors(path: Path) -> set[str]:
    """The headings of a Markdown file as links name them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def leads_nowhere(path: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return False
    name, _, anchor = target.partition("#")
    goal = (path.parent / name).resolve() if name else path
    if not goal.exists() or not goal.is_relative_to(ROOT):
        return True
    return bool(anchor) and goal.suffix == ".md" and anchor not in anchors(goal)


def test_links_lead_somewhere():
    broken = [
        f"{shown(path)}: {target}"
        for path in markdown_files()
        for target in LINK.findall(FENCE.sub("", text_of(path) or ""))
        if leads_nowhere(path, target)
    ]

    assert not broken, report("Nothing is there:", broken)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("README.md", ("make demo", "make test", "ARCHITECTURE.md")),
        ("ARCHITECTURE.md", ("errors", "wiring", "commands")),
        ("CONTRIBUTING.md", ("make test", "make check")),
        ("CHANGELOG.md", ("## Unreleased",)),
        ("docs/permissions.md", ("owner", "administrator")),
        ("docs/howto/nginx.md", ("FORNIX_URL",)),
        ("docs/howto/systemd.md", ("FORNIX_DATA",)),
        ("docs/howto/backup.md", ("fornix check --bytes",)),
    ],
)
def test_what_a_newcomer_looks_for_is_there(name, words):
    text = document(name)

    assert not [word for word in words if word not in text]


def test_the_map_of_the_house_stays_readable():
    text = document("ARCHITECTURE.md")

    assert len(text.splitlines()) < 150
