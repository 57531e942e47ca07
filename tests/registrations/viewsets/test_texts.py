"""Where an editor changes the words of mails."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registrations.domain import texts as domain
from registrations.emails.texts import local_name
from registrations.enums import MessageKind
from registrations.models import AccessToken, MessageText, OutgoingEmail, Registration
from registrations.viewsets.texts import GROUPS
from tests.factories.trainings import AT, catalogue, session, training_page
from tests.factories.users import registrations_manager, user
from trainings.models import TrainingPage

pytestmark = pytest.mark.django_db

KIND = MessageKind.INVITATION
WORDS = {"subject": "Bienvenue", "opening": "Avec plaisir.", "closing": "À bientôt."}


@pytest.fixture
def editor(client):
    editor = user("registrations.change_messagetext")
    client.force_login(editor)
    return editor


@pytest.fixture
def morning():
    page = training_page(catalogue(), title="En recherche de logement")
    return session(page, timezone.localdate() + timedelta(days=30))


def url(view="edit", kind="invitation", language="fr"):
    args = [] if view == "list" else [kind, language]
    return reverse(f"message_texts:{view}", args=args)


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_every_message_but_a_letter_has_its_line():
    assert [kind for group in GROUPS for kind in group.sent if kind not in domain.EDITABLE] == []
    assert {kind for group in GROUPS for kind in group.sent} == set(domain.EDITABLE)


def test_the_list_says_which_words_are_our_own(client, editor):
    domain.write(KIND, "nl", WORDS, by=editor, at=AT)
    domain.write(MessageKind.MOVED, "fr", WORDS, by=editor, at=AT)
    domain.reset(MessageKind.MOVED, "fr", by=editor, at=AT)

    response = client.get(url("list"))

    groups = response.context["groups"]
    cells = [cell for _heading, rows in groups for row in rows for cell in row["cells"]]
    assert len(cells) == 2 * len(domain.EDITABLE)
    assert [cell["url"] for cell in cells if cell["is_own"]] == [url(language="nl")]


def test_the_list_asks_as_much_however_many_there_are(client, editor):
    def number():
        with CaptureQueriesContext(connection) as queries:
            client.get(url("list"))
        return len(queries)

    client.get(url("list"))
    one = number()
    for kind in domain.EDITABLE:
        for language in ("fr", "nl"):
            domain.write(kind, language, WORDS, by=editor, at=AT)
    assert number() == one


@pytest.mark.parametrize("kind", [kind.lower() for kind in domain.EDITABLE])
def test_each_can_be_looked_at_and_nothing_changes(client, editor, morning, kind):
    for language in ("fr", "nl"):
        response = client.get(url(kind=kind, language=language))
        assert response.status_code == 200
        assert response.context["specimen"].content.subject
    made = (MessageText, OutgoingEmail, Registration, AccessToken)
    assert [model.objects.count() for model in made] == [0, 0, 0, 0]


def test_what_is_written_is_used_and_shown_again(client, editor, morning):
    response = client.post(url(), {**WORDS, "do": "save"}, follow=True)

    row = MessageText.objects.get()
    assert (row.kind, row.language) == (KIND, "fr")
    assert {name: getattr(row, name) for name in domain.WORDS} == WORDS
    assert {name: response.context["form"][name].value() for name in domain.WORDS} == WORDS
    assert response.context["specimen"].content.subject == "Bienvenue"


def test_placeholders_are_written_in_the_language_of_the_text(client, editor, morning):
    name = local_name("title", language="fr")

    response = client.post(url(), {"subject": f"{{{name}}} – {{when}}"}, follow=True)

    assert MessageText.objects.get().subject == "{title} – {when}"
    date = local_name("when", language="fr")
    assert response.context["form"]["subject"].value() == f"{{{name}}} – {{{date}}}"
    assert response.context["specimen"].content.subject.startswith("En recherche de logement – ")


@pytest.mark.parametrize("field", domain.WORDS)
def test_a_placeholder_that_is_not_known_is_told_beside_its_field(client, editor, morning, field):
    typed = {**WORDS, field: "Bonjour {prénom} {xyz}"}

    response = client.post(url(), typed)

    form = response.context["form"]
    assert set(form.errors) == {field}
    assert "{prénom}, {xyz}" in form.errors[field][0]
    assert f"{{{local_name('name', language='fr')}}}" in form.errors[field][0]
    assert {name: form[name].value() for name in domain.WORDS} == typed
    assert response.context["specimen"] is None
    assert MessageText.objects.count() == 0


@pytest.mark.parametrize(
    "value", ["a\u202eb", "a\x00b", "a\ufffdb", "x" * 6_000, "{organiser}" * 600]
)
def test_what_cannot_be_mailed_is_refused(client, editor, morning, value):
    response = client.post(url(), {"closing": value})

    assert set(response.context["form"].errors) == {"closing"}
    assert MessageText.objects.count() == 0


def test_a_subject_is_one_line(client, editor, morning):
    client.post(url(), {"subject": "Un\r\nBcc: x@evil.example"})

    assert MessageText.objects.get().subject == "Un Bcc: x@evil.example"


def test_what_is_typed_is_shown_in_the_situation_asked_for(client, editor, morning):
    page = TrainingPage.objects.get(training=morning.training)
    other = session(page, timezone.localdate() + timedelta(days=40))
    asked = {**WORDS, "do": "preview", "situation": "several", "session": other.pk}

    response = client.post(url(), asked)

    specimen = response.context["specimen"]
    assert specimen.situation == "several"
    assert specimen.content.subject == "Bienvenue"
    assert "Avec plaisir." in specimen.content.html
    assert str(other.uid) in specimen.content.html
    assert {name: response.context["form"][name].value() for name in domain.WORDS} == WORDS
    assert MessageText.objects.count() == 0


@pytest.mark.parametrize("chosen", [{"situation": "none"}, {"session": "0"}, {"session": "a\x00"}])
def test_a_choice_that_is_gone_shows_the_first(client, editor, morning, chosen):
    response = client.post(url(), {**WORDS, "do": "preview", **chosen})

    assert response.status_code == 200
    assert response.context["specimen"].situation == "one"


def test_a_test_goes_to_who_asks_and_to_nobody_else(client, editor, morning, smtp):
    response = client.post(url(), {**WORDS, "do": "test"})

    [mail] = smtp.messages
    assert (mail["To"], mail["X-Envelope-To"]) == (editor.email, editor.email)
    assert mail["Subject"] == _("[Test] %(subject)s") % {"subject": "Bienvenue"}
    assert "Avec plaisir." in mail.get_body(("plain",)).get_content()
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
    ]
    assert editor.email in told(response)[0]
    assert (MessageText.objects.count(), OutgoingEmail.objects.count()) == (0, 0)


def test_a_server_s_refusal_is_told_in_its_words(client, editor, morning, smtp):
    smtp.refusal = "554 5.7.1 Not today"

    response = client.post(url(), {**WORDS, "do": "test"})

    [sentence] = told(response)
    assert "Not today" in sentence


def test_without_an_address_a_test_goes_nowhere(client, editor, morning, smtp):
    type(editor).objects.update(email="")

    response = client.post(url(), {**WORDS, "do": "test"})

    assert len(told(response)) == 1
    assert smtp.messages == []


def test_words_of_before_are_looked_at_and_used_again(client, editor, morning):
    first = domain.write(KIND, "fr", WORDS, by=editor, at=AT).latest_revision
    domain.write(KIND, "fr", {"subject": "Autre"}, by=editor, at=AT)

    listed = client.get(url("history")).context["revisions"]
    former = client.get(listed[1]["url"])

    assert [one["revision"].pk for one in listed][1] == first.pk
    assert former.context["form"]["subject"].value() == "Bienvenue"
    assert MessageText.objects.get().subject == "Autre"
    client.post(url(), WORDS)
    assert MessageText.objects.get().subject == "Bienvenue"


def test_words_of_another_message_are_not_shown(client, editor, morning):
    other = domain.write(MessageKind.MOVED, "fr", WORDS, by=editor, at=AT).latest_revision
    domain.write(KIND, "fr", WORDS, by=editor, at=AT)

    assert client.get(f"{url()}?revision={other.pk}", follow=True).status_code == 404


@pytest.mark.parametrize("asked", ["x", "0x1", "9" * 30])
def test_a_revision_that_is_no_number_does_no_harm(client, editor, morning, asked):
    domain.write(KIND, "fr", WORDS, by=editor, at=AT)

    assert client.get(f"{url()}?revision={asked}", follow=True).status_code in (200, 404)


def test_it_goes_back_to_what_ships_once_that_is_confirmed(client, editor, morning):
    domain.write(KIND, "fr", WORDS, by=editor, at=AT)

    client.get(url("reset"))
    assert MessageText.objects.get().subject == "Bienvenue"
    client.post(url("reset"))
    row = MessageText.objects.get()
    assert [getattr(row, name) for name in domain.WORDS] == ["", "", ""]


@pytest.mark.parametrize(
    ("kind", "language"), [("letter", "fr"), ("nothing", "fr"), ("invitation", "en")]
)
def test_there_is_no_other_text(client, editor, kind, language):
    for view in ("edit", "history", "reset"):
        assert client.get(url(view, kind, language), follow=True).status_code == 404


def test_who_may_not_change_them_sees_none(client, morning):
    client.force_login(registrations_manager())

    for view in ("list", "edit", "history", "reset"):
        assert client.get(url(view)).status_code == 302
    for view in ("edit", "reset"):
        client.post(url(view), WORDS)
    assert MessageText.objects.count() == 0
    assert url("list") not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_who_may_finds_them_in_the_menu(client, editor):
    assert url("list") in client.get(reverse("wagtailadmin_home")).content.decode()
