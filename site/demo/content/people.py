"""Partner services, and who comes to what. People are roles: « Assistante sociale 1 »."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from registrations.enums import Moment, ParticipationStatus, Question, RelationKind
from registrations.models.reminders import PROPOSED, Distance


@dataclass(frozen=True)
class PartnerContent:
    name: str
    short: str  # stands where a family name would
    kind: str  # of registrations.domain.service_kinds, in English
    postal_code: str
    municipality: str
    relation: RelationKind
    roles: tuple[str, ...]
    language: str = "fr"


WELFARE = "Public welfare centre"
WORK = "Employment and training"
SHELTER = "Shelter, homelessness"
HEALTH = "Health, mental health, addiction"
YOUTH = "Youth and family support"
DEBT = "Debt mediation, energy"
INTEGRATION = "Integration"
POLICE = "Police, victim support, justice"
HOUSING = "Housing association"
RENTAL = "Social rental agency"
OTHER = "Other"

TENANT, PUBLIC, RELAY, MEMBER, NONE = (
    RelationKind.TENANT,
    RelationKind.PUBLIC_PARTNER,
    RelationKind.RELAY,
    RelationKind.MEMBER,
    RelationKind.NONE,
)

SOCIAL = ("Assistante sociale", "Assistant social")
TEACHERS = ("Éducatrice", "Éducateur")
JOBS = ("Conseillère en insertion", "Conseiller en insertion")
CARE = ("Infirmière sociale", "Psychologue")
MEDIATORS = ("Médiatrice de dettes", "Tuteur énergie")
COACHES = ("Animatrice", "Formateur")
VOLUNTEER = "Bénévole"
VOLUNTEERS = (VOLUNTEER, VOLUNTEER)
DUTCH = ("Maatschappelijk werker", "Woonbegeleider")

#: By the number that the sign-ups use.
PARTNERS = {
    1: PartnerContent(
        "CPAS de Charleroi", "CPAS Charleroi", WELFARE, "6000", "Charleroi", PUBLIC, SOCIAL
    ),
    2: PartnerContent(
        "Forem – site de Charleroi", "Forem Charleroi", WORK, "6000", "Charleroi", NONE, JOBS
    ),
    3: PartnerContent("FADD Solidarité", "FADD", OTHER, "6000", "Charleroi", NONE, COACHES),
    4: PartnerContent(
        "CPAS de Valsambre (démo)", "CPAS Valsambre", WELFARE, "", "Valsambre", PUBLIC, SOCIAL
    ),
    5: PartnerContent(
        "Plan de cohésion sociale de Valsambre (démo)",
        "PCS Valsambre",
        "Municipality, social cohesion plan",
        "",
        "Valsambre",
        PUBLIC,
        ("Cheffe de projet", "Animateur de quartier"),
    ),
    6: PartnerContent(
        "AIS Clé des Terrils (démo)", "Clé des Terrils", RENTAL, "6000", "Charleroi", RELAY, SOCIAL
    ),
    7: PartnerContent(
        "Maison d’accueil Le Palier (démo)",
        "Le Palier",
        SHELTER,
        "6000",
        "Charleroi",
        RELAY,
        TEACHERS,
    ),
    8: PartnerContent(
        "Relais de nuit La Lanterne (démo)",
        "La Lanterne",
        SHELTER,
        "6000",
        "Charleroi",
        NONE,
        TEACHERS,
    ),
    9: PartnerContent(
        "Service d’insertion L’Escalier asbl (démo)",
        "L’Escalier",
        WORK,
        "6280",
        "Gerpinnes",
        TENANT,
        JOBS,
    ),
    10: PartnerContent(
        "Régie de quartier Les Deux Rives (démo)",
        "Les Deux Rives",
        "Neighbourhood agency",
        "6000",
        "Charleroi",
        TENANT,
        COACHES,
    ),
    11: PartnerContent(
        "Centre de santé mentale Le Ricochet (démo)",
        "Le Ricochet",
        HEALTH,
        "6000",
        "Charleroi",
        NONE,
        CARE,
    ),
    12: PartnerContent(
        "Maison médicale du Viaduc (démo)", "Le Viaduc", HEALTH, "6000", "Charleroi", NONE, CARE
    ),
    13: PartnerContent(
        "AMO Tête-à-Tête (démo)", "Tête-à-Tête", YOUTH, "6000", "Charleroi", TENANT, TEACHERS
    ),
    14: PartnerContent(
        "Planning familial des Quais (démo)", "Les Quais", YOUTH, "6000", "Charleroi", NONE, CARE
    ),
    15: PartnerContent(
        "Médiation de dettes Équilibre (démo)",
        "Équilibre",
        DEBT,
        "6280",
        "Gerpinnes",
        RELAY,
        MEDIATORS,
    ),
    16: PartnerContent(
        "Guichet énergie Basse-Sambre (démo)",
        "Basse-Sambre",
        DEBT,
        "6000",
        "Charleroi",
        NONE,
        MEDIATORS[::-1],
    ),
    17: PartnerContent(
        "Centre d’intégration Passerelles 71 (démo)",
        "Passerelles 71",
        INTEGRATION,
        "6000",
        "Charleroi",
        PUBLIC,
        COACHES,
    ),
    18: PartnerContent(
        "Lire ensemble – alphabétisation (démo)",
        "Lire ensemble",
        INTEGRATION,
        "6000",
        "Charleroi",
        TENANT,
        COACHES,
    ),
    19: PartnerContent(
        "Service d’aide aux victimes Écoute-Sambre (démo)",
        "Écoute-Sambre",
        POLICE,
        "6000",
        "Charleroi",
        NONE,
        SOCIAL,
    ),
    20: PartnerContent(
        "Association de locataires Quartier Vivant (démo)",
        "Quartier Vivant",
        OTHER,
        "6280",
        "Gerpinnes",
        TENANT,
        VOLUNTEERS,
    ),
    21: PartnerContent(
        "Le Logis accompagné asbl (démo)",
        "Le Logis",
        HOUSING,
        "6000",
        "Charleroi",
        RELAY,
        SOCIAL,
    ),
    22: PartnerContent(
        "Entraide du Bois-Planté (bénévoles) (démo)",
        "Bois-Planté",
        OTHER,
        "6000",
        "Charleroi",
        NONE,
        VOLUNTEERS,
    ),
    23: PartnerContent(
        "Haute école sociale du Hainaut-Démo",
        "Haute école",
        "School of social work",
        "7000",
        "Mons",
        NONE,
        ("Enseignante", "Étudiant"),
    ),
    24: PartnerContent(
        "OCMW Leievallei (demo)", "Leievallei", WELFARE, "8500", "Kortrijk", MEMBER, DUTCH, "nl"
    ),
    25: PartnerContent(
        "SVK De Sleutelbos (demo)", "Sleutelbos", RENTAL, "8930", "Menen", MEMBER, DUTCH, "nl"
    ),
    26: PartnerContent(
        "Association Toit partagé (démo, FR)",
        "Toit partagé",
        HOUSING,
        "59100",
        "Roubaix",
        MEMBER,
        SOCIAL,
    ),
    27: PartnerContent(
        "CCAS de Valdeule (démo, FR)", "CCAS Valdeule", WELFARE, "", "Valdeule", MEMBER, SOCIAL
    ),
    28: PartnerContent(
        "Police locale – zone Démo, assistance aux victimes",
        "Zone Démo",
        POLICE,
        "",
        "",
        RELAY,
        ("Assistante aux victimes", "Inspecteur de quartier"),
    ),
}

#: Does not want to be named: counted, never listed.
UNNAMED = {8}


@dataclass(frozen=True)
class SignUpContent:
    """One form sent by one service, so many days before the demo's first day."""

    partner: int
    people: int
    sessions: tuple[str, ...]
    days_ago: float
    keep_together: bool = False
    by_staff: bool = False
    without_address: int = 0  # so many of the people, the last ones
    wish: str = ""
    access: str = ""
    diets: tuple[str, ...] = field(default=())  # told when lunch is served; "" eats everything
    held: int = 0  # places for people whose names follow


BOTH = ("morning-1", "morning-2")
REFERENTS = ("referents-1", "referents-2")

#: The programme of the two mornings: 20 services, 12 at both, 5 only at the first, 3 only at the
#: second; 34 people; services 2, 3, 8, 11, 12 and 14 come for the first time ever.
MORNINGS = (
    SignUpContent(1, 2, BOTH, 20, wish="Que faire quand un document manque au dossier ?"),
    SignUpContent(7, 2, BOTH, 19, access="Une place assise près de l’écran, merci."),
    SignUpContent(4, 2, BOTH, 18.6),
    SignUpContent(6, 2, BOTH, 18, keep_together=True),
    SignUpContent(3, 2, BOTH[:1], 17),
    SignUpContent(2, 2, BOTH, 16.4, wish="Un emploi change-t-il le loyer ?"),
    SignUpContent(9, 2, BOTH, 15),
    SignUpContent(11, 2, BOTH[:1], 14.2),
    SignUpContent(10, 2, BOTH, 13),
    SignUpContent(12, 2, BOTH[1:], 12.7),
    SignUpContent(13, 2, BOTH, 11),
    SignUpContent(19, 2, BOTH[1:], 10.1),
    SignUpContent(15, 2, BOTH, 9, wish="Comment parler des arriérés sans faire peur ?"),
    SignUpContent(17, 1, BOTH, 8),
    SignUpContent(14, 1, BOTH[:1], 7.5),
    SignUpContent(16, 1, BOTH[:1], 6),
    SignUpContent(18, 1, BOTH[:1], 5),
    SignUpContent(8, 1, BOTH[1:], 4.3),
    SignUpContent(5, 2, BOTH, 3, by_staff=True, without_address=1),
    SignUpContent(20, 1, BOTH, 1.2, by_staff=True),
)

#: Whom the six above are new beside: everybody else of them came to the earlier morning.
EARLIER = tuple(
    SignUpContent(partner, 1 + partner % 2, ("basics",), 100 - partner)
    for partner in (1, 4, 5, 6, 7, 9, 10, 13, 15, 16, 17, 18, 19, 20)
)

#: Of today, whom one may welcome at the desk.
TODAY = tuple(
    SignUpContent(partner, number, ("today",), 20 - partner / 2, wish=wish)
    for partner, number, wish in (
        (1, 3, "Qui paie quand le propriétaire ne répare pas ?"),
        (4, 2, ""),
        (6, 2, "Une garantie peut-elle être payée en plusieurs fois ?"),
        (7, 1, ""),
        (13, 2, ""),
        (17, 2, "Existe-t-il un bail facile à lire ?"),
        (20, 1, ""),
        (21, 2, ""),
        (22, 2, ""),
    )
)

#: Eighteen places, then five people who wait.
VISIT = (
    *(
        SignUpContent(partner, 2, ("visit",), 26 - number)
        for number, partner in enumerate((24, 25, 26, 27, 1, 6, 10, 17, 21))
    ),
    SignUpContent(22, 2, ("visit",), 12, keep_together=True, access="Un fauteuil roulant."),
    SignUpContent(5, 1, ("visit",), 9.5),
    SignUpContent(23, 2, ("visit",), 6.5),
)

OTHERS = (
    # 21 of 24 places: the last ones.
    *(
        SignUpContent(partner, people, REFERENTS, 24 - number)
        for number, (partner, people) in enumerate(
            ((28, 4), (1, 4), (4, 4), (19, 3), (7, 2), (13, 2), (16, 2))
        )
    ),
    SignUpContent(24, 2, ("opening", "renovate-1", "renovate-2"), 22.2, diets=("", "vegetarisch")),
    SignUpContent(25, 1, ("opening",), 21.3, diets=("",)),
    SignUpContent(26, 2, ("opening", "renovate-1"), 18.3, diets=("", "sans porc")),
    SignUpContent(27, 2, ("opening",), 17.2, diets=("", "")),
    SignUpContent(1, 2, ("opening",), 13.3, diets=("", "végétarien")),
    SignUpContent(17, 1, ("opening", "renovate-1"), 7.1, diets=("sans gluten",)),
    # A school comes with a class that has no names yet.
    SignUpContent(23, 1, ("opening",), 9.7, diets=("",), held=11),
    SignUpContent(21, 2, ("colloquium",), 5.6),
    SignUpContent(27, 2, ("colloquium",), 3.8),
    SignUpContent(6, 1, ("colloquium",), 2.6),
    SignUpContent(6, 1, ("renovate-1", "renovate-2"), 15.4),
    SignUpContent(21, 2, ("renovate-2",), 14.4),
    SignUpContent(9, 2, ("energy-bill",), 8.2),
    SignUpContent(15, 2, ("energy-bill",), 7.2),
    SignUpContent(18, 1, ("energy-bill",), 5.2),
    SignUpContent(20, 2, ("cafe-1",), 4.1, without_address=2),
    # Of these one is moved, one postponed and one called off.
    SignUpContent(10, 2, ("cafe-2", "cafe-3", "cafe-4"), 9.3),
    SignUpContent(18, 2, ("cafe-2", "cafe-3"), 6.1, without_address=1),
    SignUpContent(6, 2, ("desk-1", "desk-2"), 8.4),
    SignUpContent(4, 1, ("desk-1",), 3.4),
)

SIGN_UPS = tuple(
    sorted((*MORNINGS, *EARLIER, *TODAY, *VISIT, *OTHERS), key=lambda sign_up: -sign_up.days_ago)
)

#: A service nobody has listed yet: somebody checks it in the admin.
UNLISTED = ("Centre de jour Le Tilleul (démo)", "6200", "Châtelet")

#: What a form asks besides the usual.
QUESTIONS = {
    "morning-1": (Question.WISH, Question.NEWS),
    "morning-2": (Question.WISH, Question.NEWS),
    "opening": (Question.MEAL, Question.LANGUAGE, Question.PARTICIPANT_LIST),
    "visit": (Question.PHONE, Question.LANGUAGE),
    "referents": (Question.ORDER_REFERENCE, Question.MANAGER_COPY, Question.MEAL),
}

# --- how places are shared ---------------------------------------------------------------------

#: By training; what is not said is not limited.
RULES: dict[str, dict[str, Any]] = {
    "morning-1": {"capacity": 40, "per_service": 2, "closes_days_before": 7},
    "morning-2": {"capacity": 40, "per_service": 2, "closes_days_before": 7},
    "referents": {"capacity": 24, "closes_days_before": 7, "quotas_days_before": 14},
    "renovate": {"capacity": 25, "closes_days_before": 7, "needs_approval": True},
    "opening": {"capacity": 80, "closes_days_before": 7, "may_hold": 25},
    "colloquium": {"capacity": 120, "closes_days_before": 7},
}

#: Mails around the day, of each of these.
REMINDERS = (
    Distance(7),
    *PROPOSED,
    Distance(3, Moment.BEFORE, ParticipationStatus.WAITING),
)

#: Places kept for a kind of service; the others are for all other kinds.
QUOTAS = {"referents": ((8, POLICE), (8, WELFARE))}

#: French and Dutch title, room and places.
WORKSHOPS = {
    "colloquium": (
        ("Isoler sans dépenser", "Isoleren zonder geld uit te geven", "Salle A", 40),
        ("L’eau dans la cave", "Water in de kelder", "Salle B", 40),
        ("Un été sous les toits", "Een zomer onder het dak", "Salle C", 40),
    )
}

#: Programmes of which one takes all sessions or none.
INDIVISIBLE = ("violence",)

#: Whoever signed up so long ago, where we confirm each, has an answer.
ANSWERED_AFTER_DAYS = 10

# --- who was there, and what they say ------------------------------------------------------------

#: At the past morning: of these services nobody came, one was excused, one came late.
ABSENT, EXCUSED, LATE = (16,), (18,), (5,)

#: What six people thought: useful, clear, exchange, organisation; what they keep, what they missed.
EVALUATIONS = (
    ((5, 5, 4, 5), "Les dix questions à poser avant de signer.", ""),
    ((4, 4, 5, 4), "Les contacts pris à la pause.", "Un peu plus de temps pour les exercices."),
    ((5, 4, 4, 5), "", ""),
    ((3, 4, 3, 4), "Le bail annoté.", "Le cas des colocations."),
    ((5, 5, 5, 5), "Savoir qui appeler.", ""),
    ((4, 3, 4, 5), "", "La salle était difficile à trouver."),
)

#: Whom we know where: function, and whether they are there still.
CONTACTS = {
    1: (("Coordination sociale", True), ("Accueil logement", True)),
    4: (("Direction du service social", True),),
    6: (("Coordination", True), ("Gestion locative", False)),
    10: (("Direction", True),),
    13: (("Équipe éducative", True),),
    17: (("Secrétariat", True),),
}

#: Names by which a service is known, or was.
FORMER_NAMES = {10: "Régie de quartier du Viaduc (démo)", 6: "AIS des Terrils (démo)"}

#: Looks like a service of the list, and was typed by somebody.
LOOK_ALIKE = "Maison médicale du Viaduc"

#: How many volunteers, where there are some.
HELPERS = {20: 14, 22: 25}
