"""The one edge where human text comes in: clean, or refused with a sentence."""

from __future__ import annotations

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Control, surrogate, private-use and line/paragraph separators; "Cf" holds invisible and
# direction-changing characters. They break mail headers, calendars and spreadsheets.
REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ADDRESS = re.compile(r"(?i)(https?:|www\.|://|@)")
PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
)


def clean_human_text(value: str, *, multiline: bool = False) -> str:
    """Normalised (NFC) text without a character that nobody types.

    Line breaks and tabs become spaces in one-line text. Raises ValidationError.
    """
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    # Soft hyphens, joiners and byte order marks come along with text copied from documents;
    # Hangul fillers are letters that nobody sees.
    value = re.sub("[\u00ad\u200b-\u200d\u2060\ufeff\u115f\u1160\u3164\uffa0]", "", value)
    lines = [" ".join(line.replace("\t", " ").split(" ")) for line in value.split("\n")]
    value = "\n".join(lines) if multiline else " ".join(lines)
    value = re.sub(r"[ \u00a0]{2,}", " ", value).strip()
    letters = value.replace("\n", "")
    # The replacement character stands for bytes that were no UTF-8.
    if "\ufffd" in letters or any(unicodedata.category(one) in REFUSED for one in letters):
        raise ValidationError(_("This text holds a character that cannot be printed."))
    return value


class TextField(forms.CharField):
    """One line of free text."""

    def to_python(self, value):
        value = super().to_python(value)
        return clean_human_text(value) if value else value


class LongTextField(forms.CharField):
    """A few lines of free text."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value):
        value = super().to_python(value)
        return clean_human_text(value, multiline=True) if value else value


class NameField(TextField):
    """The name of a person or a service: it has a letter, and no web or mail address.

    Names stand in the first mail somebody gets from us, which must not carry a stranger's link.
    """

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        if not any(letter.isalnum() for letter in value):
            raise ValidationError(_("Please write this with letters."))
        if ADDRESS.search(value):
            raise ValidationError(_("Please write a name here, not an address."))


class AddressField(forms.EmailField):
    """A mail address that every mail program and every list can hold."""

    def to_python(self, value):
        value = super().to_python(value)
        return clean_human_text(value) if value else value

    def validate(self, value):
        super().validate(value)
        if value and not PLAIN_EMAIL.fullmatch(value):
            raise ValidationError(
                _("Please write an address such as name@example.org."), code="invalid"
            )
