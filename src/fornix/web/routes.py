"""The addresses of all pages. Arguments are named so that request logs can tell ids from names."""

from __future__ import annotations

from django.urls import path, register_converter

from fornix.web import (
    account,
    administration,
    downloads,
    files,
    home,
    login,
    moved,
    projects,
    sessions,
    subjects,
)
from fornix.web.addresses import LabelConverter

register_converter(LabelConverter, "label")

routes = [
    path("", home.home, name="home"),
    path("activity", home.feed, name="activity"),
    path("login", login.log_in, name="login"),
    path("logout", login.log_out, name="logout"),
    path("account", account.account, name="account"),
    path("account/tokens", account.create, name="token-create"),
    path("account/tokens/revoke", account.revoke, name="token-revoke"),
    path("account/password", account.password, name="password-change"),
    path("arrivals", administration.arrivals, name="arrivals"),
    path("mirror", administration.mirror, name="mirror"),
    path("projects/<label:project>", projects.project_detail, name="project-detail"),
    path("projects/<label:project>/people", projects.project_people_list, name="project-people"),
    path("projects/<label:project>/subjects/<label:label>", moved.subject_of_label, name="subject-of-label"),
    path("projects/<label:project>/sessions/<label:label>", moved.session_of_label, name="session-of-label"),
    path(
        "projects/<label:project>/experiments/<label:label>",
        moved.session_of_label,
        name="experiment-of-label",
    ),
    path("subjects/<label:accession>", subjects.subject_detail, name="subject-detail"),
    path("sessions/<label:accession>", sessions.session_detail, name="session-detail"),
    path("sessions/<label:accession>/files", files.session_files, name="session-files"),
    path("sessions/<label:accession>/scans/<label:scan_id>", sessions.scan_detail, name="scan-detail"),
    path("sessions/<label:accession>/scans/<label:scan_id>/files", files.scan_files, name="scan-files"),
    path("sessions/<label:accession>/download", downloads.session_download, name="session-download"),
    path(
        "sessions/<label:accession>/scans/<label:scan_id>/download",
        downloads.scan_download,
        name="scan-download",
    ),
    path(
        "sessions/<label:accession>/files/<int:file_id>/download",
        downloads.file_download,
        name="file-download",
    ),
    path("experiments/<label:accession>", moved.experiment, name="experiment-detail"),
]
