"""Files of attestations, made in the background."""

import io
import threading
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from wagtail.models import ModelLogEntry

from registrations.domain import attestations, bundles, tending
from registrations.exceptions import NobodyCameError
from registrations.models import Attestation, AttestationBundle
from registrations.papers import attestation as paper
from tests.factories.attendance import attested
from tests.factories.registrations import partner
from tests.factories.trainings import MORNING_2, catalogue, session, training_page, venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def morning(page):
    return session(page, venue=venue())


@pytest.fixture
def at(morning):
    return morning.ends_at + timedelta(hours=1)


def made(bundle, *, at):
    """What is in it, by name, once it is made."""
    assert bundles.make_due(now=lambda: at) == 1
    bundle.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_all_of_a_session_in_one_file(morning, at):
    attested(morning, 7)
    bundle = bundles.ask(session=morning, at=at)
    assert (bundle.total, bundle.done, bundle.content) == (7, 0, None)

    files = made(bundle, at=at)

    assert sorted(files) == [f"Sociale {n} Assistante 2027-00000{n}.pdf" for n in range(1, 8)]
    assert all(content.startswith(b"%PDF-") for content in files.values())
    assert (bundle.done, bundle.total, bundle.finished_at, bundle.fault) == (7, 7, at, "")
    log = ModelLogEntry.objects.get(action="registrations.bundle_attestations")
    assert (log.object_id, log.data) == (str(morning.pk), {"number": 7})


def test_of_one_service(morning, at):
    attested(morning, 2)
    other = partner("Maison de quartier")
    theirs = Attestation.objects.latest("number")
    theirs.participant.registration.partner = other
    theirs.participant.registration.pk = None
    booking = theirs.participant.registration
    booking.uid, booking.reference, booking.key = "0" * 32, "AAAABBBB", "other"
    booking.save(force_insert=True)
    theirs.participant.registration = booking
    theirs.participant.save()

    bundle = bundles.ask(session=morning, partner=other, at=at)

    assert list(made(bundle, at=at)) == ["Sociale 2 Assistante 2027-000002.pdf"]


def test_of_a_service_in_a_year(page, morning, at):
    attested(morning)
    attested(session(page, MORNING_2.replace(year=2028)), email="autre@cpas.example")
    service = Attestation.objects.first().participant.registration.partner

    bundle = bundles.ask(partner=service, year=2027, at=at)

    assert (bundle.total, len(made(bundle, at=at))) == (1, 1)


def test_withdrawn_ones_are_not_in_it(morning, at):
    first, _second = attested(morning, 2)
    bundle = bundles.ask(session=morning, at=at)
    attestations.withdraw([first], by=None, at=at)

    assert list(made(bundle, at=at)) == ["Sociale 2 Assistante 2027-000002.pdf"]
    assert (bundle.done, bundle.total) == (1, 1)


def test_without_any_there_is_no_file(morning, at):
    with pytest.raises(NobodyCameError):
        bundles.ask(session=morning, at=at)


def test_asked_twice_it_is_made_once(morning, at):
    attested(morning)

    assert bundles.ask(session=morning, at=at) == bundles.ask(session=morning, at=at)
    assert bundles.make_due(now=lambda: at) == 1
    assert bundles.make_due(now=lambda: at) == 0


def test_asked_anew_it_has_what_is_new(morning, at):
    attested(morning)
    first = bundles.ask(session=morning, at=at)
    bundles.make_due(now=lambda: at)

    assert bundles.ask(session=morning, at=at) != first


def test_who_makes_it_says_how_far_it_is(morning, at, monkeypatch):
    attested(morning, 12)
    bundle = bundles.ask(session=morning, at=at)
    seen = []

    def printed(attestation):
        seen.append(AttestationBundle.objects.get().done)
        return b"%PDF-"

    monkeypatch.setattr(paper, "as_pdf", printed)
    made(bundle, at=at)

    assert seen == [0] * 5 + [5] * 5 + [10] * 2


def test_nobody_else_makes_it_meanwhile_and_somebody_does_after_a_silence(morning, at):
    attested(morning)
    bundle = bundles.ask(session=morning, at=at)
    AttestationBundle.objects.update(leased_until=at + bundles.LEASE)

    assert bundles.make_due(now=lambda: at) == 0
    assert len(made(bundle, at=at + bundles.LEASE)) == 1


def test_a_process_that_ends_lets_go_of_it(morning, at, monkeypatch):
    attested(morning, 7)
    bundle = bundles.ask(session=morning, at=at)

    class Ended:
        def is_alive(self):
            return False

    with monkeypatch.context() as ending:
        ending.setattr(threading, "main_thread", Ended)
        assert bundles.make_due(now=lambda: at) == 0
    bundle.refresh_from_db()
    assert (bundle.leased_until, bundle.finished_at) == (None, None)

    assert tending.tend_files(at=at) == 1


def test_a_fault_is_told_and_holds_no_name(morning, at, monkeypatch, caplog):
    [one] = attested(morning)
    bundle = bundles.ask(session=morning, at=at)

    def broken(attestation):
        raise ValueError(attestation.said.name)

    monkeypatch.setattr(paper, "as_pdf", broken)

    assert bundles.make_due(now=lambda: at) == 1
    bundle.refresh_from_db()
    assert (bundle.fault, bundle.content, bundle.finished_at) == ("ValueError", None, at)
    assert one.said.last_name not in caplog.text


def test_a_file_is_kept_for_a_day(morning, at):
    attested(morning)
    bundles.ask(session=morning, at=at)
    bundles.make_due(now=lambda: at)

    tending.tend_files(at=at + timedelta(hours=23))
    assert AttestationBundle.objects.count() == 1
    tending.tend_files(at=at + timedelta(days=1))
    assert AttestationBundle.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "______etc_passwd Assistante 2027-000001.pdf"),
        ("C:\\x|y?", "C__x_y_ Assistante 2027-000001.pdf"),
        ("Nguyễn Thị", "Nguyễn Thị Assistante 2027-000001.pdf"),
        ("d’Hoop-O'Neill", "d’Hoop-O'Neill Assistante 2027-000001.pdf"),
        ("\u202egpj", "_gpj Assistante 2027-000001.pdf"),
    ],
)
def test_a_name_leads_to_no_other_folder(morning, name, expected):
    [one] = attested(morning)
    one.facts["last_name"] = name

    assert bundles.file_name(one) == expected


@pytest.mark.django_db(transaction=True)
def test_it_is_made_in_a_thread_right_after_it_was_asked_for(settings):
    settings.REGISTRATIONS_SENDS_AT_ONCE = False
    morning = session(training_page(catalogue()))
    attested(morning, 3)
    settings.REGISTRATIONS_SENDS_AT_ONCE = True

    bundle = bundles.ask(session=morning, at=morning.ends_at)
    for thread in threading.enumerate():
        if thread.name == bundles.printer.name:
            thread.join(60)

    connection.close()
    bundle.refresh_from_db()
    # Its clock is that of this day, which is before: nothing of it is too old.
    assert (bundle.done, bundle.fault) == (3, "")
    assert bundle.content is not None
