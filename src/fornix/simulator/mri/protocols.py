"""Usual series of a research session, small enough to be written quickly. Values only."""

from fornix.simulator.mri.spec import Content, Contrast, Orientation, SeriesSpec


def localizer(number: int = 1, description: str = "localizer") -> SeriesSpec:
    return SeriesSpec(
        number,
        description,
        Contrast.FIELDMAP_MAGNITUDE,
        Orientation.SAGITTAL,
        rows=128,
        columns=128,
        slices=3,
        pixel_mm=2.0,
        slice_mm=24.0,
        repetition_ms=8.6,
        echo_ms=(4.0,),
        flip_deg=20.0,
        sequence="*fl2d1",
        duration_s=14,
    )


def anatomy(number: int, description: str = "T1w_MPRAGE_1mm", contrast: Contrast = Contrast.T1) -> SeriesSpec:
    """A three-dimensional T1 or T2 in sagittal slices."""
    is_t1 = contrast is Contrast.T1
    return SeriesSpec(
        number,
        description,
        contrast,
        Orientation.SAGITTAL,
        rows=144,
        columns=144,
        slices=48,
        pixel_mm=1.7,
        slice_mm=3.6,
        repetition_ms=2300.0 if is_t1 else 3200.0,
        echo_ms=(2.98,) if is_t1 else (408.0,),
        inversion_ms=900.0 if is_t1 else None,
        flip_deg=9.0 if is_t1 else 120.0,
        sequence="*tfl3d1_16ns" if is_t1 else "*spc_282ns",
        duration_s=312,
        is_three_dimensional=True,
    )


def flair(number: int, description: str = "t2_flair_cor") -> SeriesSpec:
    return SeriesSpec(
        number,
        description,
        Contrast.FLAIR,
        Orientation.CORONAL,
        rows=128,
        columns=128,
        slices=24,
        pixel_mm=1.8,
        slice_mm=6.0,
        repetition_ms=9000.0,
        echo_ms=(81.0,),
        inversion_ms=2500.0,
        flip_deg=150.0,
        sequence="*tir2d1rr16",
        duration_s=164,
    )


def functional(
    number: int, description: str, volumes: int = 10, echo_ms: tuple[float, ...] = (30.0,)
) -> SeriesSpec:
    """An echo-planar time series; several echo times make it a multi-echo one."""
    return SeriesSpec(
        number,
        description,
        Contrast.EPI,
        slices=24,
        echo_ms=echo_ms,
        repetition_ms=2000.0,
        flip_deg=77.0,
        volumes=volumes,
        sequence="epfid2d1_64",
        duration_s=volumes * 2 + 12,
    )


def spin_echo_pair(number: int) -> tuple[SeriesSpec, SeriesSpec]:
    """Two short spin-echo EPI with opposite phase encoding, for distortion correction."""
    directions = ("AP", "PA")
    return (
        _spin_echo(number, f"SpinEchoFieldMap_{directions[0]}"),
        _spin_echo(number + 1, f"SpinEchoFieldMap_{directions[1]}"),
    )


def _spin_echo(number: int, description: str) -> SeriesSpec:
    return SeriesSpec(
        number,
        description,
        Contrast.EPI,
        repetition_ms=8000.0,
        echo_ms=(66.0,),
        volumes=2,
        sequence="epse2d1_64",
        duration_s=32,
    )


def field_map(number: int, description: str = "gre_field_mapping") -> tuple[SeriesSpec, SeriesSpec]:
    """Magnitude at two echo times, and the phase difference."""
    return _gradient_echo(number, description, Contrast.FIELDMAP_MAGNITUDE, (4.92, 7.38)), _gradient_echo(
        number + 1, description, Contrast.FIELDMAP_PHASE, (7.38,)
    )


def _gradient_echo(
    number: int, description: str, contrast: Contrast, echo_ms: tuple[float, ...]
) -> SeriesSpec:
    return SeriesSpec(
        number,
        description,
        contrast,
        slices=20,
        slice_mm=6.0,
        repetition_ms=488.0,
        echo_ms=echo_ms,
        flip_deg=60.0,
        sequence="*fm2d2r",
        duration_s=63,
    )


def diffusion(number: int, description: str = "dwi_b1000_AP", directions: int = 8) -> SeriesSpec:
    return SeriesSpec(
        number,
        description,
        Contrast.DIFFUSION,
        rows=80,
        columns=80,
        pixel_mm=2.8,
        repetition_ms=4100.0,
        echo_ms=(89.0,),
        b_values=(0.0, *(1000.0,) * directions),
        sequence="ep_b1000#1",
        duration_s=directions * 4.1 + 20,
    )


def screenshot(number: int = 990, description: str = "Screen Save") -> SeriesSpec:
    return SeriesSpec(
        number,
        description,
        rows=192,
        columns=192,
        slices=3,
        pixel_mm=1.2,
        duration_s=1,
        content=Content.SCREENSHOT,
    )


def phoenix_report(number: int = 99) -> SeriesSpec:
    return SeriesSpec(number, "PhoenixZIPReport", duration_s=1, content=Content.REPORT)
