"""A booker without account does everything behind the link of the mail, in French."""

import re
from datetime import timedelta

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from registrations.domain import answers
from registrations.emails.delivery import deliver_due
from registrations.models import OutgoingEmail, Participation, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.trainings import catalogue, session, training_page, venue
from tests.registrations.views.forms import filled_in
from tests.registrations.views.own_page import opened, section, words

pytestmark = pytest.mark.django_db

BOOKER = "assistante@cpas.example"


@pytest.fixture
def page(settings):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)
    partner("CPAS de Charleroi")
    return training_page(catalogue(), title="Accompagner un ménage en recherche de logement")


@pytest.fixture
def morning(page):
    """Two places, and a deadline to withdraw that is over; who waits is offered what is free."""
    SignUpRules.objects.create(
        training=page.training,
        capacity=None,
        per_service=None,
        closes_days_before=None,
        withdraw_days_before=40,
    )
    return session(page, timezone.localdate() + timedelta(days=30), capacity=2, venue=venue())


def mailed_link(smtp) -> str:
    """Of the last mail to the booker, as a path."""
    deliver_due(at=timezone.now(), limit=100)
    mails = [mail for mail in smtp.messages if mail["X-Envelope-To"] == BOOKER]
    text = mails[-1].get_body(("plain",)).get_content()
    return re.search(r"http://localhost(/fr/inscriptions/receipt/\S+)", text).group(1)


def of(name: str) -> Participation:
    return Participation.objects.get(participant__last_name=name)


def test_a_registration_from_the_form_to_the_last_change(page, morning, smtp):
    visitor = Client()
    form = f"/fr/inscriptions/training/{page.training.uid}/"
    sent = filled_in(visitor, form, {"last_name": "Un"}, {"last_name": "Deux"})
    response = visitor.post(form, sent, follow=True)
    assert "2 personnes sont inscrites." in words(response)

    # On another device, by the link of the mail; the address then tells nothing.
    phone = Client()
    response = phone.get(mailed_link(smtp), follow=True)
    ((url, status),) = response.redirect_chain
    assert status == 302
    assert re.fullmatch(r"/fr/inscriptions/registration/[A-Z0-9]{8}/", url)
    assert words(response).count("Place confirmée") == 2

    def do(verb: str, about: object = "", **fields: object) -> str:
        """What the page says of it."""
        prefix = f"{verb}-{about}" if about else verb
        said = {f"{prefix}-{name}": value for name, value in fields.items()}
        answer = phone.post(url, {"do": verb, "of": str(about), **said}, follow=True)
        assert answer.status_code == 200, section(answer, "trainings-errors")
        return section(answer, "trainings-done")

    somebody = {"function": "assistante sociale", "quality": "PROFESSIONAL"}
    done = do(
        "correct",
        of("Un").participant_id,
        first_name="Amina",
        last_name="Diallo",
        email="personne1@cpas.example",
        **somebody,
    )
    assert "La correction est enregistrée. Amina Diallo, " in done
    assert "Personne ne reçoit de message à ce sujet." in done

    done = do(
        "join",
        first_name="Jean",
        last_name="Trois",
        email="jean@cpas.example",
        sessions=[morning.pk],
        **somebody,
    )
    assert "Jean Trois est en liste d’attente, au rang 1" in done
    assert "Nous écrivons à Jean Trois" in done
    assert "Toutes les places sont prises." in words(phone.get(url))

    done = do("replace", of("Deux").pk, first_name="Nadia", last_name="Neuve", function="cheffe")
    assert "Nadia Neuve remplace Personne Deux" in done

    assert "La désinscription reste possible\u00a0: elle sera notée comme tardive." in (
        phone.get(url).content.decode()
    )
    done = do("withdraw", of("Diallo").pk, reason="malade")
    assert "Amina Diallo ne vient plus" in done
    assert "La désinscription est notée comme tardive." in done
    # The place is offered to the next in line, who is of the same registration.
    assert "Une place est maintenant proposée à Jean Trois" in done

    done = do("accept", of("Trois").pk)
    assert "Jean Trois a une place" in done

    calendar = re.search(r'href="([^"]+\.ics)" download', phone.get(url).content.decode())
    entry = icalendar.Calendar.from_ical(phone.get(calendar.group(1)).content)
    assert [str(one["UID"]) for one in entry.walk("VEVENT")] == [str(morning.uid)]


def test_a_link_that_is_lost_is_sent_again(page, morning, smtp):
    made = registration(person(morning), at=timezone.now())
    OutgoingEmail.objects.all().delete()
    visitor = Client()
    lost = visitor.get(f"/fr/inscriptions/registration/{made.reference}/")
    assert lost.status_code == 404
    ask = re.search(r'class="trainings-button" href="([^"]+)"', lost.content.decode()).group(1)

    answer = visitor.post(ask, {"email": BOOKER})

    assert f"Si des personnes ont été inscrites avec l’adresse {BOOKER}" in words(answer)
    response = visitor.get(mailed_link(smtp), follow=True)
    assert made.reference in words(response)


def test_places_offered_to_several_are_taken_at_once(page, morning):
    theirs = registration(
        person(morning, number=8),
        person(morning, number=9),
        booker=booker(email="autre@cpas.example"),
        at=timezone.now(),
    )
    mine = registration(person(morning, number=1), person(morning, number=2), at=timezone.now())
    for one in Participation.objects.filter(participant__registration=theirs):
        answers.withdraw(one, at=timezone.now())
    visitor = Client()
    url = opened(visitor, mine, language="fr")
    assert "2 places vous sont proposées" in words(visitor.get(url))

    done = section(visitor.post(url, {"do": "accept_all"}, follow=True), "trainings-done")

    assert done.count("a une place") == 2
