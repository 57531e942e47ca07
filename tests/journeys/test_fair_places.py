"""Places shared between partner services, as those who sign up live it: in French, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.text import slugify

from registrations.domain import answers, approval, minimum, waiting_list
from registrations.domain.people import Person
from registrations.domain.service_kinds import add_starter_kinds
from registrations.domain.signup import sign_up
from registrations.enums import MessageKind, Origin, Promotion
from registrations.enums import ParticipationStatus as Status
from registrations.models import (
    OutgoingEmail,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
    SignUpRules,
    Workshop,
)
from tests.factories.registrations import booker, partner, person
from tests.factories.trainings import catalogue, programme_page, session, training_page
from tests.factories.users import user
from tests.registrations.views.forms import filled_in
from tests.registrations.views.reading import Page
from trainings.domain import scheduling
from trainings.models import TrainingPage, TrainingSession

pytestmark = pytest.mark.django_db

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = time(12)
#: What a form says of a person instead of the usual.
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def many_quick_people(settings):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1000


@pytest.fixture
def programme():
    return programme_page(catalogue(), title="Partenariat contre les violences")


@pytest.fixture
def page(programme) -> TrainingPage:
    return training_page(programme, title="Repérer et orienter")


@pytest.fixture
def kinds() -> dict[str, ServiceKind]:
    add_starter_kinds()
    return {kind.name["en"].split(",")[0]: kind for kind in ServiceKind.objects.all()}


# --- what a journey is made of -----------------------------------------------------------------


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def rules(page: TrainingPage, **fields: Any) -> SignUpRules:
    """Nothing is limited but what fields say."""
    said = {"capacity": None, "per_service": None, "closes_days_before": None, **fields}
    return SignUpRules.objects.create(training=page.training, **said)


def form_of(page: TrainingPage) -> str:
    return f"/fr/inscriptions/training/{page.training.uid}/"


def services(number: int, *, kind: ServiceKind | None = None, of: str = "Service") -> list[str]:
    """So many listed services; their names."""
    names = [f"{of} {position}" for position in range(1, number + 1)]
    for name in names:
        partner(name, kind=kind)
    return names


def send(url: str, service: str, number: int = 1, *, people: Iterable[Row] = (), **booking: Any):
    """A service sends the form of these people, or of so many, from a browser of its own."""
    address = slugify(service)
    rows = [
        {"last_name": f"{service} {n}", "email": f"{address}-{n}@service.example", **row}
        for n, row in enumerate(list(people) or [{}] * number, start=1)
    ]
    client = Client()
    booking = {"service_name": service, "email": f"{address}@service.example", **booking}
    return client.post(url, filled_in(client, url, *rows, **booking), follow=True)


def words(response) -> str:
    return Page(response.content.decode(), "\0").text


def heading(response) -> str:
    """What the page says first."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    return Page(found, "\0").text.strip()


def errors(response) -> list[str]:
    """What has to be corrected, each sentence as the summary tells it."""
    found = re.search(r'<div class="trainings-errors".*?</ul>', response.content.decode(), re.S)
    return [
        Page(line, "\0").text.strip()
        for line in re.findall(r"<li>(.*?)</li>", found.group() if found else "", re.DOTALL)
    ]


def standing(*, of: TrainingSession | None = None) -> dict[str, list[str]]:
    """By service in the order they came, the states of its people."""
    rows = Participation.objects.filter(session=of) if of else Participation.objects.all()
    found: dict[str, list[str]] = {}
    for one in rows.select_related("participant__registration__partner").order_by("pk"):
        name = one.participant.registration.partner.name
        found.setdefault(name, []).append(one.status)
    return found


def numbers() -> dict[str, int]:
    states = list(Participation.objects.order_by().values_list("status", flat=True))
    return {state: states.count(state) for state in sorted(set(states))}


def clock_shows(at: datetime) -> None:
    """What cron does at that instant."""
    if due := waiting_list.due(at=at):
        waiting_list.settle_now(due, at=at)


def noon_before(one: TrainingSession, days: int) -> datetime:
    return datetime.combine(one.starts_on - timedelta(days=days), NOON, BRUSSELS)


# --- opening and closing -----------------------------------------------------------------------


def test_registration_opens_and_closes_at_an_hour(page):
    services(1)
    now = timezone.now()
    opens = session(page, in_days(40), registration_opens_at=now + timedelta(days=2))
    closed = session(page, in_days(3), registration_closes_at=now - timedelta(hours=1))
    url = form_of(page)

    assert "Il n’est pas possible de s’inscrire ici" in words(Client().get(url))
    rules(page, opens_days_before=60, closes_days_before=7)
    scheduled = session(page, in_days(30))

    assert scheduled.registration_opens_at == noon_before(scheduled, 60)
    assert scheduled.registration_closes_at == noon_before(scheduled, 7)
    shown = Client().get(url)
    assert [one.session for one in shown.context["choices"]] == [scheduled]
    refused = send(url, "Service 1", people=[{"sessions": [str(opens.pk)]}])
    assert refused.status_code == 422
    refused = send(url, "Service 1", people=[{"sessions": [str(closed.pk)]}])
    assert refused.status_code == 422
    assert not Participation.objects.exists()


# --- caps --------------------------------------------------------------------------------------


def test_a_service_has_two_places_its_kind_three_and_one_by_name_four(page, kinds):
    one = rules(page, per_service=2)
    welfare = kinds["Public welfare centre"]
    services(1)
    services(2, kind=welfare, of="CPAS")
    one.caps.create(kind=welfare, places=3)
    one.caps.create(partner=PartnerService.objects.get(name="CPAS 2"), places=4)
    session(page, in_days(30))

    first = send(form_of(page), "Service 1", 3)
    send(form_of(page), "CPAS 1", 4)
    send(form_of(page), "CPAS 2", 5)

    taken = {name: states.count(Status.CONFIRMED) for name, states in standing().items()}
    assert taken == {"Service 1": 2, "CPAS 1": 3, "CPAS 2": 4}
    assert numbers() == {Status.CONFIRMED: 9, Status.WAITING: 3}
    assert heading(first) == (
        "2 personnes sont inscrites. 1 personne est sur la liste d’attente, au rang 1."
    )
    assert "Votre service a déjà autant de personnes à cette séance" in words(first)


# --- quotas ------------------------------------------------------------------------------------


def test_places_kept_for_kinds_are_given_to_who_waits_at_the_release_date(page, kinds):
    """VF-9: 24 places, 8 for the police, 8 for CPAS, 8 for all others."""
    one = rules(page, quotas_days_before=14)
    for kind in (kinds["Police"], kinds["Public welfare centre"]):
        one.quotas.create(places=8).kinds.add(kind)
    day = session(page, in_days(30), capacity=24)
    services(5, kind=kinds["Public welfare centre"], of="CPAS")
    services(5, kind=kinds["Health"], of="Santé")
    services(2, kind=kinds["Police"], of="Police")
    url = form_of(page)

    for number in range(1, 6):
        send(url, f"CPAS {number}", 2)
        last = send(url, f"Santé {number}", 2)
    send(url, "Police 1", 2)
    send(url, "Police 2", 1)

    assert numbers() == {Status.CONFIRMED: 8 + 8 + 3, Status.WAITING: 4}
    assert standing()["CPAS 5"] == standing()["Santé 5"] == [Status.WAITING] * 2
    assert "2 personnes sont sur la liste d’attente, à partir du rang 3." in heading(last)

    release = noon_before(day, 14)
    clock_shows(release - timedelta(seconds=1))
    assert numbers()[Status.WAITING] == 4
    clock_shows(release)

    assert numbers() == {Status.CONFIRMED: 19, Status.OFFERED: 4}
    assert OutgoingEmail.objects.filter(kind=MessageKind.OFFER, participant=None).count() == 2


# --- priority ----------------------------------------------------------------------------------


def test_kinds_that_come_first_have_places_until_a_date_and_others_wait_meanwhile(page, kinds):
    one = rules(page, priority_days_before=14, promotion=Promotion.CONFIRM)
    one.priority_kinds.add(kinds["Public welfare centre"])
    day = session(page, in_days(30), capacity=3)
    services(1, kind=kinds["Public welfare centre"], of="CPAS")
    services(1, kind=kinds["Health"], of="Santé")

    send(form_of(page), "Santé 1", 2)
    send(form_of(page), "CPAS 1", 2)
    assert standing() == {"Santé 1": [Status.WAITING] * 2, "CPAS 1": [Status.CONFIRMED] * 2}

    clock_shows(noon_before(day, 14))
    assert standing()["Santé 1"] == [Status.CONFIRMED, Status.WAITING]


# --- without a waiting list --------------------------------------------------------------------


def test_a_refusal_names_the_session_and_the_reason_beside_it(page, kinds):
    one = rules(page, per_service=2, has_waiting_list=False)
    one.priority_kinds.add(kinds["Public welfare centre"])
    one.caps.create(kind=kinds["Health"], places=1)
    one.quotas.create(places=1).kinds.add(kinds["Police"])
    day = session(page, in_days(30), capacity=3)
    services(2, kind=kinds["Public welfare centre"], of="CPAS")
    services(1, kind=kinds["Health"], of="Santé")
    url = form_of(page)

    assert "Sans liste d’attente." in words(Client().get(url))
    refused = send(url, "CPAS 1", 3)
    assert (refused.status_code, len(errors(refused))) == (422, 1)
    assert "déjà autant de personnes à cette séance qu’il peut en avoir" in errors(refused)[0]
    assert refused.context["people"].errors[0].keys() == {"sessions"}
    assert "ont la priorité pour le moment" in errors(send(url, "Santé 1", 1))[0]
    assert not Registration.objects.exists()

    assert send(url, "CPAS 1", 2).status_code == 200
    assert "réservées à d’autres types de services" in errors(send(url, "CPAS 2", 1))[0]
    client = Client()
    prepared = filled_in(client, url, service_name="CPAS 2")
    day.capacity = 2
    scheduling.change(day, by=None, at=timezone.now())
    assert "Il n’est pas possible de s’inscrire ici" in words(Client().get(url))
    # Whoever had the form open already is told why.
    assert "Il ne reste pas assez de places." in errors(client.post(url, prepared))[0]


# --- approval ----------------------------------------------------------------------------------


def test_who_is_to_be_confirmed_is_told_so_and_has_no_place_before(page):
    rules(page, needs_approval=True)
    session(page, in_days(30), capacity=2)
    services(2)

    assert "À confirmer par nos soins" in words(Client().get(form_of(page)))
    first = send(form_of(page), "Service 1", 2)
    send(form_of(page), "Service 2", 2)
    assert heading(first) == "2 personnes sont à confirmer."
    assert numbers() == {Status.PENDING: 4}

    now = timezone.now()
    second = Participation.objects.filter(participant__registration__partner__name="Service 2")
    approval.refuse(list(second)[1:], reason="Le groupe est complet.", by=user(name="chef"), at=now)
    approval.accept(Participation.objects.filter(status=Status.PENDING), by=None, at=now)

    assert standing() == {
        "Service 1": [Status.CONFIRMED] * 2,
        "Service 2": [Status.WAITING, Status.REFUSED],
    }
    assert OutgoingEmail.objects.filter(kind=MessageKind.ACCEPTED).count() > 0
    assert OutgoingEmail.objects.filter(kind=MessageKind.REFUSED).count() > 0


# --- minimum -----------------------------------------------------------------------------------


def test_too_few_people_warn_the_organiser_who_confirms(page):
    rules(page, min_participants=3, decides_days_before=5)
    day = session(page, in_days(30))
    services(1)
    send(form_of(page), "Service 1", 2)
    decided = noon_before(day, 5)

    assert minimum.warn(at=decided - timedelta(seconds=1)) == 0
    assert (minimum.warn(at=decided), minimum.warn(at=decided)) == (1, 0)
    minimum.confirm(day, by=None, at=decided)

    assert minimum.undecided(at=decided) == []
    told = OutgoingEmail.objects.filter(kind=MessageKind.GOES_AHEAD)
    assert sorted(told.values_list("recipient", flat=True)) == [
        "service-1-1@service.example",
        "service-1-2@service.example",
        "service-1@service.example",
    ]


# --- all sessions or none ----------------------------------------------------------------------


@pytest.fixture
def whole(programme, page) -> list[TrainingSession]:
    """Two days one takes together; the second has fewer places."""
    programme.programme.is_indivisible = True
    programme.programme.save()
    second = training_page(programme, title="Orienter ensemble")
    return [session(page, in_days(30), capacity=4), session(second, in_days(37), capacity=3)]


@pytest.mark.parametrize("reached_from", ["programme", "one of its trainings"])
def test_days_that_belong_together_are_one_choice(programme, page, whole, reached_from):
    services(2)
    url = form_of(page)
    if reached_from == "programme":
        url = f"/fr/inscriptions/programme/{programme.programme.uid}/"
    shown = Client().get(url)
    assert "Ces 2 séances forment un tout : chaque personne participe à toutes." in words(shown)
    assert 'name="people-0-sessions"' not in shown.content.decode()
    assert heading(shown) == "Partenariat contre les violences"

    send(url, "Service 1", 2)
    last = send(url, "Service 2", 2)

    # The third person has no place on the second day, and so none on the first.
    for day in whole:
        assert standing(of=day) == {
            "Service 1": [Status.CONFIRMED] * 2,
            "Service 2": [Status.CONFIRMED, Status.WAITING],
        }
    assert heading(last) == ("1 personne est inscrite. 1 personne est sur la liste d’attente.")


def test_days_that_belong_together_close_together(page, whole):
    services(1)
    whole[1].registration_closes_at = timezone.now() - timedelta(minutes=1)
    whole[1].save()

    assert "Il n’est pas possible de s’inscrire ici" in words(Client().get(form_of(page)))
    assert send(form_of(page), "Service 1", 1).status_code == 422
    assert not Participation.objects.exists()


# --- a colloquium ------------------------------------------------------------------------------


@pytest.fixture
def colloquium(page) -> tuple[TrainingSession, list[Workshop]]:
    """IR-4: sixty places, three workshops of twenty."""
    day = session(page, in_days(30), capacity=60)
    titles = ("Jeunes", "Énergie", "Insalubrité")
    return day, [Workshop.objects.create(session=day, title={"fr": t}, capacity=20) for t in titles]


def workshop_answers(day, first, second=None):
    return {
        f"workshop_{day.pk}": str(first.pk),
        f"other_workshop_{day.pk}": str(second.pk) if second else "",
    }


def test_sixty_people_share_three_workshops_by_first_and_second_choice(page, colloquium):
    day, (youth, energy, damp) = colloquium
    names = services(12)
    others = (energy, damp)

    for number, name in enumerate(names):
        # Everybody wants the first; half would go to each of the others.
        people = [workshop_answers(day, youth, others[number % 2])] * 5
        assert "5 personnes sont inscrites." in heading(send(form_of(page), name, people=people))

    taken = Participation.objects.filter(status=Status.CONFIRMED)
    assert [taken.filter(workshop=one).count() for one in (youth, energy, damp)] == [20, 20, 20]
    assert taken.count() == 60
    # First come first: the first four services are where they most wanted to be.
    of_first = taken.filter(workshop=youth).values_list(
        "participant__registration__partner__name", flat=True
    )
    assert sorted(set(of_first)) == sorted(names[:4])
    options = re.findall(
        r"<option[^>]*>([^<]*)</option>", Client().get(form_of(page)).content.decode()
    )
    assert "Jeunes – complet" in options


def test_what_is_wrong_with_a_workshop_is_told_beside_it(page, colloquium):
    day, (youth, energy, _damp) = colloquium
    services(2)
    first, second = f"workshop_{day.pk}", f"other_workshop_{day.pk}"
    url = form_of(page)

    def refused(**said):
        response = send(url, "Service 1", people=[{first: "", second: "", **said}])
        assert response.status_code == 422
        (found,) = response.context["people"].errors
        return {name: list(sentences) for name, sentences in found.items()}

    assert refused() == {first: ["Merci de choisir un atelier."]}
    assert refused(**{first: youth.pk, second: youth.pk}) == {
        second: ["Merci de choisir deux ateliers différents de cette séance."]
    }
    assert list(refused(**{first: "999999"})) == [first]
    Workshop.objects.filter(pk=youth.pk).update(capacity=1)
    send(url, "Service 2", people=[workshop_answers(day, youth)])
    full = ["Cet atelier est complet\xa0: merci d’en choisir un autre, où il reste des places."]
    assert refused(**{first: youth.pk}) == {first: full}
    assert send(url, "Service 1", people=[workshop_answers(day, youth, energy)]).status_code == 200


def test_the_workshop_of_a_session_nobody_ticked_is_not_asked(page, colloquium):
    services(1)
    other = session(page, in_days(40))

    response = send(form_of(page), "Service 1", people=[{"sessions": [str(other.pk)]}])

    assert response.status_code == 200
    assert Participation.objects.get().session == other


# --- waiting list ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keep_together", "states"),
    [
        ("split", [Status.CONFIRMED, Status.WAITING, Status.WAITING]),
        ("together", [Status.WAITING, Status.WAITING, Status.WAITING]),
    ],
)
def test_a_group_waits_as_its_booker_chose(page, keep_together, states):
    rules(page)
    session(page, in_days(30), capacity=3)
    services(3)
    send(form_of(page), "Service 1", 2)

    group = send(form_of(page), "Service 2", 3, keep_together=keep_together)
    assert standing()["Service 2"] == states
    assert "sur la liste d’attente, à partir du rang 1." in heading(group)

    # Whoever comes later and fits has the place a group cannot use.
    send(form_of(page), "Service 3", 1)
    alone = Status.CONFIRMED if keep_together == "together" else Status.WAITING
    assert standing()["Service 3"] == [alone]


def test_a_free_place_is_offered_in_turn_until_somebody_takes_it(page):
    rules(page, offer_hours=8)
    session(page, in_days(30), capacity=2)
    services(4)
    first = send(form_of(page), "Service 1", 2)
    for number in (2, 3, 4):
        send(form_of(page), f"Service {number}", 1)

    leave(first, Participation.objects.earliest("pk"))
    (offered,) = Participation.objects.filter(status=Status.OFFERED)
    assert offered.participant.registration.partner.name == "Service 2"

    clock_shows(offered.offer_ends_at)
    assert standing()["Service 2"] == [Status.EXPIRED]
    assert standing()["Service 3"] == [Status.OFFERED]
    (offered,) = Participation.objects.filter(status=Status.OFFERED)
    waiting_list.decline_offer([offered], at=timezone.now())
    (offered,) = Participation.objects.filter(status=Status.OFFERED)
    waiting_list.accept_offer([offered], at=timezone.now())

    assert [states[0] for states in standing().values()] == [
        Status.WITHDRAWN,
        Status.EXPIRED,
        Status.WITHDRAWN,
        Status.CONFIRMED,
    ]


# --- held places -------------------------------------------------------------------------------


def test_a_school_holds_places_and_names_its_class_in_time(page, kinds):
    """IR-16: 25 places held, names by a date; those without a name are given away then."""
    rules(page, may_hold=25, names_days_before=14, promotion=Promotion.CONFIRM)
    day = session(page, in_days(30), capacity=25)
    services(1, kind=kinds["School of social work"], of="École")
    services(1)
    url = form_of(page)
    places = {f"held-places_{day.pk}": "26"}

    assert "Nous donnerons les noms plus tard" in words(Client().get(url))
    too_many = hold(url, "École 1", places)
    assert too_many.status_code == 422
    assert "Au plus 25 places peuvent être retenues sans noms." in errors(too_many)[0]
    held = hold(url, "École 1", dict.fromkeys(places, "25"))
    assert heading(held) == "25 personnes sont inscrites."
    again = hold(url, "École 1", dict.fromkeys(places, "1"))
    assert "Il n’est pas possible de réserver autant de places sans noms." in errors(again)[0]

    registration = Registration.objects.get()
    assert registration.names_due_at == noon_before(day, 14)
    send(url, "Service 1", 2)
    assert standing()["Service 1"] == [Status.WAITING] * 2

    # The class gets names, but for three: two on the page, the others as that page does it.
    pupils = list(registration.participants.all()[:22])
    for number, pupil in enumerate(pupils, start=1):
        if number <= 2:
            assert f"Étudiante {number}" in words(name(held, pupil, f"Étudiante {number}"))
        else:
            named = Person(session_ids=(), first_name="Une", last_name=f"Étudiante {number}")
            answers.correct(pupil, person=named, at=timezone.now())
    clock_shows(noon_before(day, 14) - timedelta(seconds=1))
    assert standing()["Service 1"] == [Status.WAITING] * 2
    clock_shows(noon_before(day, 14))

    assert standing()["École 1"] == [Status.CONFIRMED] * 22 + [Status.EXPIRED] * 3
    assert standing()["Service 1"] == [Status.CONFIRMED] * 2


def test_held_places_come_beside_named_people(page):
    rules(page, may_hold=5)
    day = session(page, in_days(30))
    services(1)

    response = hold(form_of(page), "Service 1", {f"held-places_{day.pk}": "3"}, people=({},))

    assert heading(response) == "4 personnes sont inscrites."
    named = [one.is_named for one in Registration.objects.get().participants.all()]
    assert named == [True, False, False, False]


def test_nobody_and_no_place_is_no_registration(page):
    rules(page, may_hold=5)
    day = session(page, in_days(30))
    services(1)

    response = hold(form_of(page), "Service 1", {f"held-places_{day.pk}": "0"})

    assert response.status_code == 422
    assert not Registration.objects.exists()


def hold(url, service, places, *, people=()):
    """A service asks for places without names, with its first row as a browser leaves it."""
    client = Client()
    address = slugify(service)
    rows = people or ({},)
    sent = filled_in(client, url, *rows, service_name=service, email=f"{address}@service.example")
    if not people:
        for field in ("first_name", "last_name", "email", "function"):
            sent[f"people-0-{field}"] = ""
    return client.post(url, sent | places, follow=True)


# --- replacing and leaving ---------------------------------------------------------------------


def own_page(response) -> tuple[Client, str]:
    """The browser that made a registration, and the address of its page."""
    return response.client, response.redirect_chain[-1][0]


def do(response, verb: str, of: int, prefix: str = "", **said: str):
    client, url = own_page(response)
    fields = {f"{prefix}-{field}": value for field, value in said.items()}
    return client.post(url, {"do": verb, "of": str(of), **fields}, follow=True)


def leave(response, participation: Participation):
    return do(response, "withdraw", participation.pk, f"withdraw-{participation.pk}", reason="")


def name(response, participant, last_name: str):
    said = {"first_name": "Personne", "last_name": last_name, "email": ""}
    said |= {"function": "étudiante", "quality": "STUDENT"}
    return do(response, "correct", participant.pk, f"correct-{participant.pk}", **said)


def test_a_colleague_takes_the_place_even_when_the_session_is_full(page):
    rules(page)
    session(page, in_days(30), capacity=1)
    services(2)
    first = send(form_of(page), "Service 1", 1)
    send(form_of(page), "Service 2", 1)
    mine = Participation.objects.earliest("pk")

    said = {"first_name": "Une", "last_name": "Collègue", "function": "éducatrice"}
    shown = do(first, "replace", mine.pk, f"replace-{mine.pk}", email="", **said)

    assert standing() == {
        "Service 1": [Status.REPLACED, Status.CONFIRMED],
        "Service 2": [Status.WAITING],
    }
    assert "Une Collègue" in words(shown)


@pytest.mark.parametrize(
    ("days_before", "state"), [(14, Status.WITHDRAWN_LATE), (2, Status.WITHDRAWN)]
)
def test_one_of_several_leaves_in_time_or_late(page, days_before, state):
    rules(page, withdraw_days_before=days_before)
    session(page, in_days(7), capacity=2)
    services(2)
    first = send(form_of(page), "Service 1", 2)
    send(form_of(page), "Service 2", 1)

    leave(first, Participation.objects.earliest("pk"))

    assert standing() == {
        "Service 1": [state, Status.CONFIRMED],
        "Service 2": [Status.OFFERED],
    }


# --- what the organiser enters -----------------------------------------------------------------


def test_who_called_in_the_morning_waits_before_who_wrote_at_noon(page):
    rules(page)
    day = session(page, in_days(30), capacity=1)
    services(3)
    send(form_of(page), "Service 1", 1)
    called_at = timezone.now() - timedelta(hours=3)
    second = send(form_of(page), "Service 2", 1)
    assert "au rang 1." in heading(second)

    sign_up(
        [person(day)],
        partner=PartnerService.objects.get(name="Service 3"),
        booker=booker(),
        key="téléphone",
        by=user(name="accueil"),
        origin=Origin.PHONE,
        arrived_at=called_at,
        at=timezone.now(),
    )

    ranked = Participation.objects.waiting().with_rank().order_by("rank")
    assert [one.participant.registration.partner.name for one in ranked] == [
        "Service 3",
        "Service 2",
    ]
    client, url = own_page(second)
    assert "au rang 2." in heading(client.get(url))
