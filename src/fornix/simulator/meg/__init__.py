"""Simulated MEG and EEG recordings: FIF with split parts, BrainVision, EDF."""

from fornix.simulator.meg.eeg import EegSpec, write_brainvision, write_edf
from fornix.simulator.meg.recording import RecordingSpec, Task, write_recording

__all__ = ["EegSpec", "RecordingSpec", "Task", "write_brainvision", "write_edf", "write_recording"]
