"""The header card from classic and enhanced objects made in code."""

import json
import struct
import zlib

import pytest
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.dicom.card import series_card
from fornix.dicom.header import read_header

CLASSIC = {
    tags.Rows: ("US", struct.pack("<H", 384)),
    tags.Columns: ("US", struct.pack("<H", 256)),
    tags.RepetitionTime: ("DS", "2300.0"),
    tags.EchoTime: ("DS", "2.98"),
    tags.InversionTime: ("DS", "900"),
    tags.FlipAngle: ("DS", "9"),
    tags.MagneticFieldStrength: ("DS", "3"),
    tags.PixelSpacing: ("DS", "1\\0.5"),
    tags.SliceThickness: ("DS", "1.1"),
    tags.ImageOrientationPatient: ("DS", "0\\1\\0\\0\\0\\-1"),
    tags.ReceiveCoilName: ("SH", "HeadNeck_64"),
    tags.SequenceName: ("SH", "*tfl3d1_16ns"),
    tags.InPlanePhaseEncodingDirection: ("CS", "ROW"),
}


def card_of(changes):
    return series_card([b.header_with({**CLASSIC, **changes})])


def test_a_classic_object_tells_its_parameters_with_units():
    assert card_of({}) == {
        "tr_ms": 2300.0,
        "te_ms": 2.98,
        "ti_ms": 900.0,
        "flip_angle_deg": 9.0,
        "field_strength_t": 3.0,
        "voxel_mm": [1.0, 0.5, 1.1],
        "orientation": "sagittal",
        "matrix": [256, 384],
        "coil": "HeadNeck_64",
        "sequence": "*tfl3d1_16ns",
        "phase_encoding": "ROW",
    }


def group(tag, *elements):
    return b.sequence(tag, b.item(b"".join(elements), undefined=True), undefined=True)


def number(tag, value):
    return b.explicit(tag, "FD", struct.pack("<d", value))


SHARED = b.sequence(
    tags.SharedFunctionalGroupsSequence,
    b.item(
        group(
            tags.MRTimingAndRelatedParametersSequence,
            number(tags.RepetitionTime, 500),
            number(tags.FlipAngle, 52),
        )
        + group(0x00211001, b.explicit(tags.PatientID, "LO", "inner"))
        + group(tags.PixelMeasuresSequence, b.explicit(tags.PixelSpacing, "DS", "2\\2"))
    ),
)


def frame(echo_time, orientation):
    return b.item(
        group(tags.MREchoSequence, number(tags.EffectiveEchoTime, echo_time))
        + group(tags.PlaneOrientationSequence, b.explicit(tags.ImageOrientationPatient, "DS", orientation)),
        undefined=True,
    )


FRAMES = b.sequence(
    tags.PerFrameFunctionalGroupsSequence,
    frame(30.0, "1\\0\\0\\0\\1\\0"),
    frame(60.0, "0\\1\\0\\0\\0\\-1"),
    undefined=True,
)


def test_an_enhanced_object_is_read_from_shared_groups_and_frames():
    header = b.header_with({}, SHARED + FRAMES)

    card = series_card([header])

    assert card["tr_ms"] == 500.0
    assert card["flip_angle_deg"] == 52.0
    assert card["te_ms"] == [30.0, 60.0]
    assert card["orientation"] == "axial"
    assert card["voxel_mm"] == [2.0, 2.0]
    assert header.patient_id == "P01"


def test_groups_longer_than_a_window_are_read_in_a_deflated_object():
    filler = b.sequence(0x00211001, b.item(b.explicit(0x00211002, "OB", bytes(200_000)), undefined=True))
    shared = b.sequence(tags.SharedFunctionalGroupsSequence, b.item(filler), b.item(b""), undefined=True)
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = engine.compress(b.dataset() + shared + FRAMES) + engine.flush()

    card = series_card([read_header(b.part10(data, b.DEFLATED))])

    assert card["te_ms"] == [30.0, 60.0]


def test_echo_times_of_a_series_are_gathered():
    headers = [b.header_with({**CLASSIC, tags.EchoTime: ("DS", echo)}) for echo in ("37.83", "20", "20.0")]

    assert series_card(headers)["te_ms"] == [20.0, 37.83]


MOSAIC = {
    tags.ImageType: ("CS", "ORIGINAL\\PRIMARY\\M\\MOSAIC"),
    tags.Rows: ("US", struct.pack("<H", 384)),
    tags.Columns: ("US", struct.pack("<H", 384)),
    tags.SiemensCreator19: ("LO", "SIEMENS MR HEADER"),
    tags.SiemensImagesInMosaic: ("US", struct.pack("<H", 36)),
}
MATRICES = {
    "plain": ({}, [256, 384]),
    "mosaic": (MOSAIC, [64, 64]),
    "mosaic of an unknown creator": ({**MOSAIC, tags.SiemensCreator19: ("LO", "ACME")}, [384, 384]),
    "mosaic that does not divide": ({**MOSAIC, tags.SiemensImagesInMosaic: ("US", b"\x19\x00")}, [384, 384]),
}


@pytest.mark.parametrize(("changes", "matrix"), MATRICES.values(), ids=MATRICES.keys())
def test_the_matrix_is_that_of_one_slice(changes, matrix):
    assert card_of(changes)["matrix"] == matrix


ORIENTATIONS = {
    "axial": ("1\\0\\0\\0\\1\\0", "axial"),
    "coronal": ("1\\0\\0\\0\\0\\-1", "coronal"),
    "sagittal": ("0\\1\\0\\0\\0\\-1", "sagittal"),
    "a little tilted": ("1\\0\\0\\0\\0.996\\0.087", "axial"),
    "tilted by 20 degrees": ("1\\0\\0\\0\\0.9397\\-0.342", "oblique axial"),
    "nonsense": ("0\\0\\0\\0\\0\\0", None),
    "too few": ("1\\0\\0", None),
    "not numbers": ("a\\b\\c\\d\\e\\nan", None),
}


@pytest.mark.parametrize(("cosines", "plane"), ORIENTATIONS.values(), ids=ORIENTATIONS.keys())
def test_the_orientation_is_the_plane_of_the_image(cosines, plane):
    assert card_of({tags.ImageOrientationPatient: ("DS", cosines)}).get("orientation") == plane


def test_gauss_become_tesla():
    assert card_of({tags.MagneticFieldStrength: ("DS", "15000")})["field_strength_t"] == 1.5


def test_a_siemens_coil_is_read_only_from_a_siemens_block():
    coil = {tags.ReceiveCoilName: ("SH", ""), tags.SiemensCoil: ("LO", "HEA;HEP")}

    assert card_of({**coil, tags.SiemensCreator51: ("LO", "SIEMENS MR HEADER")})["coil"] == "HEA;HEP"
    assert "coil" not in card_of({**coil, tags.SiemensCreator51: ("LO", "ACME")})


def test_a_card_is_json_without_person_or_institution():
    header = b.header_with({**CLASSIC, tags.InstitutionName: ("LO", "Saint Elsewhere")})

    text = json.dumps(series_card([header]), allow_nan=False)

    assert "Elsewhere" not in text
    assert "Doe" not in text


def test_a_report_has_a_short_card():
    assert series_card([b.header_with({tags.Manufacturer: ("LO", "ACME")})]) == {"manufacturer": "ACME"}
    assert series_card([]) == {}
