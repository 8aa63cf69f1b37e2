"""Fetches what the pages take from others, as src/fornix/web/static/vendor/vendor.lock says, and makes it anew.

For maintainers: needs npm and, for the fonts, `pip install fonttools brotli`. A file that comes out otherwise than the
lock says is an error; `--accept` writes its new sum into the lock instead.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "src" / "fornix" / "web" / "static" / "vendor"
LOCK = VENDOR / "vendor.lock"
FEATURES = ["kern", "ccmp", "locl", "mark", "mkmk", "tnum", "zero", "cv05"]
LATIN = (
    "20-17F 18F 192 218-21B 2BB-2BC 2C6-2C7 2D8-2DD 1E80-1E85 2010-2027 202F-2030 2032-2033 2039-203A 2044 20AC "
    "2113 2116 2122 2126 2190-2193 2197 2202 2206 2212 2215 221E 2248 2260 2264-2265 3BC"
)
OTHER = "300-30C 323 329 370-3FF 400-52F 1EA0-1EF9 1A0-1A1 1AF-1B0"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def sha512(content: bytes) -> str:
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


def package(name: str, version: str, expected: str) -> tarfile.TarFile:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - names from our own lock file
        (packed,) = Path(folder).glob("*.tgz")
        content = packed.read_bytes()
    if sha512(content) != expected:
        raise SystemExit(f"{name}@{version} is not the package that the lock means.")
    return tarfile.open(fileobj=io.BytesIO(content))


def code_points(ranges: str) -> set[int]:
    points: set[int] = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        points |= set(range(int(first, 16), int(last or first, 16) + 1))
    return points


def subset_font(content: bytes, wanted: set[int]) -> bytes:
    """Weights 400 to 600 of these characters; equal widths for digits only, so that a hyphen stays a hyphen."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(io.BytesIO(content), recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"wght": (400, 600), "opsz": 14})
    plain = io.BytesIO()
    font.save(plain)
    font = TTFont(plain, recalcTimestamp=False)
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for found in table.LookupList.Lookup[index].SubTable:
                    inner = getattr(found, "ExtSubTable", found)
                    inner.mapping = {key: to for key, to in inner.mapping.items() if key.startswith(DIGITS)}
    options = subset.Options(
        layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14]
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted & set(font.getBestCmap()))
    subsetter.subset(font)
    font.flavor = "woff2"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def make(name: str, original: bytes) -> bytes:
    if name.endswith("inter-latin.woff2"):
        return subset_font(original, code_points(LATIN))
    if name.endswith("inter-other.woff2"):
        return subset_font(original, code_points(OTHER) - code_points(LATIN))
    return original


def main() -> None:
    lock = json.loads(LOCK.read_text())
    for name, entry in lock.items():
        archive = package(entry["name"], entry["version"], entry["package_sha512"])
        original = archive.extractfile(f"package/{entry['package_file']}")
        if original is None:
            raise SystemExit(f"{entry['package_file']} is no file.")
        content = make(name, original.read())
        if sha512(content) != entry["sha512"] and "--accept" not in sys.argv:
            raise SystemExit(f"{name} came out otherwise than the lock says; --accept takes it.")
        entry["sha512"] = sha512(content)
        (VENDOR / name).write_bytes(content)
        if name.endswith(".js"):
            (VENDOR / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
