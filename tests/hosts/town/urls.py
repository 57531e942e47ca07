from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

pages = [path("", include(wagtail_urls))]
if apps.is_installed("registrations"):
    pages.insert(0, path("sign-up/", include("registrations.urls")))

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("agenda/", include("trainings.urls")),
    *(i18n_patterns(*pages) if getattr(settings, "WAGTAIL_I18N_ENABLED", False) else pages),
]
