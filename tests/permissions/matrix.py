"""Who gets which answer at which route. A route without a row fails tests/rules; docs/permissions.md is made from this.

`on` names the thing that the route's address is about (tests/permissions/world.py). The seven columns are the status
for: anonymous (nobody logged in), stranger (logged in, not on the project), collaborator, member, owner, administrator,
revoked (was a member until a moment ago). What a person may not see is 404; what they see but may not change is 403.
"""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = ("anonymous", "stranger", "collaborator", "member", "owner", "administrator", "revoked")

# route                 method on         anonymous stranger collaborator member owner administrator revoked
MATRIX = """
home                    GET    -            200    200      200          200    200   200           200
activity                GET    -            401    200      200          200    200   200           200
login                   GET    -            200    302      302          302    302   302           302
login                   POST   -            400    400      400          400    400   400           400
logout                  POST   -            302    302      302          302    302   302           302
account                 GET    -            401    200      200          200    200   200           200
token-create            GET    -            302    302      302          302    302   302           302
token-create            POST   -            401    200      200          200    200   200           200
token-revoke            GET    -            302    302      302          302    302   302           302
token-revoke            POST   -            401    404      404          404    404   404           404
password-change         GET    -            302    302      302          302    302   302           302
password-change         POST   -            401    400      400          400    400   400           400
arrivals                GET    -            401    200      200          200    200   200           200
arrivals-decide         GET    -            302    302      302          302    302   302           302
arrivals-decide         POST   arrival      401    404      404          302    302   302           404
arrival-states          GET    -            401    200      200          200    200   200           200
arrival-detail          GET    arrival      401    404      404          200    200   200           404
arrival-series          GET    arrival      401    404      404          200    200   200           404
arrival-file-header     GET    arrival      401    404      404          200    200   200           404
arrival-thumbnail       GET    arrival      401    404      404          200    200   200           404
mirror                  GET    -            401    403      403          403    403   200           403
access                  GET    -            401    403      403          403    403   200           403
scanners                GET    -            401    403      403          403    403   200           403
scanner-new             GET    -            401    403      403          403    403   200           403
scanner-detail          GET    sender       401    403      403          403    403   200           403
scanner-save            GET    -            302    302      302          302    302   302           302
scanner-save            POST   -            401    403      403          403    403   302           403
scanner-delete          GET    -            302    302      302          302    302   302           302
scanner-delete          POST   -            401    403      403          403    403   404           403
scanner-echo            GET    -            302    302      302          302    302   302           302
scanner-echo            POST   -            401    403      403          403    403   404           403
sweep-ask               GET    -            302    302      302          302    302   302           302
sweep-ask               POST   -            401    403      403          403    403   302           403
sweep-asked             GET    -            302    302      302          302    302   302           302
holds-decide            GET    -            302    302      302          302    302   302           302
holds-decide            POST   -            401    403      403          403    403   302           403
mirror-people           GET    -            401    403      403          403    403   200           403
person-link             GET    -            302    302      302          302    302   302           302
person-link             POST   -            401    403      403          403    403   400           403
person-unlink           GET    -            302    302      302          302    302   302           302
person-unlink           POST   -            401    403      403          403    403   400           403
mirror-findings         GET    -            401    403      403          403    403   200           403
sweeps                  GET    -            401    403      403          403    403   200           403
sweep-detail            GET    sweep        401    403      403          403    403   200           403
sweep-undo              GET    sweep        401    403      403          403    403   200           403
sweep-undo              POST   sweep        401    403      403          403    403   302           403
mirror-settings         GET    -            401    403      403          403    403   200           403
mirror-settings-toml    GET    -            401    403      403          403    403   200           403
mirror-settings-save    GET    -            302    302      302          302    302   302           302
mirror-settings-save    POST   -            401    403      403          403    403   302           403
mirror-settings-reset   GET    -            302    302      302          302    302   302           302
mirror-settings-reset   POST   -            401    403      403          403    403   302           403
mirror-test             GET    -            302    302      302          302    302   302           302
mirror-test             POST   -            401    403      403          403    403   200           403
mirror-look             GET    -            302    302      302          302    302   302           302
mirror-look             POST   -            401    403      403          403    403   200           403
mirror-preview          GET    -            302    302      302          302    302   302           302
mirror-preview          POST   -            401    403      403          403    403   200           403
routing                 GET    -            401    403      403          403    403   200           403
routing-test            GET    -            401    403      403          403    403   200           403
routing-test            POST   -            401    403      403          403    403   400           403
routing-replay          GET    -            401    403      403          403    403   200           403
routing-rule-new        GET    -            401    403      403          403    403   200           403
routing-rule-new        POST   -            401    403      403          403    403   400           403
routing-rule            GET    rule         401    403      403          403    403   200           403
routing-rule            POST   rule         401    403      403          403    403   400           403
routing-rule-move       GET    rule         302    302      302          302    302   302           302
routing-rule-move       POST   rule         401    403      403          403    403   302           403
routing-rule-switch     GET    rule         302    302      302          302    302   302           302
routing-rule-switch     POST   rule         401    403      403          403    403   302           403
routing-rule-delete     GET    rule         401    403      403          403    403   200           403
routing-rule-delete     POST   rule         401    403      403          403    403   200           403
api-routing-rules       GET    -            401    403      403          403    403   200           403
api-routing-rules       POST   -            401    403      403          403    403   201           403
api-routing-rule        GET    rule         401    403      403          403    403   200           403
api-routing-rule        PUT    rule         401    403      403          403    403   200           403
api-routing-rule        DELETE rule         401    403      403          403    403   200           403
api-routing-rule-move   POST   rule         401    403      403          403    403   200           403
api-routing-test        POST   -            401    403      403          403    403   200           403
api-routing-replay      GET    -            401    403      403          403    403   200           403
project-detail          GET    project      401    404      200          200    200   200           404
project-people          GET    project      401    404      200          200    200   200           404
project-people-table    GET    project      401    404      200          200    200   200           404
subject-of-label        GET    subject      401    404      302          302    302   302           404
session-of-label        GET    session      401    404      302          302    302   302           404
experiment-of-label     GET    session      401    404      302          302    302   302           404
subject-detail          GET    subject      401    404      200          200    200   200           404
session-detail          GET    session      401    404      200          200    200   200           404
session-files           GET    session      401    404      200          200    200   200           404
scan-detail             GET    scan         401    404      200          200    200   200           404
scan-files              GET    scan         401    404      200          200    200   200           404
session-download        GET    session      401    404      200          200    200   200           404
scan-download           GET    scan         401    404      200          200    200   200           404
file-download           GET    file         401    404      200          200    200   200           404
file-header             GET    file         401    404      200          200    200   200           404
file-thumbnail          GET    file         401    404      200          200    200   200           404
experiment-detail       GET    session      401    404      302          302    302   302           404
api-document            GET    -            401    200      200          200    200   200           200
api-docs                GET    -            401    200      200          200    200   200           200
api-status              GET    -            401    403      403          403    403   200           403
api-sweeps              GET    -            401    403      403          403    403   200           403
api-sweeps              POST   -            401    403      403          403    403   202           403
api-sweep               GET    sweep        401    403      403          403    403   200           403
api-sweep-undo          POST   sweep        401    403      403          403    403   200           403
api-holds               GET    -            401    403      403          403    403   200           403
api-hold-approve        POST   hold         401    403      403          403    403   200           403
api-hold-reject         POST   hold         401    403      403          403    403   200           403
api-people              GET    -            401    403      403          403    403   200           403
api-person-link         POST   booked       401    403      403          403    403   200           403
api-person-link         DELETE booked       401    403      403          403    403   409           403
api-projects            GET    -            401    403      403          403    403   200           403
api-project             GET    booked       401    403      403          403    403   200           403
api-problems            GET    -            401    403      403          403    403   200           403
api-why                 GET    -            401    400      400          400    400   400           400
api-settings            GET    -            401    403      403          403    403   200           403
api-setting             PUT    setting      401    403      403          403    403   200           403
api-setting             DELETE setting      401    403      403          403    403   200           403
api-settings-test       POST   -            401    403      403          403    403   400           403
api-settings-look       POST   -            401    403      403          403    403   400           403
api-settings-preview    POST   -            401    403      403          403    403   400           403
api-bookings            GET    -            401    403      403          403    403   200           403
upload                  GET    -            401    403      403          200    200   200           403
upload                  POST   -            401    403      403          400    400   400           403
project-upload          GET    project      401    404      403          200    200   200           404
project-upload          POST   project      401    404      403          400    400   400           404
delivery-detail         GET    delivery     401    404      404          200    404   404           404
delivery-commit         POST   delivery     401    404      404          302    404   404           404
delivery-discard        POST   delivery     401    404      404          302    404   404           404
api-deliveries          GET    -            401    200      200          200    200   200           200
api-deliveries          POST   -            401    400      403          201    201   201           400
api-delivery            GET    delivery     401    404      404          200    404   404           404
api-delivery            DELETE delivery     401    404      404          204    404   404           404
api-delivery-commit     POST   delivery     401    404      404          202    404   404           404
api-delivery-look       POST   delivery     401    404      404          200    404   404           404
api-transfers           POST   delivery     401    404      404          412    404   404           404
api-transfer            HEAD   delivery     401    404      404          412    404   404           404
api-transfer            PATCH  delivery     401    404      404          412    404   404           404
api-transfer            DELETE delivery     401    404      404          412    404   404           404
api-senders             GET    -            401    403      403          403    403   200           403
api-senders             POST   -            401    403      403          403    403   201           403
api-sender              GET    sender       401    403      403          403    403   200           403
api-sender              PUT    sender       401    403      403          403    403   200           403
api-sender              DELETE sender       401    403      403          403    403   204           403
api-sender-echo         POST   sender       401    403      403          403    403   409           403
api-arrivals            GET    -            401    200      200          200    200   200           200
api-arrivals            POST   -            401    403      403          400    400   400           403
api-arrivals-merge      POST   -            401    404      404          404    404   404           404
api-arrival             GET    arrival      401    404      404          200    200   200           404
api-arrival             PATCH  arrival      401    404      404          200    200   200           404
api-arrival             DELETE arrival      401    404      404          403    200   200           404
api-arrival-restore     POST   arrival      401    404      404          409    409   409           404
api-arrival-file        POST   arrival      401    404      404          202    202   202           404
api-arrival-retry       POST   arrival      401    404      404          202    202   202           404
api-arrival-split       POST   arrival      401    404      404          409    409   409           404
api-arrival-series      GET    arrival      401    404      404          200    200   200           404
api-arrival-files       GET    arrival      401    404      404          200    200   200           404
"""

RULE: dict[str, object] = {
    "name": "by id",
    "conditions": [{"tag": "PatientID", "pattern": "."}],
    "project": "P001",
}

# What a row's request sends, where it sends something: form fields, or the API's JSON, by (route, method).
FORMS: dict[tuple[str, str], dict[str, object]] = {
    ("mirror-settings-reset", "POST"): {"key": "calpendo.url"},
    ("api-arrivals-merge", "POST"): {"arrivals": ["gone", "too"]},
    ("api-arrival", "PATCH"): {"subject": "S1"},
    ("api-arrival-file", "POST"): {"project": "P001"},
    ("arrivals-decide", "POST"): {"decision": "retry", "arrival": "arrival"},
    ("token-create", "POST"): {"name": "laptop"},
    ("scanner-save", "POST"): {"name": "Trio", "ae_title": "TRIO"},
    ("api-senders", "POST"): {"name": "Trio", "ae_title": "TRIO"},
    ("api-sender", "PUT"): {"name": "Trio", "ae_title": "TRIO"},
    ("token-revoke", "POST"): {"alias": "nobody's"},
    ("holds-decide", "POST"): {"decision": "approve"},
    ("sweep-undo", "POST"): {"confirmed": "yes"},
    ("api-deliveries", "POST"): {"project": "P001"},
    ("api-delivery-look", "POST"): {"keys": ["a"]},
    ("api-person-link", "POST"): {"username": "stranger"},
    ("api-setting", "PUT"): {"value": True},
    ("routing-rule-move", "POST"): {"place": "1"},
    ("api-routing-rules", "POST"): RULE,
    ("api-routing-rule", "PUT"): RULE,
    ("api-routing-rule-move", "POST"): {"place": 1},
    ("api-routing-test", "POST"): {"header": "StudyDescription: P001"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix."""

    route: str
    method: str
    on: str
    statuses: tuple[int, ...]

    def status_for(self, person: str) -> int:
        return self.statuses[PEOPLE.index(person)]

    @property
    def form(self) -> dict[str, object]:
        return FORMS.get((self.route, self.method), {})


def read_row(line: str) -> Row:
    route, method, on, *statuses = line.split()
    if len(statuses) != len(PEOPLE):
        raise ValueError(f"{len(PEOPLE)} statuses, one for each of {', '.join(PEOPLE)}: {line}")
    return Row(route, method, on, tuple(map(int, statuses)))


def rows() -> tuple[Row, ...]:
    lines = (line.partition("#")[0].strip() for line in MATRIX.splitlines())
    return tuple(read_row(line) for line in lines if line)
