"""Words of mails: written, taken back, and what becomes of mails meanwhile."""

from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from registrations.domain import texts
from registrations.emails.delivery import deliver_due
from registrations.enums import MessageKind
from registrations.models import MessageText
from tests.factories.registrations import person, registration
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.factories.users import user

pytestmark = pytest.mark.django_db

KIND = MessageKind.INVITATION


def acts():
    entries = ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)
    return [action for action in entries if action.endswith("_text")]


def test_each_change_is_kept_and_logged_and_none_is_not():
    editor = user()
    texts.write(KIND, "fr", {"subject": "Un"}, by=editor, at=AT)
    texts.write(KIND, "fr", {"subject": "Un"}, by=editor, at=AT)
    texts.write(KIND, "fr", {"subject": "Deux"}, by=editor, at=AT)
    texts.reset(KIND, "fr", by=editor, at=AT)

    [row] = MessageText.objects.all()
    assert (row.kind, row.language, row.subject) == (KIND, "fr", "")
    kept = [one.as_object().subject for one in row.revisions.order_by("pk")]
    assert kept == ["Un", "Deux", ""]
    assert acts() == [
        "registrations.write_text",
        "registrations.write_text",
        "registrations.reset_text",
    ]
    assert {one.user for one in row.revisions.all()} == {editor}


def test_mails_in_that_language_say_it_and_others_do_not(smtp):
    page = training_page(catalogue(), title="Écouter")
    morning = session(page)
    words = {"subject": "Rendez-vous : {title}", "closing": "À bientôt, {name}."}
    texts.write(KIND, "fr", words, by=None, at=AT)
    registration(person(morning), person(morning, number=2, language="nl"))

    deliver_due(at=AT + timedelta(minutes=1))

    told = {mail["To"]: mail for mail in smtp.messages}
    french, dutch = told["personne1@cpas.example"], told["personne2@cpas.example"]
    assert french["Subject"] == "Rendez-vous : Écouter"
    for part in ("plain", "html"):
        assert "À bientôt, Assistante Sociale 1." in french.get_body((part,)).get_content()
        assert "À bientôt" not in dutch.get_body((part,)).get_content()
    assert "Rendez-vous" not in dutch["Subject"]


def test_a_name_that_looks_like_a_placeholder_stays_what_it_is(smtp):
    morning = session(training_page(catalogue(), title="Écouter"))
    texts.write(KIND, "fr", {"subject": "{name}"}, by=None, at=AT)
    registration(person(morning, first_name="{title}", last_name="<b>X</b>"))

    deliver_due(at=AT + timedelta(minutes=1))

    subjects = {mail["To"]: mail["Subject"] for mail in smtp.messages}
    assert subjects["personne1@cpas.example"] == "{title} <b>X</b>"
