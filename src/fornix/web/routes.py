"""The addresses of all pages. Arguments are named so that request logs can tell ids from names."""

from __future__ import annotations

from django.urls import path, register_converter

from fornix.web import (
    access_page,
    account,
    administration,
    downloads,
    files,
    home,
    login,
    mirror,
    mirror_decisions,
    mirror_people,
    mirror_settings,
    moved,
    person_unlink,
    projects,
    sessions,
    subjects,
    sweeps,
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
    path("access", access_page.access, name="access"),
    path("mirror", mirror.mirror, name="mirror"),
    path("mirror/sweep", mirror.ask, name="sweep-ask"),
    path("mirror/asked", mirror.asked, name="sweep-asked"),
    path("mirror/holds", mirror_decisions.decide, name="holds-decide"),
    path("mirror/people", mirror_people.people, name="mirror-people"),
    path("mirror/settings", mirror_settings.settings, name="mirror-settings"),
    path("mirror/settings.toml", mirror_settings.settings_file, name="mirror-settings-toml"),
    path("mirror/settings/save", mirror_settings.choose, name="mirror-settings-save"),
    path("mirror/settings/reset", mirror_settings.reset, name="mirror-settings-reset"),
    path("mirror/settings/test", mirror_settings.test, name="mirror-test"),
    path("mirror/settings/look", mirror_settings.look, name="mirror-look"),
    path("mirror/settings/preview", mirror_settings.show, name="mirror-preview"),
    path("mirror/people/link", mirror_decisions.link, name="person-link"),
    path("mirror/people/unlink", person_unlink.unlink, name="person-unlink"),
    path("mirror/findings", mirror.findings, name="mirror-findings"),
    path("mirror/sweeps", mirror.sweeps, name="sweeps"),
    path("mirror/sweeps/<int:sweep_id>", sweeps.sweep_detail, name="sweep-detail"),
    path("mirror/sweeps/<int:sweep_id>/undo", mirror_decisions.undo, name="sweep-undo"),
    path("projects/<label:project>", projects.project_detail, name="project-detail"),
    path("projects/<label:project>/people", projects.project_people_list, name="project-people"),
    path("projects/<label:project>/people.csv", projects.project_people_table, name="project-people-table"),
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
