"""What a public form needs before its fields are even read, and a page under a secret link."""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from registrations.conf import conf
from registrations.exceptions import BusyError, RegistrationError
from trainings.models import content_languages

BROWSER_COOKIE = "registrations_form"
BROWSER_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")  # it goes back into a header
FORM_LIFETIME = timedelta(days=2)
SALT = "registrations.form"
#: How long a browser comes back to a page under a secret link without the link.
OPENED_FOR = timedelta(hours=12)
#: Error reports mask what is called a token.
OPENED_COOKIE = "registrations_token_{}"


def refuse_other_charsets(view):
    """Answer 415 to a form in another charset than UTF-8, which Django cannot read.

    It has to run before the CSRF check, since that reads the form: hence the exemption, and the
    same check again inside.
    """
    return refuse_other_charsets_only(csrf_protect(view))


def refuse_other_charsets_only(view):
    """The same without the CSRF check: for a form that another program sends, such as a mail
    reader, where the secret of the address is all that allows it.
    """

    @csrf_exempt
    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() != "utf-8":  # Django knows it by this name only
            return HttpResponse(
                _("Please send this form as UTF-8."), status=415, content_type="text/plain"
            )
        return view(request, *args, **kwargs)

    return guarded


def browser_secret(request) -> str:
    """The random value that ties a form to the browser that got it; a new one when it has none."""
    known = request.COOKIES.get(BROWSER_COOKIE, "")
    return known if BROWSER_SECRET.fullmatch(known) else secrets.token_urlsafe(24)


def remember_browser(request, response, secret: str) -> None:
    response.set_cookie(
        BROWSER_COOKIE,
        secret,
        max_age=FORM_LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def new_form_stamp(at: datetime) -> str:
    """A signed once-only key with the instant the form was given out."""
    return signing.dumps([secrets.token_urlsafe(16), int(at.timestamp())], salt=SALT)


def read_form_stamp(stamp: str, *, at: datetime) -> str | None:
    """The once-only key; None when it is forged, too old, or came back too fast for a person."""
    try:
        key, given_out = signing.loads(stamp, salt=SALT)
    except signing.BadSignature:
        return None
    age = at.timestamp() - given_out
    if not conf.minimum_fill_time.total_seconds() <= age <= FORM_LIFETIME.total_seconds():
        return None
    return str(key)


def registration_key(form_key: str, browser: str) -> str:
    """One registration per form and browser: another browser's replay is another form."""
    return hashlib.sha256(f"{form_key}:{browser}".encode()).hexdigest()


def client(request) -> str:
    """The visitor's network address."""
    return request.META.get(conf.client_address_header, "")


def refusal_status(error: RegistrationError) -> int:
    """Of the page that shows why what was sent is not done."""
    return 503 if isinstance(error, BusyError) else 422


def say_when_to_come_back(response):
    """Of a busy site: in some seconds (RFC 9110 §10.2.3)."""
    if response.status_code == 503:
        response["Retry-After"] = "10"
    return response


def keep_address_secret(response, *, has_form: bool = False):
    """Neither another site nor a search engine learns the address of this page."""
    # Under "no-referrer" a browser sends a form from "Origin: null", which the CSRF check refuses.
    response["Referrer-Policy"] = "same-origin" if has_form else "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def go_on_without_secret(request, secret: str, *, page: str, url: str):
    """Redirect from a secret link to `url`, which tells nothing; this browser keeps the secret.

    `page` names what the link opens, such as "service_12": one browser may have several open.
    It is sent to that page only, in each language. Call it for a secret that is known to open;
    `opened_with()` gives it back.
    """
    response = redirect(url)
    signed = _signer(page).sign(secret)
    # Cookies of one name and several paths do not fit into a response: each has its language.
    for language in {get_language(), *content_languages()}:
        response.set_cookie(
            OPENED_COOKIE.format(f"{page}_{language}"),
            signed,
            max_age=OPENED_FOR,
            path=translate_url(url, language),
            httponly=True,
            # "Strict" would not come along from a message read in the browser.
            samesite="Lax",
            secure=request.is_secure(),
        )
    return keep_address_secret(response)


def opened_with(request, *, page: str) -> str:
    """The secret with which this browser opened a page; empty when it did not, or long ago.

    It may have been revoked since: look it up at each request.
    """
    signed = request.COOKIES.get(OPENED_COOKIE.format(f"{page}_{get_language()}"), "")
    try:
        return _signer(page).unsign(signed, max_age=OPENED_FOR)
    except signing.BadSignature:
        return ""


def _signer(page: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"{SALT}.{page}")
