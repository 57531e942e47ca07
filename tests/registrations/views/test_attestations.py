"""Attestations behind secret links: of a participant, a registration, a service; the check page."""

import io
import re
import zipfile
from datetime import timedelta

import pypdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from registrations.domain import attestations, bundles, service_links
from registrations.models import (
    AccessToken,
    Attestation,
    AttestationBundle,
    Participation,
    SignUpAttempt,
)
from registrations.papers import printing
from tests.factories.attendance import attested, came, close
from tests.factories.registrations import partner, person, registration
from tests.factories.trainings import AT, catalogue, session, training_page, translated, venue
from tests.registrations.views.reading import Page

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timezone.localdate() - timedelta(days=20)
UNKNOWN = "AAAA-BBBB-CCCC"


@pytest.fixture(autouse=True)
def organiser(settings):
    settings.REGISTRATIONS_ORGANISER_NAME = "Société de logement « Été »"


@pytest.fixture
def page():
    return training_page(catalogue(), title="Accompagner un ménage")


@pytest.fixture
def morning(page):
    return session(page, DAY, venue=venue())


@pytest.fixture
def attestation(morning):
    return attested(morning)[0]


@pytest.fixture
def row(attestation):
    return attestation.lines.get().participation


def secret_of(row, *, at=NOW, **fields) -> str:
    link = AccessToken.for_participant(row, at=at)
    for name, value in fields.items():
        setattr(link, name, value)
    link.save()
    return link.secret


def own(row) -> str:
    return f"/fr/inscriptions/kept/{row.pk}/"


def opened(row, **fields) -> Client:
    browser = Client()
    browser.get(f"/fr/inscriptions/mine/{secret_of(row, **fields)}/")
    return browser


def text(response) -> str:
    return Page(response.content.decode(), "no mark").text


def nothing() -> bytes:
    return Client().get("/fr/inscriptions/kept/999999/").content


def counts() -> list[int]:
    models = (Attestation, AttestationBundle, AccessToken, Participation, SignUpAttempt)
    return [model.objects.count() for model in models]


# --- of the person ------------------------------------------------------------------------------


def test_the_link_leads_to_an_address_without_the_secret(row):
    browser, secret = Client(), secret_of(row)

    response = browser.get(f"/fr/inscriptions/mine/{secret}/")

    assert (response.status_code, response["Location"]) == (302, own(row))
    assert response["Referrer-Policy"] == "no-referrer"
    page = browser.get(own(row))
    assert page.status_code == 200
    assert secret not in page.content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "noindex" in page["X-Robots-Tag"]


def test_the_page_has_the_attestation_and_the_file(row, attestation):
    browser = opened(row)
    said = text(browser.get(own(row)))
    for part in ("Accompagner un ménage", attestation.number, attestation.code, "Assistante"):
        assert part in said

    response = browser.get(f"{own(row)}attestation/{attestation.number}/")

    assert response["Content-Type"] == "application/pdf"
    name = f'attachment; filename="attestation-{attestation.number}.pdf"'
    assert response["Content-Disposition"] == name
    assert response["X-Content-Type-Options"] == "nosniff"
    pdf = pypdf.PdfReader(io.BytesIO(response.content))
    assert attestation.code in pdf.pages[0].extract_text()


def test_it_opens_for_years(row):
    assert opened(row, at=NOW - timedelta(days=3650)).get(own(row)).status_code == 200
    assert opened(row, at=NOW - timedelta(days=3654)).get(own(row)).status_code == 404


def test_without_the_compiler_it_is_a_page_to_print(row, attestation, monkeypatch):
    monkeypatch.setattr("registrations.views.attestation_paper.can_print", lambda: False)

    response = opened(row).get(f"{own(row)}attestation/{attestation.number}/")

    assert response["Content-Type"] == "text/html; charset=utf-8"
    html = response.content.decode()
    assert 'lang="fr"' in html
    assert attestation.said.name in html
    assert "<svg" in html
    assert f"/inscriptions/check/{attestation.code}/" in html


def test_hostile_names_stay_text_on_the_page_to_print(morning):
    [one] = attested(morning)
    one.facts["last_name"] = "</title><script>x()</script>"
    one.save()
    row = one.lines.get().participation

    html = opened(row).get(f"{own(row)}attestation/{one.number}/?as=page").content.decode()

    assert "<script" not in html


def test_a_withdrawn_one_is_not_there(row, attestation):
    browser = opened(row)
    attestations.withdraw([attestation], by=None, at=NOW)

    assert attestation.number not in text(browser.get(own(row)))
    gone = browser.get(f"{own(row)}attestation/{attestation.number}/")
    assert (gone.status_code, gone.content) == (404, nothing())


def test_the_hours_of_several_sessions_are_there_too(page, morning):
    second = session(page, DAY + timedelta(days=7))
    made = registration(person(morning, second), at=AT - timedelta(days=200))
    rows = list(Participation.objects.filter(participant__registration=made).order_by("pk"))
    for one in rows:
        came(one)
        close(one.session)
    whole = attestations.issue_whole(page.training, rows[0].participant, by=None, at=NOW)

    for one in rows:
        browser = opened(one)
        assert whole.number in text(browser.get(own(one)))
        paper = browser.get(f"{own(one)}attestation/{whole.number}/")
        assert paper["Content-Type"] == "application/pdf"


def test_its_words_are_those_of_the_address_and_the_paper_those_of_the_person(page, row):
    translated(page, "nl", "Een huishouden begeleiden")
    browser = Client()
    browser.get(f"/nl/inscriptions/mine/{secret_of(row)}/")

    assert "Een huishouden begeleiden" in text(browser.get(f"/nl/inscriptions/kept/{row.pk}/"))


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "a",
        lambda secret: secret.swapcase(),
        lambda secret: "é" * 32,
        lambda secret: "a" * 500,
    ],
    ids=["shorter", "longer", "other case", "other letters", "very long"],
)
def test_a_secret_that_is_almost_right_is_as_an_unknown_one(row, change):
    response = Client().get(f"/fr/inscriptions/mine/{change(secret_of(row))}/")

    assert (response.status_code, response.content) == (404, nothing())


def test_expired_and_revoked_links_are_as_unknown_ones(row):
    for fields in ({"expires_at": NOW - timedelta(minutes=1)}, {"revoked_at": NOW}):
        response = opened(row, **fields).get(own(row))
        assert (response.status_code, response.content) == (404, nothing())
    browser = opened(row)
    AccessToken.objects.update(revoked_at=NOW)
    assert browser.get(own(row)).content == nothing()


def test_other_secrets_do_not_open_it(row):
    booking = row.participant.registration
    secrets = [
        AccessToken.to_manage(booking, at=NOW).saved(),
        AccessToken.for_answer(row, at=NOW).saved(),
        AccessToken.for_service(booking.partner, at=NOW).saved(),
    ]
    for secret in secrets:
        assert Client().get(f"/fr/inscriptions/mine/{secret}/").content == nothing()


def test_one_link_opens_nobody_elses(morning):
    first, second = (one.lines.get().participation for one in attested(morning, 2))
    browser, theirs = opened(first), Attestation.objects.get(participant=second.participant)

    for address in (own(second), f"{own(first)}attestation/{theirs.number}/"):
        assert browser.get(address).content == nothing()
    for name, value in list(browser.cookies.items()):
        browser.cookies[name.replace(f"_{first.pk}_", f"_{second.pk}_")] = value.value
    assert browser.get(own(second)).content == nothing()


def test_reading_changes_nothing_and_nothing_else_is_understood(row, attestation):
    browser = opened(row)
    addresses = (own(row), f"{own(row)}attestation/{attestation.number}/")
    before = counts()
    for address in addresses:
        browser.get(address)
        browser.head(address)
    assert counts() == before
    assert [browser.post(one).status_code for one in addresses] == [405, 405]


@pytest.mark.parametrize("number", ["2027-999999", "x", "é", "..", "%00", "1" * 300])
def test_what_is_no_number_is_unknown(row, number):
    response = opened(row).get(f"{own(row)}attestation/{number}/")

    assert response.status_code == 404


# --- of a registration --------------------------------------------------------------------------


@pytest.fixture
def booker_browser(row):
    booking = row.participant.registration
    browser = Client()
    secret = AccessToken.to_manage(booking, at=NOW).saved()
    browser.get(reverse("registrations:receipt", args=[secret]))
    return browser


def test_who_registered_people_has_their_attestations(row, attestation, booker_browser):
    reference = row.participant.registration.reference
    url = f"/fr/inscriptions/registration/{reference}/"
    address = f"{url}attestation/{attestation.number}/"

    assert f'href="{address}"' in booker_browser.get(url).content.decode()
    assert booker_browser.get(address)["Content-Type"] == "application/pdf"
    assert Client().get(address).content == nothing()
    attestations.withdraw([attestation], by=None, at=NOW)
    assert address not in booker_browser.get(url).content.decode()
    assert booker_browser.get(address).content == nothing()


def test_nobody_elses(page, row, booker_browser):
    later = session(page, DAY + timedelta(days=7))
    [other] = attested(later, number=1, email="autre@cpas.example", last_name="Autre")
    reference = row.participant.registration.reference

    address = f"/fr/inscriptions/registration/{reference}/attestation/{other.number}/"

    assert booker_browser.get(address).content == nothing()


# --- of a service -------------------------------------------------------------------------------


@pytest.fixture
def service(row):
    return row.participant.registration.partner


@pytest.fixture
def referent(service):
    browser = Client()
    secret = service_links.renew(service, by=None, at=NOW)
    browser.get(f"/fr/inscriptions/service/{secret}/")
    return browser


def of_service(service, rest="") -> str:
    return f"/fr/inscriptions/service/{service.pk}/{rest}"


def test_a_service_has_those_of_its_people(service, referent, attestation):
    html = referent.get(of_service(service)).content.decode()
    one, all_of_them = f"attestation/{attestation.number}/", f"attestations/{DAY.year}/"

    assert f'href="{of_service(service, one)}"' in html
    assert f'href="{of_service(service, all_of_them)}"' in html
    assert referent.get(of_service(service, one))["Content-Type"] == "application/pdf"
    assert attestation.number in text(referent.get(of_service(service, all_of_them)))


def test_a_service_asks_for_one_file_and_downloads_it(service, referent, attestation):
    response = referent.post(of_service(service, f"attestations/{DAY.year}/"))

    bundle = AttestationBundle.objects.get()
    progress = of_service(service, f"attestations/file/{bundle.pk}/")
    assert (response.status_code, response["Location"]) == (302, progress)
    html = referent.get(progress).content.decode()
    assert '<progress id="file-progress" max="1" value="0">' in html
    assert referent.get(progress.rstrip("/") + ".zip").content == nothing()

    bundles.make_due(now=timezone.now)

    assert "data-download" in referent.get(progress).content.decode()
    archive = referent.get(progress.rstrip("/") + ".zip")
    assert archive["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as file:
        assert file.namelist() == [f"Sociale 1 Assistante {attestation.number}.pdf"]


def test_to_ask_for_files_again_and_again_is_slowed_down(service, referent, settings, attestation):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 2
    url = of_service(service, f"attestations/{DAY.year}/")

    assert [referent.post(url).status_code for _number in range(3)] == [302, 302, 429]
    assert AttestationBundle.objects.count() == 1


def test_a_form_from_elsewhere_is_refused(service, referent, attestation):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = referent.cookies

    assert strict.post(of_service(service, f"attestations/{DAY.year}/")).status_code == 403


def test_to_look_makes_no_file(service, referent, attestation):
    before = counts()
    for rest in (f"attestations/{DAY.year}/", f"attestations/{DAY.year}/?as=page"):
        assert referent.get(of_service(service, rest)).status_code == 200
    assert counts() == before


def test_another_service_has_none_of_it(service, referent, attestation):
    other = partner("Autre service", municipality="Mons")
    stranger = Client()
    stranger.get(f"/fr/inscriptions/service/{service_links.renew(other, by=None, at=NOW)}/")
    referent.post(of_service(service, f"attestations/{DAY.year}/"))
    bundles.make_due(now=timezone.now)
    bundle = AttestationBundle.objects.get()

    for rest in (
        f"attestation/{attestation.number}/",
        f"attestations/{DAY.year}/",
        f"attestations/file/{bundle.pk}/",
        f"attestations/file/{bundle.pk}.zip",
    ):
        assert stranger.get(of_service(other, rest)).content == nothing()
        assert stranger.get(of_service(service, rest)).content == nothing()
        assert Client().get(of_service(service, rest)).content == nothing()


def test_the_file_of_the_organiser_is_not_that_of_a_service(service, referent, morning):
    bundle = bundles.ask(session=morning, partner=service, at=NOW)
    bundles.make_due(now=timezone.now)

    for rest in (f"attestations/file/{bundle.pk}/", f"attestations/file/{bundle.pk}.zip"):
        assert referent.get(of_service(service, rest)).content == nothing()


@pytest.mark.parametrize("year", ["1", "99999", str(2**63), "9" * 40])
def test_years_without_any_are_unknown(service, referent, year):
    url = of_service(service, f"attestations/{year}/")

    assert (referent.get(url).status_code, referent.post(url).status_code) == (404, 404)


# --- whether it is genuine ----------------------------------------------------------------------


def check(code, language="fr") -> str:
    return f"/{language}/inscriptions/check/{code}/"


def test_the_check_page_says_the_least_possible(attestation, client):
    response = client.get(check(attestation.code))

    said = text(response)
    assert response.status_code == 200
    for part in ("Accompagner un ménage", "A. S.", gettext("This attestation is valid")):
        assert part in said
    for secret in ("Assistante", "Sociale", "CPAS", "personne1", "Charleroi", attestation.number):
        assert secret not in response.content.decode()
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


def test_a_withdrawn_one_is_said_to_be(attestation, client):
    attestations.withdraw([attestation], by=None, at=NOW)

    said = text(client.get(check(attestation.code)))

    assert gettext("This attestation was withdrawn") in said
    assert gettext("This attestation is valid") not in said


def test_of_a_discreet_session_not_even_the_title_is_told(attestation, morning, client):
    morning.training.is_discreet = True
    morning.training.save()

    assert "Accompagner" not in client.get(check(attestation.code)).content.decode()


def test_an_unknown_code_is_one_sentence(attestation, client):
    response = client.get(check(UNKNOWN))

    assert response.status_code == 404
    assert gettext("No attestation has this code.") in text(response)


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "({})", "{}."], ids=["plain", "blanks", "brackets", "dot"]
)
@pytest.mark.parametrize(
    "change",
    [str.lower, str.upper, lambda one: one.replace("-", " ")],
    ids=["small", "capital", "without hyphens"],
)
def test_the_form_takes_the_code_however_it_is_written(attestation, client, typed, change):
    sent = {"code": typed.format(change(attestation.code))}

    response = client.post("/fr/inscriptions/check/", sent, follow=True)

    assert response.redirect_chain == [(check(attestation.code.replace("-", "")), 302)]
    assert gettext("This attestation is valid") in text(response)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("", 422),
        ("   ", 422),
        ("x" * 500, 422),
        ("a\x00b", 422),
        ("\u202eabc", 422),
        ("王王", 404),
        ("--", 404),
        ("../../x", 404),
    ],
)
def test_what_is_no_code_is_answered_with_a_sentence(client, typed, status):
    response = client.post("/fr/inscriptions/check/", {"code": typed}, follow=True)

    assert response.status_code == status
    assert 'role="alert"' in response.content.decode()
    assert re.search(r'name="code"', response.content.decode())


def test_who_tries_many_codes_is_stopped_even_before_a_right_one(attestation, client, settings):
    settings.REGISTRATIONS_ATTEMPTS_PER_HOUR = 3
    for _number in range(3):
        assert client.get(check(attestation.code)).status_code == 200
        assert client.get(check(UNKNOWN)).status_code == 404

    assert client.get(check(UNKNOWN)).status_code == 429
    assert client.get(check(attestation.code)).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.1").get(check(attestation.code)).status_code == 200


def test_to_check_what_is_genuine_counts_nothing(attestation, client):
    before = counts()
    client.get(check(attestation.code))
    client.get("/fr/inscriptions/check/")
    assert counts() == before
    assert client.post(check(attestation.code)).status_code == 405


def test_the_compiler_is_asked_for_and_not_assumed():
    assert printing.can_print()
