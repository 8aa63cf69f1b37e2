"""Plausible signals: current dipoles in a sphere seen by the helmet, heart, blinks, mains and noise. SI units."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fornix.simulator.meg.sensors import Channel, ChannelKind, Coil

Array = npt.NDArray[np.float64]

_MU0_BY_4PI = 1e-7
_PLANAR_BASELINE_M = 0.0168
_MAINS_HZ = 50.0
# White noise of the sensors per square root of hertz.
_NOISE = {Coil.MAGNETOMETER: 3e-15, Coil.PLANAR: 3e-13, Coil.NONE: 5e-8}
# Alpha rhythm at the back of the head, auditory cortices, eyes: place in metres, moment in ampere metres.
_ALPHA = ((-0.022, -0.055, 0.035), (0.022, -0.055, 0.035), (0.0, -0.04, 0.055))
_AUDITORY = ((-0.048, 0.005, 0.02), (0.048, 0.005, 0.02))
_EYES = ((-0.03, 0.075, -0.02), (0.03, 0.075, -0.02))


@dataclass(frozen=True, slots=True)
class Content:
    """What the person does: rests, hears tones every second, or is not there at all."""

    has_person: bool = True
    has_tones: bool = False


def field(channels: tuple[Channel, ...], position: tuple[float, ...], moment: Array) -> Array:
    """What each MEG channel sees of a current dipole; other channels see nothing.

    The component of the field that is radial to a conducting sphere has no part from the volume currents, so that
    Biot and Savart suffice for coils that lie tangentially.
    """
    places = np.array([channel.place for channel in channels])
    centre, along, normal = places[:, :3], places[:, 3:6], places[:, 9:12]
    is_planar = np.array([channel.coil is Coil.PLANAR for channel in channels])
    is_meg = np.array([channel.kind is ChannelKind.MEG for channel in channels])

    def radial(at: Array) -> Array:
        away = at - np.array(position)
        cross = np.cross(moment, away)
        distance = np.maximum(np.linalg.norm(away, axis=1), 0.01)
        return np.asarray(_MU0_BY_4PI * np.einsum("ij,ij->i", cross, normal) / distance**3)

    half = along * _PLANAR_BASELINE_M / 2
    gradient = (radial(centre + half) - radial(centre - half)) / _PLANAR_BASELINE_M
    return np.where(is_meg, np.where(is_planar, gradient, radial(centre)), 0.0)


def synthesise(channels: tuple[Channel, ...], content: Content, samples: int, hz: float, seed: int) -> Array:
    """Signals [channel, sample] in tesla, tesla per metre and volt; STI101 in trigger codes."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(samples) / hz
    data = _noise(channels, samples, hz, rng)
    data += _mains(channels, seconds, rng)
    if content.has_person:
        _add_brain(data, channels, seconds, rng)
        _add_heart_and_eyes(data, channels, seconds, rng)
    if content.has_tones:
        _add_tones(data, channels, seconds)
    return data


def _noise(channels: tuple[Channel, ...], samples: int, hz: float, rng: np.random.Generator) -> Array:
    level = np.array([0.0 if c.kind is ChannelKind.STIMULUS else _NOISE[c.coil] for c in channels])
    return np.asarray(rng.standard_normal((len(channels), samples)) * (level * np.sqrt(hz / 2))[:, None])


def _mains(channels: tuple[Channel, ...], seconds: Array, rng: np.random.Generator) -> Array:
    level = np.array([20 * _NOISE[c.coil] if c.kind is ChannelKind.MEG else 0.0 for c in channels])
    phase = rng.uniform(0, 0.4, len(channels))
    return np.asarray(level[:, None] * np.sin(2 * np.pi * (_MAINS_HZ * seconds + phase[:, None])))


def _slow(samples: int, rng: np.random.Generator) -> Array:
    """Noise whose power falls with frequency, of unit variance."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    series = np.fft.irfft(spectrum, samples)
    return np.asarray(series / max(float(series.std()), 1e-12))


def _add_brain(data: Array, channels: tuple[Channel, ...], seconds: Array, rng: np.random.Generator) -> None:
    samples = len(seconds)
    frequency = rng.uniform(9.3, 10.8)
    for position in _ALPHA:
        waxing = 0.55 + 0.45 * np.sin(2 * np.pi * rng.uniform(0.1, 0.3) * seconds + rng.uniform(0, 6))
        moment = np.cross(position, (0.0, 0.3, 1.0))
        rhythm = waxing * np.sin(2 * np.pi * frequency * seconds + rng.uniform(0, 6))
        data += np.outer(field(channels, position, moment / np.linalg.norm(moment) * 30e-9), rhythm)
    for _ in range(24):
        position = tuple(v := rng.normal(size=3) * 0.03)
        data += np.outer(
            field(channels, position, np.cross(v, rng.normal(size=3)) * 2e-7), _slow(samples, rng)
        )


def _add_heart_and_eyes(
    data: Array, channels: tuple[Channel, ...], seconds: Array, rng: np.random.Generator
) -> None:
    beat_s = 60 / rng.uniform(58, 78)
    heart = np.exp(-((((seconds % beat_s) - 0.3) / 0.018) ** 2)) + 0.2 * np.exp(
        -((((seconds % beat_s) - 0.55) / 0.06) ** 2)
    )
    data += np.outer(field(channels, (-0.05, 0.0, -0.38), np.array([2e-6, 1e-6, 3e-6])), heart)
    blinks = sum(
        (
            np.exp(-(((seconds - at) / 0.07) ** 2))
            for at in rng.uniform(0, seconds[-1] + 1, int(seconds[-1] / 4) + 1)
        ),
        np.zeros_like(seconds),
    )
    for position in _EYES:
        data += np.outer(field(channels, position, np.array([6e-8, 0.0, 0.0])), blinks)
    for index, channel in enumerate(channels):
        if channel.kind is ChannelKind.ECG:
            data[index] += 8e-4 * heart
        elif channel.kind is ChannelKind.EOG:
            data[index] += 1.5e-4 * blinks


def _add_tones(data: Array, channels: tuple[Channel, ...], seconds: Array) -> None:
    """A tone each second, code 1 or 2 by turns, and the auditory field 100 ms later."""
    since = (seconds - 0.5) % 1.0
    heard = np.where(seconds >= 0.5, np.exp(-(((since - 0.1) / 0.022) ** 2)), 0.0)
    later = np.where(seconds >= 0.5, np.exp(-(((since - 0.19) / 0.04) ** 2)), 0.0)
    for position in _AUDITORY:
        moment = np.array([0.0, 0.4, 1.0]) * 40e-9
        data += np.outer(field(channels, position, moment), 0.5 * later - heard)
    trigger = (since < 0.02) & (seconds >= 0.5)
    codes = 1 + (np.floor(seconds - 0.5).astype(int) % 2)
    for index, channel in enumerate(channels):
        if channel.kind is ChannelKind.STIMULUS:
            data[index] = np.where(trigger, codes, 0)
