import pytest
from django.contrib.sites.requests import RequestSite
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page, PageViewRestriction, Site

from tests.factories.trainings import catalogue, locale, training_page, translated
from trainings.sitemaps import AllLanguagesSitemap

pytestmark = pytest.mark.django_db

FRENCH = "http://localhost/fr/formations/en-recherche-de-logement/"
DUTCH = "http://localhost/nl/formations/op-zoek-naar-een-woning/"


@pytest.fixture
def page():
    return training_page(catalogue())


@pytest.fixture
def addresses(rf):
    def read(sitemap=AllLanguagesSitemap):
        request = rf.get("/sitemap.xml", headers={"host": "localhost"})
        urls = sitemap(request).get_urls(site=RequestSite(request), protocol="http")
        return [url["location"] for url in urls]

    return read


@pytest.fixture
def dutch(page):
    copy = translated(page, "nl", "Op zoek naar een woning")
    copy.slug = "op-zoek-naar-een-woning"
    copy.save_revision().publish()
    return copy


def test_a_sitemap_has_the_pages_of_every_language(page, dutch, addresses):
    assert addresses() == [
        *("http://localhost/fr/", "http://localhost/fr/formations/", FRENCH),
        *("http://localhost/nl/", "http://localhost/nl/formations/", DUTCH),
    ]


def test_without_several_languages_it_is_that_of_wagtail(page, dutch, addresses, settings):
    settings.WAGTAIL_I18N_ENABLED = False

    assert addresses() == addresses(Sitemap)


def test_what_is_hidden_in_another_language_is_in_no_sitemap(page, dutch, addresses):
    PageViewRestriction.objects.create(page=dutch, restriction_type="login")
    assert [one for one in addresses() if one in (FRENCH, DUTCH)] == [FRENCH]

    page.training.is_discreet = True
    page.training.save()
    assert [one for one in addresses() if one in (FRENCH, DUTCH)] == []


def test_the_pages_of_another_site_are_not_among_them(page, addresses):
    other = Page.objects.get(depth=1).add_child(
        instance=Page(title="Ailleurs", slug="ailleurs", locale=locale())
    )
    Site.objects.create(hostname="elsewhere.example", root_page=other)

    assert not any("elsewhere" in one for one in addresses())
    assert FRENCH in addresses()
