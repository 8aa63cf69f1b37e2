"""The word for the kind of a scan."""

import re

import pytest
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.dicom.scan_types import ScanTypeRule, scan_type

DESCRIPTIONS = {
    "localizer": "scout",
    "AAHead_Scout_MPR_sag": "scout",
    "3-plane Loc SSFSE": "scout",
    "Survey_SHC": "scout",
    "t1_mprage_sag_p2_iso": "anat",
    "T2 SPACE": "anat",
    "FLAIR_longTR": "anat",
    "SAG FSPGR BRAVO": "anat",
    "SWI_Images": "anat",
    "MP2RAGE_UNI_Images": "anat",
    "bold_task-nback_run-1": "func",
    "ep2d_rest": "func",
    "cmrr_mbep2d_bold_mb4": "func",
    "rsfMRI_eyes_open": "func",
    "task-faces_SBRef": "func",
    "ep2d_diff_mddw_64": "dwi",
    "DTI_64dir_b1000": "dwi",
    "DWI_b0_PA": "dwi",
    "dMRI_AP": "dwi",
    "gre_field_mapping_2mm": "fmap",
    "SpinEchoFieldMap_AP": "fmap",
    "B0map": "fmap",
    "B0 NS": "fmap",
    "pcasl_3d": "perf",
    "ASL_baseline": "perf",
    "svs_se_30": "spectroscopy",
    "MRS_occipital": "spectroscopy",
    "PhoenixZIPReport": "report",
    "something": "other",
    "": "other",
}


@pytest.mark.parametrize(("description", "word"), DESCRIPTIONS.items(), ids=DESCRIPTIONS.keys())
def test_descriptions_of_several_vendors_are_understood(description, word):
    header = b.header_with({tags.SeriesDescription: ("LO", description)})

    assert scan_type(header) == word


OBJECTS = {
    "structured report": ({tags.Modality: ("CS", "SR")}, "report"),
    "encapsulated PDF": ({tags.SOPClassUID: ("UI", "1.2.840.10008.5.1.4.1.1.104.1")}, "report"),
    "spectroscopy storage": ({tags.SOPClassUID: ("UI", "1.2.840.10008.5.1.4.1.1.4.2")}, "spectroscopy"),
    "image type diffusion": ({tags.ImageType: ("CS", "ORIGINAL\\PRIMARY\\DIFFUSION\\NONE")}, "dwi"),
    "image type localizer": ({tags.ImageType: ("CS", "ORIGINAL\\PRIMARY\\LOCALIZER")}, "scout"),
    "gradient echo EPI by its sequence": (
        {tags.SeriesDescription: ("LO", "stimuli"), tags.SequenceName: ("SH", "*epfid2d1_64")},
        "func",
    ),
    "gradient echo EPI by its kinds": (
        {tags.SeriesDescription: ("LO", "stimuli"), tags.ScanningSequence: ("CS", "EP\\GR")},
        "func",
    ),
    "spin echo EPI without a name": (
        {tags.SeriesDescription: ("LO", "stimuli"), tags.ScanningSequence: ("CS", "EP\\SE")},
        "other",
    ),
    "the protocol where no description is": (
        {tags.SeriesDescription: ("LO", ""), tags.ProtocolName: ("LO", "localizer")},
        "scout",
    ),
    "another modality": ({tags.Modality: ("CS", "CT")}, "other"),
}


@pytest.mark.parametrize(("changes", "word"), OBJECTS.values(), ids=OBJECTS.keys())
def test_what_the_object_says_counts_before_its_description(changes, word):
    assert scan_type(b.header_with(changes)) == word


def test_the_sites_rules_come_first():
    rules = [ScanTypeRule(re.compile("MPRAGE", re.IGNORECASE), "T1w")]

    assert scan_type(b.header_with(), rules) == "T1w"
    assert scan_type(b.header_with({tags.SeriesDescription: ("LO", "bold")}), rules) == "func"
