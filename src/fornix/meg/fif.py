"""What the header of one FIF file says: what it measures, when, of whom, and which files come before and after it.

`fif_reader` fills it, `fif_parts` chains files, `fif_recordings` names them. Block numbers are of the FIFF tag
dictionary (Elekta Neuromag; also among the constants that MNE-Python documents).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from fornix.meg.clock import moment_of_stamp
from fornix.meg.recording import Moment

MEAS_INFO, RAW_DATA, EVOKED, CONTINUOUS_DATA, IAS_RAW_DATA, EPOCHS = 101, 102, 104, 112, 119, 373
SSS_INFO, SSS_TEMPORAL, PROCESSING_HISTORY = 502, 504, 900
RAW_BLOCKS = frozenset({RAW_DATA, CONTINUOUS_DATA, IAS_RAW_DATA})

NO_DATE = (0, 2**31 - 1)  # how MNE-Python writes "no date", in ids as well
INSTRUMENTS = {
    **dict.fromkeys((3012, 3013, 3014, 3022, 3023, 3024), "Neuromag"),
    **dict.fromkeys((4001, 4002), "BTi/4D"),
    5001: "CTF",
    6001: "KIT",
    **dict.fromkeys((8001, 8002), "OPM"),
}


@dataclass(slots=True)
class Link:
    """A pointer to the file before or after this one. The name is only a file name: folders in it are dropped."""

    role: int = 0
    number: int | None = None
    name: str = ""
    id: bytes = b""


@dataclass(slots=True)
class FifFile:
    """What one FIF file says of itself. Filled while its tags are walked, not changed afterwards."""

    file_id: bytes = b""
    meas_id: bytes = b""
    blocks: set[int] = field(default_factory=set)
    channels: list[str] = field(default_factory=list)
    coils: set[int] = field(default_factory=set)
    channel_count: int = 0
    sampling_rate_hz: float = 0.0
    lowpass_hz: float | None = None
    highpass_hz: float | None = None
    line_frequency_hz: float | None = None
    began: tuple[int, int] | None = None
    his_id: str = ""
    project_name: str = ""
    device_to_head: tuple[float, ...] = ()
    hpi_fits: int = 0
    digitised_points: int = 0
    projectors: list[str] = field(default_factory=list)
    first_sample: int | None = None
    samples: int = 0
    previous: Link | None = None
    next: Link | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def content(self) -> str:
        """'raw', 'epochs', 'averages' or 'other'; a file cut off after its measurement information was a raw one."""
        if self.blocks & RAW_BLOCKS:
            return "raw"
        if EPOCHS in self.blocks:
            return "epochs"
        if EVOKED in self.blocks:
            return "averages"
        return "raw" if MEAS_INFO in self.blocks and self.problems else "other"

    @property
    def instrument(self) -> str:
        """Whose sensors these are, by coil type; '' when unknown. A CTF recording may be stored as FIF."""
        return next((word for coil, word in INSTRUMENTS.items() if coil in self.coils), "")

    @property
    def is_maxfiltered(self) -> bool:
        """MaxFilter (or MNE-Python's) signal space separation left its record in the processing history."""
        return PROCESSING_HISTORY in self.blocks and bool(self.blocks & {SSS_INFO, SSS_TEMPORAL})

    @property
    def is_shielded(self) -> bool:
        """Recorded with internal active shielding (MaxShield): not usable before MaxFilter has seen it."""
        return IAS_RAW_DATA in self.blocks

    @property
    def uid(self) -> str:
        """The file id in hex; '' where it names no machine or no time: files that were anonymised all share one id."""
        is_told = any(self.file_id[4:12]) and any(self.file_id[12:16])
        return self.file_id.hex() if is_told else ""

    @property
    def acquired(self) -> Moment:
        """The measurement's date (UTC by definition), else the time in the measurement's id, as MNE-Python reads it."""
        stamp = self.began
        if stamp is None and any(self.meas_id[12:16]):
            stamp = struct.unpack(">2i", self.meas_id[12:20])
        if stamp is None or stamp == NO_DATE or stamp[0] == -(2**31):
            return Moment()
        return moment_of_stamp(stamp[0])
