"""The page of a registration: its booker does everything there, and nobody else anything."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registrations.domain import answers, waiting_list
from registrations.emails.delivery import deliver_due
from registrations.enums import MessageKind, ParticipationStatus, Promotion, TokenPurpose
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participant,
    Participation,
    Registration,
    SignUpAttempt,
    SignUpRules,
    Workshop,
)
from registrations.models.tokens import digest
from registrations.urls import urlpatterns
from registrations.views.registration import RegistrationView
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.registrations.views.bad_input import (
    BAD_ADDRESSES,
    HOSTILE_NAMES,
    MARK,
    NOT_A_NAME,
    ODD_NUMBERS,
    UNPRINTABLE,
    in_turn,
)
from tests.registrations.views.own_page import errors, link_to, opened, section, words
from tests.registrations.views.reading import Page
from trainings.domain import scheduling
from trainings.models import SessionSeries

pytestmark = pytest.mark.django_db

IN_A_MONTH = timezone.localdate() + timedelta(days=30)
NEW = {
    "first_name": "Nadia",
    "last_name": "Benali",
    "function": "assistante sociale",
    "email": "nadia@cpas.example",
    "quality": "PROFESSIONAL",
}


@pytest.fixture
def page():
    return training_page(catalogue(), title="Finding a home")


@pytest.fixture
def morning(page):
    return session(page, IN_A_MONTH, venue=venue())


@pytest.fixture
def mine(morning):
    """Camille and Léa, registered by somebody else."""
    return registration(
        person(morning, number=1, first_name="Camille", last_name="Dupont"),
        person(morning, number=2, first_name="Léa", last_name="Petit"),
        at=timezone.now(),
    )


@pytest.fixture
def url(client, mine):
    return opened(client, mine)


def of(last_name: str) -> Participation:
    return Participation.objects.select_related("participant").get(participant__last_name=last_name)


def said(verb: str, number: object, **fields: object) -> dict[str, object]:
    """What the browser sends of the form `verb` about one row."""
    filled = {f"{verb}-{number}-{name}": value for name, value in fields.items()}
    return {"do": verb, "of": str(number), **filled}


def joining(*sessions, **fields) -> dict[str, object]:
    filled = {**NEW, "sessions": [one.pk for one in sessions], **fields}
    return {"do": "join", **{f"join-{name}": value for name, value in filled.items()}}


def state(last_name: str) -> str:
    return of(last_name).status


def rows() -> list[Any]:
    models: Any = (Registration, Participant, Participation, AccessToken, OutgoingEmail)
    return [list(model.objects.order_by("pk").values()) for model in models]


def told(response) -> str:
    return section(response, "trainings-done")


def rules(of, **fields) -> SignUpRules:
    """Without limits but those that are said."""
    nothing = {"capacity": None, "per_service": None, "closes_days_before": None}
    return SignUpRules.objects.create(training=of.training, **{**nothing, **fields})


# --- the link, and the page behind it ----------------------------------------------------------


def test_the_link_leads_to_an_address_without_the_secret(client, mine):
    response = client.get(link_to(mine))

    assert response.status_code == 302
    assert response["Location"] == f"/en/inscriptions/registration/{mine.reference}/"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    (cookie,) = [one for name, one in client.cookies.items() if name.endswith("_en")]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        response["Location"],
        True,
        "Lax",
    )
    assert all(one["path"].endswith(response["Location"][3:]) for one in client.cookies.values())


def test_over_https_the_cookie_is_for_https_alone(mine):
    visitor = Client()
    visitor.get(link_to(mine), secure=True)

    assert {one["secure"] for one in visitor.cookies.values()} == {True}


def test_the_page_opens_in_each_language(client, mine, url):
    for language, title in (("fr", "Votre inscription"), ("nl", "Uw inschrijving")):
        response = client.get(url.replace("/en/", f"/{language}/"))

        assert (response.status_code, title in words(response)) == (200, True)


def test_the_page_stays_between_us(client, url):
    response = client.get(url)

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_without_the_link_nothing_tells_that_there_is_a_registration(url):
    stranger = Client()
    unknown = stranger.get("/en/inscriptions/registration/ZZZZZZZZ/")
    known = stranger.get(url)

    assert (unknown.status_code, known.status_code) == (404, 404)
    assert known.content == unknown.content
    assert known.headers == unknown.headers
    assert "Send me my link again" in words(known)
    assert '/en/inscriptions/link/"' in known.content.decode()


def test_what_the_link_left_behind_opens_nothing_else(client, morning, mine, url):
    other = registration(
        person(morning, number=3), booker=booker(email="autre@cpas.example"), at=timezone.now()
    )
    cookie = client.cookies[f"registrations_token_registration_{mine.reference}_en"].value
    theirs = f"/en/inscriptions/registration/{other.reference}/"
    forged = Client()
    for reference in (mine.reference, other.reference):
        forged.cookies[f"registrations_token_registration_{reference}_en"] = cookie

    assert forged.get(url).status_code == 200
    assert forged.get(theirs).status_code == 404
    assert forged.post(theirs, joining(morning)).status_code == 404


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_a_link_that_ends_closes_the_page_too(client, mine, url, change):
    link = link_to(mine)
    AccessToken.objects.update(**change)

    unknown = Client().get("/en/inscriptions/registration/ZZZZZZZZ/")
    for response in (
        client.get(url),
        client.post(url, said("withdraw", of("Dupont").pk)),
        client.get(link),
    ):
        assert (response.status_code, response.content) == (404, unknown.content)
    assert state("Dupont") == ParticipationStatus.CONFIRMED


def test_a_link_opens_as_often_as_one_likes(mine):
    link = link_to(mine)

    for _time in range(3):
        visitor = Client()
        assert visitor.get(visitor.get(link)["Location"]).status_code == 200


def test_reading_changes_nothing_however_often_a_scanner_does_it(client, mine, url):
    link, before = link_to(mine), rows()
    before = rows()

    for _time in range(3):
        for reader in (client, Client()):
            for address in (link, url):
                for method in ("get", "head", "options"):
                    getattr(reader, method)(address)
        Client().get(link, follow=True)

    assert rows() == before
    assert SignUpAttempt.objects.count() == 0


def tampered(token: str, number: int) -> str:
    """One of many ways to have a secret almost right."""
    place = number % len(token)
    kinds = [
        token[:place] + chr(ord("A") + number % 26) + token[place + 1 :],
        token[:place] + token[place + 1 :],
        token[: place + 1] + token[place:],
        token[:place] + token[place:].swapcase(),
        token[-place:] + token[:-place] + "x",
        token + "=" * (1 + number % 3),
        token + token[:place],
        token[: max(1, place)],
        "-" * (1 + number % 90),
        f"{token}%00",
    ]
    return kinds[number % len(kinds)]


def test_a_thousand_tampered_links_all_answer_alike(client, mine):
    token = link_to(mine).rstrip("/").rpartition("/")[2]
    one = of("Dupont")
    others = [
        AccessToken.for_answer(one, at=timezone.now()).saved(),
        AccessToken.for_calendar(one, at=timezone.now()).saved(),
        AccessToken.for_service(mine.partner, at=timezone.now()).saved(),
    ]
    # "-" alone might be what stands there already.
    wrong = [bad for number in range(1100) if (bad := tampered(token, number)) != token]
    before = rows()

    def answer(secret: str):
        with CaptureQueriesContext(connection) as caught:
            response = client.get(f"/en/inscriptions/receipt/{secret}/")
        # It tells the second.
        headers = {name: value for name, value in response.items() if name != "Expires"}
        return response.status_code, response.content, str(sorted(headers.items())), len(caught)

    answer("the first of a process finds out which site it is")
    unknown = answer("unknown")
    answered = {answer(bad) for bad in [*others, *wrong[:120]]}

    assert len(wrong) >= 1000
    # Of the others it is enough that none is a secret of ours.
    assert not AccessToken.objects.filter(digest__in=map(digest, wrong)).exists()
    assert unknown[0] == 404
    assert answered == {unknown}
    assert client.cookies == {}
    assert rows() == before


# --- how things stand --------------------------------------------------------------------------


def test_each_state_is_said_in_words(client, page):
    rules(page, per_service=2, withdraw_days_before=3)
    morning = session(page, IN_A_MONTH, capacity=3)
    everybody = [
        person(morning, number=number, last_name=f"N{number}", first_name="A")
        for number in range(1, 4)
    ]
    made = registration(*everybody, at=timezone.now())
    url = opened(client, made)

    seen = words(client.get(url))

    assert "A N1 assistante sociale – personne1@cpas.example" in seen
    assert seen.count("Place confirmed") == 2
    assert (
        "Waiting list, place 1 Your service has as many people in this session as it may have."
        in seen
    )
    answers.withdraw(of("N1"), at=timezone.now())
    # A service at its cap is offered what its own people leave.
    assert "Place offered Please answer by" in words(client.get(url))
    waiting_list.decline_offer([of("N3")], at=timezone.now())
    answers.replace(of("N2"), by_person=person(number=9, last_name="Neuve"), at=timezone.now())
    seen = words(client.get(url))
    assert seen.count("Withdrawn") == 2
    assert "Replaced Assistante Neuve comes instead." in seen


def test_why_one_waits_is_said(client, page):
    kept = partner("Police", kind=None)
    full = session(page, IN_A_MONTH, capacity=1)
    registration(person(full, number=8), partner=kept, at=timezone.now())
    made = registration(person(full, number=1), partner=partner("CPAS"), at=timezone.now())

    assert "Waiting list, place 1 All places are taken." in words(client.get(opened(client, made)))


def test_a_place_given_by_hand_is_said_so(client, page):
    rules(page, promotion=Promotion.BY_HAND)
    morning = session(page, IN_A_MONTH, capacity=1)
    registration(person(morning, number=8), at=timezone.now())
    made = registration(person(morning, number=1), partner=partner("CPAS"), at=timezone.now())
    answers.withdraw(of("Sociale 8"), at=timezone.now())

    assert "The organiser gives the free places." in words(client.get(opened(client, made)))


def test_what_is_to_be_confirmed_is_another_word(client, page):
    rules(page, needs_approval=True)
    made = registration(person(session(page, IN_A_MONTH)), at=timezone.now())

    seen = words(client.get(opened(client, made)))

    assert "1 person is to be confirmed." in seen
    assert "To be confirmed The organiser looks at it and writes to you." in seen
    assert "Withdraw the request" in seen
    assert "waiting list" not in seen.replace("on a waiting list has nothing", "").lower()


def test_a_date_of_a_series_is_linked_by_itself(client, page):
    series = SessionSeries.objects.create(
        training=page.training, first_day=IN_A_MONTH, start_time=time(9), end_time=time(12)
    )
    made = session(page, IN_A_MONTH, series=series, original_on=IN_A_MONTH)
    booked = registration(person(made), at=timezone.now())

    html = client.get(opened(client, booked)).content.decode()

    assert f'<a href="{page.url}?session={made.uid}#session-{made.uid}">' in html


def test_the_page_costs_the_same_for_one_person_and_for_five(
    client, morning, django_assert_num_queries
):
    def queries(number: int) -> int:
        made = registration(
            *(
                person(morning, number=10 * number + one, last_name=f"N{one}")
                for one in range(number)
            ),
            at=timezone.now(),
        )
        url = opened(client, made)
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            client.get(url)
        return len(caught)

    assert queries(1) == queries(5)


# --- withdrawing -------------------------------------------------------------------------------


def test_one_of_several_is_withdrawn_and_the_page_says_who_is_told(client, url):
    sent = said("withdraw", of("Dupont").pk, reason="malade")

    response = client.post(url, sent, follow=True)

    assert response.redirect_chain == [(url, 302)]
    assert (state("Dupont"), of("Dupont").withdrawal_reason) == ("WITHDRAWN", "malade")
    assert state("Petit") == ParticipationStatus.CONFIRMED
    assert "Camille Dupont no longer comes: " in told(response)
    assert "We write to Camille Dupont, Assistante Sociale." in told(response)
    # It is said once.
    assert told(client.get(url)) == ""


def test_a_late_withdrawal_is_said_before_and_marked(client, page):
    rules(page, withdraw_days_before=40)
    made = registration(person(session(page, IN_A_MONTH)), at=timezone.now())
    url = opened(client, made)

    seen = words(client.get(url))
    response = client.post(url, said("withdraw", Participation.objects.get().pk), follow=True)

    assert "Withdrawals were possible in time until" in seen
    assert "You may still withdraw: it will be marked as late." in seen
    assert "The withdrawal is marked as late." in told(response)
    assert Participation.objects.get().status == ParticipationStatus.WITHDRAWN_LATE


def test_until_when_one_withdraws_in_time_is_said(client, page):
    rules(page, withdraw_days_before=3, deadline_time=time(12, 0))
    made = registration(person(session(page, IN_A_MONTH)), at=timezone.now())

    seen = words(client.get(opened(client, made)))

    assert "In time until " in seen
    assert "marked as late" not in seen


def test_a_place_of_ones_own_goes_to_ones_own_next_in_line(client, page):
    morning = session(page, IN_A_MONTH, capacity=1)
    made = registration(
        person(morning, last_name="Un"),
        person(morning, number=2, last_name="Deux"),
        at=timezone.now(),
    )
    url = opened(client, made)
    rules(page, promotion=Promotion.CONFIRM)

    response = client.post(url, said("withdraw", of("Un").pk), follow=True)

    assert "Assistante Un no longer comes" in told(response)
    assert "Assistante Deux has a place: " in told(response)


def test_sent_twice_the_second_is_refused_in_a_sentence(client, url):
    sent = said("withdraw", of("Dupont").pk)
    client.post(url, sent)

    response = client.post(url, sent)

    assert response.status_code == 422
    assert "This person is no longer registered for this session." in section(
        response, "trainings-errors"
    )
    assert "Error: registration" in response.content.decode()


def test_once_it_has_started_nothing_is_changed(client, url, morning):
    now = timezone.now()
    type(morning).objects.filter(pk=morning.pk).update(
        starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=3)
    )
    one = of("Dupont").pk

    seen = words(client.get(url))
    refused = [
        client.post(url, said("withdraw", one)),
        client.post(url, said("replace", one, **NEW)),
    ]

    assert "This session has started" in seen
    assert "Give up the place" not in seen
    assert [response.status_code for response in refused] == [422, 422]
    assert state("Dupont") == ParticipationStatus.CONFIRMED
    # What was typed is there still.
    assert "Nothing can be answered for this session any more." in words(refused[1])


# --- replacing ---------------------------------------------------------------------------------


def test_a_colleague_takes_the_place(client, url):
    response = client.post(url, said("replace", of("Dupont").pk, **NEW), follow=True)

    assert (state("Dupont"), state("Benali")) == ("REPLACED", "CONFIRMED")
    assert "Nadia Benali comes in place of Camille Dupont: " in told(response)
    assert "We write to Camille Dupont, Assistante Sociale, Nadia Benali." in told(response)
    assert "has a place" not in told(response)


def test_an_address_that_is_there_already_is_told_beside_its_field(client, url):
    one = of("Dupont").pk
    sent = {**NEW, "email": "personne2@cpas.example"}

    response = client.post(url, said("replace", one, **sent))

    assert response.status_code == 422
    assert set(errors(response)) == {f"replace-{one}-email"}
    assert "This address is already registered" in errors(response)[f"replace-{one}-email"]
    html = response.content.decode()
    assert f'id="replace-{one}" open' in html
    assert 'value="Nadia"' in html
    assert f'<a href="#id_replace-{one}-email">' in html


# --- correcting --------------------------------------------------------------------------------


def test_a_name_is_corrected_and_nobody_is_told(client, url):
    camille = of("Dupont").participant
    emails = OutgoingEmail.objects.count()
    sent = {**NEW, "last_name": "Durand", "email": camille.email, "function": "éducatrice"}

    response = client.post(url, said("correct", camille.pk, **sent), follow=True)

    camille.refresh_from_db()
    assert (camille.last_name, camille.function) == ("Durand", "éducatrice")
    assert "The correction is saved. Nadia Durand, " in told(response)
    assert "Nobody receives a message about it." in told(response)
    assert OutgoingEmail.objects.count() == emails


def test_a_new_address_receives_the_invitation(client, url):
    camille = of("Dupont").participant
    sent = {**NEW, "email": "camille.dupont@cpas.example"}

    response = client.post(url, said("correct", camille.pk, **sent), follow=True)

    assert "We write to Nadia Benali." in told(response)
    assert OutgoingEmail.objects.latest("pk").recipient == "camille.dupont@cpas.example"


def test_a_form_to_correct_keeps_what_was_typed_and_says_what_to_do(client, url):
    camille = of("Dupont").participant
    sent = {**NEW, "last_name": "", "email": "nadia"}

    response = client.post(url, said("correct", camille.pk, **sent))

    assert response.status_code == 422
    prefix = f"correct-{camille.pk}"
    assert set(errors(response)) == {f"{prefix}-last_name", f"{prefix}-email"}
    assert "Please write the last name." in errors(response)[f"{prefix}-last_name"]
    assert 'value="nadia"' in response.content.decode()
    assert f'id="{prefix}" open' in response.content.decode()
    assert of("Dupont").participant.first_name == "Camille"


@pytest.fixture
def held(page):
    """A school holds two places without names."""
    rules(page, may_hold=10)
    morning = session(page, IN_A_MONTH)
    nobody = {"first_name": "", "last_name": "", "email": "", "function": ""}
    made = registration(
        *(person(morning, number=number, **nobody) for number in (1, 2)), at=timezone.now()
    )
    return made


def test_a_place_without_a_name_gets_one(client, held):
    url = opened(client, held)
    first, second = held.participants.all()

    seen = words(client.get(url))
    response = client.post(url, said("correct", first.pk, **NEW), follow=True)

    assert "Some places have no name yet. Please say who comes by" in seen
    assert seen.count("Say who comes – Place") == 2
    assert "Replace by a colleague" not in seen
    first.refresh_from_db()
    assert (first.first_name, first.last_name) == ("Nadia", "Benali")
    assert "Nadia Benali" in told(response)
    second.refresh_from_db()
    assert not second.is_named


def test_a_place_without_a_name_is_given_back(client, held):
    url = opened(client, held)
    one = Participation.objects.order_by("pk").first()

    client.post(url, said("withdraw", one.pk))

    one.refresh_from_db()
    assert one.status == ParticipationStatus.WITHDRAWN


def test_who_is_named_chooses_workshops_with_the_name(client, page, held):
    one = Participation.objects.order_by("pk").first()
    choices = [
        Workshop.objects.create(session=one.session, title={"en": title, "fr": title})
        for title in ("Rent", "Energy")
    ]
    elsewhere = session(another_training(page), IN_A_MONTH)
    foreign = Workshop.objects.create(session=elsewhere, title={"en": "Foreign"})
    url = opened(client, held)
    names = [f"workshop_{one.session_id}", f"other_workshop_{one.session_id}"]

    for wrong in ({}, {names[0]: foreign.pk}, dict.fromkeys(names, choices[0].pk)):
        response = client.post(url, said("correct", one.participant_id, **NEW, **wrong))
        assert response.status_code == 422
    chosen = dict(zip(names, [choices[1].pk, choices[0].pk], strict=True))
    client.post(url, said("correct", one.participant_id, **NEW, **chosen))

    one.refresh_from_db()
    assert (one.first_choice, one.second_choice, one.workshop) == (
        choices[1],
        choices[0],
        choices[1],
    )
    assert "Workshop: Energy" in words(client.get(url))


def another_training(page):
    return training_page(page.get_parent().specific, "Elsewhere")


# --- adding ------------------------------------------------------------------------------------


def test_somebody_joins(client, url, morning):
    response = client.post(url, joining(morning), follow=True)

    assert state("Benali") == ParticipationStatus.CONFIRMED
    assert Participant.objects.get(last_name="Benali").position == 3
    assert "Nadia Benali has a place: " in told(response)
    assert "We write to Nadia Benali" in told(response)


def test_who_joins_a_full_session_waits(client, page):
    full = session(page, IN_A_MONTH, capacity=1)
    made = registration(person(full), at=timezone.now())
    url = opened(client, made)

    response = client.post(url, joining(full), follow=True)

    assert "Nadia Benali is on the waiting list, at place 1: " in told(response)


def test_a_full_session_without_a_list_is_refused_in_a_sentence(client, page):
    rules(page, has_waiting_list=False)
    full = session(page, IN_A_MONTH, capacity=1)
    made = registration(person(full), at=timezone.now())

    response = client.post(opened(client, made), joining(full))

    assert response.status_code == 422
    assert "There are not enough places left." in section(response, "trainings-errors")
    assert 'value="Nadia"' in response.content.decode()
    assert Participant.objects.count() == 1


def test_nobody_joins_what_is_closed_or_not_of_this_registration(client, page, url, morning):
    other = session(another_training(page), IN_A_MONTH)

    response = client.post(url, joining(other))

    assert (response.status_code, set(errors(response))) == (422, {"join-sessions"})
    morning.registration_closes_at = timezone.now()
    morning.save()
    assert "Nobody can be added any more" in words(client.get(url))
    assert client.post(url, joining(morning)).status_code == 422
    assert Participant.objects.count() == 2


def test_of_a_programme_one_takes_as_a_whole_everything_is_joined_and_left(client):
    whole = programme_page(catalogue(), "Tout")
    whole.programme.is_indivisible = True
    whole.programme.save()
    mornings = [session(training_page(whole, title), IN_A_MONTH) for title in ("Un", "Deux")]
    made = registration(person(*mornings, last_name="Seule"), at=timezone.now())
    url = opened(client, made)

    sent = joining()
    del sent["join-sessions"]
    response = client.post(url, sent, follow=True)

    assert told(response).count("Nadia Benali has a place: ") == 2
    first = Participation.objects.filter(participant__last_name="Benali").first()
    assert "It counts for all sessions that belong together." in words(response)
    response = client.post(url, said("withdraw", first.pk), follow=True)
    assert told(response).count("Nadia Benali no longer comes: ") == 2


# --- offers ------------------------------------------------------------------------------------


@pytest.fixture
def offered(page):
    """Two of a registration are offered a place in a full session."""
    morning = session(page, IN_A_MONTH, capacity=2)
    first = registration(
        person(morning, number=8),
        person(morning, number=9),
        at=timezone.now(),
        booker=booker(email="autre@cpas.example"),
    )
    made = registration(
        person(morning, number=1, last_name="Un"),
        person(morning, number=2, last_name="Deux"),
        partner=partner("AIS"),
        at=timezone.now(),
    )
    for one in Participation.objects.filter(participant__registration=first):
        answers.withdraw(one, at=timezone.now())
    # Nothing of ours offers by itself without rules.
    waiting = Participation.objects.waiting().filter(session=morning)
    waiting_list.offer(waiting, by=None, at=timezone.now()) if waiting else None
    assert {state("Un"), state("Deux")} == {"OFFERED"}
    return made


@pytest.mark.parametrize(
    ("verb", "becomes", "sentence"),
    [
        ("accept", "CONFIRMED", "Assistante Un has a place: "),
        ("decline", "WITHDRAWN", "Assistante Un no longer comes: "),
    ],
)
def test_one_offer_is_answered(client, offered, verb, becomes, sentence):
    response = client.post(opened(client, offered), said(verb, of("Un").pk), follow=True)

    assert (state("Un"), state("Deux")) == (becomes, "OFFERED")
    assert sentence in told(response)


@pytest.mark.parametrize(
    ("verb", "becomes"), [("accept_all", "CONFIRMED"), ("decline_all", "WITHDRAWN")]
)
def test_all_offers_are_answered_at_once(client, offered, verb, becomes):
    url = opened(client, offered)

    assert "2 places are offered to you" in words(client.get(url))
    client.post(url, {"do": verb})

    assert {state("Un"), state("Deux")} == {becomes}
    again = client.post(url, {"do": verb})
    assert again.status_code == 422
    assert "This cannot be done any more" in words(again)


def test_an_offer_that_has_ended_cannot_be_taken(client, offered):
    Participation.objects.filter(status="OFFERED").update(offer_ends_at=timezone.now())
    url = opened(client, offered)

    seen, response = words(client.get(url)), client.post(url, said("accept", of("Un").pk))

    assert "The time to answer is over." in seen
    assert "Take the place" not in seen
    assert response.status_code == 422
    assert state("Un") != ParticipationStatus.CONFIRMED


def test_a_session_that_was_called_off_gives_no_place(client, offered):
    morning = of("Un").session
    scheduling.cancel(morning, by=None, at=timezone.now())

    response = client.post(opened(client, offered), said("accept", of("Un").pk))

    assert response.status_code == 422
    assert state("Un") == ParticipationStatus.OFFERED


# --- nobody else's -----------------------------------------------------------------------------


def theirs_by_act(other: Registration) -> dict[str, dict[str, object]]:
    """Every form of the page, about rows of another registration."""
    somebody = other.participants.get()
    one = somebody.participations.get()
    return {
        "withdraw": said("withdraw", one.pk, reason="canary"),
        "replace": said("replace", one.pk, **NEW),
        "accept": said("accept", one.pk),
        "decline": said("decline", one.pk),
        "correct": said("correct", somebody.pk, **NEW),
    }


#: About one row each; the others are about all there is in the registration that is open.
ACTS = ("withdraw", "replace", "accept", "decline", "correct")
#: Behind no secret.
OPEN_TO_ALL = {
    *("sign_up_training", "sign_up_programme", "partner_suggestions", "link"),
    *("check", "check_code", "here"),
}
#: By the link of the day, or with an account: tests/test_rights.py.
OF_THE_DAY = {
    *("desk", "desk_link", "desk_notes", "desk_state", "desk_worker", "room"),
    *("trainer", "trainer_link", "trainer_pdf"),
}


def test_the_tables_have_every_act_and_every_address():
    assert set(RegistrationView.ACTS) == {*ACTS, "join", "accept_all", "decline_all"}
    assert {one.name for one in urlpatterns} - OPEN_TO_ALL - OF_THE_DAY == {
        *("receipt", "registration", "answer", "calendar", "private_feed", "opt_out"),
        *("service", "service_link", "service_person", "service_history"),
        *("participant", "participant_link", "participant_attestation"),
        *("registration_attestation", "service_attestation", "service_attestations"),
        *("service_file", "service_zip"),
        *("participant_document", "registration_document", "evaluation"),
    }


@pytest.mark.parametrize("status", ["CONFIRMED", "WAITING", "OFFERED", "PENDING"])
@pytest.mark.parametrize("act", ACTS)
def test_rows_of_another_registration_are_unknown_here(client, url, morning, act, status):
    other = registration(
        person(morning, number=7), booker=booker(email="autre@cpas.example"), at=timezone.now()
    )
    ends = timezone.now() + timedelta(days=1) if status == "OFFERED" else None
    Participation.objects.filter(participant__registration=other).update(
        status=status, offer_ends_at=ends
    )
    unknown = Client().get("/en/inscriptions/registration/ZZZZZZZZ/")
    before = rows()

    response = client.post(url, theirs_by_act(other)[act])

    assert (response.status_code, response.content) == (404, unknown.content)
    assert rows() == before


def test_no_address_of_another_registration_opens_with_ones_own_link(client, mine, url, morning):
    other = registration(
        person(morning, number=7), booker=booker(email="autre@cpas.example"), at=timezone.now()
    )
    secret = link_to(mine).rstrip("/").rpartition("/")[2]
    before = rows()
    sent = [*theirs_by_act(other).values(), joining(morning), {"do": "accept_all"}]

    for address in (
        f"/en/inscriptions/registration/{other.reference}/",
        f"/en/inscriptions/registration/{other.reference.lower()}/",
        f"/en/inscriptions/registration/{other.uid}/",
        f"/en/inscriptions/registration/{other.pk}/",
        f"/en/inscriptions/answer/{secret}/",
        f"/en/inscriptions/calendar/{secret}/",
        f"/en/inscriptions/calendar/{secret}.ics",
        f"/en/inscriptions/service/{secret}/",
        f"/en/inscriptions/service/{mine.partner_id}/",
        f"/en/inscriptions/service/{mine.partner_id}/{other.participants.get().pk}/",
        f"/en/inscriptions/service/{mine.partner_id}/{timezone.localdate().year}.csv",
        f"/en/inscriptions/receipt/{other.reference}/",
        f"/en/inscriptions/receipt/{other.key}/",
    ):
        assert client.get(address).status_code == 404, address
        for said_there in sent:
            assert client.post(address, said_there).status_code in (404, 405), address
    assert rows() == before


def test_what_is_no_row_at_all_is_unknown(client, settings, url):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1000
    before = rows()

    for act in ACTS:
        for odd in (*ODD_NUMBERS, "", str(2**63), str(of("Dupont").pk) + "\x00"):
            assert client.post(url, said(act, odd)).status_code == 404, (act, odd)
    assert rows() == before


def test_an_act_that_is_none_is_refused(client, url):
    for sent in ({}, *({"do": odd} for odd in (*ODD_NUMBERS, "", "ACCEPT", "show", "__class__"))):
        response = client.post(url, sent)

        assert response.status_code == 422
        assert "Please choose what you want to do." in words(response)
        assert Page(response.content.decode(), MARK).misplaced == []


# --- bad input, machines -----------------------------------------------------------------------

FIELDS = ["first_name", "last_name", "function"]
REFUSED = [
    *[(text, name) for (_kind, text), name in in_turn(UNPRINTABLE.items(), FIELDS)],
    *[(text, name) for (_kind, text), name in in_turn(NOT_A_NAME.items(), FIELDS[:2])],
    *[(text, "email") for text in BAD_ADDRESSES],
    ("x" * 121, "function"),
]


@pytest.mark.parametrize("act", ["replace", "correct", "join"])
def test_what_nobody_types_is_refused_beside_its_field(client, settings, url, morning, act):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1000
    row = of("Dupont")
    number = {"replace": row.pk, "correct": row.participant_id, "join": None}[act]
    prefix = "join" if act == "join" else f"{act}-{number}"
    before, faults = rows(), []
    for typed, name in REFUSED:
        fields = {**NEW, name: typed}
        sent = joining(morning, **fields) if act == "join" else said(act, number, **fields)
        response = client.post(url, sent)
        seen = (response.status_code, set(errors(response)))
        misplaced = Page(response.content.decode(), MARK).misplaced
        if seen != (422, {f"{prefix}-{name}"}) or misplaced:
            faults.append((typed[:40], name, *seen, misplaced))

    assert faults == []
    assert rows() == before


def test_strange_names_are_shown_literally(client, settings, url):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 1000
    camille, faults = of("Dupont").participant, []
    for kind, (typed, shown) in HOSTILE_NAMES.items():
        sent = {**NEW, "first_name": typed, "last_name": "Zébulon", "function": typed}
        response = client.post(url, said("correct", camille.pk, **sent), follow=True)
        seen = Page(response.content.decode(), MARK)
        if seen.misplaced or seen.text.count(f"{shown} Zébulon") < 2:
            faults.append((kind, seen.misplaced))

    assert faults == []


def test_a_form_without_token_is_refused(mine):
    visitor = Client(enforce_csrf_checks=True)
    url = opened(visitor, mine)

    assert visitor.post(url, said("withdraw", of("Dupont").pk)).status_code == 403
    assert state("Dupont") == ParticipationStatus.CONFIRMED


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "x-canary"])
def test_another_charset_is_refused(client, url, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    assert client.generic("POST", url, "do=join", content_type=kind).status_code == 415


def test_nobody_floods_mailboxes_by_a_link_of_their_own(client, settings, url, morning):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 3
    statuses = [
        client.post(url, joining(morning, email=f"n{number}@cpas.example")).status_code
        for number in range(4)
    ]

    assert statuses == [302, 302, 302, 429]
    assert Participant.objects.count() == 5


def test_a_forged_word_of_what_was_done_says_nothing(client, url):
    for forged in ("", "x", "withdraw:2027", "WyJ3aXRoZHJhdyJd:1:x"):
        client.cookies["registrations_done"] = forged
        response = client.get(url)
        assert (response.status_code, told(response)) == (200, "")


def test_what_fails_is_mailed_to_administrators_without_the_secret(
    client, mine, settings, mailoutbox, monkeypatch
):
    settings.ADMINS = [("Admin", "admin@host.example")]
    link = link_to(mine)
    secret = link.rstrip("/").rpartition("/")[2]
    url = client.get(link)["Location"]
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise RuntimeError("on purpose")

    monkeypatch.setattr(RegistrationView, "show", fail)

    assert client.get(url).status_code == 500
    (mail,) = mailoutbox
    assert "on purpose" in mail.body
    assert secret not in mail.subject + mail.body + str(mail.alternatives)


def test_which_messages_arrive_is_said_on_the_first_day(client, mine, url):
    said_first = words(client.get(url))
    Registration.objects.update(created_at=timezone.now() - timedelta(days=1))

    assert "You receive a message at assistante@cpas.example" in said_first
    assert "You receive a message" not in words(client.get(url))


def test_a_mail_that_leaves_carries_a_link_that_opens_the_page(client, mine, smtp):
    deliver_due(at=timezone.now(), limit=100)
    receipts = OutgoingEmail.objects.filter(kind=MessageKind.RECEIPT)
    (text,) = receipts.values_list("text", flat=True)
    link = next(word for word in text.split() if "/receipt/" in word)

    response = client.get(link.replace("http://localhost", ""), follow=True)

    assert response.status_code == 200
    assert mine.reference in words(response)
    assert AccessToken.objects.filter(purpose=TokenPurpose.MANAGE).count() == 1
