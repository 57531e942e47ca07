"""Links of the day: for the desk and for the trainer, made and shown once, renewed, revoked."""

from __future__ import annotations

import segno
from django.http import Http404
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from registrations.domain import day_links
from registrations.enums import TokenPurpose
from registrations.exceptions import RegistrationError
from registrations.models.tokens import OF_A_SESSION
from registrations.viewsets.sheet_screen import SheetScreen, for_others

NAMES = {
    TokenPurpose.DESK: gettext_lazy("Link for the welcome desk"),
    TokenPurpose.TRAINER: gettext_lazy("Link for the trainer"),
}
OPENS = {
    TokenPurpose.DESK: gettext_lazy(
        "Whoever has it notes who is present and lets people in, on as many phones as you like, "
        "without an account. Names and services are shown, nothing else. It opens until the day "
        "is over."
    ),
    TokenPurpose.TRAINER: gettext_lazy(
        "Whoever has it sees who is expected and who is there. It opens until the day is over."
    ),
}


class DayLinksView(SheetScreen):
    template_name = "registrations/admin/sheet_links.html"
    page_title = gettext_lazy("Links of the day")
    header_icon = "link"

    def get(self, request, *args, **kwargs):
        return self.show()

    def post(self, request, *args, **kwargs):
        try:
            purpose = OF_A_SESSION[OF_A_SESSION.index(request.POST.get("purpose", ""))]
        except ValueError as error:
            raise Http404 from error
        about = {"purpose": purpose, "by": request.user, "at": self.at}
        asked = request.POST.get("do")
        if asked == "renew":
            had_one = day_links.living(self.session, purpose=purpose, at=self.at) is not None
            try:
                secret = day_links.renew(self.session, **about)
            except RegistrationError as error:
                messages.error(request, str(error))
            else:
                return self.show(made={purpose: self.shown(purpose, secret)}, had_one=had_one)
        if asked == "revoke" and day_links.revoke(self.session, **about):
            messages.success(request, _("The link is revoked."))
        return redirect(request.path)

    @staticmethod
    def shown(purpose: TokenPurpose, secret: str) -> dict[str, str]:
        address = for_others(f"{purpose.lower()}_link", secret)
        code = segno.make(address, error="m", micro=False).svg_inline(
            scale=4,
            light="#fff",
            title=_("Code to scan"),
            desc=_("It opens the link written beside it."),
            svgclass="registrations-code",
        )
        # Drawn from our own address.
        return {"address": address, "code": mark_safe(code)}  # noqa: S308

    def show(self, *, made=None, had_one=False):
        links = [
            {
                "purpose": purpose,
                "name": NAMES[purpose],
                "opens": OPENS[purpose],
                "living": day_links.living(self.session, purpose=purpose, at=self.at),
                "made": (made or {}).get(purpose),
            }
            for purpose in OF_A_SESSION
        ]
        return self.render_to_response(
            self.get_context_data(session=self.session, links=links, had_one=had_one)
        )
