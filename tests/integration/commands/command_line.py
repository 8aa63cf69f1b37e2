"""Commands as an operator types them, on the test's own archive."""

from __future__ import annotations

import importlib
import io
import sys

from fornix.commands.main import COMMANDS, build_parser


def fornix(capsys, *words: str) -> tuple[int, str, str]:
    """The exit code and both outputs; a refusal is raised."""
    args = build_parser(only=words[0]).parse_args(list(words))
    code = importlib.import_module(COMMANDS[words[0]][0]).run(args)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def type_in(monkeypatch, content: str | bytes) -> None:
    """What comes by a pipe."""
    content = content.encode() if isinstance(content, str) else content
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
