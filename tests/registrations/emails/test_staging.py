import pytest

from registrations.emails.delivery import deliver_due
from registrations.models import OutgoingEmail
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import AT, catalogue, session, training_page

pytestmark = pytest.mark.django_db

TRIALS = "essais@slsp.example"


def test_on_a_copy_of_the_site_one_address_receives_all(settings, smtp):
    settings.REGISTRATIONS_SEND_ALL_TO = TRIALS
    morning = session(training_page(catalogue()))
    registration(person(morning), booker=booker(manager_email="responsable@cpas.example"))

    deliver_due(at=AT)

    meant = set(OutgoingEmail.objects.values_list("recipient", flat=True))
    assert len(meant) == 3
    assert [mail["To"] for mail in smtp.messages] == [TRIALS] * 3
    assert [mail["X-Envelope-To"] for mail in smtp.messages] == [TRIALS] * 3
    for part in ("plain", "html"):
        bodies = [mail.get_body((part,)).get_content() for mail in smtp.messages]
        named = {address for address in meant for body in bodies if address in body}
        assert named == meant
    # A first word too long for the line is folded onto the next one, behind a space.
    assert all(mail["Subject"].lstrip().startswith("[") for mail in smtp.messages)
    kept = OutgoingEmail.objects.values_list("subject", flat=True)
    assert not any(subject.startswith("[") for subject in kept)


def test_elsewhere_nothing_is_added(smtp):
    registration(person(session(training_page(catalogue()))))
    deliver_due(at=AT)

    left = {mail["To"]: mail.get_body(("plain",)).get_content() for mail in smtp.messages}
    assert left.keys() == set(OutgoingEmail.objects.values_list("recipient", flat=True))
    for email in OutgoingEmail.objects.all():
        assert left[email.recipient].split() == email.text.split()
