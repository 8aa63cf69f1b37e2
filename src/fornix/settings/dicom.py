"""Reads FORNIX_AE_TITLE and FORNIX_DICOM_* from the environment. docs/settings.md tells what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fornix.errors import Invalid

_TITLE_LENGTH = 16  # PS3.5 6.2: AE
_CHOICES = {"": False, "accept": False, "refuse": True}


@dataclass(frozen=True, slots=True)
class DicomSettings:
    """The receiver of the DICOM network. Files of TLS are None where there is none."""

    ae_title: str = "FORNIX"
    checks_called_title: bool = False
    refuses_unknown: bool = False
    max_associations: int = 64
    idle_s: int = 120
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_authorities: Path | None = None


def read_dicom(environ: Mapping[str, str]) -> DicomSettings:
    """The settings as the environment gives them. Raises Invalid, naming the one that cannot be used."""
    certificate, key, authorities = (
        Path(text) if (text := environ.get(name)) else None
        for name in ("FORNIX_DICOM_TLS_CERT", "FORNIX_DICOM_TLS_KEY", "FORNIX_DICOM_TLS_CA")
    )
    if certificate is None and (key or authorities):
        raise Invalid("FORNIX_DICOM_TLS_KEY and FORNIX_DICOM_TLS_CA need FORNIX_DICOM_TLS_CERT beside them.")
    return DicomSettings(
        ae_title=_title(environ.get("FORNIX_AE_TITLE") or "FORNIX"),
        checks_called_title=environ.get("FORNIX_DICOM_CHECK_CALLED", "") == "1",
        refuses_unknown=_refuses(environ.get("FORNIX_DICOM_UNKNOWN_SENDERS", "")),
        max_associations=_number(environ, "FORNIX_DICOM_MAX_ASSOCIATIONS", 64, least=1, most=500),
        idle_s=_number(environ, "FORNIX_DICOM_IDLE_S", 120, least=5, most=86_400),
        tls_certificate=certificate,
        tls_key=key,
        tls_authorities=authorities,
    )


def _title(text: str) -> str:
    title = text.strip()
    if (
        not title
        or len(title) > _TITLE_LENGTH
        or not title.isascii()
        or not title.isprintable()
        or "\\" in title
    ):
        raise Invalid(
            f"FORNIX_AE_TITLE has 1 to {_TITLE_LENGTH} ASCII characters, and no backslash. This has not: {text}"
        )
    return title


def _refuses(text: str) -> bool:
    if text not in _CHOICES:
        raise Invalid(f"FORNIX_DICOM_UNKNOWN_SENDERS is accept or refuse. This is neither: {text}")
    return _CHOICES[text]


def _number(environ: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise Invalid(f"{name} is a whole number from {least} to {most}. This is not: {text}")
    return int(text)
