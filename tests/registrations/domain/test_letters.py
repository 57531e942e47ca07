from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from registrations.domain import letters, opt_outs
from registrations.domain.people import unnamed
from registrations.domain.service_kinds import add_starter_kinds
from registrations.enums import MessageKind, PartnerStatus, Readers, Seen
from registrations.exceptions import ReadersChangedError
from registrations.models import (
    Contact,
    Letter,
    OutgoingEmail,
    Participation,
    PartnerService,
    ServiceKind,
    SignUpRules,
)
from tests.factories.letters import (
    WORDS,
    addresses,
    plan,
    recipients,
    to_people,
    to_services,
    to_who_wants_news,
    write,
)
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import AT, MORNING_1, MORNING_2, catalogue, session, training_page
from tests.factories.users import user
from trainings.models import TranslatedText

pytestmark = pytest.mark.django_db

#: Both mornings are over.
LATER = AT + timedelta(days=100)


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, MORNING_1)


@pytest.fixture
def evening(page):
    return session(page, MORNING_2)


# --- people of sessions ------------------------------------------------------------------------


@pytest.fixture
def everybody(morning):
    states = ("CONFIRMED", "OFFERED", "WAITING", "PENDING", "WITHDRAWN")
    registration(*(person(morning, number=number) for number, _state in enumerate(states, start=1)))
    for number, status in enumerate(states, start=1):
        ends = AT + timedelta(days=1) if status == "OFFERED" else None
        row = Participation.objects.filter(address=f"personne{number}@cpas.example")
        row.update(status=status, offer_ends_at=ends)


@pytest.mark.parametrize(
    ("states", "numbers"),
    [
        (["CONFIRMED"], [1]),
        (["OFFERED"], [2]),
        (["WAITING"], [3]),
        (["PENDING"], [4]),
        (["CONFIRMED", "WAITING"], [1, 3]),
        # Who left is written to no more, whatever is asked.
        (["CONFIRMED", "OFFERED", "WAITING", "PENDING", "WITHDRAWN"], [1, 2, 3, 4]),
    ],
)
def test_people_are_chosen_by_state(everybody, morning, states, numbers):
    found = plan(to_people(morning, states=tuple(states)))

    assert addresses(found) == [f"personne{number}@cpas.example" for number in numbers]


def test_of_a_session_that_is_over_those_with_a_place_are_meant(everybody, morning):
    found = plan(to_people(morning, states=("WAITING",)), at=LATER)

    assert addresses(found) == ["personne1@cpas.example"]


def test_people_are_chosen_by_session(morning, evening):
    registration(person(morning), person(evening, number=2), person(morning, evening, number=3))
    one, two, three = (f"personne{number}@cpas.example" for number in (1, 2, 3))

    assert addresses(plan(to_people(morning))) == [one, three]
    assert addresses(plan(to_people(evening))) == [two, three]
    # Who comes to both reads one mail.
    assert addresses(plan(to_people(morning, evening))) == [one, two, three]


def test_people_are_chosen_by_kind_and_place_of_their_service(morning):
    add_starter_kinds()
    first, second = ServiceKind.objects.all()[:2]
    places = {
        "A": {"kind": first, "municipality": "Charleroi", "postal_code": "6000"},
        "B": {"kind": second, "municipality": "Charleroi", "postal_code": "6060"},
        "C": {"kind": first, "municipality": "Binche", "postal_code": "7130"},
        "D": {"municipality": "Binche"},
    }
    for number, (name, fields) in enumerate(places.items(), start=1):
        service = partner(name, **fields)
        registration(person(morning, number=number), partner=service)

    def names(**narrowed) -> str:
        found = plan(to_people(morning, **narrowed))
        return "".join(sorted(one.service for one, _reader in found.told))

    assert names() == "ABCD"
    assert names(kinds=(first.pk,)) == "AC"
    assert names(kinds=(first.pk, second.pk)) == "ABC"
    assert names(places=("Charleroi",)) == "AB"
    assert names(places=("6060", "Binche")) == "BCD"
    assert names(kinds=(first.pk,), places=("Binche",)) == "C"


def test_who_has_no_address_is_reached_through_the_booker_in_one_mail(morning):
    SignUpRules.objects.create(session=morning, may_hold=5, names_days_before=2, per_service=9)
    registration(
        person(morning, email=""),
        person(morning, number=2, email=""),
        *unnamed(1, session_ids=[morning.pk]),
        person(morning, number=4),
    )

    found = plan(to_people(morning))

    assert addresses(found) == ["assistante@cpas.example", "personne4@cpas.example"]
    assert [
        (one.participation.participant.position, one.through) for one, _reader in found.told
    ] == [
        *((number, "Assistante Sociale") for number in (1, 2, 3)),
        (4, ""),
    ]
    assert found.sharing == 2


def test_an_address_of_several_gets_one_mail_in_its_owners_language(morning, evening):
    registration(
        person(morning, email="equipe@cpas.example", language="nl"),
        person(evening, number=2, email="Equipe@cpas.example", language="nl"),
        person(morning, number=3, email=""),
        booker=booker(email="equipe@cpas.example"),
    )

    words = {name: TranslatedText(fr="Français", nl="Nederlands") for name in ("subject", "body")}
    found = plan(to_people(morning, evening), **words)

    (reader,) = found.readers
    assert (reader.address, reader.language) == ("equipe@cpas.example", "nl")
    assert sorted(one.name for one in reader.people) == [
        f"Assistante Sociale {number}" for number in (1, 2, 3)
    ]


def test_our_own_address_stands_for_nobody(morning, settings):
    settings.REGISTRATIONS_ORGANISER_EMAIL = "formations@slsp.example"
    registration(
        person(morning, email=""), booker=booker(email="Formations@slsp.example"), origin="PHONE"
    )

    found = plan(to_people(morning))

    assert (addresses(found), [one.name for one in found.unreachable]) == (
        [],
        ["Assistante Sociale 1"],
    )


# --- who may not decline -----------------------------------------------------------------------


def test_a_letter_about_sessions_to_come_is_needed_and_nobody_has_declined_it(morning, evening):
    registration(person(morning))
    opt_outs.decline("Personne1@cpas.example", at=AT)

    found = plan(to_people(morning))

    assert (found.letter.is_needed, addresses(found)) == (True, ["personne1@cpas.example"])
    # With one that is over it is news.
    between = morning.ends_at
    both = plan(to_people(morning, evening), at=between)
    assert (both.letter.is_needed, addresses(both)) == (False, [])
    assert [one.name for one in both.declined] == ["Assistante Sociale 1"]


def test_no_other_letter_is_needed(morning):
    partner(email="info@cpas.example")

    assert not plan(to_services()).letter.is_needed
    assert not plan(to_who_wants_news()).letter.is_needed
    assert not plan(to_people()).letter.is_needed
    assert not plan(to_people(morning), at=LATER).letter.is_needed


# --- partner services --------------------------------------------------------------------------


def test_services_are_written_to_at_their_own_address():
    partner("A", email="info@a.example")
    partner("B", email="")
    partner("C", email="Info@A.example")
    partner("D", email="info@d.example", status=PartnerStatus.TO_CHECK)
    partner("E", email="info@e.example")
    opt_outs.decline("info@e.example", at=AT)

    found = plan(to_services())

    assert addresses(found) == ["info@a.example"]
    assert [one.name for one in found.readers[0].people] == ["A", "C"]
    assert [one.name for one in found.unreachable] == ["B"]
    assert [one.name for one in found.declined] == ["E"]


def test_a_service_without_one_is_written_to_at_that_of_its_first_contact():
    own = partner("A", email="info@a.example")
    led, left, shy = partner("B"), partner("C"), partner("D")
    Contact.objects.create(partner=own, last_name="Un", email="un@a.example", is_primary=True)
    Contact.objects.create(partner=led, last_name="Deux", email="deux@b.example", is_primary=True)
    Contact.objects.create(partner=led, last_name="Trois", email="trois@b.example")
    Contact.objects.create(
        partner=left, last_name="Quatre", email="quatre@c.example", left_on=AT.date()
    )
    Contact.objects.create(partner=shy, last_name="Cinq", is_primary=True)

    found = plan(to_services())

    assert addresses(found) == ["deux@b.example", "info@a.example"]
    assert [one.name for one in found.unreachable] == ["C", "D"]


def test_services_are_chosen_by_kind_and_place():
    add_starter_kinds()
    first, second = ServiceKind.objects.all()[:2]
    partner("A", email="a@x.example", kind=first, postal_code="6000", municipality="Charleroi")
    partner("B", email="b@x.example", kind=second, postal_code="6000", municipality="Charleroi")
    partner("C", email="c@x.example", kind=first, postal_code="7130", municipality="Binche")

    def found(**narrowed) -> list[str]:
        return [address[0] for address in addresses(plan(to_services(**narrowed)))]

    assert found() == ["a", "b", "c"]
    assert found(kinds=(first.pk,)) == ["a", "c"]
    assert found(places=("6000",)) == ["a", "b"]
    assert found(kinds=(first.pk,), places=("Binche",)) == ["c"]


def test_services_are_chosen_by_when_they_were_seen(morning, evening):
    for number, (name, days) in enumerate({"early": morning, "late": evening}.items(), start=1):
        service = partner(name, email=f"{name}@x.example")
        registration(person(days, number=number), partner=service)
    partner("never", email="never@x.example")
    # Two months after the first morning ended, not after the second.
    at = morning.ends_at.replace(month=5)

    def found(**seen) -> list[str]:
        return [address.split("@")[0] for address in addresses(plan(to_services(**seen), at=at))]

    assert found() == ["early", "late", "never"]
    assert found(seen=Seen.NEVER) == ["never"]
    assert found(seen=Seen.NOT_LATELY, months=2) == ["early", "never"]
    assert found(seen=Seen.NOT_LATELY, months=3) == ["never"]


def test_a_service_reads_the_language_of_most_of_its_registrations(morning):
    service = partner(email="info@cpas.example")
    for number, language in enumerate(("fr", "nl", "nl"), start=1):
        registration(
            person(morning, number=number), partner=service, booker=booker(language=language)
        )
    words = {name: TranslatedText(fr="Français", nl="Nederlands") for name in ("subject", "body")}

    assert [one.language for one in plan(to_services(), **words).readers] == ["nl"]


# --- who asked for the next dates --------------------------------------------------------------


def test_who_asked_for_the_next_dates_is_written_to_once(morning):
    wants = {"wants_news": True}
    registration(person(morning), booker=booker(email="a@x.example", **wants))
    registration(
        person(morning, number=2),
        booker=booker(email="A@x.example", language="nl", **wants),
        at=AT + timedelta(hours=1),
    )
    registration(person(morning, number=3), booker=booker(email="b@x.example"))
    registration(person(morning, number=4), booker=booker(email="c@x.example", **wants))
    opt_outs.decline("c@x.example", at=AT)

    found = plan(to_who_wants_news())

    # What they said last holds.
    assert [(one.address, one.reads) for one in found.readers] == [("A@x.example", "nl")]
    assert [one.address for one in found.declined] == ["c@x.example"]


# --- languages ---------------------------------------------------------------------------------


def test_who_reads_a_language_that_is_not_written_gets_the_first(morning):
    registration(
        person(morning, language="nl"),
        person(morning, number=2, language="fr"),
        person(morning, number=3, language="en"),
    )

    both = {name: TranslatedText(nl="N", fr="F") for name in ("subject", "body")}
    assert [one.language for one in plan(to_people(morning), **both).readers] == ["nl", "fr", "fr"]
    dutch = {name: TranslatedText(nl="N") for name in ("subject", "body")}
    found = plan(to_people(morning), **dutch)
    assert [one.language for one in found.readers] == ["nl", "nl", "nl"]
    assert found.in_another_language == 2


# --- what is written ---------------------------------------------------------------------------


def test_looking_writes_nothing(morning):
    registration(person(morning))
    before = OutgoingEmail.objects.count()

    found = plan(to_people(morning))
    letters.samples(found, at=AT)

    assert (OutgoingEmail.objects.count(), Letter.objects.count()) == (before, 0)


def test_a_letter_is_one_mail_for_each_address(morning):
    made = registration(person(morning), person(morning, number=2, email=""))
    by = user(name="auteur")

    letter = write(to_people(morning), by=by)
    letter.refresh_from_db()

    assert recipients(letter) == ["assistante@cpas.example", "personne1@cpas.example"]
    first, second = made.participants.order_by("position")
    rows = letter.emails.order_by("recipient")
    assert [(one.kind, one.registration, one.participant) for one in rows] == [
        (MessageKind.LETTER, made, None),
        (MessageKind.LETTER, made, first),
    ]
    places = [person.participations.get() for person in (second, first)]
    assert [one.facts for one in rows] == [
        {"letter_people": {str(one.pk): "CONFIRMED"}} for one in places
    ]
    assert (letter.is_needed, letter.written_by, letter.written_at) == (True, by, AT)
    assert letter.readers == {
        "readers": Readers.PEOPLE,
        "sessions": [morning.pk],
        "states": ["CONFIRMED"],
        "kinds": [],
        "places": [],
        "seen": "ANY",
        "months": None,
    }
    logged = ModelLogEntry.objects.get(action="registrations.write_letter")
    assert (logged.object_id, logged.data) == (str(letter.pk), {"readers": 2})


def test_the_same_form_sent_twice_writes_once(morning):
    registration(person(morning))

    first, second = write(to_people(morning)), write(to_people(morning))

    assert (first, Letter.objects.count(), first.emails.count()) == (second, 1, 1)
    assert write(to_people(morning), key="another") != first


def test_readers_who_changed_are_shown_again(morning):
    registration(person(morning))
    shown = plan(to_people(morning)).digest
    registration(person(morning, number=2), booker=booker(email="autre@cpas.example"))

    with pytest.raises(ReadersChangedError):
        letters.write(to_people(morning), **WORDS, key="key", shown=shown, by=None, at=AT)

    assert Letter.objects.count() == 0


def test_a_letter_for_nobody_is_not_written(morning):
    with pytest.raises(ReadersChangedError):
        write(to_people(morning))


def test_a_test_goes_to_its_writer_alone(morning, smtp):
    registration(person(morning), person(morning, number=2, language="nl"))
    before = OutgoingEmail.objects.count()
    words = {name: TranslatedText(fr="F {name}", nl="N {name}") for name in ("subject", "body")}

    said = letters.try_out(plan(to_people(morning), **words), to="auteur@x.example", at=AT)

    assert said == ""
    left = {(mail["To"], mail["Subject"].rpartition("] ")[2]) for mail in smtp.messages}
    assert left == {
        ("auteur@x.example", "F Assistante Sociale 1"),
        ("auteur@x.example", "N Assistante Sociale 2"),
    }
    assert (OutgoingEmail.objects.count(), Letter.objects.count()) == (before, 0)


def test_what_the_server_said_of_a_test_is_told(morning, smtp):
    registration(person(morning))
    smtp.refusal = "550 5.7.1 Not today"

    said = letters.try_out(plan(to_people(morning), **WORDS), to="auteur@x.example", at=AT)

    assert said == "550 5.7.1 Not today"


def asked(act) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    # SQLite takes so many rows at a time.
    mails = [one for one in queries if 'INTO "registrations_outgoingemail"' in one["sql"]]
    return len(queries) - max(len(mails) - 1, 0)


def test_three_hundred_readers_ask_as_much_as_three(morning, page):
    morning.capacity = None
    morning.save()
    for service in range(3):
        partner(f"Service {service}", email=f"{service}@x.example")
    first = registration(*(person(morning, number=number) for number in range(3)))
    few = asked(lambda: plan(to_people(morning))), asked(lambda: write(to_people(morning)))

    of = PartnerService.objects.last()
    for number in range(1, 31):
        people = (person(morning, number=number * 10 + one) for one in range(10))
        registration(*people, partner=of)
    assert first.participants.count() == 3

    many = (
        asked(lambda: plan(to_people(morning))),
        asked(lambda: write(to_people(morning), key="many")),
    )

    assert many == few
    assert Letter.objects.get(key="many").emails.count() == 303


def test_sessions_one_may_write_about(morning, evening, page):
    registration(person(morning), person(morning, number=2), person(evening, number=3))
    session(page, MORNING_2 + timedelta(days=7))  # nobody comes
    Participation.objects.filter(address="personne2@cpas.example").update(status="WAITING")

    def found(at):
        return [(one.pk, number) for one, number in letters.sessions_with_people(at=at)]

    assert found(AT) == [(morning.pk, 2), (evening.pk, 1)]
    assert found(morning.ends_at) == [(morning.pk, 1), (evening.pk, 1)]
    year = timedelta(days=365)
    assert found(morning.ends_at + year) == [(evening.pk, 1)]
