"""Reminders, thanks and the digest, one by one through a real server."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.documents import get_document_model

from registrations.domain import answers, attendance, digest, minimum
from registrations.emails.delivery import deliver_due
from registrations.emails.reminders import reconcile
from registrations.enums import (
    MessageKind,
    Moment,
    ParticipationStatus,
    PresenceState,
    TokenPurpose,
)
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participation,
    PartnerService,
    SignUpRules,
    Workshop,
)
from registrations.models.reminders import USUAL, Distance
from tests.factories.documents import document, give, handout
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import AT, MORNING_1, catalogue, session, training_page, venue
from trainings.domain import scheduling
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

WAITING = ParticipationStatus.WAITING
#: Two days before, and the day after, at 9 in Brussels.
DUE = datetime(2027, 3, 21, 8, 0, tzinfo=UTC)
AFTER = datetime(2027, 3, 24, 8, 0, tzinfo=UTC)
MONDAY = datetime(2027, 3, 15, 6, 0, tzinfo=UTC)
AHEAD = DUE - timedelta(days=7)
PERSON, OTHER, BOOKER = (
    "personne1@cpas.example",
    "personne2@cpas.example",
    "assistante@cpas.example",
)
MEET = "https://meet.example/room"
WHEN = "mardi 23 mars 2027, 9 h – 12 h 30"
THANKS = Distance(1, Moment.AFTER)
QUEUE = Distance(2, Moment.BEFORE, WAITING)


@pytest.fixture
def page():
    return training_page(
        catalogue(),
        title="Trouver un logement",
        practical_information="<p>Café dès 8 h 30.</p><ul><li>Une farde</li><li>Un badge</li></ul>",
        contact_name="Équipe formations",
        contact_phone="071 00 00 00",
        contact_email="formations@logement.example",
    )


@pytest.fixture
def morning(page):
    place = venue(
        map_url="https://map.example/tilleuls",
        public_transport={"fr": "Gare à 5 minutes.\nBus 12.", "nl": "Station op 5 minuten."},
        parking={"fr": "Derrière la salle."},
        accessibility={"fr": "Rampe à l’entrée."},
    )
    return session(page, venue=place, online_url=MEET)


def rules(page, *distances, **fields):
    made = SignUpRules.objects.create(
        training=page.training,
        **{"capacity": None, "per_service": None, "closes_days_before": None, **fields},
    )
    for distance in distances:
        made.reminders.create(**distance._asdict())


@pytest.fixture
def mails(smtp):
    """What leaves at an instant, by reader; what was scheduled a week before."""

    def deliver(at=DUE):
        reconcile(at=AHEAD)
        deliver_due(at=AHEAD)
        smtp.messages.clear()
        deliver_due(at=at)
        return {mail["To"]: mail for mail in smtp.messages}

    return deliver


def subject(mail):
    return mail["Subject"].strip().replace("\xa0", " ")


def text(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def html(mail):
    return " ".join(mail.get_body(("html",)).get_content().split())


def urls(mail, part):
    return [word for word in text(mail).split() if f"/{part}/" in word]


def token(url, part, purpose):
    secret = url.split(f"/{part}/")[1].split("/")[0]
    return AccessToken.find(secret, purpose=purpose, at=DUE)


def parts(mail):
    return [one.get_content_type() for one in mail.walk() if not one.is_multipart()]


# --- a reminder --------------------------------------------------------------------------------


def test_a_reminder_says_when_where_how_and_whom_to_call(morning, mails):
    registration(person(morning))

    mail = mails()[PERSON]

    for words in (
        "Bonjour Assistante Sociale 1,",
        f"Vous avez une place à la séance du {WHEN}.",
        "Trouver un logement",
        "Salle des Tilleuls, Rue de la Gare 1, 6000 Charleroi",
        "https://map.example/tilleuls",
        MEET,
        "Derrière la salle.",
        "Rampe à l’entrée.",
        "Café dès 8 h 30.",
        "Une farde",
        "Équipe formations",
        "071 00 00 00",
        "formations@logement.example",
        "Je ne peux pas venir",
    ):
        assert words in text(mail)
        assert words in html(mail)
    assert "Gare à 5 minutes. Bus 12." in text(mail)
    assert "Gare à 5 minutes.<br>Bus 12." in html(mail)
    assert WHEN in subject(mail)
    # Their calendar has the date already.
    assert parts(mail) == ["text/plain", "text/html"]


def test_it_speaks_the_readers_language(morning, mails):
    registration(person(morning, language="nl"))

    mail = mails()[PERSON]

    assert "U hebt een plaats in de sessie van dinsdag 23 maart 2027" in text(mail)
    assert "Station op 5 minuten." in text(mail)


def test_its_links_answer_for_that_person(morning, mails):
    registration(person(morning), person(morning, number=2))

    cannot, colleague = urls(mails()[OTHER], "answer")

    assert [url.rpartition("/")[2] for url in (cannot, colleague)] == [
        "?answer=withdraw#withdraw",
        "?answer=replace#replace",
    ]
    found = token(cannot, "answer", TokenPurpose.ANSWER)
    assert found.participation == Participation.objects.get(address=OTHER)


def test_it_says_which_workshop_one_is_in(morning, mails):
    registration(person(morning))
    room = Workshop.objects.create(session=morning, title={"fr": "Le bail"}, room="Salle 3")
    Participation.objects.update(first_choice=room, workshop=room)

    mail = mails()[PERSON]

    assert "Le bail, Salle 3" in text(mail)
    assert "Le bail, Salle 3" in html(mail)


def test_who_has_no_address_is_reminded_by_the_booker(morning, mails):
    without = [person(morning, number=number, email="") for number in (1, 2)]
    made = registration(*without, person(morning, number=3))

    mail = mails()[BOOKER]

    assert f"2 personnes que vous avez inscrites ont une place à la séance du {WHEN}." in text(mail)
    assert "Assistante Sociale 1 – n’a pas donné d’adresse e-mail" in text(mail)
    assert "Sociale 3" not in text(mail)
    assert "Derrière la salle." in text(mail)
    assert len(urls(mail, "answer")) == 4
    (own,) = urls(mail, "receipt")
    assert token(own, "receipt", TokenPurpose.MANAGE).registration == made


def test_without_a_page_a_venue_or_a_contact_the_rest_is_told(page, mails):
    registration(person(session(page)))
    page.unpublish()

    mail = mails()[PERSON]

    assert f"Vous avez une place à la séance du {WHEN}." in text(mail)
    assert "071 00 00 00" not in text(mail)


# --- it is asked again when it leaves ----------------------------------------------------------


@pytest.mark.parametrize("state", ["WITHDRAWN", "WAITING", "PENDING"])
def test_who_has_no_place_any_more_is_not_reminded(morning, mails, state):
    registration(person(morning))
    reconcile(at=AHEAD)
    Participation.objects.update(status=state)

    assert mails() == {}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "CANCELLED"},
        {"status": "POSTPONED"},
        {"starts_on": date(2027, 3, 22)},
    ],
)
def test_of_a_session_that_is_another_than_scheduled_nobody_is_reminded(morning, smtp, change):
    registration(person(morning))
    deliver_due(at=AT)
    smtp.messages.clear()
    reconcile(at=AHEAD)
    TrainingSession.objects.update(**change)

    deliver_due(at=DUE)

    assert smtp.messages == []
    assert not OutgoingEmail.objects.filter(kind=MessageKind.REMINDER).exists()


def test_once_it_has_begun_nobody_is_reminded(morning, mails):
    registration(person(morning))

    assert mails(at=morning.starts_at) == {}


def test_who_leaves_before_the_booker_is_reminded_is_not_named(morning, mails):
    registration(*[person(morning, number=number, email="") for number in (1, 2)])
    reconcile(at=AHEAD)
    answers.withdraw(Participation.objects.earliest("pk"), at=AHEAD)

    mail = mails()[BOOKER]

    assert f"Assistante Sociale 2 a une place à la séance du {WHEN}." in text(mail)
    assert "Sociale 1" not in text(mail)


# --- who waits ---------------------------------------------------------------------------------


def test_who_waits_reads_their_rank_and_not_the_link(page, morning, mails):
    TrainingSession.objects.update(capacity=1)
    rules(page, *USUAL, QUEUE)
    people = [person(morning, number=number) for number in (1, 2, 3)]
    registration(*people, booker=booker(language="en"))

    mail = mails()["personne3@cpas.example"]

    assert OutgoingEmail.objects.get(message_id=mail["Message-ID"]).kind == "STILL_WAITING"
    assert "at place 2" in text(mail) or "rang 2" in text(mail)
    assert MEET not in text(mail)
    assert [url.rpartition("/")[2] for url in urls(mail, "answer")] == ["?answer=withdraw#withdraw"]
    assert parts(mail) == ["text/plain", "text/html"]


def test_the_booker_of_who_waits_without_an_address_is_told(page, morning, mails):
    TrainingSession.objects.update(capacity=1)
    rules(page, QUEUE)
    registration(person(morning), person(morning, number=2, email=""))

    mail = mails()[BOOKER]

    assert "Assistante Sociale 2 (Liste d’attente, rang 1)" in text(mail)


# --- thanks ------------------------------------------------------------------------------------


@pytest.fixture
def slides(page):
    made = get_document_model().objects.create(
        title="Diapositives du matin", file=ContentFile(b"x", name="diapositives.txt")
    )
    page.documents = [("document", made)]
    page.save()
    yield made
    made.file.delete(save=False)


def test_thanks_bring_the_documents_of_the_page(page, morning, slides, smtp):
    rules(page, THANKS)
    registration(person(morning))
    deliver_due(at=AT)
    smtp.messages.clear()
    reconcile(at=AFTER - timedelta(days=2))

    deliver_due(at=AFTER)

    (mail,) = smtp.messages
    link = f"http://localhost{slides.url}"
    for words in (WHEN, "Trouver un logement", "Diapositives du matin", link):
        assert words in text(mail)
        assert words in html(mail)
    # It is over: nothing leads there, and there is nothing to answer.
    assert MEET not in text(mail)
    assert urls(mail, "answer") == []


def test_a_document_that_was_deleted_is_left_out(page, morning, slides, smtp):
    rules(page, THANKS)
    registration(person(morning))
    deliver_due(at=AT)
    smtp.messages.clear()
    reconcile(at=AFTER - timedelta(days=2))
    slides.delete()

    deliver_due(at=AFTER)

    (mail,) = smtp.messages
    assert "Diapositives" not in text(mail)
    assert WHEN in subject(mail)


@pytest.fixture
def thanks(page, morning, smtp):
    """What leaves the day after, by reader."""

    def deliver():
        rules(page, THANKS)
        deliver_due(at=AT)
        reconcile(at=AFTER - timedelta(days=2))
        smtp.messages.clear()
        deliver_due(at=AFTER)
        return {mail["To"]: mail for mail in smtp.messages}

    return deliver


@pytest.fixture
def kept(page):
    made = document("Exercices")
    give(page, handout(made))
    return made


def test_thanks_lead_to_what_is_for_participants_by_one_link(morning, kept, thanks):
    registration(person(morning), person(morning, number=2))

    mails = thanks()

    for address in (PERSON, OTHER):
        documents, evaluation = urls(mails[address], "mine")
        assert [url.rpartition("/")[2] for url in (documents, evaluation)] == [
            "#documents",
            "#evaluation",
        ]
        assert len({url.partition("#")[0] for url in (documents, evaluation)}) == 1
        found = token(documents, "mine", TokenPurpose.PARTICIPANT)
        assert found.participation.address == address
        for read in (text, html):
            assert "Exercices" in read(mails[address])
            assert kept.url not in read(mails[address])
            assert gettext("Tell us what you thought (2 minutes)") in read(mails[address])
    assert AccessToken.objects.filter(purpose=TokenPurpose.PARTICIPANT).count() == 2


def test_who_has_no_address_finds_them_through_the_booker(morning, kept, thanks):
    made = registration(person(morning, email=""))

    mail = thanks()[BOOKER]

    (own,) = urls(mail, "receipt")
    assert token(own, "receipt", TokenPurpose.MANAGE).registration == made
    assert "Exercices" in text(mail)
    assert urls(mail, "mine") == []


def test_without_documents_for_them_the_booker_needs_no_link(morning, slides, thanks):
    registration(person(morning, email=""))
    before = AccessToken.objects.count()

    mail = thanks()[BOOKER]

    assert urls(mail, "receipt") == []
    # The one of the receipt itself.
    assert AccessToken.objects.count() == before + 1


def test_who_has_answered_is_not_asked_again(morning, thanks):
    registration(person(morning))
    Participation.objects.update(has_evaluated=True)

    mail = thanks()[PERSON]

    assert urls(mail, "mine") == []
    assert not AccessToken.objects.filter(purpose=TokenPurpose.PARTICIPANT).exists()


def test_once_the_sheet_is_closed_those_who_came_are_thanked(morning, thanks):
    registration(*[person(morning, number=number) for number in (1, 2, 3)])
    came, _absent, excused = Participation.objects.order_by("pk")
    note = attendance.Note(
        participation_id=came.pk, half_day=1, state=PresenceState.PRESENT, at=morning.starts_at
    )
    attendance.note(morning, [note], source="DESK", at=morning.starts_at)
    attendance.close_sheet(morning, announced=[excused.pk], by=None, at=morning.ends_at)

    kinds = OutgoingEmail.objects.filter(kind=MessageKind.THANKS)
    assert PERSON in thanks()
    assert list(kinds.values_list("recipient", flat=True)) == [PERSON]


def test_who_is_noted_absent_after_it_was_scheduled_is_not_thanked(morning, page, smtp):
    rules(page, THANKS)
    registration(person(morning), person(morning, number=2))
    deliver_due(at=AT)
    reconcile(at=AFTER - timedelta(days=2))
    smtp.messages.clear()
    Participation.objects.filter(address=OTHER).update(presence=PresenceState.ABSENT)

    deliver_due(at=AFTER)

    assert [mail["To"] for mail in smtp.messages] == [PERSON]


def test_ten_thanks_are_written_with_as_many_questions_as_two(page, morning, kept, smtp):
    rules(page, THANKS)
    registration(*[person(morning, number=number) for number in range(10)])
    deliver_due(at=AT)
    OutgoingEmail.objects.exclude(kind=MessageKind.THANKS).delete()
    asked = []
    for number in (2, 10):
        reconcile(at=AFTER - timedelta(days=2))
        rows = OutgoingEmail.objects.filter(kind=MessageKind.THANKS)
        for email in rows[number:]:
            email.delete()
        with CaptureQueriesContext(connection) as queries:
            done = deliver_due(at=AFTER)
        assert (done.sent, done.failed) == (number, 0)
        verbs = [query["sql"].partition(" ")[0] for query in queries.captured_queries]
        asked.append((verbs.count("SELECT"), verbs.count("INSERT")))
        rows.delete()

    few, many = asked
    assert many == few


def test_of_a_session_that_was_moved_away_meanwhile_nobody_is_thanked(page, morning, smtp):
    rules(page, THANKS)
    registration(person(morning))
    reconcile(at=AFTER - timedelta(days=2))
    deliver_due(at=AFTER - timedelta(days=2))
    smtp.messages.clear()
    later = MORNING_1 + timedelta(days=7)
    to = {"starts_on": later, "ends_on": later}

    scheduling.reschedule(morning, to=to, by=None, at=AFTER - timedelta(days=2))
    deliver_due(at=AFTER)

    kinds = OutgoingEmail.objects.exclude(sent_at=None).values_list("kind", flat=True)
    assert MessageKind.THANKS not in set(kinds)


# --- the digest --------------------------------------------------------------------------------


def test_the_digest_counts_and_leads_to_the_screens(page, morning, smtp):
    TrainingSession.objects.update(capacity=2)
    rules(page, min_participants=5, decides_days_before=9)
    registration(*[person(morning, number=number) for number in range(3)], at=MONDAY)
    PartnerService.objects.update(status="TO_CHECK")
    OutgoingEmail.objects.update(failed_at=MONDAY)
    assert [one.session for one in minimum.undecided(at=MONDAY)] == [morning]

    digest.queue(at=MONDAY)
    deliver_due(at=MONDAY)

    (mail,) = [mail for mail in smtp.messages if mail["To"] == "trainings@host.example"]
    people = reverse("registrations_admin:people", args=[morning.pk])
    for words in (WHEN, "Trouver un logement", f"http://localhost{people}"):
        assert words in text(mail)
        assert words in html(mail)
    assert "?status=TO_CHECK" in text(mail)
    assert "?state=failed" in text(mail)
    for secret in ("Sociale", "cpas.example", "CPAS"):
        assert secret not in text(mail)
        assert secret not in html(mail)


def test_a_digest_that_is_a_day_old_does_not_leave(morning, smtp):
    registration(person(morning), at=MONDAY)
    digest.queue(at=MONDAY)

    deliver_due(at=MONDAY + timedelta(days=1, minutes=1))

    assert "trainings@host.example" not in [mail["To"] for mail in smtp.messages]
    assert not OutgoingEmail.objects.filter(kind=MessageKind.DIGEST).exists()


# --- many at once ------------------------------------------------------------------------------


def test_ten_are_written_with_as_many_questions_as_two(morning, smtp):
    """What they say is read once for a batch, and so are their links saved."""
    registration(*[person(morning, number=number) for number in range(10)])
    deliver_due(at=AT)
    asked = []
    for number in (2, 10):
        reconcile(at=AHEAD)
        reminders = OutgoingEmail.objects.filter(kind=MessageKind.REMINDER)
        for email in reminders[number:]:
            email.delete()
        with CaptureQueriesContext(connection) as queries:
            done = deliver_due(at=DUE)
        assert (done.sent, done.failed) == (number, 0)
        verbs = [query["sql"].partition(" ")[0] for query in queries.captured_queries]
        asked.append((verbs.count("SELECT"), verbs.count("INSERT")))
        reminders.delete()

    few, many = asked
    assert many == few
