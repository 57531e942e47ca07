"""Public addresses; include them where your pages are, in `i18n_patterns` if you have them."""

from django.urls import path

from registrations.views.answer import AnswerView
from registrations.views.attestations import attestation_urls
from registrations.views.check import check_urls
from registrations.views.desk import desk_urls
from registrations.views.documents import document_urls
from registrations.views.evaluation import evaluation_urls
from registrations.views.here import here_urls
from registrations.views.links import LinkView
from registrations.views.opt_out import OptOutView
from registrations.views.participant import participant_urls
from registrations.views.private_feeds import CalendarAddressView, PrivateFeedView
from registrations.views.receipt import ReceiptView
from registrations.views.registration import RegistrationView
from registrations.views.service import (
    ServiceHistoryView,
    ServiceLinkView,
    ServicePersonView,
    ServiceView,
)
from registrations.views.sign_up import PartnerSuggestionsView, ProgrammeSignUpView, SignUpView
from registrations.views.trainer import trainer_urls

app_name = "registrations"
urlpatterns = [
    path("training/<uuid:uid>/", SignUpView.as_view(), name="sign_up_training"),
    path("programme/<uuid:uid>/", ProgrammeSignUpView.as_view(), name="sign_up_programme"),
    path("receipt/<str:token>/", ReceiptView.as_view(), name="receipt"),
    path("registration/<str:reference>/", RegistrationView.as_view(), name="registration"),
    path("link/", LinkView.as_view(), name="link"),
    path("answer/<str:token>/", AnswerView.as_view(), name="answer"),
    path("stop/<str:token>/", OptOutView.as_view(), name="opt_out"),
    path("calendar/<str:token>/", CalendarAddressView.as_view(), name="calendar"),
    # Calendars ask for it for years: it stays where it is.
    path("calendar/<str:token>.ics", PrivateFeedView.as_view(), name="private_feed"),
    path("service/<int:pk>/", ServiceView.as_view(), name="service"),
    path("service/<int:pk>/<int:year>.csv", ServiceHistoryView.as_view(), name="service_history"),
    path("service/<int:pk>/<int:person>/", ServicePersonView.as_view(), name="service_person"),
    path("service/<str:token>/", ServiceLinkView.as_view(), name="service_link"),
    path("services/", PartnerSuggestionsView.as_view(), name="partner_suggestions"),
    *desk_urls,
    *here_urls,
    *trainer_urls,
    *participant_urls,
    *attestation_urls,
    *document_urls,
    *evaluation_urls,
    *check_urls,
]
