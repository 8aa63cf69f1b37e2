"""Which upload a push was at, remembered in a small file of the user's cache. It holds no secret and no file names."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

MOST = 200


class PushState:
    """The delivery of each push that was begun, by a digest of what it was asked to do."""

    def __init__(self, *words: str) -> None:
        base = os.environ.get("XDG_CACHE_HOME")
        self._path = (Path(base) if base else Path.home() / ".cache") / "fornix" / "push.json"
        self._key = hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()

    def recall(self) -> str:
        """The delivery that was begun; empty when there is none."""
        return self._read().get(self._key, "")

    def remember(self, delivery: str) -> None:
        """Notes it; "" forgets it. Without a cache a second run begins anew, which costs time alone."""
        known = self._read()
        known.pop(self._key, None)
        if delivery:
            known[self._key] = delivery
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = self._path.with_name(f".push.{os.getpid()}")
            aside.touch(mode=0o600)
            aside.write_text(json.dumps(dict(list(known.items())[-MOST:])))
            aside.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
