"""Fill a `FifFile` from the tags of one FIF file. Data buffers are counted, never read; names of persons neither.

Source: the FIFF tag dictionary (Elekta Neuromag; also the constants that MNE-Python documents).
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from fornix.meg.fif import MEAS_INFO, RAW_BLOCKS, FifFile, Link
from fornix.meg.fif_tags import Tag, walk
from fornix.meg.window import CutShort, Window, text_of

FILE_ID, BLOCK_ID, BLOCK_START, BLOCK_END, PARENT_BLOCK_ID = 100, 103, 104, 105, 110
MEAS, SUBJECT, ISOTRAK, HPI_RESULT, PROJECT, REF, PROJECTOR = 100, 106, 107, 109, 111, 118, 314

DEVICE_TO_HEAD = (1, 4)
PREVIOUS_FILE, NEXT_FILE = 1, 2
SAMPLE_BYTES = {2: 2, 3: 4, 4: 4, 5: 8, 16: 2, 20: 8, 21: 16}  # by tag type; 16 is the DAU's packed 16 bit
MAX_DEPTH, MAX_CHANNELS, MAX_TEXT, MAX_PROJECTORS, MAX_PROBLEMS = 100, 20_000, 4096, 200, 10

UNIT_TESLA_PER_METRE = 201
CHANNEL_WORDS = {
    301: "ref_meg", 2: "eeg", 3: "stim", 102: "bio", 202: "eog", 302: "emg", 402: "ecg", 502: "misc", 602: "resp",
    802: "seeg", 803: "dbs", 902: "ecog", 900: "syst", 910: "ias", 920: "exci", 1000: "dipole", 1001: "gof",
    1100: "fnirs", 1200: "temperature", 1300: "gsr", 1400: "eyetrack",
    **dict.fromkeys(range(700, 710), "chpi"),
}  # fmt: skip


def read_fif(window: Window) -> FifFile:
    """Walk one FIF file. Damage is reported in its `problems`; NotThisFormat when it is no FIF file at all."""
    reader = _Reader(window)
    for tag in walk(window, reader.file.problems):
        try:
            reader.take(tag)
        except (CutShort, struct.error):
            reader.file.problems.append(
                f"damaged: the tag of kind {tag.kind} at byte {tag.offset - 16:,} is too short"
            )
        if len(reader.file.problems) >= MAX_PROBLEMS:
            break
    if reader.stack and not reader.file.problems:
        reader.file.problems.append("truncated: the file ends before its last block is closed")
    return reader.file


class _Reader:
    """Holds the stack of open blocks: what a tag means depends on the block it lies in."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.file = FifFile()
        self.stack: list[int] = []
        self.link = Link()
        self.skipped_buffers = 0
        self.skipped_samples = 0

    def take(self, tag: Tag) -> None:
        if tag.kind == BLOCK_START:
            self._open(self._int(tag))
        elif tag.kind == BLOCK_END:
            self._close()
        elif tag.kind == FILE_ID and not self.stack:
            self.file.file_id = self._bytes(tag, 20)
        elif self.stack:
            reader = BY_BLOCK.get(self.stack[-1])
            if reader:
                reader(self, tag)

    def _open(self, block: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise CutShort("blocks are nested too deep")
        self.stack.append(block)
        self.file.blocks.add(block)
        if block == REF:
            self.link = Link()
        elif block == HPI_RESULT:
            self.file.hpi_fits += 1
        elif block == PROJECTOR and len(self.file.projectors) < MAX_PROJECTORS:
            self.file.projectors.append("")

    def _close(self) -> None:
        if not self.stack:
            return
        if self.stack.pop() == REF:
            if self.link.role == NEXT_FILE:
                self.file.next = self.link
            elif self.link.role == PREVIOUS_FILE:
                self.file.previous = self.link

    def meas(self, tag: Tag) -> None:
        if tag.kind == PARENT_BLOCK_ID or (tag.kind == BLOCK_ID and not self.file.meas_id):
            self.file.meas_id = self._bytes(tag, 20)

    def meas_info(self, tag: Tag) -> None:
        reader = MEAS_INFO_TAGS.get(tag.kind)
        if reader:
            reader(self, tag)

    def subject(self, tag: Tag) -> None:
        if tag.kind == 410:
            self.file.his_id = self._text(tag)

    def project(self, tag: Tag) -> None:
        if tag.kind == 501:
            self.file.project_name = self._text(tag)

    def digitisation(self, tag: Tag) -> None:
        if tag.kind == 213:
            self.file.digitised_points += 1

    def projector(self, tag: Tag) -> None:
        if tag.kind in (206, 233) and self.file.projectors and not self.file.projectors[-1]:
            self.file.projectors[-1] = self._text(tag)

    def reference(self, tag: Tag) -> None:
        if tag.kind == 115:
            self.link.role = self._int(tag)
        elif tag.kind == 116:
            self.link.id = self._bytes(tag, 20)
        elif tag.kind == 117:
            self.link.number = self._int(tag)
        elif tag.kind == 118:
            self.link.name = self._text(tag).replace("\\", "/").rpartition("/")[2]

    def raw_data(self, tag: Tag) -> None:
        if tag.kind == 208:
            self.file.first_sample = self._int(tag)
        elif tag.kind == 301:
            self.skipped_buffers += max(self._int(tag), 0)
        elif tag.kind == 303:
            self.skipped_samples += max(self._int(tag), 0)
        elif tag.kind == 300:
            self._count_buffer(tag)

    def _count_buffer(self, tag: Tag) -> None:
        """Skips before the first buffer move the start of the recording; later ones are a gap within it."""
        frame = SAMPLE_BYTES.get(tag.type & 0xFFFF, 0) * self.file.channel_count
        samples = tag.size // frame if frame else 0
        if self.file.samples:
            self.file.samples += self.skipped_buffers * samples + self.skipped_samples
        self.skipped_buffers = self.skipped_samples = 0
        self.file.samples += samples

    def _channel(self, tag: Tag) -> None:
        """FIFF_CH_INFO: kind at byte 8, coil type at byte 20, unit at byte 72 of 96."""
        if len(self.file.channels) >= MAX_CHANNELS:
            return
        data = self._bytes(tag, 96)
        (kind,) = struct.unpack_from(">i", data, 8)
        (unit,) = struct.unpack_from(">i", data, 72)
        if kind == 1:
            # The upper half of a CTF coil type is its compensation grade.
            self.file.coils.add(struct.unpack_from(">i", data, 20)[0] & 0xFFFF)
            word = "grad" if unit == UNIT_TESLA_PER_METRE else "mag"
        else:
            word = CHANNEL_WORDS.get(kind, "misc")
        self.file.channels.append(word)

    def _transformation(self, tag: Tag) -> None:
        """FIFF_COORD_TRANS: from, to, rotation (9), translation (3), and the inverse of both."""
        values = struct.unpack(">2i24f", self._bytes(tag, 104))
        if values[:2] == DEVICE_TO_HEAD:
            self.file.device_to_head = values[2:]

    def _set(self, name: str, value: object) -> None:
        setattr(self.file, name, value)

    def _bytes(self, tag: Tag, size: int) -> bytes:
        if tag.size < size:
            raise CutShort
        return self.window.read(tag.offset, size)

    def _int(self, tag: Tag) -> int:
        return int(struct.unpack(">i", self._bytes(tag, 4))[0])

    def _ints(self, tag: Tag) -> tuple[int, int]:
        """Seconds and microseconds; old converters wrote seconds alone."""
        if tag.size < 8:
            return self._int(tag), 0
        first, second = struct.unpack(">2i", self._bytes(tag, 8))
        return int(first), int(second)

    def _float(self, tag: Tag) -> float:
        return float(struct.unpack(">f", self._bytes(tag, 4))[0])

    def _text(self, tag: Tag) -> str:
        return text_of(self.window.read(tag.offset, min(tag.size, MAX_TEXT)))


BY_BLOCK: dict[int, Callable[[_Reader, Tag], None]] = {
    MEAS: _Reader.meas,
    MEAS_INFO: _Reader.meas_info,
    SUBJECT: _Reader.subject,
    PROJECT: _Reader.project,
    ISOTRAK: _Reader.digitisation,
    PROJECTOR: _Reader.projector,
    REF: _Reader.reference,
    **dict.fromkeys(RAW_BLOCKS, _Reader.raw_data),
}

MEAS_INFO_TAGS: dict[int, Callable[[_Reader, Tag], None]] = {
    200: lambda reader, tag: reader._set("channel_count", min(max(reader._int(tag), 0), MAX_CHANNELS)),
    201: lambda reader, tag: reader._set("sampling_rate_hz", reader._float(tag)),
    203: _Reader._channel,
    204: lambda reader, tag: reader._set("began", reader._ints(tag)),
    219: lambda reader, tag: reader._set("lowpass_hz", reader._float(tag)),
    222: _Reader._transformation,
    223: lambda reader, tag: reader._set("highpass_hz", reader._float(tag)),
    235: lambda reader, tag: reader._set("line_frequency_hz", reader._float(tag)),
    501: _Reader.project,
}
