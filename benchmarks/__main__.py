"""`python -m benchmarks`: runs the benchmarks and writes docs/benchmarks.md."""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.peers import DCMTK, ORTHANC, missing_report

from benchmarks import folder_import, machine, mirror_sweeps, report, session_zip, storing, uploading
from benchmarks.fornix_command import PROJECT
from benchmarks.processes import BenchmarkFailed
from fornix.simulator.mri import write_classic, write_mosaic

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main() -> int:
    """Exit code 1 when a peer is missing or a measured program failed."""
    args = _arguments()
    missing = [peer for peer in (ORTHANC, DCMTK) if not peer.find()]
    if missing:
        print("\n".join(missing_report(missing)), file=sys.stderr)
        return 1
    try:
        text = _measure(args)
    except BenchmarkFailed as failure:
        print(f"benchmark failed: {failure}", file=sys.stderr)
        return 1
    print(text)
    if args.write:
        args.write.write_text(text)
        print(f"written to {args.write}", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side (3)")
    parser.add_argument("--files", type=int, default=1200, help="slices in the folder (1200)")
    parser.add_argument(
        "--work", type=Path, default=None, help="where all data lie while it runs (system's temporary folder)"
    )
    parser.add_argument("--no-storing", action="store_true", help="without images over the DICOM network")
    parser.add_argument("--no-zip", action="store_true", help="without the session zip")
    parser.add_argument("--no-upload", action="store_true", help="without the upload of a large file")
    parser.add_argument("--no-sweeps", action="store_true", help="without the sweeps of Calpendo")
    parser.add_argument("--write", type=Path, default=PAGE, help="the page to write (docs/benchmarks.md)")
    return parser.parse_args()


def _measure(args: argparse.Namespace) -> str:
    with tempfile.TemporaryDirectory(prefix="fornix-bench-", dir=args.work) as folder:
        work = Path(folder)
        facts = machine.facts(work)
        source = work / "classic"
        write_classic(source, files=args.files, study_description=PROJECT)
        print(f"{args.files} files written; {args.rounds} rounds of both …", file=sys.stderr)
        imported = folder_import.measure(source, args.files, work, args.rounds)
        stored = [] if args.no_storing else _measure_storing(source, work, args.rounds)
        zipped = None if args.no_zip else session_zip.measure(source, args.files, work, args.rounds)
        uploaded = None if args.no_upload else uploading.measure(source, args.files, work, args.rounds)
        sweeps = None if args.no_sweeps else mirror_sweeps.measure(work, args.rounds)
    command = f"python -m benchmarks --rounds {args.rounds} --files {args.files}"
    return report.page(command, datetime.now(UTC).date(), facts, imported, stored, zipped, uploaded, sweeps)


def _measure_storing(classic: Path, work: Path, rounds: int) -> list[storing.Storing]:
    mosaic = work / "mosaic"
    write_mosaic(mosaic, study_description=PROJECT)
    return [
        *storing.measure("classic", classic, work, rounds),
        *storing.measure("mosaic", mosaic, work, rounds),
    ]


if __name__ == "__main__":
    sys.exit(main())
