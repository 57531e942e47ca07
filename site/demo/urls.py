"""Where everything is. A host copies the two lines of the plugin; the rest it has already."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from trainings.sitemaps import AllLanguagesSitemap

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Good enough for a demo; a real site lets its web server do this. Pictures only: documents may
    # be for participants, and Wagtail's view asks.
    re_path(
        r"^media/(?P<path>(?:images|original_images|avatar_images)/[^/]+)$",
        serve,
        {"document_root": settings.MEDIA_ROOT},
    ),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": AllLanguagesSitemap}}),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
    # Calendars people subscribe to: one address for years, whatever becomes of the pages.
    path("agenda/", include("trainings.urls")),
    # The admin speaks English; the pages do not.
    re_path(r"^en/(?P<rest>.*)$", RedirectView.as_view(url="/fr/%(rest)s", query_string=True)),
    *i18n_patterns(
        path("inscriptions/", include("registrations.urls")),
        path("", include(wagtail_urls)),
        prefix_default_language=True,
    ),
]
