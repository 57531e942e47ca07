"""Floors: what Django takes to send the same bytes from memory, or to say they are the same."""

import os
from pathlib import Path

from django.http import HttpResponse, HttpResponseNotModified
from django.urls import path

from tests import urls

CONTENT = Path(os.environ["BENCH_CONTENT"]).read_bytes()
ETAG = '"floor"'


def bare(request):
    if request.headers.get("If-None-Match") == ETAG:
        return HttpResponseNotModified(headers={"ETag": ETAG})
    return HttpResponse(
        CONTENT, content_type="text/calendar; charset=utf-8", headers={"ETag": ETAG}
    )


urlpatterns = [path("bare.ics", bare), *urls.urlpatterns]
