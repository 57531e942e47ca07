"""Wagtail gives each snippet a chooser that whoever may enter the admin can open."""

from __future__ import annotations

from wagtail.snippets.views.chooser import SnippetChooserViewSet


class NoChooserViewSet(SnippetChooserViewSet):
    """Of what nobody chooses in a form, and not everybody may list."""

    def get_urlpatterns(self):
        return []
