"""Public addresses of calendars. Keep them out of `i18n_patterns`: they must not move for years."""

from django.urls import path, re_path

from trainings.views.feeds import FeedView, SessionView
from trainings.views.news import NewSessionsView

app_name = "trainings"
urlpatterns = [
    path("<slug:language>/trainings.ics", FeedView.as_view(), name="feed"),
    re_path(
        r"^(?P<language>[-\w]+)/(?P<path>(?:[a-z]+/[^/]+/)+)trainings\.ics$",
        FeedView.as_view(),
        name="feed",
    ),
    path("<slug:language>/session-<uuid:uid>.ics", SessionView.as_view(), name="session"),
    path("<slug:language>/new.atom", NewSessionsView.as_view(), name="new"),
]
