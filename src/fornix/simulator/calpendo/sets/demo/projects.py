"""The projects of the demo set. Case numbers in comments are those of contract section 3.5."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ...schema import PROJECT, RESOURCE_SETTING
from ...world import HiddenKey, Mark, Row, Value
from .catalogue import AUDITORY, CLINICAL, HUMAN, MEMORY, METHODS, QUALITY, TRAINING, VISION
from .people import PEOPLE, course_ids

_ID_PREFIX = "300004157000"
_PEOPLE = {person.login: person for person in PEOPLE}


@dataclass(frozen=True, slots=True)
class Project:
    """A project with logins for people and resource ids, blank-separated. `pi` may be none: then the texts tell."""

    number: str
    code: str | None
    name: str
    owner: str
    users: str
    pi: str = ""
    resources: str = "11"
    status: str = "Approved"
    group: str = ""
    kind: str = HUMAN
    pi_name: str | None = None
    pi_email: str | None = None

    @property
    def id(self) -> str:
        """The Calpendo id, fifteen digits."""
        return project_id(self.number)


def project_id(number: str) -> str:
    """The Calpendo id of a project of this set by its short number."""
    return _ID_PREFIX + number


def P(number: str, code: str | None, name: str, owner: str, users: str, **more: str) -> Project:  # noqa: N802
    """Short for Project: the table below is read by its columns."""
    return Project(number, code, name, owner, users, **more)


PROJECTS = (
    # 1, and 5: its PI is among the users, his e-mail in another casing beside the project.
    P("412", "2023_112", "Hearing in noise: cortical tracking of speech in older listeners", "zangstrom",
      "zangstrom mdang swhite", pi="sobriain", resources="11 13 15", group=AUDITORY),
    P("413", "2022_017", "Auditory streaming in musicians", "swhite", "swhite sobriain pnowak klind",
      pi="sobriain", pi_email="S.OBriain@Example.AC.test", resources="11 13", group=AUDITORY),
    # 2: the owner is not among the users.
    P("414", "2024_027", "Sleep spindles and memory consolidation in adolescents", "hokafor",
      "mdang dreyes btorres rcole", pi="edemir", resources="11 15", group=MEMORY),
    P("415", "2022_088", "Predictive coding of rhythm at laminar resolution", "zangstrom",
      "zangstrom pnowak klind", pi="zangstrom", resources="12", group=AUDITORY),
    P("416", "2025_004", "שפה שנייה ודו־לשוניות: מעקב אורך של חמש שנים", "nbendavid",
      "nbendavid pvandijk mlevy", pi="nbendavid", resources="11 13"),
    P("417", "2021_133", "Longitudinal characterisation of perivascular space burden, cortical thickness and "
      "cognitive decline in a community cohort of older adults", "apatel", "apatel oadebayo imehta",
      pi="oadebayo", resources="11", group=CLINICAL),
    P("418", "2024_051", "视觉工作记忆的层级表征", "xwang", "xwang mkim cchen jane.smith", pi="xwang",
      resources="11 13", group=VISION),
    P("419", "2023_019", "Нейронные механизмы чтения у билингвов", "evolkova", "evolkova okuznetsova hsato",
      pi="evolkova", resources="13"),
    # 21: the PI's e-mail is hidden.
    P("420", "2025_016", "Thalamic nuclei in focal epilepsy", "tgudmunds", "tgudmunds jdubois", pi="tgudmunds",
      resources="12", group=CLINICAL),
    # 15: both accounts of one person are among the users.
    P("421", "2020_207", "Healthy ageing cohort, wave 3", "mclarke",
      "mclarke nokonkwo-old nokonkwo dfoster vsilva", pi="nokonkwo", resources="11"),
    P("422", "2024_090", "التعلم الحركي بعد السكتة الدماغية", "lhaddad", "lhaddad malamin sukarno", pi="lhaddad",
      resources="11", group=CLINICAL),
    # 20: emoji; its people carry the hard names.
    P("423", "2023_070", "Pain expectation and placebo analgesia 🧊🔥", "lmueller",
      "lmueller cbauer zangstrom mkim malamin roneill wolfe rdube rdube2 klind", pi="lmueller", resources="11",
      group=CLINICAL),
    P("424", "2025_031", "OPM-MEG in toddlers: feasibility and comfort", "anidhom",
      "anidhom ytanaka lrossi mdang", pi="anidhom", resources="13", group=METHODS),
    # 14 (gmoreau), and 21: the whole owner is hidden.
    P("425", "2022_141", "Cerebellar contributions to timing", "rgoncalves", "rgoncalves rdube gmoreau",
      pi="rgoncalves", resources="12"),
    P("426", "2018_011", "Quality assurance, all scanners", "tphysics", "tphysics rcastell", pi="tphysics",
      resources="11 12 13", kind=QUALITY, group=METHODS),
    # 10: three years of data.
    P("427", "2019_045", "Developmental prosopagnosia", "sarad", "sarad wolfe gstewart", pi="sarad",
      resources="11", status="Terminated", group=VISION),
    P("428", "2025_044", "Hippocampal theta under psilocybin", "ipapad", "ipapad jlarsen amensah", pi="ipapad",
      resources="13", group=MEMORY),
    # 3: the PI has no account.
    P("429", "2024_063", "Resting-state connectivity after mild traumatic brain injury", "apatel",
      "apatel gstewart", pi_name="Dr Harriet Vance", pi_email="h.vance@partner-hospital.test",
      resources="11", group=CLINICAL),
    # 4: two people may be meant.
    P("430", "2023_058", "Reward learning in adolescence", "gstewart", "gstewart bnguyen",
      pi_name="Prof. J. Smith", resources="11"),
    # 6: renamed and re-coded overnight.
    P("431", "2025_012", "Face perception, pilot", "swhite", "swhite cchen", pi="sobriain", resources="11 13",
      group=VISION),
    # 7: its code goes to project 461 overnight.
    P("432", "2017_031", "Motion adaptation in area MT", "cchen", "cchen xwang", pi="xwang", resources="11",
      status="Terminated", group=VISION),
    # 8 and 9: the second is approved overnight.
    P("433", None, "Cortical layers of the insula", "jdubois", "jdubois", pi="tgudmunds", resources="12",
      status="Requested"),
    P("434", None, "Gamma oscillations in visual cortex", "lrossi", "lrossi ytanaka", pi="anidhom",
      resources="13", status="Requested", group=VISION),
    # 11
    P("435", "2024_115", "Caffeine and the resting state", "dreyes", "dreyes btorres", pi="edemir",
      resources="11", status="Denied"),
    P("436", "TEMPLATE", "Project template", "ekaplan", "", resources="11 12 13", status="Unbookable"),
    P("437", "2025_077", "Neonatal brain development after hypoxia", "hokafor", "hokafor apatel", pi="oadebayo",
      resources="11", status="Restricted", group=CLINICAL),
    P("438", None, "Mind wandering, idea", "btorres", "btorres", resources="11", status="Draft"),
    # 12: removed overnight.
    P("439", "2021_064", "Tactile maps of the fingertips", "rgoncalves", "rgoncalves rdube2", pi="rgoncalves",
      resources="12"),
    # 13 (mlevy leaves) and 16 (cbauer marries) and 18 (pvandijk is taken off)
    P("440", "2023_101", "Reading acquisition in the first school year", "nbendavid",
      "nbendavid mlevy pvandijk cbauer", pi="nbendavid", resources="11"),
    # 17: two of its users share one e-mail.
    P("441", "2024_008", "Tinnitus and attention", "swhite", "swhite kobi ffischer", pi="sobriain",
      resources="13", group=AUDITORY),
    # 19: tkovac is not on it, and has been given access by hand.
    P("442", "2022_053", "Nociception in the brainstem", "lmueller", "lmueller cbauer", pi="lmueller",
      resources="12", group=CLINICAL),
    # 21: the member lists are hidden.
    P("443", "2024_033", "Navigation in virtual cities", "hsato", "hsato okuznetsova", pi="evolkova",
      resources="11", group=MEMORY),
    P("444", "2024_034", "Autobiographical memory across decades", "dreyes", "dreyes hokafor", pi="edemir",
      resources="11", group=MEMORY),
    P("445", "2024_035", "Memory for melodies", "klind", "klind zangstrom", pi="zangstrom", resources="13",
      group=MEMORY),
    # 26
    P("446", "2026_001", "MRI methods course", "ekaplan", "*course", pi="ekaplan", resources="11",
      kind=TRAINING, group=METHODS),
    P("447", "2025_090", "Grey matter in chess players", "bnguyen", "", pi="john.smith", resources="11"),
    # 27
    P("448", "HIN 2024", "Hearing in noise, follow-up", "zangstrom", "zangstrom", pi="sobriain",
      resources="11", group=AUDITORY),
    P("449", "VIS/2024-3", "Visual crowding", "cchen", "cchen mkim", pi="xwang", resources="11", group=VISION),
    P("450", "MEG^12", "Somatosensory gating", "amensah", "amensah", pi="ipapad", resources="13"),
    P("451", "Grün_01", "Colour constancy", "jane.smith", "jane.smith", pi="xwang", resources="12",
      group=VISION),
    # 28
    P("452", "BLOCKER", "Scanner not available", "ekaplan", "rcastell", resources="11 12 13", kind=QUALITY),
    P("453", "QA_PHANTOM", "Phantom measurements", "tphysics", "tphysics rcastell", resources="11 12",
      kind=QUALITY),
    P("454", "TRAINING", "Operator training", "rcastell", "rcastell swhite", resources="11 12 13",
      kind=TRAINING),
    # Not of the scanners: a mirror of MRI and MEG leaves these out.
    P("455", "2023_140", "Eye tracking in infants", "lrossi", "lrossi", pi="anidhom", resources="15"),
    P("456", "2024_099", "Psychophysics of tactile texture", "rdube", "rdube", pi="rgoncalves", resources="15"),
    P("457", "2025_055", "Familiarising children with the scanner", "mclarke", "mclarke", pi="nokonkwo",
      resources="14 15"),
)  # fmt: skip

_HIDDEN_FROM_THE_FIRST = {"420": "piEmail", "425": "owner", "443": "users", "444": "users", "445": "users"}


def hidden_from_the_first() -> dict[HiddenKey, Value | Mark]:
    """Case 21: what the service account could never read."""
    return {(PROJECT, project_id(n), name): Mark.NEVER_SEEN for n, name in _HIDDEN_FROM_THE_FIRST.items()}


def members(project: Project) -> tuple[str, ...]:
    """The ids of a project's users."""
    if project.users == "*course":
        return course_ids()
    return tuple(_PEOPLE[login].id for login in project.users.split())


def project_rows(clock: datetime, chance: random.Random) -> Iterator[Row]:
    """The projects, each behind its per-resource settings."""
    for number, project in enumerate(PROJECTS):
        settings = {f"{8801 + 10 * number + n}": each for n, each in enumerate(project.resources.split())}
        for row_id, resource in settings.items():
            hours = chance.choice((20, 40, 60, 120))
            yield Row(RESOURCE_SETTING, row_id, {"resource": resource, "maxHours": hours})
        yield _row(project, tuple(settings), clock, chance)


def _row(project: Project, settings: tuple[str, ...], clock: datetime, chance: random.Random) -> Row:
    leader = _PEOPLE.get(project.pi)
    name = f"{leader.family}, {leader.given}" if leader else project.pi_name
    year = (project.code or "")[:4]
    begun = datetime(int(year) if year.isdigit() else 2023, 1, 9, 8, 14, tzinfo=UTC)
    created = min(begun + timedelta(minutes=chance.randrange(300_000)), clock - timedelta(days=3))
    modified = clock - timedelta(minutes=chance.randrange(1_500, 4_000))
    values: dict[str, Value] = {
        "name": project.name,
        "projectCode": project.code,
        "status": project.status,
        "type": project.kind,
        "groups": (project.group,) if project.group else (),
        "owner": _PEOPLE[project.owner].id,
        "users": members(project),
        "principalInvestigator": leader.id if leader else None,
        "piName": name,
        "piEmail": project.pi_email or (leader.email if leader else None),
        "ethicsNumber": f"R{chance.randrange(50_000, 90_000)}/RE001" if chance.random() < 0.7 else None,
        "projectResourceSettings": settings,
        "created": created,
        "modified": modified,
    }
    return Row(PROJECT, project.id, values)
