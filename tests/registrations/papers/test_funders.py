"""Who supports a training is mentioned on its page, in mails, on the sheet and on attestations."""

import io
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images import get_image_model

from registrations.domain import of_the_day
from registrations.domain.attendance import half_days_of
from registrations.emails.specimens import specimens
from registrations.enums import MessageKind
from registrations.papers.frame import logos_of
from registrations.papers.printing import compile_pdf
from registrations.papers.sheet import sheet
from tests.factories.trainings import catalogue, programme_page, session, training_page
from trainings.models import Funder

# Wagtail leaves the file open from which it has made a smaller picture.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

MENTION = "Avec le soutien du Fonds « d’été »."


def logo(*, color=(10, 60, 120)):
    file = io.BytesIO()
    Picture.new("RGB", (400, 100), color).save(file, "PNG")
    file.seek(0)
    return get_image_model().objects.create(title="Logo", file=ImageFile(file, name="logo.png"))


@pytest.fixture(autouse=True)
def no_picture_is_known():
    """Wagtail remembers those of another test's image of the same key."""
    caches["default"].clear()


@pytest.fixture
def page():
    page = training_page(programme_page(catalogue()))
    fund = Funder.objects.create(name="Fonds d’été", mention={"fr": MENTION}, logo=logo())
    page.training.programme.funders.add(fund)
    return page


@pytest.fixture
def morning(page):
    return session(page, timezone.localdate() + timedelta(days=20))


def test_on_the_public_pages(page, morning, client):
    for public in (page, page.get_parent()):
        html = client.get(public.get_url()).content.decode()
        assert MENTION in html
        assert 'alt="Fonds d’été"' in html
        [image] = [part for part in html.split("<img")[1:] if "Fonds d’été" in part]
        tag = image.partition(">")[0]
        assert ('width="320"' in tag, 'height="80"' in tag) == (True, True)


@pytest.mark.parametrize(
    "kind",
    [
        MessageKind.RECEIPT,
        MessageKind.INVITATION,
        MessageKind.REMINDER,
        MessageKind.THANKS,
        MessageKind.ATTESTATION,
    ],
)
def test_in_mails(morning, kind):
    contents = [
        one.content for one in specimens(morning, language="fr", at=timezone.now(), kind=kind)
    ]

    assert contents
    assert [content.text.count(MENTION) for content in contents] == [1] * len(contents)
    assert [content.html.count(MENTION) for content in contents] == [1] * len(contents)


def test_not_in_a_mail_about_a_discreet_session(morning):
    morning.training.is_discreet = True
    morning.training.save()

    found = list(specimens(morning, language="fr", at=timezone.now()))

    assert [one.kind for one in found if "soutien du Fonds" in one.content.text] == []


def test_on_the_sheet(morning):
    told = of_the_day.announced(morning, language="fr")
    paper = sheet(told, [], half_days_of(morning))

    assert paper.data["mentions"] == [MENTION]
    assert [one["alt"] for one in paper.data["logos"]] == ["Fonds d’été"]
    assert list(paper.images) == ["logo-1.png"]
    pdf = compile_pdf(paper.template, paper.data, images=paper.images)
    assert b"/Image" in pdf


def test_a_logo_whose_file_is_lost_is_left_out():
    lost, kept = logo(), logo(color=(0, 0, 0))
    lost.file.storage.delete(lost.file.name)
    broken = logo(color=(1, 1, 1))
    with broken.file.storage.open(broken.file.name, "wb") as file:
        file.write(b"no image")
    funders = [
        Funder(name=name, logo=one) for name, one in (("A", lost), ("B", kept), ("C", broken))
    ]

    found, images = logos_of([*funders, Funder(name="D")])

    assert [one["alt"] for one in found] == ["B"]
    assert list(images) == [found[0]["file"]]
