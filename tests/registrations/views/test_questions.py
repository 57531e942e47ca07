"""The organiser's own questions, from the form to what is kept and shown of the answers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from registrations.enums import AskedOf, FieldType
from registrations.models import FormAnswer, Participant, Registration, SignUpRules
from tests.factories.registrations import partner, question
from tests.factories.trainings import catalogue, programme_page, session, training_page, translated
from tests.registrations.views.forms import filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_people(settings):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)


@pytest.fixture
def page():
    partner("CPAS de Charleroi")
    return training_page(programme_page(catalogue()), title="Accompagner un ménage")


@pytest.fixture
def training(page):
    session(page, timezone.localdate() + timedelta(days=30))
    return page.training


@pytest.fixture
def url(training):
    return f"/fr/inscriptions/training/{training.uid}/"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def kept() -> list[tuple[str, str]]:
    return [(str(one.asked), one.text) for one in FormAnswer.objects.all()]


def errors(response) -> dict[str, list[str]]:
    """Of the first person, by field."""
    return dict(response.context["people"].forms[0].errors)


MEALS = {"fr": "Avec viande\nVégétarien", "nl": "Met vlees\nVegetarisch"}
LONG = "un deux\r\ntrois"
TYPES = {
    FieldType.SINGLELINE: (" Été  à  Liège ", "Été à Liège", "Été à Liège"),
    FieldType.MULTILINE: (LONG, "un deux\ntrois", "un deux<br>trois"),
    FieldType.EMAIL: ("Un@cpas.example", "Un@cpas.example", "Un@cpas.example"),
    FieldType.NUMBER: ("2,50", "2.50", "2,50"),
    FieldType.URL: ("cpas.example/x", "https://cpas.example/x", "https://cpas.example/x"),
    FieldType.CHECKBOX: ("on", "yes", "Oui"),
    FieldType.CHECKBOXES: (
        ["Avec viande", "Végétarien"],
        "Avec viande\nVégétarien",
        "Avec viande, Végétarien",
    ),
    FieldType.DROPDOWN: ("Végétarien", "Végétarien", "Végétarien"),
    FieldType.MULTISELECT: (["Végétarien"], "Végétarien", "Végétarien"),
    FieldType.RADIO: ("Avec viande", "Avec viande", "Avec viande"),
    FieldType.DATE: ("2026-12-24", "2026-12-24", "24 décembre 2026"),
    FieldType.DATETIME: ("2026-12-24T09:30", "2026-12-24T09:30", "24 décembre 2026 09:30"),
}


@pytest.mark.parametrize("field_type", FieldType)
@pytest.mark.parametrize("asked_of", AskedOf)
def test_every_type_of_answer_is_asked_kept_and_shown(client, url, training, field_type, asked_of):
    sent, stored, shown = TYPES[field_type]
    one = question(
        training, "Qu'en dites-vous ?", field_type=field_type, choices=MEALS, asked_of=asked_of
    )
    name = f"question_{one.pk}"
    asked = {name: sent}

    form = (
        filled_in(client, url, **asked)
        if asked_of == AskedOf.REGISTRATION
        else filled_in(client, url, asked)
    )
    response = client.post(url, form, follow=True)

    assert kept() == [("Qu'en dites-vous ?", stored)]
    answer = FormAnswer.objects.get()
    whose = Registration if asked_of == AskedOf.REGISTRATION else Participant
    assert (answer.registration or answer.participant) == whose.objects.get()
    assert f"<dt>Qu&#x27;en dites-vous ?</dt> <dd>{shown}</dd>" in text(response)


def test_an_optional_question_left_open_has_no_answer(client, url, training):
    for field_type in FieldType:
        question(training, field_type=field_type, choices=MEALS)
        question(training, field_type=field_type, choices=MEALS, asked_of=AskedOf.REGISTRATION)

    response = client.post(url, filled_in(client, url))

    assert response.status_code == 302
    assert kept() == []


def test_a_choice_is_the_same_in_both_languages(client, url, page, training):
    translated(page, "nl", title="Begeleiden")
    one = question(training, field_type=FieldType.RADIO, choices=MEALS)
    dutch = url.replace("/fr/", "/nl/")
    name = f"people-0-question_{one.pk}"

    assert f'name="{name}" value="Végétarien"' in text(client.get(dutch))
    client.post(dutch, filled_in(client, dutch, {f"question_{one.pk}": "Végétarien"}))

    answer = FormAnswer.objects.get()
    assert answer.text == "Végétarien"
    for language, words in {"fr": "Végétarien", "nl": "Vegetarisch"}.items():
        with translation.override(language):
            assert answer.in_words == words


def test_a_required_question_left_open_is_told_beside_its_field(client, url, training):
    box = question(training, "J'accepte", field_type=FieldType.CHECKBOX, required=True)
    other = question(training, required=True, asked_of=AskedOf.REGISTRATION)

    response = client.post(url, filled_in(client, url, {"last_name": "Gardé"}))

    assert response.status_code == 422
    assert errors(response) == {box.clean_name: ["Veuillez cocher cette case."]}
    booking = response.context["booking"]
    assert dict(booking.errors) == {other.clean_name: ["Veuillez répondre à cette question."]}
    assert 'value="Gardé"' in text(response)
    assert f'href="#id_people-0-{box.clean_name}"' in text(response)
    assert not Registration.objects.exists()


BAD = {
    FieldType.SINGLELINE: ["x" * 256, "a\x00b", "a\u202eb"],
    FieldType.MULTILINE: ["x" * 2001, "a\x07b"],
    FieldType.EMAIL: ["pas une adresse", "x@y", "é@x.example"],
    FieldType.NUMBER: ["beaucoup", "NaN", "1e999999", "9" * 16, "0.0000001", "Infinity"],
    FieldType.URL: ["javascript:alert(1)", "http://", "https://x.example/\x01", "a b"],
    FieldType.CHECKBOXES: [["Poisson"], ["Végétarien", "\x00"]],
    FieldType.DROPDOWN: ["Poisson", "végétarien", "\x00"],
    FieldType.MULTISELECT: [["Poisson"]],
    FieldType.RADIO: ["Vegetarisch", "\ud7ff"],
    FieldType.DATE: ["31/02/2026", "demain", "2026-13-01", "99999-01-01"],
    FieldType.DATETIME: ["2026-12-24T25:00", "2026-03-29T02:30", "midi"],
}


@pytest.mark.parametrize(
    ("field_type", "typed"), [(kind, typed) for kind, many in BAD.items() for typed in many]
)
def test_a_bad_answer_is_told_and_kept(client, url, training, field_type, typed):
    one = question(training, field_type=field_type, choices=MEALS)

    response = client.post(url, filled_in(client, url, {one.clean_name: typed}))

    assert response.status_code == 422
    assert set(errors(response)) == {one.clean_name}
    assert response.context["people"].forms[0][one.clean_name].value() == typed
    assert not Registration.objects.exists()


HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "{{ 7|add:7 }}%(x)s %s",
    "'; DROP TABLE--",
    "Ångström 你好 عربي",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_is_text(client, url, training, typed):
    one = question(training, typed, help_text={"fr": typed})
    other = question(
        training,
        field_type=FieldType.RADIO,
        choices=f"{typed}\nautre",
        asked_of=AskedOf.REGISTRATION,
    )
    question(
        training,
        only_if=other,
        only_if_choice=typed,
        asked_of=AskedOf.REGISTRATION,
        help_text={"fr": typed},
    )
    sent = filled_in(client, url, {one.clean_name: typed}, **{other.clean_name: typed})

    response = client.post(url, sent, follow=True)

    assert response.status_code == 200
    assert [answer for _question, answer in kept()] == [typed, typed]
    assert "<script>alert" not in text(response)
    assert "<script>alert" not in text(client.get(url))


# A question that depends on another


@pytest.fixture
def car(training):
    return question(
        training, "Venez-vous en voiture ?", field_type=FieldType.RADIO, choices="Oui\nNon"
    )


@pytest.fixture
def plate(training, car):
    return question(training, "Quelle plaque ?", only_if=car, only_if_choice="Oui", required=True)


def test_its_condition_is_told_in_words(client, url, plate):
    html = text(client.get(url))

    assert "Seulement si vous avez répondu « Oui » à « Venez-vous en voiture ? »." in html


def test_it_is_required_when_its_condition_holds(client, url, car, plate):
    response = client.post(url, filled_in(client, url, {car.clean_name: "Oui"}))

    assert errors(response) == {plate.clean_name: ["Veuillez répondre à cette question."]}

    both = {car.clean_name: "Oui", plate.clean_name: "1-ABC-123"}
    assert client.post(url, filled_in(client, url, both)).status_code == 302
    assert [answer for _question, answer in kept()] == ["Oui", "1-ABC-123"]


@pytest.mark.parametrize("said", ["Non", None])
def test_an_answer_without_its_condition_is_dropped(client, url, car, plate, said):
    row = {car.clean_name: said, plate.clean_name: "x" * 256}

    assert client.post(url, filled_in(client, url, row)).status_code == 302
    assert [answer for _question, answer in kept()] == [said] * (said is not None)


def test_a_question_that_depends_on_one_not_asked_is_not_asked(client, url, training, car, plate):
    ticked = question(
        training, "Avec remorque", field_type=FieldType.CHECKBOX, only_if=car, only_if_choice="Oui"
    )
    last = question(
        training, "Quel poids ?", only_if=ticked, only_if_choice="yes", field_type=FieldType.NUMBER
    )
    row = {car.clean_name: "Non", ticked.clean_name: "on", last.clean_name: "750"}

    client.post(url, filled_in(client, url, row))

    assert [answer for _question, answer in kept()] == ["Non"]
    assert "Seulement si vous avez coché « Avec remorque »." in text(client.get(url))


def test_each_person_answers_for_themselves(client, url, car, plate):
    rows = [
        {car.clean_name: "Oui", plate.clean_name: "1-ABC-123"},
        {car.clean_name: "Non"},
        {},
    ]

    client.post(url, filled_in(client, url, *rows))

    said = [
        [answer.text for answer in person.answers.all()] for person in Participant.objects.all()
    ]
    assert said == [["Oui", "1-ABC-123"], ["Non"], []]


# The form around them


def test_answers_stay_while_rows_come_and_go_without_javascript(client, url, car, plate):
    rows = [{car.clean_name: said, plate.clean_name: said} for said in ("Oui", "Non")]
    sent = filled_in(client, url, *rows)

    added = client.post(url, sent | {"add": "1"}).context["people"].forms
    removed = client.post(url, sent | {"remove": "0"}).context["people"].forms

    assert [form[plate.clean_name].value() for form in added] == ["Oui", "Non", None]
    assert [form[car.clean_name].value() for form in removed] == ["Non"]


def test_a_row_with_questions_that_nobody_filled_in_is_forgotten(client, url, training):
    for field_type in FieldType:
        question(training, field_type=field_type, choices=MEALS)
    empty = dict.fromkeys(("first_name", "last_name", "email", "function"), "")
    dropdown = training.sign_up_questions.questions.get(field_type=FieldType.DROPDOWN)

    client.post(url, filled_in(client, url, {}, empty | {dropdown.clean_name: ""}))

    assert Participant.objects.count() == 1


def test_the_same_form_with_another_answer_is_another_form(client, url, training):
    one = question(training)
    sent = filled_in(client, url, {one.clean_name: "un"})

    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent | {f"people-0-{one.clean_name}": "deux"}).status_code == 409
    assert [answer for _question, answer in kept()] == ["un"]


def test_a_question_removed_meanwhile_is_not_asked_any_more(client, url, training):
    one = question(training)
    sent = filled_in(client, url, {one.clean_name: "un"})
    one.delete()

    assert client.post(url, sent).status_code == 302
    assert kept() == []


def test_a_programme_asks_each_question_of_its_trainings_once(client, page, training):
    other = training_page(page.get_parent(), title="Autre")
    session(other, timezone.localdate() + timedelta(days=31))
    asked = {"field_type": FieldType.RADIO, "choices": MEALS}
    first = question(training, "Repas ?", **asked)
    question(training, "Une fois", asked_of=AskedOf.REGISTRATION)
    question(other.training, "Repas ?", **asked)
    follow_up = other.training.sign_up_questions.questions.get()
    question(other.training, "Allergie ?", only_if=follow_up, only_if_choice="Végétarien")
    url = f"/fr/inscriptions/programme/{training.programme.uid}/"

    forms = client.get(url).context["people"].forms[0], client.get(url).context["booking"]

    assert [[str(one) for one in form.questions] for form in forms] == [
        ["Repas ?", "Allergie ?"],
        ["Une fois"],
    ]
    allergy = forms[0].questions[1]
    client.post(
        url,
        filled_in(client, url, {first.clean_name: "Végétarien", allergy.clean_name: "noix"}),
    )
    assert kept() == [("Repas ?", "Végétarien"), ("Allergie ?", "noix")]


def test_answers_go_with_their_registration(client, url, training):
    one = question(training)
    other = question(training, asked_of=AskedOf.REGISTRATION)
    client.post(url, filled_in(client, url, {one.clean_name: "a"}, **{other.clean_name: "b"}))
    assert len(kept()) == 2

    Registration.objects.get().delete()

    assert kept() == []


# The registration's own page


def test_somebody_added_later_answers_too(client, url, car, plate):
    page = client.post(url, filled_in(client, url), follow=True)
    own = page.redirect_chain[-1][0]
    html = text(client.get(own))
    assert f'name="join-{plate.clean_name}"' in html
    sent = {
        "do": "join",
        "join-first_name": "Nadia",
        "join-last_name": "Benali",
        "join-function": "assistante sociale",
        "join-quality": "PROFESSIONAL",
        "join-sessions": re.findall(r'name="join-sessions" value="(\d+)"', html),
        f"join-{car.clean_name}": "Oui",
    }

    refused = client.post(own, sent)
    taken = client.post(own, sent | {f"join-{plate.clean_name}": "1-ABC-123"}, follow=True)

    assert refused.status_code == 422
    assert "Veuillez répondre à cette question." in text(refused)
    assert taken.status_code == 200
    assert [answer for _question, answer in kept()] == ["Oui", "1-ABC-123"]
    assert "<dt>Quelle plaque ?</dt> <dd>1-ABC-123</dd>" in text(taken)


def test_who_is_named_later_answers_then(client, url, training, car, plate):
    SignUpRules.objects.create(training=training, per_service=None, may_hold=5)
    morning = training.sessions.get()
    held = {f"held-places_{morning.pk}": "1", "people-0-last_name": "", "people-0-first_name": ""}
    nobody = {"people-0-function": "", "people-0-email": "", "people-0-sessions": []}
    page = client.post(url, filled_in(client, url) | held | nobody, follow=True)
    own = page.redirect_chain[-1][0]
    somebody = Participant.objects.get()
    prefix = f"correct-{somebody.pk}"
    sent = {
        "do": "correct",
        "of": somebody.pk,
        f"{prefix}-first_name": "Nadia",
        f"{prefix}-last_name": "Benali",
        f"{prefix}-function": "assistante sociale",
        f"{prefix}-quality": "PROFESSIONAL",
        f"{prefix}-{car.clean_name}": "Non",
    }

    assert client.post(own, sent).status_code == 302
    assert [answer for _question, answer in kept()] == ["Non"]
    # Once named, a correction asks nothing and loses nothing.
    assert f"{prefix}-{car.clean_name}" not in text(client.get(own))
    del sent[f"{prefix}-{car.clean_name}"]
    assert client.post(own, sent | {f"{prefix}-last_name": "Ben Ali"}).status_code == 302
    assert [answer for _question, answer in kept()] == ["Non"]
