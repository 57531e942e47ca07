"""A sitemap for hosts with pages in several languages."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page


class AllLanguagesSitemap(Sitemap):
    """Wagtail's own has the pages below the root of the site, and the home pages of the other
    languages stand beside it (wagtail/wagtail#6583).
    """

    def items(self) -> Any:
        if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
            return super().items()
        homes = self.get_wagtail_site().root_page.get_translations(inclusive=True)
        inside = [Q(path__startswith=path) for path in homes.values_list("path", flat=True)]
        pages: Any = Page.objects.live().public().filter(reduce(or_, inside))
        return pages.order_by("path").defer_streamfields().specific()
