"""The attributes that the archive reads, by DICOM keyword, with their value representations (PS3.6).

Only names and numbers: nothing here reads bytes.
"""

from __future__ import annotations

SpecificCharacterSet = 0x00080005
ImageType = 0x00080008
SOPClassUID = 0x00080016
SOPInstanceUID = 0x00080018
StudyDate = 0x00080020
SeriesDate = 0x00080021
AcquisitionDate = 0x00080022
ContentDate = 0x00080023
AcquisitionDateTime = 0x0008002A
StudyTime = 0x00080030
SeriesTime = 0x00080031
AcquisitionTime = 0x00080032
ContentTime = 0x00080033
AccessionNumber = 0x00080050
Modality = 0x00080060
Manufacturer = 0x00080070
InstitutionName = 0x00080080
TimezoneOffsetFromUTC = 0x00080201
StationName = 0x00081010
StudyDescription = 0x00081030
SeriesDescription = 0x0008103E
ManufacturerModelName = 0x00081090
ComplexImageComponent = 0x00089208

PatientName = 0x00100010
PatientID = 0x00100020
PatientBirthDate = 0x00100030
PatientSex = 0x00100040
AdditionalPatientHistory = 0x001021B0
PatientComments = 0x00104000

BodyPartExamined = 0x00180015
ScanningSequence = 0x00180020
SequenceVariant = 0x00180021
MRAcquisitionType = 0x00180023
SequenceName = 0x00180024
SliceThickness = 0x00180050
RepetitionTime = 0x00180080
EchoTime = 0x00180081
InversionTime = 0x00180082
ImagingFrequency = 0x00180084
MagneticFieldStrength = 0x00180087
SpacingBetweenSlices = 0x00180088
EchoTrainLength = 0x00180091
PixelBandwidth = 0x00180095
DeviceSerialNumber = 0x00181000
SoftwareVersions = 0x00181020
ProtocolName = 0x00181030
ReceiveCoilName = 0x00181250
AcquisitionMatrix = 0x00181310
InPlanePhaseEncodingDirection = 0x00181312
FlipAngle = 0x00181314
PulseSequenceName = 0x00189005
EchoPulseSequence = 0x00189008
InversionTimes = 0x00189079
EffectiveEchoTime = 0x00189082

StudyInstanceUID = 0x0020000D
SeriesInstanceUID = 0x0020000E
SeriesNumber = 0x00200011
AcquisitionNumber = 0x00200012
InstanceNumber = 0x00200013
ImagePositionPatient = 0x00200032
ImageOrientationPatient = 0x00200037

SamplesPerPixel = 0x00280002
NumberOfFrames = 0x00280008
Rows = 0x00280010
Columns = 0x00280011
PixelSpacing = 0x00280030

StudyComments = 0x00324000

# Siemens, creator "SIEMENS MR HEADER": (0019,xx0A) NumberOfImagesInMosaic, (0051,xx0F) CoilString.
# Both are used only when the block is reserved by its creator (PS3.5 7.8.1).
SiemensCreator19 = 0x00190010
SiemensImagesInMosaic = 0x0019100A
SiemensCreator51 = 0x00510010
SiemensCoil = 0x0051100F

MRTimingAndRelatedParametersSequence = 0x00189112
MREchoSequence = 0x00189114
MRModifierSequence = 0x00189115
MRImagingModifierSequence = 0x00189006
MRReceiveCoilSequence = 0x00189042
MRFOVGeometrySequence = 0x00189125
PlaneOrientationSequence = 0x00209116
PixelMeasuresSequence = 0x00289110
SharedFunctionalGroupsSequence = 0x52009229
PerFrameFunctionalGroupsSequence = 0x52009230

#: Everything of the data set's own level that is kept, with its value representation.
WANTED: dict[int, bytes] = {
    SpecificCharacterSet: b"CS",
    ImageType: b"CS",
    SOPClassUID: b"UI",
    SOPInstanceUID: b"UI",
    StudyDate: b"DA",
    SeriesDate: b"DA",
    AcquisitionDate: b"DA",
    ContentDate: b"DA",
    AcquisitionDateTime: b"DT",
    StudyTime: b"TM",
    SeriesTime: b"TM",
    AcquisitionTime: b"TM",
    ContentTime: b"TM",
    AccessionNumber: b"SH",
    Modality: b"CS",
    Manufacturer: b"LO",
    InstitutionName: b"LO",
    TimezoneOffsetFromUTC: b"SH",
    StationName: b"SH",
    StudyDescription: b"LO",
    SeriesDescription: b"LO",
    ManufacturerModelName: b"LO",
    ComplexImageComponent: b"CS",
    PatientName: b"PN",
    PatientID: b"LO",
    PatientBirthDate: b"DA",
    PatientSex: b"CS",
    AdditionalPatientHistory: b"LT",
    PatientComments: b"LT",
    BodyPartExamined: b"CS",
    ScanningSequence: b"CS",
    SequenceVariant: b"CS",
    MRAcquisitionType: b"CS",
    SequenceName: b"SH",
    SliceThickness: b"DS",
    RepetitionTime: b"DS",
    EchoTime: b"DS",
    InversionTime: b"DS",
    ImagingFrequency: b"DS",
    MagneticFieldStrength: b"DS",
    SpacingBetweenSlices: b"DS",
    EchoTrainLength: b"IS",
    PixelBandwidth: b"DS",
    DeviceSerialNumber: b"LO",
    SoftwareVersions: b"LO",
    ProtocolName: b"LO",
    ReceiveCoilName: b"SH",
    AcquisitionMatrix: b"US",
    InPlanePhaseEncodingDirection: b"CS",
    FlipAngle: b"DS",
    PulseSequenceName: b"SH",
    EchoPulseSequence: b"CS",
    StudyInstanceUID: b"UI",
    SeriesInstanceUID: b"UI",
    SeriesNumber: b"IS",
    AcquisitionNumber: b"IS",
    InstanceNumber: b"IS",
    ImagePositionPatient: b"DS",
    ImageOrientationPatient: b"DS",
    SamplesPerPixel: b"US",
    NumberOfFrames: b"IS",
    Rows: b"US",
    Columns: b"US",
    PixelSpacing: b"DS",
    StudyComments: b"LT",
    SiemensCreator19: b"LO",
    SiemensImagesInMosaic: b"US",
    SiemensCreator51: b"LO",
    SiemensCoil: b"LO",
}

#: What is kept out of the functional groups of enhanced objects (PS3.3 C.7.6.16 and C.8.13.5).
GROUP_WANTED: dict[int, bytes] = {
    SliceThickness: b"DS",
    RepetitionTime: b"DS",
    SpacingBetweenSlices: b"DS",
    EchoTrainLength: b"IS",
    PixelBandwidth: b"DS",
    ReceiveCoilName: b"SH",
    InPlanePhaseEncodingDirection: b"CS",
    FlipAngle: b"DS",
    InversionTimes: b"FD",
    EffectiveEchoTime: b"FD",
    ImageOrientationPatient: b"DS",
    PixelSpacing: b"DS",
}

#: The functional group macros in which those values lie.
GROUP_MACROS: frozenset[int] = frozenset(
    {
        MRTimingAndRelatedParametersSequence,
        MREchoSequence,
        MRModifierSequence,
        MRImagingModifierSequence,
        MRReceiveCoilSequence,
        MRFOVGeometrySequence,
        PlaneOrientationSequence,
        PixelMeasuresSequence,
    }
)

#: File meta information, group 0002 (PS3.10 7.1).
FileMetaInformationGroupLength = 0x00020000
MediaStorageSOPClassUID = 0x00020002
MediaStorageSOPInstanceUID = 0x00020003
TransferSyntaxUID = 0x00020010
