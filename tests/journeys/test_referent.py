"""A referent, from the link the organiser sends to the place that the next in line is offered."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registrations.emails.delivery import deliver_due
from registrations.enums import ParticipationStatus
from registrations.models import Participation, PartnerService, SignUpRules
from tests.factories.registrations import booker, partner, person, registration
from tests.factories.users import registrations_manager
from tests.registrations.views.reading import Page

ONE = {"first_name": "Camille", "last_name": "Dupont"}
TWO = {"first_name": "Dominique", "last_name": "Lefèvre"}
THREE = {"first_name": "Sacha", "last_name": "Mertens"}
NEXT = {"first_name": "Noor", "last_name": "Peeters"}


@pytest.fixture
def morning(site):
    """Full: three people of two registrations of one service; somebody of another waits."""
    morning, at = site.mornings[0], timezone.now()
    morning.capacity = 3
    morning.save()
    SignUpRules.objects.create(session=morning, per_service=3, closes_days_before=None)
    service, other = PartnerService.objects.get(), partner("Relais social", municipality="Mons")
    people = [person(morning, number=n, **who) for n, who in enumerate((ONE, TWO), start=1)]
    registration(*people, partner=service, at=at)
    colleague = booker(first_name="Autre", last_name="Collègue", email="autre@cpas.example")
    third = person(morning, number=3, **THREE)
    registration(third, partner=service, booker=colleague, at=at)
    registration(
        person(morning, number=4, **NEXT),
        partner=other,
        booker=booker(email="relais@mons.example"),
        at=at,
    )
    return morning


def text(response) -> str:
    assert response.status_code == 200
    return Page(response.content.decode(), "no mark").text


def link_of(html: str, name: str) -> str:
    """Where the row of this person leads."""
    (row,) = [one for one in re.findall(r"<li>.*?</li>", html, re.DOTALL) if name in one]
    return re.search(r'href="([^"]+)"', row).group(1)


def send(client, url, do, **typed):
    """Fill in the first form of that kind on a person's page, and follow where it leads."""
    html = client.get(url).content.decode()
    forms = [one for one in re.findall(r"<form.*?</form>", html, re.DOTALL) if f'"{do}"' in one]
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[0]))
    values |= {f"{do}-{values['of']}-{name}": value for name, value in typed.items()}
    return client.post(url, values, follow=True)


def mails(smtp, address) -> str:
    deliver_due(at=timezone.now(), limit=100)
    return "\n".join(
        f"{one['Subject']}\n{one.get_body(('plain',)).get_content()}"
        for one in smtp.messages
        if one["To"] == address
    )


def test_a_referent_passes_one_place_on_and_gives_one_up(site, morning, smtp):
    desk = Client()
    desk.force_login(registrations_manager())
    screen = reverse(
        PartnerService.snippet_viewset.get_url_name("page_link"),
        args=[PartnerService.objects.get(name="CPAS de Charleroi").pk],
    )
    desk.post(screen, {"do": "send", "email": "referente@cpas.example"})
    message = mails(smtp, "referente@cpas.example")
    assert "La page de CPAS de Charleroi" in message
    (link,) = re.findall(r"http\S+/service/\S+", message)
    assert link.startswith(f"{site.url}/fr/inscriptions/service/")

    referent = Client()
    opened = referent.get(urlsplit(link).path, follow=True)
    said, html = text(opened), opened.content.decode()
    assert "Page de votre service" in said
    assert "3 places sur 3 pour votre service" in said
    for name in ("Camille Dupont", "Dominique Lefèvre", "Sacha Mertens"):
        assert said.count(name) == 2  # once to be read, once with its link
    assert "Peeters" not in said
    assert "Relais social" not in said

    done = send(
        referent,
        link_of(html, "Dominique"),
        "replace",
        first_name="Nadia",
        last_name="Benali",
        function="éducatrice",
        email="nadia@cpas.example",
    )
    assert "Nadia Benali" in text(done)
    assert not Participation.objects.filter(status=ParticipationStatus.OFFERED).exists()

    send(referent, link_of(html, "Sacha"), "withdraw", reason="Congé.")

    offered = Participation.objects.get(status=ParticipationStatus.OFFERED)
    assert offered.participant.name == "Noor Peeters"
    assert offered.offer_ends_at > timezone.now() + timedelta(hours=1)
    said = text(referent.get(urlsplit(opened.redirect_chain[-1][0]).path))
    assert "2 places sur 3 pour votre service" in said
    assert ("Nadia Benali" in said, "Peeters" in said) == (True, False)
    assert ("Dominique" in said, "Sacha" in said) == (False, False)
    # Each is told what is theirs: who came in, who left, both who had booked, who is next.
    assert "Nadia Benali" in mails(smtp, "nadia@cpas.example")
    assert "Sacha" not in mails(smtp, "nadia@cpas.example")
    assert "Sacha Mertens" in mails(smtp, "autre@cpas.example")
    assert "Nadia" not in mails(smtp, "autre@cpas.example")
    assert "Nadia Benali" in mails(smtp, "assistante@cpas.example")
    assert "Noor Peeters" in mails(smtp, "personne4@cpas.example")

    desk.post(screen, {"do": "revoke"})
    assert referent.get(urlsplit(opened.redirect_chain[-1][0]).path).status_code == 404
    assert Client().get(urlsplit(link).path).status_code == 404
