"""The mails about places: offered, given, refused, held; one by one through a real server."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from registrations.domain import answers, approval, links, minimum, tending, waiting_list
from registrations.domain.people import unnamed
from registrations.emails.delivery import deliver_due, drain
from registrations.enums import MessageKind, Promotion, TokenPurpose
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participation,
    Registration,
    SessionConfirmation,
    SignUpRules,
    Workshop,
)
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    programme_page,
    session,
    training_page,
    translated,
    venue,
)
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PERSON, BOOKER = "personne1@cpas.example", "assistante@cpas.example"
LATE, OTHER = "personne2@cpas.example", "autre@cpas.example"
MEET = "https://meet.example/room"
WHEN = "mardi 23 mars 2027, 9 h – 12 h 30"
#: Two days of work after AT, a Monday at ten.
ENDS = AT + timedelta(days=2)
NO_LIMIT = {"capacity": None, "per_service": None, "closes_days_before": None}


@pytest.fixture
def page():
    return training_page(catalogue(), title="Trouver un logement")


@pytest.fixture
def morning(page):
    """One place."""
    return session(page, capacity=1, venue=venue(), online_url=MEET)


def rules(page, **fields):
    return SignUpRules.objects.create(training=page.training, **{**NO_LIMIT, **fields})


def late(*sessions, email=OTHER, language="fr", **fields):
    """Somebody who comes when all is taken, and who registered them."""
    fields = {"last_name": "Petit", "number": 2, "language": language, **fields}
    return registration(
        person(*sessions, **fields), booker=booker(email=email, language=language), at=AT
    )


def leave(at=AT):
    """The place of who came first becomes free."""
    first = Participation.objects.filter(status="CONFIRMED").earliest("pk")
    answers.withdraw(first, at=at)


def sent(smtp, to, *, at=AT):
    """The last mail to somebody."""
    deliver_due(at=at)
    return [mail for mail in smtp.messages if mail["To"] == to][-1]


def since(smtp, act, *, at=AT):
    """Who is written to because of an act, and what."""
    deliver_due(at=at)
    smtp.messages.clear()
    act()
    deliver_due(at=at)
    kinds = dict(OutgoingEmail.objects.values_list("message_id", "kind"))
    return {(kinds[mail["Message-ID"]], mail["To"]): mail for mail in smtp.messages}


def subject(mail):
    return mail["Subject"].strip().replace("\xa0", " ")


def text(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def html(mail):
    return " ".join(mail.get_body(("html",)).get_content().split())


def urls(mail, part):
    return [word for word in text(mail).split() if f"/{part}/" in word]


def secret(url, part):
    return url.split(f"/{part}/")[1].split("/")[0]


def parts(mail):
    return [one.get_content_type() for one in mail.walk() if not one.is_multipart()]


def event_of(mail):
    (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), str(event["STATUS"]), str(event["UID"])


JUST_WORDS = ["text/plain", "text/html"]
INVITATION = ["text/plain", "text/html", "text/calendar", "application/ics"]


# --- an offer ----------------------------------------------------------------------------------


@pytest.fixture
def offered(page, morning):
    """The only place is offered to whoever waited."""
    rules(page)
    registration(person(morning))
    late(morning)
    leave()
    return Participation.objects.get(status="OFFERED")


OFFERS = {
    "fr": (
        "Une place se libère : répondez avant le mercredi 3 février 2027 à 10 h",
        f"Une place se libère à la séance du {WHEN}. La prenez-vous ?",
        ("Je prends la place", "Non merci"),
    ),
    "nl": (
        "Er komt een plaats vrij: antwoord vóór woensdag 3 februari 2027 om 10.00 uur",
        "Er komt een plaats vrij in de sessie van dinsdag 23 maart 2027",
        ("Ik neem de plaats", "Nee, dank u"),
    ),
    "en": (
        "A place is free: answer by Wednesday 3 February 2027 at 10:00",
        "A place is free at the session of Tuesday 23 March 2027, 9:00 – 12:30. Will you take it?",
        ("I take the place", "No, thank you"),
    ),
}


@pytest.mark.parametrize("language", OFFERS)
def test_an_offer_asks_until_when_and_says_what_happens_without_an_answer(
    page, morning, smtp, language
):
    translated(page, "nl", "Een woning vinden")
    rules(page)
    registration(person(morning))
    late(morning, language=language)
    leave()

    mail = sent(smtp, LATE)

    about, asked, (yes, no) = OFFERS[language]
    assert subject(mail) == about
    for words in (asked, yes, no):
        assert words in text(mail)
        assert words in html(mail)
    assert [url.rpartition("/")[2] for url in urls(mail, "answer")] == [
        "?answer=accept#accept",
        "?answer=decline#decline",
    ]
    assert parts(mail) == JUST_WORDS
    assert MEET not in text(mail)


def test_the_links_of_an_offer_are_for_that_person_alone(offered, smtp):
    (url, other) = urls(sent(smtp, LATE), "answer")

    assert secret(url, "answer") == secret(other, "answer")
    token = AccessToken.find(secret(url, "answer"), purpose=TokenPurpose.ANSWER, at=AT)
    assert token.participation == offered


def test_the_booker_of_who_is_offered_a_place_reads_whom_and_may_answer_on_their_page(
    offered, smtp
):
    mail = sent(smtp, OTHER)

    assert (
        f"1 place se libère pour des personnes que vous avez inscrites, à la séance du {WHEN}."
        in text(mail)
    )
    assert "Assistante Petit – reçoit aussi ce message." in text(mail)
    assert urls(mail, "answer") == []
    (own,) = urls(mail, "receipt")
    token = AccessToken.find(secret(own, "receipt"), purpose=TokenPurpose.MANAGE, at=AT)
    assert token.registration == offered.participant.registration


def test_the_booker_answers_for_who_has_no_address(page, morning, smtp):
    rules(page)
    registration(person(morning))
    without = person(morning, number=2, last_name="Sans", email="")
    registration(without, booker=booker(email=OTHER))
    leave()

    mail = sent(smtp, OTHER)

    assert "Assistante Sans – n’a pas donné d’adresse e-mail" in text(mail)
    assert len(urls(mail, "answer")) == 2


def test_an_offer_that_was_answered_before_it_left_stays_here(offered, smtp):
    waiting_list.accept_offer([offered], at=AT)
    deliver_due(at=AT)

    assert not OutgoingEmail.objects.filter(kind=MessageKind.OFFER).exists()
    assert [subject(mail) for mail in smtp.messages if mail["To"] == LATE][-1] == (
        f"Place confirmée : la séance du {WHEN}"
    )


def test_an_offer_that_has_ended_before_it_left_stays_here(offered, smtp):
    deliver_due(at=ENDS)

    assert not OutgoingEmail.objects.filter(kind=MessageKind.OFFER).exists()
    assert not [mail for mail in smtp.messages if "répondez avant" in mail["Subject"]]


def test_an_offer_the_server_did_not_take_is_not_tried_again_once_it_has_ended(offered, smtp):
    smtp.refusal = "451 4.3.0 Try again later"
    deliver_due(at=AT)
    offers = OutgoingEmail.objects.filter(kind=MessageKind.OFFER)
    assert [bool(one.subject) for one in offers] == [True, True]

    smtp.refusal = ""
    drain(now=lambda: ENDS)

    assert not offers.all().exists()


def test_a_first_mail_that_leaves_after_the_offer_does_not_say_all_is_taken(offered, smtp):
    deliver_due(at=AT)

    first, offer = [mail for mail in smtp.messages if mail["To"] == LATE]
    assert subject(first) == f"Une place se libère : {WHEN}"
    assert "un autre message vous demande si vous la prenez" in text(first)
    assert "Place proposée, répondre avant le mercredi 3 février 2027 à 10 h" in text(first)
    assert "Toutes les places sont prises" not in text(first)
    assert "rien à faire" not in text(first)
    assert "Pourquoi vous recevez ce message" in text(first)
    assert "La prenez-vous ?" in text(offer)


def test_of_two_offers_the_booker_reads_of_the_one_that_is_open(page, smtp):
    rules(page, per_service=None)
    small = session(page, capacity=2)
    registration(person(small), person(small, number=9))
    registration(
        person(small, number=2, last_name="Petit"),
        person(small, number=3, last_name="Grand"),
        booker=booker(email=OTHER),
    )
    leave()
    leave()
    first = Participation.objects.filter(status="OFFERED").earliest("pk")
    waiting_list.accept_offer([first], at=AT)

    deliver_due(at=AT)

    offers = [
        mail
        for mail in smtp.messages
        if mail["To"] == OTHER and subject(mail).startswith("Une place")
    ]
    assert ["Petit" in text(mail) for mail in offers] == [False]


def test_who_was_offered_a_place_may_take_it_when_the_session_moves(offered, morning, smtp):
    deliver_due(at=AT)
    to = {"starts_on": MORNING_2, "ends_on": MORNING_2}
    scheduling.reschedule(morning, to=to, by=None, at=AT)

    mail = sent(smtp, LATE)

    assert "La place vous reste proposée." in text(mail)
    assert [url.rpartition("/")[2] for url in urls(mail, "answer")] == [
        "?answer=accept#accept",
        "?answer=decline#decline",
    ]


def test_sessions_that_belong_together_are_offered_in_one_mail(smtp):
    whole = programme_page(catalogue())
    whole.programme.is_indivisible = True
    whole.programme.save()
    both = [
        session(training_page(whole, title=f"Module {number}"), on, capacity=1)
        for number, on in enumerate((MORNING_1, MORNING_2), start=1)
    ]
    registration(person(*both))
    late(*both)

    mails = since(smtp, leave)

    offers = [mail for (kind, _to), mail in mails.items() if kind == "OFFER"]
    assert [mail["To"] for mail in offers] == [LATE, OTHER]
    assert OutgoingEmail.objects.filter(kind=MessageKind.OFFER).count() == 2
    for mail in offers:
        assert "Ces séances vont ensemble : la réponse vaut pour toutes." in text(mail)
        assert f"- {WHEN} - mardi 30 mars 2027, 9 h – 12 h 30" in text(mail)
        assert f"<li>{WHEN}</li><li>mardi 30 mars 2027" in html(mail)


def test_an_offer_that_has_ended_is_told(offered, smtp):
    deliver_due(at=AT)
    waiting_list.settle_now([offered.session_id], at=ENDS)

    mail, to_booker = sent(smtp, LATE, at=ENDS), sent(smtp, OTHER, at=ENDS)

    assert subject(mail) == subject(to_booker) == f"Proposition expirée : la séance du {WHEN}"
    assert "vous n’êtes plus sur la liste d’attente." in text(mail)
    assert "#session-" in html(mail)
    assert "Assistante Petit" in text(to_booker)
    assert parts(mail) == parts(to_booker) == JUST_WORDS


def test_who_declines_reads_so_and_no_calendar_hears_of_it(offered, smtp):
    mails = since(smtp, lambda: waiting_list.decline_offer([offered], at=AT))

    assert set(mails) == {("WITHDRAWN", LATE), ("WITHDRAWN", OTHER)}
    mail, to_booker = mails["WITHDRAWN", LATE], mails["WITHDRAWN", OTHER]
    assert f"Vous ne prenez pas la place proposée à la séance du {WHEN}." in text(mail)
    assert "Assistante Petit ne prend pas la place proposée" in text(to_booker)
    assert "La place passe à la personne suivante." in text(to_booker)
    assert parts(mail) == JUST_WORDS


# --- a place after waiting ---------------------------------------------------------------------


@pytest.mark.parametrize("promotion", [Promotion.OFFER, Promotion.CONFIRM])
def test_who_gets_a_place_after_waiting_is_invited(page, morning, smtp, promotion):
    rules(page, promotion=promotion)
    registration(person(morning))
    late(morning)

    def act():
        leave()
        if offer := Participation.objects.filter(status="OFFERED").first():
            waiting_list.accept_offer([offer], at=AT)

    mails = since(smtp, act)

    mail, to_booker = mails["PROMOTED", LATE], mails["PROMOTED", OTHER]
    assert subject(mail) == subject(to_booker) == f"Place confirmée : la séance du {WHEN}"
    assert f"Vous avez une place à la séance du {WHEN}." in text(mail)
    assert f"Assistante Petit a une place à la séance du {WHEN}." in text(to_booker)
    assert MEET in text(mail)
    one = Participation.objects.get(address=LATE)
    assert parts(mail) == INVITATION
    assert event_of(mail) == ("REQUEST", "CONFIRMED", str(one.uid))
    assert [url.rpartition("/")[2] for url in urls(mail, "answer")] == [
        "?answer=withdraw#withdraw",
        "?answer=replace#replace",
    ]
    assert parts(to_booker) == JUST_WORDS


# --- approval ----------------------------------------------------------------------------------


@pytest.fixture
def pending(page, morning):
    rules(page, needs_approval=True)
    registration(
        person(morning),
        person(morning, number=2, last_name="Petit", language="nl"),
        booker=booker(email=OTHER),
    )
    return list(Participation.objects.order_by("pk"))


def test_who_is_to_be_confirmed_reads_that_and_not_that_they_wait(pending, smtp):
    french, dutch = sent(smtp, PERSON), sent(smtp, LATE)

    assert subject(french) == f"À confirmer : {WHEN}"
    assert subject(dutch).startswith("Te bevestigen: dinsdag 23 maart 2027")
    assert "Elle est à confirmer." in text(french)
    assert f"- À confirmer – {WHEN}" in text(french)
    assert "liste d’attente" not in text(french)
    assert MEET not in text(french)
    assert parts(french) == parts(dutch) == JUST_WORDS
    kinds = OutgoingEmail.objects.filter(participant__isnull=False).values_list("kind", flat=True)
    assert list(kinds) == [MessageKind.TO_CONFIRM] * 2


def test_the_receipt_says_who_is_to_be_confirmed(pending, smtp):
    mail = sent(smtp, OTHER)

    assert "2 personnes sont à confirmer." in text(mail)
    assert text(mail).count("- À confirmer –") == 2
    assert "nous examinons chaque inscription" in text(mail)
    assert "liste d’attente" not in text(mail)


def test_who_is_accepted_is_invited_and_the_others_wait(pending, smtp):
    mails = since(smtp, lambda: approval.accept(pending, by=None, at=AT))

    assert set(mails) == {
        ("ACCEPTED", PERSON),
        ("ACCEPTED", OTHER),
        ("WAITING", LATE),
        ("WAITING", OTHER),
    }
    mail = mails["ACCEPTED", PERSON]
    assert subject(mail) == f"Inscription confirmée : la séance du {WHEN}"
    assert event_of(mail)[:2] == ("REQUEST", "CONFIRMED")
    assert MEET in text(mail)
    waits = mails["WAITING", LATE]
    assert subject(waits).startswith("Op de wachtlijst: de sessie van dinsdag 23 maart 2027")
    assert "Wachtlijst, plaats 1" in text(waits)
    assert parts(waits) == JUST_WORDS
    assert MEET not in text(waits)
    assert "Assistante Petit (Liste d’attente, rang 1)" in text(mails["WAITING", OTHER])


def test_who_waits_no_longer_when_it_leaves_is_not_told_they_do(pending, morning, smtp):
    deliver_due(at=AT)
    approval.accept(pending, by=None, at=AT)
    waiting_list.promote([pending[1]], by=None, at=AT)
    smtp.messages.clear()
    deliver_due(at=AT)

    assert not OutgoingEmail.objects.filter(kind=MessageKind.WAITING).exists()
    assert event_of([mail for mail in smtp.messages if mail["To"] == LATE][-1])[0] == "REQUEST"


def test_a_refusal_has_its_reason_and_no_calendar(pending, smtp):
    why = "Réservé aux services <du logement> & de la santé.\nMerci de votre compréhension."
    mails = since(smtp, lambda: approval.refuse(pending, reason=why, by=None, at=AT))

    assert set(mails) == {("REFUSED", PERSON), ("REFUSED", LATE), ("REFUSED", OTHER)}
    mail, to_booker = mails["REFUSED", PERSON], mails["REFUSED", OTHER]
    assert subject(mail) == subject(to_booker) == f"Inscription non acceptée : la séance du {WHEN}"
    assert f"Nous ne pouvons pas accepter votre inscription à la séance du {WHEN}." in text(mail)
    assert "Nous ne pouvons pas accepter les inscriptions de 2 personnes" in text(to_booker)
    for one in (mail, to_booker):
        assert "services <du logement> & de la santé. Merci" in text(one)
        assert "services &lt;du logement&gt; &amp; de la santé.<br>Merci" in html(one)
        assert parts(one) == JUST_WORDS


def test_who_withdraws_before_it_is_decided_reads_so(pending, smtp):
    mails = since(smtp, lambda: answers.withdraw(pending[0], at=AT))

    mail, to_booker = mails["WITHDRAWN", PERSON], mails["WITHDRAWN", OTHER]
    assert f"Votre inscription est retirée, à la séance du {WHEN}." in text(mail)
    assert "Assistante Sociale 1 : inscription retirée" in text(to_booker)
    assert "La personne suivante" not in text(to_booker)
    assert parts(mail) == JUST_WORDS


def test_a_session_that_is_postponed_leaves_what_is_to_be_confirmed(pending, morning, smtp):
    mails = since(smtp, lambda: scheduling.postpone(morning, by=None, at=AT))

    assert "Votre inscription reste à confirmer." in text(mails["POSTPONED", PERSON])
    assert "Assistante Petit (à confirmer)" in text(mails["POSTPONED", OTHER])


def test_a_place_and_something_to_be_confirmed_stand_in_one_invitation(page, smtp):
    sure, asked = session(page, MORNING_1), session(page, MORNING_2)
    SignUpRules.objects.create(session=asked, **NO_LIMIT, needs_approval=True)
    registration(person(sure, asked), booker=booker(email=OTHER))

    mail = sent(smtp, PERSON)

    assert subject(mail) == f"Votre inscription est confirmée : {WHEN}"
    assert f"- Place confirmée – {WHEN}" in text(mail)
    assert "- À confirmer – mardi 30 mars 2027" in text(mail)
    assert "Là où l’inscription est à confirmer, vous n’avez rien à faire" in text(mail)
    assert parts(mail) == INVITATION


# --- the receipt, places without names ---------------------------------------------------------


@pytest.fixture
def school(page):
    """A class of three, of whom one has a name; two places."""
    rules(page, may_hold=30, names_days_before=14)
    small = session(page, capacity=2, venue=venue())
    return registration(
        person(small, last_name="Benali"),
        *unnamed(2, session_ids=[small.pk]),
        booker=booker(email=OTHER),
    )


def test_the_receipt_counts_places_without_names_and_says_until_when(school, smtp):
    mail = sent(smtp, OTHER)

    assert "1 personne est inscrite. 2 places sont demandées sans nom." in text(mail)
    assert f"- 1 place confirmée, 1 en liste d’attente – {WHEN}" in text(mail)
    assert "Dites-nous qui vient avant le mardi 9 mars 2027 à 12 h" in text(mail)
    assert "sans nom pour l’instant" not in text(mail)
    assert "<h2" in html(mail)


def test_the_receipt_tells_each_person_how_they_stand_and_in_which_workshop(page, smtp):
    small = session(page, capacity=1)
    first, second = (
        Workshop.objects.create(session=small, title={"fr": title}, room=room, capacity=1)
        for title, room in (("Écouter", "Salle 2"), ("Négocier", ""))
    )
    chosen = ((small.pk, first.pk, second.pk),)
    registration(
        person(small, workshops=chosen),
        person(small, number=2, workshops=chosen),
        booker=booker(email=OTHER),
    )

    mail = sent(smtp, OTHER)

    assert f"Sociale 1 - Place confirmée – {WHEN} Atelier : Écouter, Salle 2" in text(mail)
    assert f"Sociale 2 - Liste d’attente, rang 1 – {WHEN} Trouver" in text(mail)
    assert "Atelier : Écouter, Salle 2" in text(sent(smtp, PERSON))


def test_who_finds_both_workshops_full_is_told_to_choose_another(page, smtp):
    big = session(page)
    full, other = (
        Workshop.objects.create(session=big, title={"fr": title}, capacity=capacity)
        for title, capacity in (("Écouter", 1), ("Négocier", None))
    )
    registration(person(big, workshops=((big.pk, full.pk, None),)))
    late(big, workshops=((big.pk, full.pk, None),))

    assert "Les ateliers choisis sont complets" in text(sent(smtp, LATE))
    assert "Atelier : Écouter" in text(sent(smtp, PERSON))
    assert other.pk


def test_names_are_asked_for_once_with_the_link_to_give_them(school, smtp):
    due = school.names_due_at
    assert tending.tend(at=due - HOUR).names_asked == 1
    assert tending.tend(at=due - HOUR).names_asked == 0

    mail = sent(smtp, OTHER, at=due - HOUR)

    assert subject(mail) == "Noms à donner avant le mardi 9 mars 2027 à 12 h"
    assert "2 places n’ont pas encore de nom" in text(mail)
    (own,) = urls(mail, "receipt")
    token = AccessToken.find(secret(own, "receipt"), purpose=TokenPurpose.MANAGE, at=AT)
    assert token.registration == school
    assert own in html(mail)


def test_names_that_were_given_meanwhile_are_not_asked_for(school, smtp):
    at = school.names_due_at - HOUR
    deliver_due(at=AT)
    tending.tend(at=at)
    for number, place in enumerate(school.participants.filter(last_name=""), start=5):
        answers.correct(place, person=person(number=number), at=at)
    smtp.messages.clear()
    deliver_due(at=at)

    assert not OutgoingEmail.objects.filter(kind=MessageKind.NAMES_NEEDED).exists()


def test_names_are_not_asked_for_when_it_is_too_late(school):
    tending.tend(at=school.names_due_at - HOUR)

    deliver_due(at=school.names_due_at)

    assert not OutgoingEmail.objects.filter(kind=MessageKind.NAMES_NEEDED).exists()


def test_places_given_away_for_want_of_a_name_are_told(school, smtp):
    due = school.names_due_at
    mails = since(smtp, lambda: tending.tend(at=due), at=due)

    assert set(mails) == {("RELEASED", OTHER)}
    mail = mails["RELEASED", OTHER]
    assert subject(mail) == f"2 places sans nom redonnées : la séance du {WHEN}"
    assert "2 places retenues sans nom" in text(mail)
    assert "Aucun nom ne nous est parvenu à temps." in text(mail)
    assert "Benali" not in text(mail)
    assert parts(mail) == JUST_WORDS


# --- does it take place? -----------------------------------------------------------------------


@pytest.fixture
def too_few(page):
    """Somebody comes, two wait to be confirmed, five are needed."""
    rules(page, min_participants=5, decides_days_before=5)
    made = session(page, venue=venue())
    registration(person(made), booker=booker(email=OTHER))
    return made


@pytest.fixture
def organiser(settings):
    settings.REGISTRATIONS_ORGANISER_EMAIL = "Formations <formations@slsp.example>"
    return "formations@slsp.example"


@pytest.fixture
def decision_day(too_few):
    return SignUpRules.objects.get().decided_at(too_few)


def test_the_organiser_is_asked_whether_a_session_takes_place(
    too_few, decision_day, organiser, smtp
):
    mails = since(smtp, lambda: tending.tend(at=decision_day), at=decision_day)

    mail = mails["MINIMUM", organiser]
    assert subject(mail) == f"À décider : la séance du {WHEN}"
    assert f"Faut-il maintenir la séance du {WHEN} ?" in text(mail)
    assert "1 personne vient jusqu’ici. Le minimum est de 5" in text(mail)
    assert "jeudi 18 mars 2027 à 12 h" in text(mail)
    assert f"http://localhost/admin/registrations/sessions/{too_few.pk}/" in text(mail).split()
    assert "Référence" not in text(mail)
    assert "Sociale" not in text(mail)
    assert parts(mail) == JUST_WORDS


def confirm(one):
    SessionConfirmation.objects.create(session=one, confirmed_at=AT)


def enough(one):
    SignUpRules.objects.update(min_participants=1)
    OutgoingEmail.objects.filter(kind="MINIMUM").update(
        facts={**OutgoingEmail.objects.get(kind="MINIMUM").facts, "minimum": 1}
    )


@pytest.mark.parametrize(
    "act", [confirm, enough, lambda one: scheduling.cancel(one, by=None, at=AT)]
)
def test_what_was_decided_meanwhile_is_not_asked(too_few, decision_day, organiser, smtp, act):
    deliver_due(at=AT)
    tending.tend(at=decision_day)
    act(too_few)
    deliver_due(at=decision_day)

    assert not OutgoingEmail.objects.filter(kind=MessageKind.MINIMUM).exists()
    assert not [mail for mail in smtp.messages if mail["To"] == organiser]


def test_everybody_hears_that_it_takes_place(too_few, smtp):
    mails = since(smtp, lambda: minimum.confirm(too_few, by=None, at=AT))

    assert set(mails) == {("GOES_AHEAD", PERSON), ("GOES_AHEAD", OTHER)}
    mail = mails["GOES_AHEAD", PERSON]
    assert subject(mail) == f"Maintenue : la séance du {WHEN}"
    assert f"C’est décidé, la séance est maintenue : {WHEN}." in text(mail)
    assert "Votre place est conservée." in text(mail)
    assert "Assistante Sociale 1 – reçoit aussi ce message." in text(mails["GOES_AHEAD", OTHER])
    assert parts(mail) == JUST_WORDS  # nothing changes in a diary


# --- links again -------------------------------------------------------------------------------


def test_links_are_those_of_this_booker_alone(page, smtp):
    one, two = session(page, MORNING_1), session(page, MORNING_2)
    mine = [
        registration(person(one), booker=booker(email=BOOKER)),
        registration(person(two, number=3), booker=booker(email=BOOKER.upper())),
    ]
    gone = registration(person(two, number=4), booker=booker(email=BOOKER))
    answers.withdraw(Participation.objects.get(participant__registration=gone), at=AT)
    late(one)
    deliver_due(at=AT)
    smtp.messages.clear()

    links.send_again(BOOKER, limit=5, at=AT)
    deliver_due(at=AT)

    (mail,) = smtp.messages
    assert mail["To"].casefold() == BOOKER
    assert subject(mail) == "Les liens de vos inscriptions"
    opened = [
        AccessToken.find(secret(url, "receipt"), purpose=TokenPurpose.MANAGE, at=AT).registration
        for url in urls(mail, "receipt")
    ]
    assert opened == mine
    for booking in mine:
        assert f"Inscription {booking.reference}" in text(mail)
    assert gone.reference not in text(mail)
    assert "Sociale" not in text(mail)
    assert "Prochaine séance : mardi 30 mars 2027" in text(mail)


def test_of_what_is_over_no_link_is_sent(page, smtp):
    one = session(page, MORNING_1)
    registration(person(one))
    deliver_due(at=AT)
    smtp.messages.clear()
    over = one.ends_at + HOUR

    links.send_again(BOOKER, limit=5, at=over)
    deliver_due(at=over)

    assert smtp.messages == []
    assert Registration.objects.count() == 1


# --- all of them -------------------------------------------------------------------------------


@pytest.fixture
def every_kind(page, organiser, smtp):
    """What a school and all kinds of people receive in a few weeks."""
    settings = {"may_hold": 30, "names_days_before": 14, "min_participants": 30}
    rules(page, **settings)
    approved = session(page, MORNING_2, capacity=1, venue=venue(), online_url=MEET)
    SignUpRules.objects.create(session=approved, **NO_LIMIT, needs_approval=True)
    morning = session(page, MORNING_1, capacity=2, venue=venue(), online_url=MEET)
    registration(person(morning), person(morning, number=2))
    for number in (3, 4):
        registration(person(morning, number=number), booker=booker(email=f"b{number}@x.example"))
    held = unnamed(2, session_ids=[session(page, MORNING_1).pk])
    registration(*held, booker=booker(email="ecole@x.example"))
    for number in (5, 6, 7):
        registration(person(approved, number=number), booker=booker(email=f"b{number}@x.example"))
    deliver_due(at=AT)
    pending = list(Participation.objects.filter(status="PENDING").order_by("pk"))
    approval.accept(pending[:2], by=None, at=AT)
    approval.refuse(pending[2:], reason="Complet", by=None, at=AT)
    leave()
    leave()
    deliver_due(at=AT)
    first, _second = Participation.objects.filter(status="OFFERED").order_by("pk")
    waiting_list.accept_offer([first], at=AT)
    deliver_due(at=AT)
    links.send_again(BOOKER, limit=5, at=AT)
    links.send_again("b3@x.example", limit=5, at=AT)
    waiting_list.settle_now([morning.pk], at=ENDS)
    due = Registration.objects.get(booker_email="ecole@x.example").names_due_at
    for at in (due - HOUR, due, SignUpRules.objects.get(session=None).decided_at(morning)):
        tending.tend(at=at)
        deliver_due(at=at)
    minimum.confirm(morning, by=None, at=at)
    deliver_due(at=at)
    rows = OutgoingEmail.objects.in_bulk(field_name="message_id")
    return [(rows[mail["Message-ID"]], mail) for mail in smtp.messages]


WITH_CALENDAR = {"INVITATION", "PROMOTED", "ACCEPTED"}
WITHOUT_PLACE = {"OFFER", "OFFER_EXPIRED", "REFUSED", "TO_CONFIRM", "WAITING", "WITHDRAWN"}
ALL = {
    "OFFER",
    "OFFER_EXPIRED",
    "PROMOTED",
    "ACCEPTED",
    "REFUSED",
    "TO_CONFIRM",
    "RECEIPT",
    "WAITING",
    "RELEASED",
    "NAMES_NEEDED",
    "GOES_AHEAD",
    "MINIMUM",
    "LINKS",
}


def test_all_kinds_leave_and_read_well(every_kind, smtp):
    assert {row.kind for row, _mail in every_kind} >= ALL
    assert not OutgoingEmail.objects.filter(sent_at=None).exists()
    for row, mail in every_kind:
        assert "{" not in row.text + row.html
        assert "None" not in row.text + row.html
        assert "\n\n\n" not in row.text
        assert len(row.subject) <= 90
        assert "Sociale" not in row.subject
        assert "http" not in row.subject
        assert "<img" not in row.html
        assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == row.text
        with_calendar = row.kind in WITH_CALENDAR and row.participant_id is not None
        of_withdrawal = row.kind == "WITHDRAWN" and row.participant_id is not None
        assert bool(row.calendars) == (with_calendar or of_withdrawal)
        assert not (row.kind in WITHOUT_PLACE and MEET in row.text)
    for octets in smtp.octets:
        assert octets.isascii()
        assert max(map(len, octets.split(b"\r\n"))) <= 998


def test_a_secret_is_known_by_its_digest_alone(every_kind):
    secrets = [
        secret(word, part)
        for _row, mail in every_kind
        for part in ("answer", "receipt", "calendar")
        for word in urls(mail, part)
    ]
    assert len(secrets) > 20
    stored = set(AccessToken.objects.values_list("digest", flat=True))
    assert stored.isdisjoint(secrets)
