"""The key that signs cookies: made once, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(data: Path) -> str:
    """The data folder's key, made when it is not there yet. Without a data folder: one for this process only."""
    path = data / "secret-key"
    if not data.is_dir():
        return secrets.token_urlsafe(50)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    # Written aside and linked: of two processes that start together one wins, and nobody reads half a key.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    aside.touch(mode=0o600)
    aside.write_text(text)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
