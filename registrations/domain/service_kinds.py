"""The kinds of partner service most organisers start with; a list they then make their own."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from registrations.models import ServiceKind
from trainings.models import TranslatedText


class StarterKind(NamedTuple):
    english: str
    french: str
    dutch: str
    heading: tuple[str, str, str]

    @property
    def name(self) -> TranslatedText:
        return in_three_languages(self.english, self.french, self.dutch)

    @property
    def press_heading(self) -> TranslatedText:
        return in_three_languages(*self.heading)


def in_three_languages(english: str, french: str, dutch: str) -> TranslatedText:
    return TranslatedText({"en": english, "fr": french, "nl": dutch})


#: Headings of the press list that several kinds share.
WELFARE = ("public welfare and municipalities", "CPAS et communes", "OCMW’s en gemeenten")
WORK = ("employment and integration", "emploi et insertion", "werk en inschakeling")
HOUSING = ("housing and neighbourhood", "logement et quartier", "wonen en buurt")

STARTER_KINDS = (
    StarterKind("Public welfare centre", "CPAS", "OCMW", WELFARE),
    StarterKind(
        "Municipality, social cohesion plan",
        "Commune, plan de cohésion sociale",
        "Gemeente",
        WELFARE,
    ),
    StarterKind(
        "Employment and training",
        "Forem, emploi et formation",
        "Arbeidsbemiddeling (VDAB, Forem)",
        WORK,
    ),
    StarterKind(
        "Public housing company",
        "Société de logement de service public (SLSP)",
        "(Openbare) huisvestingsmaatschappij",
        HOUSING,
    ),
    StarterKind(
        "Social rental agency",
        "Agence immobilière sociale (AIS)",
        "Sociaal verhuurkantoor (SVK)",
        HOUSING,
    ),
    StarterKind(
        "Housing association",
        "Association de promotion du logement (APL)",
        "Vereniging voor huisvestingsbevordering",
        HOUSING,
    ),
    StarterKind("Neighbourhood agency", "Régie de quartier(s)", "Wijkregie", HOUSING),
    StarterKind(
        "Shelter, homelessness",
        "Maison d’accueil, relais social, sans-abrisme",
        "Opvanghuis, thuislozenzorg",
        ("shelters and homelessness", "accueil et sans-abrisme", "opvang en dak- en thuisloosheid"),
    ),
    StarterKind(
        "Health, mental health, addiction",
        "Santé, santé mentale, assuétudes",
        "(Geestelijke) gezondheidszorg",
        ("health", "santé", "gezondheid"),
    ),
    StarterKind(
        "Youth and family support",
        "Aide à la jeunesse, famille, planning",
        "Jeugd- en gezinshulp",
        ("youth and family", "jeunesse et famille", "jeugd en gezin"),
    ),
    StarterKind(
        "Debt mediation, energy",
        "Médiation de dettes, énergie",
        "Schuldbemiddeling, energie",
        ("debts and energy", "dettes et énergie", "schulden en energie"),
    ),
    StarterKind(
        "Domestic and family violence",
        "Violences conjugales et intrafamiliales",
        "Partner- en intrafamiliaal geweld",
        (
            "domestic and family violence",
            "violences conjugales et intrafamiliales",
            "partner- en intrafamiliaal geweld",
        ),
    ),
    StarterKind(
        "Integration",
        "Intégration, accueil des personnes étrangères",
        "Integratie",
        (
            "integration and literacy",
            "intégration et alphabétisation",
            "integratie en alfabetisering",
        ),
    ),
    StarterKind(
        "Police, victim support, justice",
        "Police, aide aux victimes, justice",
        "Politie, slachtofferhulp, justitie",
        ("police and victims", "police et victimes", "politie en slachtoffers"),
    ),
    StarterKind(
        "School of social work",
        "École sociale, haute école, promotion sociale",
        "Sociale hogeschool",
        ("schools", "écoles", "scholen"),
    ),
    StarterKind(
        "Public housing body (France)",
        "Organisme Hlm, association régionale",
        "Hlm-organisatie (Fr.)",
        HOUSING,
    ),
    StarterKind("Other", "Autre", "Andere", ("others", "autres", "andere")),
)


@transaction.atomic
def add_starter_kinds() -> int:
    """Add the kinds that are missing; returns how many. What is there is left as it is, but for a
    heading of the press list that nobody has written yet.

    A kind is known by its English name. One that was edited may have lost it, when English is
    no language of the host's content: then any other name it still has will do.
    """
    known = {name: kind for kind in ServiceKind.objects.all() for name in kind.name.values()}
    missing = []
    for position, kind in enumerate(STARTER_KINDS):
        found = next((known[name] for name in kind.name.values() if name in known), None)
        if found is None:
            missing.append(
                ServiceKind(name=kind.name, press_heading=kind.press_heading, sort_order=position)
            )
        elif not found.press_heading and found.name == kind.name:
            found.press_heading = kind.press_heading
            found.save(update_fields=["press_heading"])
    ServiceKind.objects.bulk_create(missing)
    return len(missing)
