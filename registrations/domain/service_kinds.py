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

    @property
    def name(self) -> TranslatedText:
        return TranslatedText({"en": self.english, "fr": self.french, "nl": self.dutch})


STARTER_KINDS = (
    StarterKind("Public welfare centre", "CPAS", "OCMW"),
    StarterKind(
        "Municipality, social cohesion plan", "Commune, plan de cohésion sociale", "Gemeente"
    ),
    StarterKind(
        "Public housing company",
        "Société de logement de service public (SLSP)",
        "(Openbare) huisvestingsmaatschappij",
    ),
    StarterKind(
        "Social rental agency",
        "Agence immobilière sociale (AIS)",
        "Sociaal verhuurkantoor (SVK)",
    ),
    StarterKind(
        "Housing association",
        "Association de promotion du logement (APL)",
        "Vereniging voor huisvestingsbevordering",
    ),
    StarterKind("Neighbourhood agency", "Régie de quartier(s)", "Wijkregie"),
    StarterKind(
        "Employment and training",
        "Forem, emploi et formation",
        "Arbeidsbemiddeling (VDAB, Forem)",
    ),
    StarterKind(
        "Shelter, homelessness",
        "Maison d’accueil, relais social, sans-abrisme",
        "Opvanghuis, thuislozenzorg",
    ),
    StarterKind(
        "Health, mental health, addiction",
        "Santé, santé mentale, assuétudes",
        "(Geestelijke) gezondheidszorg",
    ),
    StarterKind(
        "Youth and family support",
        "Aide à la jeunesse, famille, planning",
        "Jeugd- en gezinshulp",
    ),
    StarterKind(
        "Debt mediation, energy",
        "Médiation de dettes, énergie",
        "Schuldbemiddeling, energie",
    ),
    StarterKind(
        "Domestic and family violence",
        "Violences conjugales et intrafamiliales",
        "Partner- en intrafamiliaal geweld",
    ),
    StarterKind(
        "Integration",
        "Intégration, accueil des personnes étrangères",
        "Integratie",
    ),
    StarterKind(
        "Police, victim support, justice",
        "Police, aide aux victimes, justice",
        "Politie, slachtofferhulp, justitie",
    ),
    StarterKind(
        "School of social work",
        "École sociale, haute école, promotion sociale",
        "Sociale hogeschool",
    ),
    StarterKind(
        "Public housing body (France)",
        "Organisme Hlm, association régionale",
        "Hlm-organisatie (Fr.)",
    ),
    StarterKind("Other", "Autre", "Andere"),
)


@transaction.atomic
def add_starter_kinds() -> int:
    """Add the kinds that are missing; returns how many. What is there is left as it is.

    A kind is known by its English name. One that was edited may have lost it, when English is
    no language of the host's content: then any other name it still has will do.
    """
    known = {name for kind in ServiceKind.objects.all() for name in kind.name.values()}
    missing = [
        ServiceKind(name=kind.name, sort_order=position)
        for position, kind in enumerate(STARTER_KINDS)
        if known.isdisjoint(kind)
    ]
    ServiceKind.objects.bulk_create(missing)
    return len(missing)
