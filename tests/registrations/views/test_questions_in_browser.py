"""The organiser's own questions in a browser, with and without script, and their editor."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from registrations.enums import AskedOf, FieldType
from registrations.models import FormAnswer, FormQuestion, SignUpQuestions
from tests.factories.registrations import partner, question
from tests.factories.trainings import catalogue, session, training_page
from tests.factories.users import user
from tests.looking import NARROW, WIDE, faults, log_in, wide_and_narrow

MEALS = {"fr": "Avec viande\nVégétarien", "nl": "Met vlees\nVegetarisch"}


@pytest.fixture
def training(transactional_db, settings, live_server):
    settings.REGISTRATIONS_MINIMUM_FILL_TIME = timedelta(0)
    host, port = live_server.url.removeprefix("http://").split(":")
    Site.objects.update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    partner("CPAS de Charleroi")
    page = training_page(catalogue(), title="Accompagner un ménage")
    session(page, timezone.localdate() + timedelta(days=30))
    return page.training


@pytest.fixture
def address(training, live_server):
    return f"{live_server.url}/fr/inscriptions/training/{training.uid}/"


@pytest.fixture
def car(training):
    choices = "Oui\nNon"
    return question(training, "En voiture ?", field_type=FieldType.RADIO, choices=choices)


@pytest.fixture
def trailer(training, car):
    return question(
        training,
        "Avec remorque",
        field_type=FieldType.CHECKBOX,
        only_if=car,
        only_if_choice="Oui",
    )


@pytest.fixture
def plate(training, trailer):
    return question(training, "Sa plaque ?", only_if=trailer, only_if_choice="yes", required=True)


def fill_in(page):
    page.locator("[name=booking-service_name]").fill("CPAS de Charleroi")
    page.locator("[name=booking-first_name]").fill("Camille")
    page.locator("[name=booking-last_name]").fill("Du Service")
    page.locator("[name=booking-email]").fill("camille@cpas.example")
    page.locator("[name=booking-may_name_partner][value=no]").check()
    page.locator("[name=people-0-is_booker]").check()
    page.locator("[name=people-0-function]").fill("assistante")


def shown(page, *questions, row=0):
    return [
        page.locator(f"[name=people-{row}-{one.clean_name}]").first.is_visible()
        for one in questions
    ]


def kept():
    return [answer.text for answer in FormAnswer.objects.all()]


def test_without_script_all_is_shown_and_what_was_not_asked_is_dropped(
    address, car, trailer, plate, new_browser
):
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(address)
    assert shown(page, car, trailer, plate) == [True, True, True]
    fill_in(page)
    page.locator(f"[name=people-0-{car.clean_name}][value=Non]").check()
    page.locator(f"[name=people-0-{trailer.clean_name}]").check()
    page.locator(f"[name=people-0-{plate.clean_name}]").fill("1-ABC-123")
    page.locator("[data-submit]").click()
    page.wait_for_url("**/registration/**")

    assert kept() == ["Non"]


def test_with_script_a_question_waits_for_the_answer_it_depends_on(
    address, car, trailer, plate, new_browser
):
    page = new_browser().new_page()
    page.goto(address)
    yes, no = (page.locator(f"[name=people-0-{car.clean_name}][value={x}]") for x in ("Oui", "Non"))
    assert shown(page, car, trailer, plate) == [True, False, False]

    yes.check()
    assert shown(page, car, trailer, plate) == [True, True, False]
    page.locator(f"[name=people-0-{trailer.clean_name}]").check()
    assert shown(page, car, trailer, plate) == [True, True, True]
    no.check()
    assert shown(page, car, trailer, plate) == [True, False, False]
    yes.check()
    assert shown(page, car, trailer, plate) == [True, True, True]

    # Each row has its own.
    page.locator("[data-add]").click()
    page.locator("#person-2").wait_for()
    assert shown(page, car, trailer, plate, row=1) == [True, False, False]
    page.locator("#person-1 [data-remove]").click()
    page.locator("#person-2").wait_for(state="detached")
    assert shown(page, car, trailer, plate) == [True, False, False]

    # What is sent back keeps it so, and leads to what is to correct.
    fill_in(page)
    yes.check()
    page.locator(f"[name=people-0-{trailer.clean_name}]").check()
    page.locator("[data-submit]").click()
    page.locator("#errors a").click()
    assert page.evaluate("document.activeElement.name") == f"people-0-{plate.clean_name}"
    page.keyboard.type("1-ABC-123")
    page.locator("[data-submit]").click()
    page.wait_for_url("**/registration/**")

    assert kept() == ["Oui", "yes", "1-ABC-123"]


@pytest.mark.parametrize("script", [True, False])
def test_no_type_of_question_has_a_fault_or_is_cut(address, training, new_browser, script):
    for asked_of in AskedOf:
        made = [
            question(
                training,
                f"Question de type {field_type.label.lower()} ?",
                help_text={"fr": "Pour préparer la salle."},
                field_type=field_type,
                choices=MEALS,
                asked_of=asked_of,
                required=True,
            )
            for field_type in FieldType
        ]
        radio = next(one for one in made if one.field_type == FieldType.RADIO)
        question(training, "Suite ?", only_if=radio, only_if_choice="Végétarien", asked_of=asked_of)
    page = new_browser(viewport=NARROW, java_script_enabled=script).new_page()
    found = {}
    for name in ("asked", "to correct"):
        if name == "asked":
            page.goto(address)
        else:
            page.locator("[data-submit]").click()
            page.locator("#errors").wait_for()
        if script:
            found[name] = wide_and_narrow(page)
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert page.locator(f"[name$=-question_{radio.pk}]").first.is_visible()

    assert not script or found == {"asked": {}, "to correct": {}}


def test_an_editor_writes_a_question_and_one_that_follows(training, live_server, new_browser):
    editor = user(name="admin")
    editor.is_superuser = True
    editor.save()
    page = new_browser(viewport=WIDE).new_page()
    log_in(page, live_server.url, editor)
    form = SignUpQuestions.objects.create(training=training)
    edit = reverse(SignUpQuestions.snippet_viewset.get_url_name("edit"), args=[form.pk])
    page.goto(live_server.url + edit)
    add = page.locator("#id_questions-ADD")

    add.click()
    page.locator("[name=questions-0-label_fr]").fill("En voiture ?")
    page.locator("[name=questions-0-field_type]").select_option(FieldType.RADIO)
    page.locator("[name=questions-0-choices_fr]").fill("Oui\nNon")
    page.locator("footer [type=submit]").first.click()
    page.wait_for_url("**/signupquestions/")
    page.goto(live_server.url + edit)
    add.click()
    page.locator("[name=questions-1-label_fr]").fill("Quelle plaque ?")
    page.locator("[name=questions-1-field_type]").select_option(FieldType.SINGLELINE)
    page.locator("[name=questions-1-condition]").select_option(label="En voiture ? – Oui")
    found = faults(page)
    page.locator("footer [type=submit]").first.click()
    page.wait_for_url("**/signupquestions/")

    first, second = FormQuestion.objects.all()
    assert (second.only_if, second.only_if_choice) == (first, "Oui")
    assert found == {}
