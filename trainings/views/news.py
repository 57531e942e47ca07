"""News over HTTP: sessions newly announced."""

from __future__ import annotations

from django.urls import reverse

from trainings.domain import news
from trainings.views.feeds import CalendarView, answer


class NewSessionsView(CalendarView):
    """An Atom feed, read and checked for news as calendars are."""

    content_type = news.NewsFeed.content_type
    filename = "new.atom"

    def answer(self, request):
        language, site = self.language(), self.site(request)
        path = reverse("trainings:new", kwargs={"language": language})
        return answer(
            news.atom(site, language=language, address=f"{site.root_url}{path}", at=self.now())
        )
