"""What the script of the welcome desk sends and reads, in JSON; a phone may come back late."""

from __future__ import annotations

from pathlib import Path

from django.db import IntegrityError
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from registrations.domain import welcome
from registrations.exceptions import BusyError
from registrations.forms.welcome import (
    MOST_BYTES,
    MOST_OPERATIONS,
    UnreadableError,
    read_batch,
    read_operations,
)
from registrations.views import desk_state, protection
from registrations.views.desk_way_in import OfDesk

WORKER = Path(__file__).parent.parent / "static" / "registrations" / "desk-worker.js"


class JsonOfDesk(OfDesk, View):
    def closed(self):
        response = JsonResponse({"message": _("This link opens nothing")}, status=404)
        return protection.keep_address_secret(response)

    def state(self):
        state = desk_state.state_of(self.rows, at=self.at)
        return {**state, "token": get_token(self.request)}

    def refuse(self, message, status):
        return JsonResponse({"message": message}, status=status)


@method_decorator([require_safe, never_cache], name="dispatch")
class DeskStateView(JsonOfDesk):
    def get(self, request, pk):
        return JsonResponse(self.state())


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class DeskNotesView(JsonOfDesk):
    """What a phone has kept: answered by uid, so that it forgets what we have."""

    http_method_names = ["post", "options"]

    def post(self, request, pk):
        if request.content_type != "application/json":
            return self.refuse(_("This could not be read."), 415)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return self.refuse(_("This is too much at once."), 413)
        try:
            sent = read_batch(request.body)
            if len(sent.operations) > MOST_OPERATIONS:
                return self.refuse(_("This is too much at once."), 413)
            operations = read_operations(sent, clock=lambda noted_at: self.clock(noted_at, sent))
            receipts = self.receive(operations, device=sent.device)
        except UnreadableError:
            return self.refuse(_("This could not be read."), 400)
        except BusyError as error:
            return protection.say_when_to_come_back(self.refuse(str(error), 503))
        except IntegrityError:
            # The same taps came twice at the same instant: once more, and they are known.
            return self.refuse(str(BusyError.message), 409)
        answers = {str(one.uid): desk_state.receipt_line(one) for one in receipts}
        return JsonResponse({"answers": answers, "state": self.state()})

    def clock(self, noted_at, sent):
        return welcome.on_our_clock(
            noted_at or self.at, sent_at=sent.sent_at, session=self.session, at=self.at
        )


@method_decorator([require_safe, never_cache], name="dispatch")
class DeskWorkerView(OfDesk, View):
    """From below the page's address, which is all it may look after."""

    def get(self, request, pk):
        return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
