from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Site

from tests.factories.registrations import person, registration
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
from trainings.domain.queries import Agenda, ListedSession, programme_agenda, training_agenda
from trainings.domain.structured_data import of_programme, of_training
from trainings.models import Audience, SessionSeries, Theme
from trainings.sign_up import SignUpState

pytestmark = pytest.mark.django_db

ORGANISATION = {"@type": "Organization", "name": "Habitat", "url": "http://localhost"}


@pytest.fixture
def index():
    Site.objects.update(site_name="Habitat")
    return catalogue()


@pytest.fixture
def page(index):
    return training_page(
        index,
        guiding_question="Par où commencer ?",
        introduction="<p>Comprendre &amp; agir.</p>",
    )


@pytest.fixture
def read(rf):
    """What a page of one kind tells: its course, and its sessions."""

    def read_all(page):
        request = rf.get("/", headers={"host": "localhost"})
        is_training = hasattr(page, "training")
        agenda_of = training_agenda if is_training else programme_agenda
        data_of = of_training if is_training else of_programme
        agenda = agenda_of(page, request=request, at=AT)
        data = data_of(page, agenda, site=Site.objects.get(), request=request, at=AT)
        assert data["@context"] == "https://schema.org"
        course, *events = data["@graph"]
        return course, events

    return read_all


@pytest.fixture
def url(page):
    return "http://localhost/fr/formations/en-recherche-de-logement/"


def offers(event):
    return event.get("offers")


# --- a training --------------------------------------------------------------------------------


def test_a_training_says_all_that_is_public(page, read, url):
    training = page.training
    training.languages = ["fr", "nl"]
    training.save()
    training.themes.add(Theme.objects.create(name={"fr": "Logement"}, slug="logement"))
    training.audiences.add(Audience.objects.create(name={"fr": "Bénévoles"}, slug="benevoles"))
    made = session(page, venue=venue(), capacity=12)
    registration(person(made))

    course, events = read(page)

    assert course == {
        "@type": "Course",
        "@id": f"{url}#course",
        "url": url,
        "name": "En recherche de logement",
        "description": "Par où commencer ?\n\nComprendre & agir.",
        "provider": ORGANISATION,
        "inLanguage": ["fr", "nl"],
        "about": [{"@type": "DefinedTerm", "name": "Logement"}],
        "audience": [{"@type": "EducationalAudience", "audienceType": "Bénévoles"}],
        "isAccessibleForFree": True,
        "hasCourseInstance": [{"@id": f"{url}#session-{made.uid}"}],
    }
    assert events == [
        {
            "@type": ["EducationEvent", "CourseInstance"],
            "@id": f"{url}#session-{made.uid}",
            "identifier": str(made.uid),
            "url": f"{url}#session-{made.uid}",
            "name": "En recherche de logement",
            "description": "Par où commencer ?",
            "startDate": "2027-03-23T09:00:00+01:00",
            "endDate": "2027-03-23T12:30:00+01:00",
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "courseMode": "onsite",
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
            "isAccessibleForFree": True,
            "maximumAttendeeCapacity": 12,
            "remainingAttendeeCapacity": 11,
            "organizer": ORGANISATION,
            "offers": {
                "@type": "Offer",
                "url": f"http://localhost/fr/inscriptions/training/{training.uid}/",
                "availability": "https://schema.org/InStock",
                "validThrough": "2027-03-23T09:00:00+01:00",
                "price": 0,
                "priceCurrency": "EUR",
            },
        }
    ]


def test_what_nobody_knows_yet_is_left_out(index, read):
    page = training_page(index, title="Atelier")
    made = session(page, capacity=None)
    url = page.get_full_url()

    course, events = read(page)

    assert course == {
        "@type": "Course",
        "@id": f"{url}#course",
        "url": url,
        "name": "Atelier",
        "provider": ORGANISATION,
        "isAccessibleForFree": True,
        "hasCourseInstance": [{"@id": f"{url}#session-{made.uid}"}],
    }
    assert events == [
        {
            "@type": ["EducationEvent", "CourseInstance"],
            "@id": f"{url}#session-{made.uid}",
            "identifier": str(made.uid),
            "url": f"{url}#session-{made.uid}",
            "name": "Atelier",
            "startDate": "2027-03-23T09:00:00+01:00",
            "endDate": "2027-03-23T12:30:00+01:00",
            "eventStatus": "https://schema.org/EventScheduled",
            "isAccessibleForFree": True,
            "organizer": ORGANISATION,
            "offers": {
                "@type": "Offer",
                "url": f"http://localhost/fr/inscriptions/training/{page.training.uid}/",
                "availability": "https://schema.org/InStock",
                "validThrough": "2027-03-23T09:00:00+01:00",
                "price": 0,
                "priceCurrency": "EUR",
            },
        }
    ]


def test_a_training_without_dates_is_still_a_course(page, read, url):
    course, events = read(page)

    assert (course["@id"], "hasCourseInstance" in course, events) == (f"{url}#course", False, [])


def test_a_moved_session_tells_its_first_date_on_each_side_of_a_clock_change(page, read):
    made = session(page, MORNING_1)
    scheduling.reschedule(made, to=scheduling.shifted(made, days=7), by=None, at=AT)

    _course, (event,) = read(page)

    assert (event["eventStatus"], event["previousStartDate"], event["startDate"]) == (
        "https://schema.org/EventRescheduled",
        "2027-03-23T09:00:00+01:00",
        "2027-03-30T09:00:00+02:00",
    )


def test_another_room_is_no_other_date(page, read):
    made = session(page, venue=venue())
    scheduling.reschedule(made, to={"venue_id": venue(name="Autre").pk}, by=None, at=AT)

    _course, (event,) = read(page)

    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert "previousStartDate" not in event
    assert event["location"][0]["name"] == "Autre"


def test_what_does_not_take_place_says_so_and_is_offered_to_nobody(page, read):
    cancelled, postponed = session(page, MORNING_1), session(page, MORNING_2)
    registration(person(cancelled, postponed))
    scheduling.cancel(cancelled, by=None, at=AT)
    scheduling.postpone(postponed, by=None, at=AT)

    course, events = read(page)

    assert [event["eventStatus"] for event in events] == [
        "https://schema.org/EventCancelled",
        "https://schema.org/EventPostponed",
    ]
    assert [offers(event) for event in events] == [None, None]
    assert ["remainingAttendeeCapacity" in event for event in events] == [False, False]
    assert len(course["hasCourseInstance"]) == 2


def test_the_online_link_is_told_to_nobody(page, read, url):
    link = "https://meet.example/secret-room"
    session(page, MORNING_1, online_url=link)
    session(page, MORNING_2, online_url=link, venue=venue())

    course, (online, both) = read(page)

    assert online["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert online["courseMode"] == "online"
    assert online["location"] == [{"@type": "VirtualLocation", "url": url}]
    assert both["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert both["courseMode"] == "blended"
    assert [place["@type"] for place in both["location"]] == ["Place", "VirtualLocation"]
    assert "secret-room" not in str((course, online, both))


def test_more_people_than_places_leave_none(page, read):
    made = session(page, capacity=2)
    registration(person(made, number=1), person(made, number=2))
    made.capacity = 1
    scheduling.change(made, by=None, at=AT)

    _course, (event,) = read(page)

    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (1, 0)


def test_only_the_recent_past_is_told_and_offered_to_nobody(page, read, url, settings):
    settings.TRAININGS_CALENDAR_PAST = timedelta(days=30)
    session(page, date(2026, 12, 1))
    recent = session(page, date(2027, 1, 20), start_time=time(14), end_time=time(17))

    course, (event,) = read(page)

    assert event["startDate"] == "2027-01-20T14:00:00+01:00"
    assert (offers(event), "remainingAttendeeCapacity" in event) == (None, False)
    assert course["hasCourseInstance"] == [{"@id": f"{url}#session-{recent.uid}"}]


def test_a_session_of_a_series_is_named_by_an_address_that_shows_it(page, read, url):
    series = SessionSeries.objects.create(
        training=page.training,
        first_day=MORNING_1,
        start_time=time(9),
        end_time=time(12),
        time_zone="Europe/Brussels",
    )
    made = session(page, series=series, original_on=MORNING_1)

    course, (event,) = read(page)

    address = f"{url}?session={made.uid}#session-{made.uid}"
    assert (event["@id"], event["url"]) == (address, address)
    assert course["hasCourseInstance"] == [{"@id": address}]


def test_a_price_is_words_of_which_no_number_is_made(index, read):
    page = training_page(index, title="Atelier", price="20 € par service")
    session(page)

    course, (event,) = read(page)

    assert ("isAccessibleForFree" in course, "isAccessibleForFree" in event) == (False, False)
    assert offers(event) == {
        "@type": "Offer",
        "url": f"http://localhost/fr/inscriptions/training/{page.training.uid}/",
        "availability": "https://schema.org/InStock",
        "validThrough": "2027-03-23T09:00:00+01:00",
    }


# --- signing up --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "people", "expected"),
    [
        ({"capacity": 40}, 0, "https://schema.org/InStock"),
        ({"capacity": None}, 1, "https://schema.org/InStock"),
        ({"capacity": 5}, 1, "https://schema.org/LimitedAvailability"),
        ({"capacity": 2}, 2, "https://schema.org/SoldOut"),
    ],
    ids=["places", "as many as come", "last places", "full"],
)
def test_an_offer_says_whether_there_are_places(page, read, fields, people, expected):
    made = session(page, **fields)
    if people:
        registration(*(person(made, number=number) for number in range(people)))

    _course, (event,) = read(page)

    assert offers(event)["availability"] == expected


def test_an_offer_tells_from_when_until_when_by_the_clock_of_the_session(page, read):
    opens_at, closes_at = AT - timedelta(days=1), AT + timedelta(days=56, hours=1)
    session(page, MORNING_2, registration_opens_at=opens_at, registration_closes_at=closes_at)

    _course, (event,) = read(page)

    offer = offers(event)
    assert (offer["validFrom"], offer["validThrough"], offer["availability"]) == (
        "2027-01-31T10:00:00+01:00",
        "2027-03-29T12:00:00+02:00",
        "https://schema.org/InStock",
    )


def test_before_the_opening_an_offer_says_only_when_it_will_be_one(page, read):
    session(page, registration_opens_at=AT + timedelta(days=1))

    _course, (event,) = read(page)

    assert offers(event) == {
        "@type": "Offer",
        "url": f"http://localhost/fr/inscriptions/training/{page.training.uid}/",
        "validFrom": "2027-02-02T10:00:00+01:00",
        "validThrough": "2027-03-23T09:00:00+01:00",
        "price": 0,
        "priceCurrency": "EUR",
    }


def test_what_is_closed_is_offered_to_nobody(page, read):
    session(page, registration_closes_at=AT - timedelta(days=1))

    _course, (event,) = read(page)

    assert offers(event) is None


@pytest.mark.parametrize(
    ("sign_up", "sign_up_url"),
    [(None, ""), (None, "/elsewhere/"), (SignUpState("open", ""), "")],
    ids=["nobody signs up", "no state", "no address"],
)
def test_a_site_where_nobody_signs_up_offers_nothing(page, rf, sign_up, sign_up_url):
    line = ListedSession(session(page), page, url="", is_past=False, sign_up=sign_up)

    data = of_training(
        page,
        Agenda([line], sign_up_url=sign_up_url),
        site=Site.objects.get(),
        request=rf.get("/"),
        at=AT,
    )

    _course, event = data["@graph"]
    assert event["maximumAttendeeCapacity"] == 40
    assert {"remainingAttendeeCapacity", "offers"}.isdisjoint(event)


def test_a_sign_up_elsewhere_keeps_its_own_address(page, rf):
    state = SignUpState("open", "", is_open=True)
    line = ListedSession(session(page), page, url="", is_past=False, sign_up=state)
    agenda = Agenda([line], sign_up_url="https://tickets.example/1")

    data = of_training(page, agenda, site=Site.objects.get(), request=rf.get("/"), at=AT)

    assert data["@graph"][1]["offers"]["url"] == "https://tickets.example/1"


# --- a programme -------------------------------------------------------------------------------


def test_a_programme_has_its_trainings_as_parts_and_their_sessions(index, read):
    programme = programme_page(index, title="Accompagner", introduction="<p>Deux matinées.</p>")
    first = training_page(programme, title="Première", guiding_question="Et d’abord ?")
    second = training_page(programme, title="Seconde", price="10 €")
    one, two = session(first, MORNING_1), session(second, MORNING_2)
    again = session(first, MORNING_2 + timedelta(days=7))
    session(training_page(programme, title="Sans date utile"), date(2026, 1, 6))
    url = "http://localhost/fr/formations/accompagner/"
    addresses = [
        f"{url}premiere/#session-{one.uid}",
        f"{url}seconde/#session-{two.uid}",
        f"{url}premiere/#session-{again.uid}",
    ]

    course, events = read(programme)

    assert course == {
        "@type": "Course",
        "@id": f"{url}#course",
        "url": url,
        "name": "Accompagner",
        "description": "Deux matinées.",
        "provider": ORGANISATION,
        "hasPart": [
            {
                "@type": "Course",
                "@id": f"{url}premiere/#course",
                "url": f"{url}premiere/",
                "name": "Première",
                "hasCourseInstance": [{"@id": addresses[0]}, {"@id": addresses[2]}],
            },
            {
                "@type": "Course",
                "@id": f"{url}seconde/#course",
                "url": f"{url}seconde/",
                "name": "Seconde",
                "hasCourseInstance": [{"@id": addresses[1]}],
            },
        ],
    }
    assert [event["@id"] for event in events] == addresses
    assert [event["name"] for event in events] == ["Première", "Seconde", "Première"]
    assert [offers(event).get("price") for event in events] == [0, None, 0]
    signs_up = f"http://localhost/fr/inscriptions/programme/{programme.programme.uid}/"
    assert {offers(event)["url"] for event in events} == {signs_up}


def test_a_programme_tells_the_same_session_as_its_training(index, read):
    programme = programme_page(index)
    page = training_page(programme)
    session(page, venue=venue())

    of_the_training, of_the_programme = read(page)[1][0], read(programme)[1][0]

    del of_the_training["offers"], of_the_programme["offers"]
    assert of_the_programme == of_the_training


def test_a_programme_speaks_its_own_language(index, read):
    programme = programme_page(index)
    page = training_page(programme)
    session(page)
    dutch = translated(page, "nl", "Op zoek naar een woning")

    with translation.override("nl"):
        course, (event,) = read(dutch.get_parent().specific)

    assert course["hasPart"][0]["name"] == "Op zoek naar een woning"
    assert event["@id"].startswith("http://localhost/nl/")
    assert offers(event)["url"].startswith("http://localhost/nl/inscriptions/programme/")


def test_a_programme_tells_the_next_of_many_dates(index, read):
    programme = programme_page(index)
    page = training_page(programme)
    for number in range(30):
        session(page, date(2026, 12, 1) + timedelta(days=number))
        session(page, MORNING_1 + timedelta(days=number))

    _course, events = read(programme)

    days = [event["startDate"][:10] for event in events]
    assert (len(days), days[0], days[23], days[24], days[-1]) == (
        *(48, "2026-12-07", "2026-12-30"),
        *("2027-03-23", "2027-04-15"),
    )


def test_what_is_told_costs_the_same_for_many_sessions(index, read):
    programme = programme_page(index)
    pages = [training_page(programme, title=f"Formation {number}") for number in range(10)]
    for page in pages:
        session(page, venue=venue())

    def queries_for(page):
        fresh = type(page).objects.get(pk=page.pk)
        with CaptureQueriesContext(connection) as captured:
            read(fresh)
        return len(captured)

    read(programme)  # Wagtail keeps the addresses of sites
    of_training_page, of_programme_page = queries_for(pages[0]), queries_for(programme)
    for page in pages:
        for number in range(1, 4):
            session(page, MORNING_1 + timedelta(days=number), venue=venue())

    assert (queries_for(pages[0]), queries_for(programme)) == (of_training_page, of_programme_page)
