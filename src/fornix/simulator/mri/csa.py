"""Siemens' private "CSA" blobs as VE11 writes them (version 2: `SV10`), and the text protocol inside."""

import struct

from fornix.simulator.mri.spec import SeriesSpec

Entry = tuple[str, str, tuple[str, ...]]

_SYNGO_TYPE = {"IS": 6, "DS": 3, "FD": 4, "LO": 22, "SH": 16, "CS": 9, "US": 13, "UN": 0}
_MARK = 77


def csa_header(entries: list[Entry], padded_to: int = 0) -> bytes:
    """Encode (name, VR, values) entries; zeros follow up to `padded_to` bytes."""
    parts = [b"SV10\x04\x03\x02\x01", struct.pack("<II", len(entries), _MARK)]
    for name, vr, values in entries:
        head = (name.encode().ljust(64, b"\0"), len(values), vr.encode().ljust(4, b"\0"))
        parts.append(struct.pack("<64si4siii", *head, _SYNGO_TYPE[vr], len(values), _MARK))
        for value in values:
            raw = value.encode() + b"\0"
            parts.append(struct.pack("<4i", len(raw), len(raw), _MARK, len(raw)))
            parts.append(raw.ljust(-(-len(raw) // 4) * 4, b"\0"))
    return b"".join(parts).ljust(padded_to, b"\0")


def image_header(series: SeriesSpec, *, mosaic: bool, b_value: float | None) -> bytes:
    """(0029,1010): what readers of mosaics look for."""
    entries: list[Entry] = [
        ("EchoLinePosition", "IS", (str(series.rows // 2),)),
        ("SliceNormalVector", "FD", ("0.0", "0.0", "1.0")),
        ("PhaseEncodingDirectionPositive", "IS", ("1",)),
        ("BandwidthPerPixelPhaseEncode", "FD", ("27.778",)),
    ]
    if mosaic:
        entries.append(("NumberOfImagesInMosaic", "US", (str(series.slices),)))
        entries.append(("MosaicRefAcqTimes", "FD", tuple(f"{t:.1f}" for t in slice_times_ms(series))))
    if b_value is not None:
        entries.append(("B_value", "IS", (str(int(b_value)),)))
    return csa_header(entries, padded_to=4096)


def slice_times_ms(series: SeriesSpec) -> list[float]:
    """Interleaved: for an even number of slices Siemens begins with the second."""
    order = [*range(1, series.slices, 2), *range(0, series.slices, 2)]
    if series.slices % 2:
        order = [*range(0, series.slices, 2), *range(1, series.slices, 2)]
    step = series.repetition_ms / series.slices
    times = [0.0] * series.slices
    for rank, index in enumerate(order):
        times[index] = rank * step
    return times


def series_header(series: SeriesSpec) -> bytes:
    """(0029,1020): the measurement protocol as text."""
    protocol = "\n".join(
        (
            "### ASCCONV BEGIN object=MrProtDataImpl@MrProtocolData version=41310008 converter=simulated ###",
            "ulVersion = 0x14b44b6",
            f'tSequenceFileName = "%SiemensSeq%\\{series.sequence.strip("*")}"',
            f'tProtocolName = "{series.description.encode("ascii", "replace").decode()}"',
            f"alTR[0] = {int(series.repetition_ms * 1000)}",
            *(f"alTE[{i}] = {int(echo * 1000)}" for i, echo in enumerate(series.echo_ms)),
            f"adFlipAngleDegree[0] = {series.flip_deg}",
            f"sSliceArray.lSize = {series.slices}",
            "### ASCCONV END ###",
        )
    )
    return csa_header(
        [("UsedPatientWeight", "IS", ("70",)), ("MrPhoenixProtocol", "UN", (protocol,))], padded_to=6144
    )
