from datetime import date, time, timedelta

import pytest

from tests.factories.registrations import person, registration
from tests.factories.trainings import (
    AT,
    MORNING_1,
    MORNING_2,
    catalogue,
    session,
    training_page,
    venue,
)
from trainings.domain import scheduling
from trainings.domain.queries import ListedSession, training_agenda
from trainings.domain.structured_data import events

pytestmark = pytest.mark.django_db

URL = "https://host.example/fr/formations/logement/"


@pytest.fixture
def page():
    return training_page(
        catalogue(),
        "En recherche de logement",
        guiding_question="Par où commencer ?",
        introduction="<p>Comprendre &amp; agir.</p>",
    )


@pytest.fixture
def read(page, rf):
    def read_all():
        agenda = training_agenda(page, request=rf.get("/"), at=AT)
        data = events(
            page,
            agenda.sessions,
            url=URL,
            organiser="Habitat",
            organiser_url="https://host.example",
            at=AT,
        )
        assert data["@context"] == "https://schema.org"
        return data["@graph"]

    return read_all


def test_a_session_says_all_that_is_public(page, read):
    page.training.languages = ["fr", "nl"]
    page.training.save()
    made = session(page, venue=venue(), capacity=12)
    registration(person(made))

    assert read() == [
        {
            "@type": "EducationEvent",
            "identifier": str(made.uid),
            "url": f"{URL}#session-{made.uid}",
            "name": "En recherche de logement",
            "description": "Par où commencer ?\n\nComprendre & agir.",
            "startDate": "2027-03-23T09:00:00+01:00",
            "endDate": "2027-03-23T12:30:00+01:00",
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": [
                {
                    "@type": "Place",
                    "name": "Salle des Tilleuls",
                    "address": {
                        "@type": "PostalAddress",
                        "streetAddress": "Rue de la Gare 1",
                        "postalCode": "6000",
                        "addressLocality": "Charleroi",
                    },
                }
            ],
            "inLanguage": ["fr", "nl"],
            "maximumAttendeeCapacity": 12,
            "remainingAttendeeCapacity": 11,
            "organizer": {
                "@type": "Organization",
                "name": "Habitat",
                "url": "https://host.example",
            },
        }
    ]


def test_a_moved_session_tells_its_first_date_on_each_side_of_a_clock_change(page, read):
    made = session(page, MORNING_1)
    scheduling.reschedule(made, to=scheduling.shifted(made, days=7), by=None, at=AT)

    (event,) = read()

    assert event["eventStatus"] == "https://schema.org/EventRescheduled"
    assert event["previousStartDate"] == "2027-03-23T09:00:00+01:00"
    assert event["startDate"] == "2027-03-30T09:00:00+02:00"


def test_another_room_is_no_other_date(page, read):
    made = session(page, venue=venue())
    scheduling.reschedule(made, to={"venue_id": venue(name="Autre").pk}, by=None, at=AT)

    (event,) = read()

    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert "previousStartDate" not in event
    assert event["location"][0]["name"] == "Autre"


def test_what_does_not_take_place_says_so(page, read):
    scheduling.cancel(session(page, MORNING_1), by=None, at=AT)
    scheduling.postpone(session(page, MORNING_2), by=None, at=AT)

    assert [event["eventStatus"] for event in read()] == [
        "https://schema.org/EventCancelled",
        "https://schema.org/EventPostponed",
    ]


def test_the_online_link_is_told_to_nobody(page, read):
    link = "https://meet.example/secret-room"
    session(page, MORNING_1, online_url=link)
    session(page, MORNING_2, online_url=link, venue=venue())

    online, both = read()

    assert online["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert online["location"] == [{"@type": "VirtualLocation", "url": URL}]
    assert both["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [place["@type"] for place in both["location"]] == ["Place", "VirtualLocation"]
    assert "secret-room" not in str((online, both))


def test_what_nobody_knows_yet_is_left_out(page, read):
    session(page, capacity=None)

    (event,) = read()

    assert {
        "location",
        "eventAttendanceMode",
        "inLanguage",
        "maximumAttendeeCapacity",
        "remainingAttendeeCapacity",
    }.isdisjoint(event)


def test_more_people_than_places_leave_none(page, read):
    made = session(page, capacity=2)
    registration(person(made, number=1), person(made, number=2))
    made.capacity = 1
    scheduling.change(made, by=None, at=AT)

    (event,) = read()

    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (1, 0)


def test_only_the_recent_past_is_told(page, read, settings):
    settings.TRAININGS_CALENDAR_PAST = timedelta(days=30)
    session(page, date(2026, 12, 1))
    session(page, date(2027, 1, 20), start_time=time(14), end_time=time(17))

    assert [event["startDate"] for event in read()] == ["2027-01-20T14:00:00+01:00"]


def test_a_site_where_nobody_signs_up_tells_no_places_left(page):
    line = ListedSession(session(page), page, url=URL, is_past=False, sign_up=None)

    (event,) = events(page, [line], url=URL, organiser="", organiser_url="", at=AT)["@graph"]

    assert event["maximumAttendeeCapacity"] == 40
    assert "remainingAttendeeCapacity" not in event
