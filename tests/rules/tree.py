"""What the rules look at: the files of the checkout, and the source parsed once. Judges nothing itself."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fornix"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, with the names taken from it, and where."""

    module: str
    names: tuple[str, ...]
    path: str
    line: int


@cache
def checkout_files() -> tuple[Path, ...]:
    """All files that git tracks or would track: what is new and not ignored is held to the rules as well."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = sorted({ROOT / name for name in listed.split("\0") if name})
    return tuple(path for path in paths if path.is_file())


@cache
def source_files() -> tuple[Path, ...]:
    """The product's Python files; migrations are written by the framework and exempt."""
    return tuple(
        path
        for path in checkout_files()
        if path.suffix == ".py" and path.is_relative_to(SOURCE) and "migrations" not in path.parts
    )


@cache
def text_of(path: Path) -> str | None:
    """The text of a file, None where it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=shown(path))


def shown(path: Path) -> str:
    """The path as a reader types it."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path, root: Path = SOURCE.parent) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_in(tree: ast.Module, module: str, path: str, *, is_package: bool) -> list[Import]:
    """Every import of a module, those inside functions too, relative ones resolved."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, (), path, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            target = node.module or ""
            if node.level:
                parts = module.split(".")
                up = node.level - 1 if is_package else node.level
                target = ".".join([*parts[: len(parts) - up], *([target] if target else [])])
            found.append(Import(target, tuple(alias.name for alias in node.names), path, node.lineno))
    return found


def imports_of(path: Path) -> list[Import]:
    return imports_in(parsed(path), module_name(path), shown(path), is_package=path.name == "__init__.py")


def report(rule: str, findings: list[str]) -> str:
    """The message of a broken rule: what is wanted, then every place."""
    return "\n".join([rule, *(f"  {finding}" for finding in findings)])
