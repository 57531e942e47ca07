"""Twenty services and thirty-four people for two mornings, in a browser and through real mail.

Who they are and to which mornings they come is the demo's content.
"""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from django.utils.text import slugify

from demo.content.people import MORNINGS, PARTNERS, SignUpContent
from registrations.emails.delivery import deliver_due
from registrations.enums import ParticipationStatus as Status
from registrations.models import Participation, PartnerService, SignUpRules
from tests.chromium import expect
from tests.factories.registrations import partner

#: Waits for the first morning, then is offered a place.
LATE = SignUpContent(22, 1, ("morning-1",), 1)
LINK = re.compile(r"http://\S+/inscriptions/receipt/\S+/")


@pytest.fixture
def mornings(site):
    """Two per service, and as many places as the twenty services ask for."""
    for page, one in zip(site.pages, site.mornings, strict=True):
        one.capacity = 29 if page == site.pages[0] else 40
        one.save()
        SignUpRules.objects.create(training=page.training, capacity=40)
    for number, content in PARTNERS.items():
        if number != 1:  # is there already
            partner(content.name)
    return dict(zip(("morning-1", "morning-2"), site.mornings, strict=True))


def address(content: SignUpContent, number: int | str) -> str:
    return f"{slugify(PARTNERS[content.partner].short)}-{number}@service.example"


def sign_up(page, site, mornings, content: SignUpContent) -> None:
    """Fill in the form of the programme as the booker of this service."""
    service = PARTNERS[content.partner]
    page.goto(f"{site.url}/fr/inscriptions/programme/{site.programme.programme.uid}/")
    answers = {
        "booking-service_name": service.name,
        "booking-first_name": "Direction",
        "booking-last_name": service.short,
        "booking-email": address(content, "direction"),
    }
    for number in range(content.people):
        if number:
            page.locator("[name=add]").click()
        answers |= {
            f"people-{number}-first_name": service.roles[number % len(service.roles)],
            f"people-{number}-last_name": f"{service.short} {number + 1}",
            f"people-{number}-email": address(content, number + 1),
            f"people-{number}-function": "accompagnement",
        }
    for name, answer in answers.items():
        page.locator(f"[name={name}]").fill(answer)
    for number in range(content.people):
        for key in content.sessions:
            page.locator(f"[name=people-{number}-sessions][value='{mornings[key].pk}']").check()
    page.locator("[name=booking-may_name_partner][value=yes]").check()
    page.locator("[data-submit]").click()
    expect(page.locator("h1")).to_contain_text("liste d’attente" if content is LATE else "inscrit")


def own_page(new_browser, smtp, content: SignUpContent):
    """The service's registration, by the link in the last mail its booker received."""
    while deliver_due(at=timezone.now()).sent:
        pass
    to = address(content, "direction")
    mails = [one.get_body(("plain",)) for one in smtp.messages if to in str(one["To"])]
    links = LINK.findall(mails[-1].get_content())
    page = new_browser().new_page()
    page.goto(links[-1])
    return page


def line_of(page, content: SignUpContent, number: int):
    name = f"{PARTNERS[content.partner].short} {number}"
    return page.locator(".trainings-own").filter(has=page.locator("h3", has_text=name))


def withdraw(line) -> None:
    line.locator("details[id^=withdraw-] summary").click()
    line.locator("details[id^=withdraw-] button").click()
    expect(line).to_contain_text("Désinscription")


def replace(line, first_name: str, last_name: str) -> None:
    line.locator("details[id^=replace-] summary").click()
    form = line.locator("details[id^=replace-] form")
    for name, answer in (("first", first_name), ("last", last_name)):
        form.locator(f"[name$=-{name}_name]").fill(answer)
    form.locator("[name$=-function]").fill("accompagnement")
    form.locator("button").click()


def by_state() -> dict[str, int]:
    states = list(Participation.objects.order_by().values_list("status", flat=True))
    return {state: states.count(state) for state in sorted(set(states))}


def test_twenty_services_share_two_mornings(site, mornings, smtp, new_browser):
    page = new_browser().new_page()
    for content in MORNINGS:
        sign_up(page, site, mornings, content)
    assert by_state() == {Status.CONFIRMED: 29 + 27}
    people = Participation.objects.living().values("participant").distinct()
    services = PartnerService.objects.filter(registrations__isnull=False).distinct()
    assert (services.count(), people.count()) == (20, 34)

    sign_up(page, site, mornings, LATE)
    (waiting,) = Participation.objects.waiting()

    # Three people cannot come; one of them leaves a place at the full morning.
    by_partner = {content.partner: content for content in MORNINGS}
    for number in (12, 19, 3):
        own = own_page(new_browser, smtp, by_partner[number])
        withdraw(line_of(own, by_partner[number], 2))
    waiting.refresh_from_db()
    assert waiting.status == Status.OFFERED

    # Two are replaced by a colleague, who keeps the place though the morning is full.
    for number in (11, 14):
        own = own_page(new_browser, smtp, by_partner[number])
        replace(line_of(own, by_partner[number], 1), "Une", f"Collègue {number}")
        expect(own.locator("main")).to_contain_text(f"Une Collègue {number}")

    # One comes off the waiting list, by the link of their own mail.
    own = own_page(new_browser, smtp, LATE)
    line_of(own, LATE, 1).locator("button[name=do][value=accept]").click()
    expect(own.locator("h1")).to_contain_text("1 personne est inscrite")

    assert by_state() == {
        Status.CONFIRMED: 29 + 27 - 2,
        Status.REPLACED: 2,
        Status.WITHDRAWN: 3,
    }
    at_first = Participation.objects.filter(session=mornings["morning-1"]).seated()
    assert at_first.count() == 29
    assert not Participation.objects.waiting().exists()
