"""Of a discreet session nothing is told to who looks over a shoulder: not what it is about."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from registrations.domain import answers
from registrations.emails.delivery import deliver_due
from registrations.models import Participation
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import AT, MORNING_2, catalogue, session, training_page, venue
from trainings.domain import scheduling
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

TITLE = "Violences dans le couple"
PLACE = "Rue des Fleurs 7"


@pytest.fixture
def meeting() -> TrainingSession:
    page = training_page(catalogue(), title=TITLE, calendar_title=TITLE)
    page.training.is_discreet = True
    page.training.save()
    return session(page, capacity=1, venue=venue(name="La Maison", street_address=PLACE))


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\xa0", " ")


def test_no_subject_and_no_calendar_says_what_it_is_about(meeting, smtp):
    registration(person(meeting))
    deliver_due(at=AT)
    scheduling.reschedule(
        meeting, to={"starts_on": MORNING_2, "ends_on": MORNING_2}, by=None, at=AT
    )
    deliver_due(at=AT)
    answers.withdraw(Participation.objects.get(), at=AT + timedelta(hours=1))
    deliver_due(at=AT + timedelta(hours=1))

    assert {mail["Subject"].replace("\xa0", " ").strip() for mail in smtp.messages} == {
        "Votre rendez-vous du mardi 23 mars 2027, 9 h – 12 h 30",
        "Votre rendez-vous du mardi 30 mars 2027, 9 h – 12 h 30",
    }
    events = [
        Calendar.from_ical(part.get_content()).walk("VEVENT")[0]
        for mail in smtp.messages
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert {str(event["SUMMARY"]) for event in events} == {
        "Rendez-vous",
        "DÉPLACÉ – Rendez-vous",
    }
    assert not any(TITLE in event.to_ical().decode() for event in events)
    assert not any("URL" in event or "CATEGORIES" in event for event in events)


def test_the_place_is_told_to_who_has_one(meeting, smtp):
    registration(person(meeting))
    registration(person(meeting, number=2), booker=booker(email="autre@cpas.example"))
    deliver_due(at=AT)

    told = {mail["To"]: PLACE in text_of(mail) for mail in smtp.messages}
    assert told == {
        "assistante@cpas.example": True,
        "personne1@cpas.example": True,
        "autre@cpas.example": False,
        "personne2@cpas.example": False,
    }


def test_who_waits_reads_that_the_place_changes_and_not_to_where(meeting, smtp):
    registration(person(meeting))
    registration(person(meeting, number=2), booker=booker(email="personne2@cpas.example"))
    elsewhere = venue(name="L’Annexe", street_address="Rue des Saules 9")
    scheduling.reschedule(meeting, to={"venue_id": elsewhere.pk}, by=None, at=AT)
    deliver_due(at=AT + timedelta(minutes=1))
    deliver_due(at=AT + timedelta(minutes=2))

    told = [text_of(mail) for mail in smtp.messages if mail["To"] == "personne2@cpas.example"]
    assert not any("Rue des" in text or "en ligne" in text for text in told)
    assert any("change de lieu" in text for text in told)
