"""A partner service's own page: who may open it, what it shows, what it lets one do."""

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from registrations.domain import answers, private_feeds, service_links
from registrations.domain.people import unnamed
from registrations.enums import ParticipationStatus
from registrations.models import (
    AccessToken,
    KindQuota,
    OutgoingEmail,
    Participant,
    Participation,
    Registration,
    ServiceCap,
    ServiceKind,
    SignUpRules,
)
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.registrations.views.reading import Page
from trainings import wording
from trainings.domain import scheduling
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SOON = timezone.localdate() + timedelta(days=40)
LAST_YEAR = timezone.localdate().replace(month=6, day=9) - timedelta(days=365)
A_YEAR = timedelta(days=365)


@pytest.fixture
def page():
    return training_page(catalogue(), title="En recherche de logement")


@pytest.fixture
def service():
    return partner("CPAS de Charleroi")


@pytest.fixture
def other():
    return partner("Autre service", municipality="Mons")


def rules(morning, **fields):
    values = {"capacity": None, "per_service": None, "closes_days_before": None}
    return SignUpRules.objects.create(session=morning, **{**values, **fields})


def booked(*people, of, **options):
    return registration(*people, partner=of, at=NOW, **options)


def link(service) -> str:
    secret = service_links.renew(service, by=None, at=NOW)
    return f"/fr/inscriptions/service/{secret}/"


def own(service) -> str:
    return f"/fr/inscriptions/service/{service.pk}/"


@pytest.fixture
def referent(service):
    """The browser of somebody who has followed the link of the service."""
    browser = Client()
    browser.get(link(service))
    return browser


def text(response) -> str:
    return Page(response.content.decode(), "no mark").text


def words(msgid, plural="", **values) -> str:
    """As the page says it, in the language of the test."""
    told = ngettext(msgid, plural, values["number"]) if plural else gettext(msgid)
    return on_one_line(told % values)


def on_one_line(html: str) -> str:
    return " ".join(unescape(html).split())


OF_CAP = ("%(number)s of %(cap)s places of your service",) * 2


def one_of(service, last_name) -> Participation:
    return Participation.objects.select_related("participant").get(
        participant__registration__partner=service, participant__last_name=last_name
    )


def person_url(one: Participation, service) -> str:
    return f"{own(service)}{one.participant_id}/"


# --- the way in --------------------------------------------------------------------------------


def test_the_link_leads_to_an_address_without_secret(service):
    browser, url = Client(), link(service)

    followed = browser.get(url)

    assert (followed.status_code, followed["Location"]) == (302, own(service))
    assert "no-store" in followed["Cache-Control"]
    opened = browser.get(own(service))
    assert opened.status_code == 200
    assert url.split("/")[-2] not in opened.content.decode()
    assert opened["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in opened["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in opened.content.decode()


def test_without_the_link_there_is_nothing(service, other):
    stranger, theirs = Client(), Client()
    theirs.get(link(other))
    unknown = stranger.get("/fr/inscriptions/service/Xo3_k-9vQ2mZ7sT1wLr8uYb5nGd0cHeA/")

    for browser in (stranger, theirs):
        for url in (own(service), f"{own(service)}2020.csv", f"{own(service)}1/"):
            response = browser.get(url)
            assert response.status_code == 404
            assert response.content == unknown.content


def test_every_way_a_link_does_not_open_is_told_alike(service):
    """A letter too few, one other, renewed, revoked, expired: nobody learns which."""
    at, browser = timezone.now(), Client()
    good = service_links.renew(service, by=None, at=at)
    renewed, revoked = good, service_links.renew(service, by=None, at=at)
    service_links.revoke(service, by=None, at=at)
    expired = AccessToken.for_service(service, at=at - 3 * A_YEAR).saved()
    living = service_links.renew(service, by=None, at=at)
    swapped = f"{living[:-1]}{'a' if living[-1] != 'a' else 'b'}"

    answers = [
        browser.get(f"/fr/inscriptions/service/{secret}/")
        for secret in (renewed, revoked, expired, living[:-1], swapped, living.swapcase(), "é" * 9)
    ]

    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert browser.cookies == {}
    assert browser.get(f"/fr/inscriptions/service/{living}/").status_code == 302


@pytest.mark.parametrize("end", ["renew", "revoke", "expire"])
def test_a_browser_that_is_in_is_out_when_the_link_ends(service, referent, end):
    assert referent.get(own(service)).status_code == 200
    if end == "renew":
        service_links.renew(service, by=None, at=timezone.now())
    elif end == "revoke":
        service_links.revoke(service, by=None, at=timezone.now())
    else:
        AccessToken.objects.update(expires_at=timezone.now())

    assert referent.get(own(service)).status_code == 404
    assert referent.get(f"{own(service)}2020.csv").status_code == 404


def test_the_cookie_of_a_service_opens_no_other(service, other, referent):
    service_links.renew(other, by=None, at=NOW)
    forged = Client()
    for name, morsel in referent.cookies.items():
        forged.cookies[name.replace(f"_{service.pk}_", f"_{other.pk}_")] = morsel.value

    assert forged.get(own(other)).status_code == 404


def issued_for_participant(one) -> str:
    link = AccessToken.for_participant(one, at=NOW)
    link.save()
    return link.secret


def test_each_secret_opens_its_own_kind_of_page(page, service):
    """Pairwise: every secret at every address."""
    booked(person(session(page, SOON)), of=service)
    one, booking = Participation.objects.get(), Registration.objects.get()
    secrets = {
        "receipt": AccessToken.to_manage(booking, at=NOW).saved(),
        "answer": AccessToken.for_answer(one, at=NOW).saved(),
        "calendar": AccessToken.for_calendar(one, at=NOW).saved(),
        "service_link": service_links.renew(service, by=None, at=NOW),
        "private_feed": private_feeds.renew(service, at=NOW),
        "participant_link": issued_for_participant(one),
    }

    opened = {
        (secret, view)
        for secret, value in secrets.items()
        for view in secrets
        if Client().get(reverse(f"registrations:{view}", args=[value])).status_code in (200, 302)
    }

    assert opened == {(name, name) for name in secrets}


def test_the_link_of_a_registration_opens_no_service(page, service):
    booking = booked(person(session(page, SOON)), of=service)
    browser = Client()
    secret = AccessToken.to_manage(booking, at=NOW).saved()
    browser.get(reverse("registrations:receipt", args=[secret]))

    assert browser.get(own(service)).status_code == 404
    assert browser.get(person_url(Participation.objects.get(), service)).status_code == 404


# --- what it shows -----------------------------------------------------------------------------


def test_it_shows_its_people_by_session_and_nobody_else(page, service, other, referent):
    first = session(page, SOON, venue=venue())
    second = session(page, SOON + timedelta(days=7))
    booked(
        person(first, second, number=1, last_name="Aubry", function="assistante"),
        person(first, number=2, last_name="Benali", function="éducateur"),
        of=service,
    )
    booked(person(second, number=3, last_name="Colson"), of=service, booker=booker(email="b@x.be"))
    booked(person(first, number=4, last_name="Étranger"), of=other)

    html = referent.get(own(service)).content.decode()

    blocks = re.findall(r"<article.*?</article>", html, flags=re.DOTALL)
    names = [re.findall(r"<strong>\w+ (\w+)</strong>", block) for block in blocks]
    assert names == [["Aubry", "Benali"], ["Aubry", "Colson"]]
    assert "éducateur" in blocks[0]
    assert "Salle des Tilleuls" in blocks[0]
    assert "Étranger" not in html
    assert "Autre service" not in html


def test_it_says_how_many_places_of_how_many_the_service_has(page, service, other, referent):
    morning = session(page, SOON)
    limits = rules(morning, per_service=2)
    booked(*(person(morning, number=number) for number in (1, 2, 3)), of=service)
    booked(person(morning, number=4), of=other)

    assert words(*OF_CAP, number=2, cap=2) in text(referent.get(own(service)))

    ServiceCap.objects.create(rules=limits, partner=service, places=5)
    assert words(*OF_CAP, number=2, cap=5) in text(referent.get(own(service)))
    limits.delete()
    without = ("%(number)s place of your service", "%(number)s places of your service")
    assert words(*without, number=2) in text(referent.get(own(service)))


def why(referent, service) -> str:
    """What is said beside the rank of the only one who waits."""
    html = referent.get(own(service)).content.decode()
    (found,) = re.findall(r'badge--waiting">[^<]*</span>(.*?)</p>', html, flags=re.DOTALL)
    return on_one_line(found)


def test_it_says_why_somebody_waits(page, service, other, referent):
    morning = session(page, SOON, capacity=2)
    kinds = [ServiceKind.objects.create(name={"fr": name}) for name in ("Un", "Deux")]
    limits = rules(morning, per_service=1)
    booked(person(morning, number=1), person(morning, number=2), of=service)
    sentences = {"cap": why(referent, service)}
    limits.per_service = None
    limits.promotion = "BY_HAND"
    limits.save()
    sentences["by hand"] = why(referent, service)
    limits.priority_kinds.add(kinds[0])
    sentences["priority"] = why(referent, service)
    limits.priority_kinds.clear()
    KindQuota.objects.create(rules=limits, places=1).kinds.add(kinds[1])
    sentences["quota"] = why(referent, service)
    TrainingSession.objects.update(capacity=1)
    sentences["full"] = why(referent, service)

    first = "Other kinds of service come first until %(until)s."
    kept = "The places left are kept for other kinds of service until %(until)s."
    ends = wording.moment(limits.priority_until(morning), morning.time_zone)
    assert sentences == {
        "cap": gettext("Your service has as many people in this session as it may have."),
        "by hand": gettext("The organiser gives the free places."),
        "priority": words(first, until=ends),
        "quota": words(kept, until=ends),
        "full": gettext("All places are taken."),
    }


def test_an_offer_says_until_when_and_leads_to_its_answer(page, service, other, referent):
    morning = session(page, SOON, capacity=1)
    rules(morning)
    theirs = booked(person(morning, number=9), of=other)
    booked(person(morning, number=1, last_name="Aubry"), of=service)
    free(theirs)
    one = one_of(service, "Aubry")
    assert one.status == ParticipationStatus.OFFERED

    html = referent.get(own(service)).content.decode()

    to_do = html[html.index('id="to-do"') : html.index('id="to-come"')]
    assert f'href="{person_url(one, service)}"' in to_do
    ends = wording.moment(one.offer_ends_at, morning.time_zone)
    assert "Assistante Aubry" in to_do
    assert ends in to_do
    assert html.count(ends) == 2


def free(theirs):
    answers.withdraw(Participation.objects.get(participant__registration=theirs), at=timezone.now())


def test_places_without_a_name_say_by_when(page, service, referent):
    morning = session(page, SOON)
    rules(morning, may_hold=5, names_days_before=14)
    booked(*unnamed(2, session_ids=[morning.pk]), of=service)

    html = on_one_line(referent.get(own(service)).content.decode())

    due = on_one_line(wording.moment(Registration.objects.get().names_due_at, morning.time_zone))
    missing = ("%(number)s name is missing, %(when)s", "%(number)s names are missing, %(when)s")
    assert words(*missing, number=2, when=wording.when(morning)) in html
    assert html.count(due) == 3
    assert words("Name needed by %(moment)s.", moment=due) in html
    assert html.count(gettext("Give the name")) == 2


def test_a_postponed_and_a_cancelled_session_say_so(page, service, referent):
    mornings = [session(page, SOON), session(page, SOON + timedelta(days=1))]
    booked(person(*mornings), of=service)
    scheduling.postpone(mornings[0], by=None, at=NOW)
    scheduling.cancel(mornings[1], by=None, at=NOW)

    said = text(referent.get(own(service)))

    assert gettext("This session is postponed") in said
    assert gettext("This session is cancelled") in said


def test_its_calendar_is_mentioned_without_its_secret(service, referent):
    assert gettext("Calendar of your service") not in text(referent.get(own(service)))
    secret = private_feeds.renew(service, at=NOW)

    html = referent.get(own(service)).content.decode()

    assert gettext("Calendar of your service") in html
    assert secret not in html


def test_an_empty_page_says_so(service, referent):
    said = text(referent.get(own(service)))

    assert gettext("Nobody of your service is registered for a session to come.") in said
    assert gettext("None yet.") in said


@pytest.mark.parametrize("number", [3, 60])
def test_the_number_of_queries_does_not_grow(
    page, service, referent, django_assert_num_queries, number
):
    mornings = [session(page, SOON + timedelta(days=day), capacity=1) for day in range(3)]
    for morning in mornings:
        rules(morning, may_hold=3)
    past(page, service, number)
    for row in range(number):
        booked(person(*mornings[: 1 + row % 3], number=row), of=service)
    referent.get(own(service))

    with django_assert_num_queries(19):
        assert referent.get(own(service)).status_code == 200


# --- what was ----------------------------------------------------------------------------------


def past(page, service, number=1, *, years=1, **fields):
    """So many people of the service at a session that took place."""
    on = LAST_YEAR - timedelta(days=365 * (years - 1))
    morning = session(page, SOON)
    booked(*(person(morning, number=row, **fields) for row in range(number)), of=service)
    morning.starts_on = morning.ends_on = on
    morning.save()
    return morning


def lines(response) -> list[list[str]]:
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def test_what_was_is_shown_by_year(page, service, other, referent):
    past(page, service, last_name="Aubry")
    past(page, service, years=2, last_name="Benali")
    past(page, other, last_name="Étranger")

    last, before = (
        text(referent.get(own(service), asked)) for asked in ({}, {"year": LAST_YEAR.year - 1})
    )

    assert ("Aubry" in last, "Benali" in last, "Étranger" in last) == (True, False, False)
    assert ("Aubry" in before, "Benali" in before) == (False, True)


@pytest.mark.parametrize("asked", ["", "x", "1", "9" * 40, "-1", "2020.0"])
def test_a_year_that_is_none_shows_the_last(page, service, referent, asked):
    past(page, service, last_name="Aubry")

    assert "Aubry" in text(referent.get(own(service), {"year": asked}))


def test_a_year_is_downloaded_for_a_spreadsheet(page, service, other, referent):
    past(page, service, last_name="=Aubry", function='+1;"2"')
    past(page, service, years=2, last_name="Benali")
    past(page, other, last_name="Étranger")

    response = referent.get(f"{own(service)}{LAST_YEAR.year}.csv")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{LAST_YEAR.year}.csv"'
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    head, *rows = lines(response)
    booking = Registration.objects.get(participants__last_name="=Aubry")
    assert len(head) == 10
    assert rows == [
        [
            LAST_YEAR.isoformat(),
            "09:00",
            "12:30",
            "En recherche de logement",
            gettext("Online"),
            "'=Aubry",
            "Assistante",
            '\'+1;"2"',
            gettext("professional"),
            booking.reference,
        ]
    ]


@pytest.mark.parametrize("year", ["1", "0", "99999", "9" * 30])
def test_a_year_without_anything_is_no_file(page, service, referent, year):
    past(page, service)

    assert referent.get(f"{own(service)}{year}.csv").status_code == 404


def test_who_had_no_place_when_it_was_over_was_not_there(page, service, referent):
    morning = past(page, service, 2)
    gone = Participation.objects.first()
    gone.status = ParticipationStatus.WITHDRAWN
    gone.save()
    scheduled = lines(referent.get(f"{own(service)}{LAST_YEAR.year}.csv"))
    TrainingSession.objects.filter(pk=morning.pk).update(status="CANCELLED")

    assert len(scheduled) == 2
    assert referent.get(f"{own(service)}{LAST_YEAR.year}.csv").status_code == 404


# --- what it lets one do -----------------------------------------------------------------------


@pytest.fixture
def both(page, service, other):
    """One person of each service at the same session, and one of each who waits."""
    morning = session(page, SOON, capacity=2)
    rules(morning)
    for number, of in enumerate((service, other)):
        booked(person(morning, number=number, last_name=f"Place {of.pk}"), of=of)
    for number, of in enumerate((service, other), start=2):
        booked(person(morning, number=number, last_name=f"Attend {of.pk}"), of=of)
    return morning


COLLEAGUE = {
    "first_name": "Nadia",
    "last_name": "Benali",
    "function": "éducatrice",
    "email": "nadia@cpas.example",
    "quality": "PROFESSIONAL",
}


def sent(do, one: Participation) -> dict[str, str]:
    """What the form for this would send."""
    of = one.participant_id if do == "correct" else one.pk
    said = COLLEAGUE if do in ("replace", "correct") else {"reason": "malade"}
    return {
        "do": do,
        "of": str(of),
        **{f"{do}-{of}-{name}": value for name, value in said.items()},
    }


VERBS = ["withdraw", "replace", "correct", "accept", "decline", "accept_all", "decline_all", "join"]


def everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Participation, Participant, Registration, OutgoingEmail, AccessToken)
    ]


@pytest.mark.parametrize("do", VERBS)
def test_nothing_of_another_service_is_reached(both, service, other, referent, do):
    """Neither by the address of its person, nor by naming it on the page of one's own."""
    before = everything()
    unknown = referent.get(f"{own(service)}0/").content
    for name in ("Place", "Attend"):
        theirs, mine = one_of(other, f"{name} {other.pk}"), one_of(service, f"{name} {service.pk}")
        tried = [
            (person_url(theirs, service), sent(do, theirs)),
            (person_url(theirs, other), sent(do, theirs)),
            (person_url(theirs, service), sent(do, mine)),
        ]
        if not do.endswith("_all"):  # that says nothing of whom it is about
            tried.append((person_url(mine, service), sent(do, theirs)))
        for url, data in tried:
            response = referent.post(url, data)
            assert (response.status_code, response.content == unknown) == (404, True), (url, data)
        assert referent.get(person_url(theirs, service)).content == unknown
        assert referent.get(person_url(theirs, other)).content == unknown

    assert everything() == before


@pytest.mark.parametrize("do", VERBS)
def test_reading_does_nothing(both, service, referent, do):
    before = everything()
    mine = one_of(service, f"Place {service.pk}")

    for url in (own(service), person_url(mine, service)):
        assert referent.get(url, sent(do, mine)).status_code == 200
        assert referent.head(url, sent(do, mine)).status_code == 200

    assert everything() == before


def test_the_page_of_everybody_takes_nothing(both, service, referent):
    urls = (own(service), f"{own(service)}2020.csv", link(service))
    before = everything()

    assert [Client().post(url, {"do": "withdraw"}).status_code for url in urls] == [405] * 3
    assert everything() == before


def test_a_form_without_token_is_refused(both, service):
    browser = Client(enforce_csrf_checks=True)
    browser.get(link(service))
    mine = one_of(service, f"Place {service.pk}")

    assert browser.post(person_url(mine, service), sent("withdraw", mine)).status_code == 403
    mine.refresh_from_db()
    assert mine.status == ParticipationStatus.CONFIRMED


def test_one_replaces_and_the_colleague_is_told_of(both, service, referent):
    mine = one_of(service, f"Place {service.pk}")

    response = referent.post(person_url(mine, service), sent("replace", mine), follow=True)

    mine.refresh_from_db()
    assert mine.replaced_by.participant.name == "Nadia Benali"
    assert response.redirect_chain == [(person_url(mine, service), 302)]
    # Whoever came in is told by their own name, though this page is of another person.
    names = f"{mine.participant.name}, Assistante Sociale, Nadia Benali"
    assert words("We write to %(names)s.", names=names) in text(response)


def test_one_withdraws_and_the_next_in_line_is_offered_the_place(both, service, referent):
    mine = one_of(service, f"Place {service.pk}")

    referent.post(person_url(mine, service), sent("withdraw", mine))

    waited = one_of(service, f"Attend {service.pk}")
    mine.refresh_from_db()
    assert mine.status == ParticipationStatus.WITHDRAWN
    assert mine.withdrawal_reason == "malade"
    assert waited.status == ParticipationStatus.OFFERED


@pytest.mark.parametrize(
    ("do", "state"),
    [("accept", ParticipationStatus.CONFIRMED), ("decline", ParticipationStatus.WITHDRAWN)],
)
def test_one_answers_an_offer(both, service, referent, do, state):
    mine, waits = (one_of(service, f"{name} {service.pk}") for name in ("Place", "Attend"))
    referent.post(person_url(mine, service), sent("withdraw", mine))

    referent.post(person_url(waits, service), sent(do, waits))

    waits.refresh_from_db()
    assert waits.status == state


def test_one_names_a_place_held(page, service, referent):
    morning = session(page, SOON)
    rules(morning, may_hold=3, names_days_before=14)
    booked(*unnamed(2, session_ids=[morning.pk]), of=service)
    held = Participation.objects.first()

    assert referent.get(person_url(held, service)).status_code == 200
    referent.post(person_url(held, service), sent("correct", held))

    held.participant.refresh_from_db()
    assert held.participant.name == "Nadia Benali"
    assert OutgoingEmail.objects.filter(recipient="nadia@cpas.example").count() == 1


def test_what_is_wrong_is_told_beside_its_field_and_kept(both, service, referent):
    mine = one_of(service, f"Place {service.pk}")
    data = {**sent("replace", mine), f"replace-{mine.pk}-last_name": ""}

    response = referent.post(person_url(mine, service), data)

    assert response.status_code == 422
    assert 'value="Nadia"' in response.content.decode()
    mine.refresh_from_db()
    assert mine.status == ParticipationStatus.CONFIRMED


@pytest.mark.parametrize("of", ["", "0", "x", "9" * 40, "\x00", "é"])
def test_nonsense_is_not_found(both, service, referent, of):
    mine = one_of(service, f"Place {service.pk}")

    response = referent.post(person_url(mine, service), {"do": "withdraw", "of": of})

    assert response.status_code == 404
    assert referent.get(f"{own(service)}{'9' * 40}/").status_code == 404
