"""The menu of the demo's skin."""

from django import template
from wagtail.models import Site

register = template.Library()


@register.simple_tag(takes_context=True)
def site_home(context):
    """The home page in the language of the screen; None where there is no site yet."""
    request = context.get("request")
    site = Site.find_for_request(request) if request else None
    return site.root_page.localized if site else None


@register.simple_tag(takes_context=True)
def menu(context, home):
    """Pages below the home page that ask to be in menus: `title`, `url`, `is_current`."""
    if home is None:
        return []
    path = getattr(context.get("page"), "path", "")
    pages = home.get_children().live().in_menu().select_related("locale")
    return [
        {
            "title": page.title,
            "url": page.get_url(context.get("request")),
            "is_current": path.startswith(page.path),
        }
        for page in pages
    ]
