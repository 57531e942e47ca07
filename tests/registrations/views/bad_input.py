"""What people never send and machines do: some hundreds of ways to fill in the form badly.

Each generator takes what a browser would know, and yields sendings with what has to become of
them: refused, accepted, or either as long as it is whole. The same ones come each time.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.core import signing

from registrations.views import protection
from tests.factories.forms import filled_form

#: Wherever this is executed, loaded or obeyed, a text was taken for something else.
MARK = "canary"

REFUSED, ACCEPTED, EITHER = "refused", "accepted", "either"
#: A form shown again because of "add" or "remove": nothing is wrong, and nothing is written.
SHOWN = "shown"

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sending:
    name: str
    body: bytes
    becomes: str = EITHER
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    #: Exactly these statuses, when `becomes` says too little.
    statuses: tuple[int, ...] = ()


@dataclass
class Known:
    """What the sender knows: primary keys, the token of the form, a new stamp each time."""

    session: int
    second_session: int
    foreign_session: int
    closed_session: int
    cancelled_session: int
    other_partner: int
    kind: int
    token: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def form(self, **said: Any) -> dict[str, Any]:
        """A form without a fault, from an address that nobody has used."""
        return filled_form(
            self.session,
            address=f"{MARK}{next(self.numbers)}@cpas.example",
            stamp=protection.new_form_stamp(datetime.now(UTC)),
            csrfmiddlewaretoken=self.token,
            **said,
        )

    def sending(self, name: str, becomes: str = EITHER, **said: Any) -> Sending:
        return Sending(name, encoded(self.form(**said)), becomes)


def encoded(form: dict[str, Any]) -> bytes:
    return urlencode(form, doseq=True).encode()


def bytewise(form: dict[str, Any], **raw: bytes) -> bytes:
    """As `encoded()`, with bytes that are no text in some fields."""
    pairs = [f"{name}={quote(value)}" for name, value in raw.items()]
    return "&".join([encoded(form).decode(), *pairs]).encode()


def fields(prefix: str, **said: Any) -> dict[str, Any]:
    return {f"{prefix}-{name}": value for name, value in said.items()}


# --- texts -------------------------------------------------------------------------------------

UNPRINTABLE = {
    "NUL": "Ami\x00na",
    "bell": "Ami\x07na",
    "escape": "\x1b[31mAmina",
    "backspace": "Amina\x08\x08",
    "delete": "Ami\x7fna",
    "vertical tab": "Amina\x0b\x0bFrom: canary",
    "form feed": "Amina\x0c\x0cFrom: canary",
    "file separator": "Amina\x1cBcc: canary",
    "group separator": "Amina\x1dBcc: canary",
    "record separator": "Amina\x1eBcc: canary",
    "next line": "Amina\x85Bcc: canary",
    "control sequence": "Ami\x9b31mna",
    "line separator": "Amina\u2028Bcc: canary",
    "paragraph separator": "Amina\u2029Bcc: canary",
    "right-to-left override": "\u202eanimA",
    "right-to-left embedding": "\u202banimA\u202c",
    "isolate": "\u2067animA\u2069",
    "left-to-right mark": "Amina\u200e",
    "arabic letter mark": "Amina\u061c",
    "tag letters": "Amina\U000e0063\U000e0061",
    "private use": "Amina\ue000",
    "no character": "Amina\ufffe",
    "replacement character": "Ami\ufffdna",
    "interlinear annotation": "\ufff9Amina\ufffb",
}

NOT_A_NAME = {
    "zero width": "\u200b\u200b",
    "no-break space": "\u00a0",
    "soft hyphen": "\u00ad",
    "Hangul filler": "\u3164",
    "half-width Hangul filler": "\uffa0",
    "Hangul leads and vowels": "\u115f\u1160",
    "Braille blank": "\u2800",
    "accent alone": "\u0301",
    "dashes": "---",
    "web address": "https://canary.example",
    "web address in capitals": "HTTPS://CANARY.EXAMPLE",
    "web address without scheme": "www.canary.example",
    "another scheme": "ftp://canary",
    "mail address": "canary@canary.example",
    "81 letters": "a" * 81,
    "10 000 letters": "a" * 10_000,
    "200 000 letters": "é" * 200_000,
    "grows when normalised": "\ufb2c" * 80,
}

#: Typed, and what everybody then reads.
HOSTILE_NAMES = {
    "apostrophe": ("O'Neil", "O'Neil"),
    "curly apostrophe": ("N’Diaye", "N’Diaye"),
    "quotes": ('Amina "Mina"', 'Amina "Mina"'),
    "bold": ("<b>Amina</b>", "<b>Amina</b>"),
    "script": ("<script>canary()</script>",) * 2,
    "image": ('"><img src=x onerror=canary()>',) * 2,
    "attribute": ("' onfocus='canary()' autofocus='",) * 2,
    "end of a text area": ("</textarea><svg/onload=canary()>",) * 2,
    "end of a comment": ("--><style>*{background:url(canary)}</style>",) * 2,
    "data of a script": ("</script><script>canary()//",) * 2,
    "address of a script": ("javascript:canary()",) * 2,
    "entity": ("&lt;canary&gt; &amp; &#39;",) * 2,
    "template variable": ("{{7*7}}",) * 2,
    "template tag": ("{% debug %} canary",) * 2,
    "format": ("{booker.__class__}",) * 2,
    "percent format": ("%(organiser)s %s %n canary",) * 2,
    "shell": ("$(canary) `canary` ${canary}",) * 2,
    "formula": ("=1+1",) * 2,
    "formula with plus": ('+1+cmd|" /C canary"!A0',) * 2,
    "formula with minus": ("-1+1",) * 2,
    "SQL": ("Robert'); DROP TABLE registrations_participant;--",) * 2,
    "calendar separators": ("Diallo, Amina; DIR=canary: x",) * 2,
    "calendar escape": (r"Amina\nATTENDEE:canary \, \; \N",) * 2,
    "parameter escape": ("Amina^nCN=canary^'",) * 2,
    "backslash": ("Amina\\",) * 2,
    "line break": ("Amina\r\nBcc: canary", "Amina Bcc: canary"),
    "line feed": ("Amina\nX-Canary: canary", "Amina X-Canary: canary"),
    "carriage return": ("Amina\rSubject: canary", "Amina Subject: canary"),
    "tab": ("Amina\tMina", "Amina Mina"),
    "encoded word": ("=?utf-8?q?canary=0ABcc:_x?=",) * 2,
    "many spaces": ("Amina" + " " * 60 + "Mina", "Amina Mina"),
    "emoji": ("Amina 🌻",) * 2,
    "family of emoji": ("Amina 👩\u200d👧", "Amina 👩👧"),
    "80 accents": ("é" * 80,) * 2,
    "80 letters of four bytes": ("\U0001d49c" * 80,) * 2,
    "decomposed": ("Ame\u0301lie", "Amélie"),
    "Arabic": ("أمينة",) * 2,
    "Chinese": ("阿米娜",) * 2,
    "soft hyphen": ("Ami\u00adna", "Amina"),
    "dot of SMTP": (".",) * 2,
}
# A dot alone is no name; at the beginning of a line it must survive the way to the mail server.
HOSTILE_NAMES["dot of SMTP"] = (".Amina", ".Amina")

NAME_FIELDS = [
    "booking-first_name",
    "booking-last_name",
    "people-0-first_name",
    "people-0-last_name",
]
OTHER_TEXTS = [
    "booking-phone",
    "booking-order_reference",
    "people-0-function",
    "people-0-diet",
    "people-0-wish",
    "people-0-access",
]
EVERYWHERE = [*NAME_FIELDS, *OTHER_TEXTS, "booking-service_name"]
BAD_ADDRESSES = [
    "canary",
    "canary@",
    "@canary.example",
    "canary@localhost",
    "canary@[127.0.0.1]",
    '"<script>canary()</script>"@cpas.example',
    "=1+1@cpas.example",
    "+canary@cpas.example",
    "-canary@cpas.example",
    "canary@cpas.example\r\nBcc: x@cpas.example",
    "canary@cpas.example\nBcc: x@cpas.example",
    "canary@cpas.example, x@cpas.example",
    "canary@cpas.example;x@cpas.example",
    "Canary <canary@cpas.example>",
    "canary@cpas.example\x00",
    "canary@cpas\x0b\x0b.example",
    "m\u0131ke@cpas.example",
    "canary@c\u0440as.example",
    "canary\u200e@cpas.example",
    "canary@cpas..example",
    f"{'a' * 250}@cpas.example",
    f"canary@{'a.' * 50_000}!",
    "canary@cpas.example" + " " * 300 + "x",
]


def in_turn(values: Iterable[Any], names: list[str]) -> Iterator[tuple[Any, str]]:
    """Each value with one name, the names one after the other."""
    return zip(values, itertools.cycle(names), strict=False)


def another_person(**said: Any) -> dict[str, Any]:
    """Not the booker, but somebody named."""
    named = fields("people-0", is_booker="", first_name="Nadia", last_name="Benali")
    return {**named, **said}


def unprintable_texts(known: Known) -> Iterator[Sending]:
    for (kind, text), name in in_turn(UNPRINTABLE.items(), EVERYWHERE):
        yield known.sending(f"{kind} in {name}", REFUSED, **another_person(**{name: text}))
    for name in EVERYWHERE:
        yield known.sending(f"NUL in {name}", REFUSED, **another_person(**{name: "Ami\x00na"}))


def names_that_are_none(known: Known) -> Iterator[Sending]:
    for (kind, text), name in in_turn(NOT_A_NAME.items(), NAME_FIELDS):
        yield known.sending(f"{kind} in {name}", REFUSED, **another_person(**{name: text}))
    for address, name in in_turn(BAD_ADDRESSES, ["booking-email", "people-0-email"]):
        said = another_person(**{name: address})
        yield known.sending(f"{address[:40]!r} in {name}", REFUSED, **said)
    for name, most in {"people-0-function": 120, "people-0-wish": 600, "booking-phone": 40}.items():
        yield known.sending(f"{name} too long", REFUSED, **{name: "x" * (most + 1)})
    for size in (20_000, 500_000):
        yield known.sending(f"{size} spaces", **{"people-0-wish": "a" + " " * size + "b"})
        yield known.sending(f"{size} line ends", **{"people-0-wish": "a" + "\r\n" * size + "b"})
        yield known.sending(f"{size} accents", REFUSED, **{"people-0-wish": "a" + "\u0301" * size})


def hostile_texts(known: Known) -> Iterator[Sending]:
    """Strange and yet printable: taken literally."""
    for (kind, (text, _shown)), name in in_turn(HOSTILE_NAMES.items(), OTHER_TEXTS):
        if name == "booking-phone" and len(text) > 40:
            continue
        yield known.sending(f"{kind} in {name}", ACCEPTED, **another_person(**{name: text}))


# --- choices -----------------------------------------------------------------------------------

ODD_NUMBERS = [
    *("0", "-1", "1" * 30, "9" * 5000, "1e3", "1.0", "0x1", "+1", "1_0"),
    *("\u0661", "\uff11", "\u00b2", "NaN", "None", "true", "[]", "1,2", "1;2", "' OR 1=1 --"),
    *("{{7*7}}", "\x00", "1\x00", "\u202e1", "<script>canary()</script>"),
]


def sessions(known: Known) -> Iterator[Sending]:
    odd = [
        *(known.foreign_session, known.closed_session, known.cancelled_session),
        *(f"0{known.session}", f"{known.session}.0", f"+{known.session}", 2**63, -(2**63) - 1),
        *(number for number in ODD_NUMBERS if number != str(known.session)),
    ]
    for value in odd:
        name = f"session {str(value)[:20]!r}"
        yield known.sending(name, REFUSED, **{"people-0-sessions": [value]})
    for value in odd[::5]:
        name = f"a session and {str(value)[:20]!r}"
        yield known.sending(name, REFUSED, **{"people-0-sessions": [known.session, value]})
    yield known.sending("no session", REFUSED, **{"people-0-sessions": []})
    yield known.sending("an empty session", REFUSED, **{"people-0-sessions": [""]})
    both = [known.session, known.second_session]
    yield known.sending("each session twice", ACCEPTED, **{"people-0-sessions": both * 2})
    yield known.sending("a session 500 times", ACCEPTED, **{"people-0-sessions": both[:1] * 500})


def services(known: Known) -> Iterator[Sending]:
    new = fields("booking", service_name="Service neuf", service="new", service_kind=known.kind)
    there = fields("booking", service_municipality="Mons")
    yield known.sending("a new service", ACCEPTED, **new, **there)
    yield known.sending("a new service of nowhere", REFUSED, **new)
    for value in [*ODD_NUMBERS[1::2], "", known.kind + 999, 2**63]:
        # Python reads Arabic digits too: a number that exists may be told so.
        becomes = EITHER if str(value).lstrip("+").isdecimal() and len(str(value)) < 3 else REFUSED
        name = f"kind {str(value)[:20]!r}"
        yield known.sending(name, becomes, **{**new, **there, "booking-service_kind": value})
    for value in [*ODD_NUMBERS[::2], known.other_partner, "NEW", "new\x00", 2**63]:
        name = f"service {str(value)[:20]!r}"
        yield known.sending(name, REFUSED, **{"booking-service": value})
    for text in ["%", "_", "\\", "'", '"', "...", "de la", "%s", "\ufdfa" * 160, "x" * 100_000]:
        yield known.sending(f"service named {text[:20]!r}", **{"booking-service_name": text})
        yield known.sending(
            f"new service named {text[:20]!r}", **{**new, **there, "booking-service_name": text}
        )
    for kind, (text, _shown) in [*HOSTILE_NAMES.items()][::4]:
        named = {"booking-service_name": text, "booking-service_municipality": text}
        yield known.sending(f"new service named {kind}", ACCEPTED, **{**new, **named})


def choices(known: Known) -> Iterator[Sending]:
    closed = {
        "booking-may_name_partner": ["", "YES", "True", "1", "maybe", "<script>canary()</script>"],
        "booking-keep_together": ["", "TOGETHER", "1", "split\x00"],
        "people-0-quality": ["", "KING", "professional", "PROFESSIONAL\x00", "OTHER "],
        "people-0-language": ["xx", "fr\x00", "../fr", "<script>canary()</script>"],
        "people-0-wants_meal": ["1", "YES", "no\x00", "maybe"],
    }
    for name, values in closed.items():
        for value in values:
            yield known.sending(f"{name} {value!r}", REFUSED, **{name: value})
    for value in ["0", "off", "no", "None", "\x00", "<script>canary()</script>", "x" * 10_000]:
        name = f"ticked with {value[:20]!r}"
        yield known.sending(name, ACCEPTED, **{"people-0-is_booker": value})
    yield known.sending("not ticked, in words", REFUSED, **{"people-0-is_booker": "False"})
    yield known.sending("the trap filled in", REFUSED, **{"booking-website_2": "canary"})


# --- the shape of the form ---------------------------------------------------------------------


def counts(known: Known) -> Iterator[Sending]:
    refused = ["-1", "0", "11", "12", "1000", "1000000000", "1" * 30, "9" * 5000, "text", "", "1.5"]
    refused += ["\u00b2", "1e3", "0x1", "None", "1\x002", "<script>canary()</script>", "-0.0"]
    for value in refused:
        name = f"TOTAL_FORMS {value[:20]!r}"
        yield known.sending(name, REFUSED, **{"people-TOTAL_FORMS": value})
    # Python reads these as 1, and one person is there.
    for value in ["\u0661", "\uff11", " 1 ", "+1", "1.0", "01"]:
        yield known.sending(f"TOTAL_FORMS {value!r}", **{"people-TOTAL_FORMS": value})
    others = ["INITIAL_FORMS", "MIN_NUM_FORMS", "INITIAL_FORMS", "MAX_NUM_FORMS"]
    for value, name in in_turn([*ODD_NUMBERS, "1", "10", "1000000000", ""], others):
        yield known.sending(f"{name} {value[:20]!r}", **{f"people-{name}": value})
    for total in ("2", "10"):
        yield known.sending(f"{total} rows, one filled in", **{"people-TOTAL_FORMS": total})
        yield known.sending(
            f"{total} rows, all told to be there already",
            **{"people-TOTAL_FORMS": total, "people-INITIAL_FORMS": total},
        )
    yield known.sending(
        "an empty row before the one filled in",
        REFUSED,
        **{"people-TOTAL_FORMS": "2", "people-0-function": "", "people-0-is_booker": ""},
    )
    twice = fields("people-1", is_booker="on", function="chef", quality="OTHER")
    yield known.sending(
        "the booker twice",
        REFUSED,
        **{"people-TOTAL_FORMS": "2", "people-1-sessions": [known.session], **twice},
    )


def missing_and_doubled(known: Known) -> Iterator[Sending]:
    needed = {
        *("booking-service_name", "booking-first_name", "booking-last_name", "booking-email"),
        *("booking-may_name_partner", "booking-keep_together", "people-TOTAL_FORMS"),
        *("people-INITIAL_FORMS", "people-0-is_booker", "people-0-function", "people-0-quality"),
        *("people-0-sessions", "stamp", "csrfmiddlewaretoken"),
    }
    for name in known.form():
        form = known.form()
        del form[name]
        yield Sending(f"without {name}", encoded(form), REFUSED if name in needed else EITHER)
        form = known.form()
        last = {**form, name: [*_listed(form[name]), "<script>canary()</script>"]}
        yield Sending(f"{name} doubled, the last one odd", encoded(last))
        form = known.form()
        first = {**form, name: ["\x00", *_listed(form[name])]}
        yield Sending(f"{name} doubled, the first one odd", encoded(first))
    yield Sending("nothing", b"", REFUSED)
    yield Sending("nothing but the token", encoded({"csrfmiddlewaretoken": known.token}), REFUSED)
    yield Sending("without token", encoded({**known.form(), "csrfmiddlewaretoken": ""}), REFUSED)
    forged = {**known.form(), "csrfmiddlewaretoken": "x" * 64}
    yield Sending("another token", encoded(forged), REFUSED, statuses=(403,))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def stamps(known: Known) -> Iterator[Sending]:
    good = protection.new_form_stamp(datetime.now(UTC))
    old = protection.new_form_stamp(datetime.now(UTC) - timedelta(days=3))
    early = protection.new_form_stamp(datetime.now(UTC) + timedelta(hours=1))
    forged = [
        *("", "x", ":", "::", "a:b", "a:b:c", "\x00", "é:é:é", "🌻", "=" * 100, "x" * 100_000),
        *(good[:-1], good[1:], f"{good}=", good.upper(), good.replace(":", "."), f" {good}"),
        *(signing.dumps(["key", 0], salt="another"), signing.dumps(["key", 0], key="another")),
        *(old, early, "<script>canary()</script>", "{{7*7}}", ".eJw:canary"),
    ]
    for stamp in forged:
        yield Sending(f"stamp {stamp[:30]!r}", encoded({**known.form(), "stamp": stamp}), REFUSED)


def buttons(known: Known) -> Iterator[Sending]:
    totals = [*ODD_NUMBERS, "1", "2", "9", "10", "11", "1000000000", ""]
    for total, button in in_turn(totals, ["add", "add", "remove"]):
        name = f"{button} with TOTAL_FORMS {total[:20]!r}"
        yield known.sending(name, SHOWN, **{button: "0", "people-TOTAL_FORMS": total})
    for button in ("add", "remove"):
        digits = {button: "0", "people-TOTAL_FORMS": "9" * 5000}
        yield known.sending(f"{button} with 5 000 digits of rows", SHOWN, **digits)
    for value in [*ODD_NUMBERS[::2], "", "1", "2", "99"]:
        yield known.sending(
            f"remove {value[:20]!r}", SHOWN, **{"remove": value, "people-TOTAL_FORMS": "3"}
        )
    yield known.sending("add and remove", SHOWN, add="1", remove="0")
    for kind, text in [*UNPRINTABLE.items()][::6]:
        yield known.sending(f"add, {kind} typed", SHOWN, add="1", **{"booking-first_name": text})
    for kind, (text, _shown) in [*HOSTILE_NAMES.items()][::3]:
        typed = {"booking-service_name": text, "people-0-wish": text, "people-0-function": text}
        yield known.sending(f"add, {kind} typed", SHOWN, add="1", **typed)


# --- below the form ----------------------------------------------------------------------------


def other_charsets(known: Known) -> Iterator[Sending]:
    refused = [
        *("utf-16", "utf-16le", "utf-32", "utf-7", "latin-1", "iso-8859-15", "windows-1252"),
        *("ascii", "cp037", "shift_jis", "big5", "idna", "punycode", "rot13", "zlib", "base64"),
        *("unicode_escape", "undefined", "x-canary", "", '""', "utf8", "utf_8", "u8"),
        *("utf-8-sig", "utf-8; charset=utf-16", "../utf-8", "x" * 5000),
    ]
    for charset, content_type in itertools.product(refused, [FORM, "multipart/form-data"]):
        form = known.form()
        if content_type == FORM:
            yield Sending(
                f"{charset[:20]!r}",
                encoded(form),
                REFUSED,
                content_type=f"{FORM}; charset={charset}",
                statuses=(415,),
            )
        else:
            yield Sending(
                f"{charset[:20]!r} of parts",
                in_parts(form),
                REFUSED,
                content_type=f"{content_type}; boundary=frontier; charset={charset}",
                statuses=(415,),
            )
    form = known.form()
    wide = urlencode(form, doseq=True).encode("utf-16")
    wide_type = f"{FORM}; charset=utf-16"
    yield Sending("utf-16 indeed", wide, REFUSED, content_type=wide_type, statuses=(415,))
    for charset in ("utf-8", "UTF-8", '"utf-8"'):
        yield Sending(
            f"{charset} told",
            encoded(known.form()),
            ACCEPTED,
            content_type=f"{FORM}; charset={charset}",
        )


def in_parts(form: dict[str, Any], *, boundary: str = "frontier", end: str = "\r\n") -> bytes:
    """As a multipart body."""
    parts = [
        f'--{boundary}{end}Content-Disposition: form-data; name="{name}"{end}{end}{value}{end}'
        for name, values in form.items()
        for value in _listed(values)
    ]
    return "".join([*parts, f"--{boundary}--{end}"]).encode()


def broken_parts(known: Known) -> Iterator[Sending]:
    kind = "multipart/form-data; boundary=frontier"
    form = known.form

    def sending(name: str, body: bytes, kind: str = kind, becomes: str = REFUSED) -> Sending:
        token = {"X-CSRFToken": known.token}  # which the parts may have lost
        return Sending(name, body, becomes, content_type=kind, headers=token)

    yield sending("whole", in_parts(form()), becomes=ACCEPTED)
    yield sending("another boundary", in_parts(form(), boundary="other"))
    yield sending("no boundary", in_parts(form()), "multipart/form-data")
    yield sending("an empty boundary", in_parts(form()), "multipart/form-data; boundary=")
    yield sending("a long boundary", in_parts(form()), f"multipart/form-data; boundary={'x' * 500}")
    yield sending("a boundary with an accent", in_parts(form()), "multipart/form-data; boundary=é")
    yield sending("line feeds only", in_parts(form(), end="\n"))
    yield sending("no body", b"")
    yield sending("a boundary and nothing else", b"--frontier")
    yield sending("an end and nothing else", b"--frontier--\r\n")
    for share in range(1, 12):
        whole = in_parts(form())
        yield sending(f"cut at {share}/12", whole[: len(whole) * share // 12], becomes=EITHER)
    yield sending("without end", in_parts(form())[: -len("--frontier--\r\n")], becomes=EITHER)
    headers = {
        "a huge header": f"X-Canary: {'x' * 200_000}\r\n",
        "a header of bytes": "X-Canary: \xff\xfe\r\n",
        "a header with NUL": "X-Canary: \x00\r\n",
        "10 000 headers": "X-Canary: x\r\n" * 10_000,
        "no header": "",
        "no name": "Content-Disposition: form-data\r\n",
        "an empty name": 'Content-Disposition: form-data; name=""\r\n',
        "an unclosed name": 'Content-Disposition: form-data; name="canary\r\n',
        "a huge name": f'Content-Disposition: form-data; name="{"x" * 200_000}"\r\n',
        "a name in another charset": "Content-Disposition: form-data; name*=utf-16''canary\r\n",
        "a name in an unknown charset": "Content-Disposition: form-data; name*=x-y''canary\r\n",
        "a file": 'Content-Disposition: form-data; name="canary"; filename="canary.html"\r\n',
        "a file elsewhere": 'Content-Disposition: form-data; name="f"; filename="../../canary"\r\n',
        "a file without a name": 'Content-Disposition: form-data; name="f"; filename=""\r\n',
        "bad base64": 'Content-Disposition: form-data; name="f"\r\n'
        "Content-Transfer-Encoding: base64\r\n",
        "an unknown encoding": 'Content-Disposition: form-data; name="f"\r\n'
        "Content-Transfer-Encoding: canary\r\n",
        "an unknown charset": 'Content-Disposition: form-data; name="f"; filename="f"\r\n'
        "Content-Type: text/plain; charset=canary\r\n",
        "a nested form": 'Content-Disposition: form-data; name="f"\r\n'
        "Content-Type: multipart/mixed; boundary=inner\r\n",
    }
    for name, header in headers.items():
        part = f"--frontier\r\n{header}\r\n***é\r\n--inner\r\n".encode()
        yield sending(name, part + in_parts(form()), becomes=EITHER)
    for name in ("booking-first_name", "stamp", "people-TOTAL_FORMS", "people-0-sessions"):
        said = form()
        value = said.pop(name)
        file = f'--frontier\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n\r\n'
        yield sending(f"{name} as a file", f"{file}{value}\r\n".encode() + in_parts(said))
    many = "".join(
        f'--frontier\r\nContent-Disposition: form-data; name="f"; filename="{number}"\r\n\r\n\r\n'
        for number in range(101)
    )
    yield sending("101 files", many.encode() + in_parts(form()))
    yield sending("10 001 parts", in_parts({**form(), "f": [""] * 10_001}))
    yield sending("3 MB in a part", in_parts({**form(), "f": "x" * 3_000_000}))


def wrong_types(known: Known) -> Iterator[Sending]:
    kinds = [
        *("application/json", "text/plain", "text/html", "application/xml", "image/png", "", "x"),
        *("application/octet-stream", "multipart/mixed; boundary=frontier", "é", "/", ";"),
        *("application/x-www-form-urlencoded-canary", "multipart/form-data", "message/rfc822"),
        "a" * 9000,
    ]
    bodies = {
        "JSON": json.dumps(known.form()).encode(),
        "a form": encoded(known.form()),
        "bytes": bytes(range(256)),
    }
    token = {"X-CSRFToken": known.token}
    for kind, (name, body) in itertools.product(kinds, bodies.items()):
        said = f"{name} as {kind[:30]!r}"
        yield Sending(said, body, REFUSED, content_type=kind)
        if name != "bytes":
            named = f"{said}, token in a header"
            yield Sending(named, body, REFUSED, content_type=kind, headers=token)


BYTES = {
    "latin-1": "Ren\u00e9".encode("latin-1"),
    "utf-16": "Amina".encode("utf-16"),
    "lone surrogate": b"Ami\xed\xa0\x80na",
    "pair of surrogates": b"Ami\xed\xa0\xbc\xed\xbc\xbbna",
    "overlong": b"Ami\xc0\xafna",
    "overlong NUL": b"Ami\xc0\x80na",
    "beyond Unicode": b"Ami\xf4\x90\x80\x80na",
    "cut": b"Amin\xc3",
    "continuation": b"\x80\x80Amina",
    "all": bytes(range(1, 256)),
}


def bytes_of_no_text(known: Known) -> Iterator[Sending]:
    token = {"X-CSRFToken": known.token}
    for (kind, raw), name in in_turn(BYTES.items(), EVERYWHERE):
        form = known.form(**another_person(**{name: []}))
        yield Sending(f"{kind} in {name}", bytewise(form, **{name: raw}), REFUSED, headers=token)
        yield Sending(
            f"{kind} in {name}, in parts",
            in_parts({**form, name: "\u2603"}).replace("\u2603".encode(), raw),
            REFUSED,
            content_type="multipart/form-data; boundary=frontier",
            headers=token,
        )
    others = ["stamp", "people-TOTAL_FORMS", "people-0-sessions", "booking-service"]
    for (kind, raw), name in in_turn([*BYTES.items()][::2], others):
        body = bytewise({**known.form(), name: []}, **{name: raw})
        yield Sending(f"{kind} in {name}", body, REFUSED, headers=token)
    for kind, raw in BYTES.items():
        yield Sending(f"{kind} for a name", encoded(known.form()) + b"&" + raw, headers=token)
    for text in ("%", "%%%", "%zz", "%u0041", "%00", "&&&&", "====", ";;;;", "?", "#", "a=b=c=%"):
        yield Sending(f"{text} at the end", encoded(known.form()) + b"&" + text.encode())


def too_much(known: Known) -> Iterator[Sending]:
    yield Sending("10 001 fields", encoded({**known.form(), "f": [""] * 10_001}), REFUSED)
    yield Sending("10 001 signs", encoded(known.form()) + b"&" * 10_001, REFUSED)
    yield Sending("3 MB", encoded({**known.form(), "f": "x" * 3_000_000}), REFUSED)
    token = {"X-CSRFToken": known.token}
    for name in ("10 001 fields", "3 MB"):
        body = encoded({"f": [""] * 10_001} if name != "3 MB" else {"f": "x" * 3_000_000})
        yield Sending(f"{name}, token in a header", body, REFUSED, headers=token)
    yield Sending("9 000 fields", encoded({**known.form(), "f": ["canary"] * 9_000}), ACCEPTED)
    yield Sending(
        "a name of 100 000 letters", encoded({**known.form(), "x" * 100_000: ""}), ACCEPTED
    )
    for number in (1_000, 5_000):
        rows = {f"people-{row}-function": "canary" for row in range(1, number)}
        yield known.sending(f"{number} rows, one told", ACCEPTED, **rows)
        name = f"{number} rows, {number} told"
        yield known.sending(name, REFUSED, **{**rows, "people-TOTAL_FORMS": str(number)})


def cookies(known: Known) -> Iterator[Sending]:
    for value in [
        *("", "x", "x" * 19, "x" * 20, "x" * 64, "x" * 65, "x" * 4000, "é" * 20, " " * 20),
        *("a;b" * 10, '"canary canary canary"', r'"\012\015Set-Cookie: canary=1 xxxxx"'),
        *(r'"\000\001\002\003\004\005\006\007 canary canary"', "<script>canary()</script>"),
        *(
            "\\" * 30,
            "," * 30,
            "%0d%0aSet-Cookie:canary",
            r'"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""',
        ),
        *(r'"\303\251\303\251\303\251\303\251\303\251\303\251"', r'"\177\177canarycanarycanary"'),
    ]:
        name = f"browser {value[:30]!r}"
        here = {protection.BROWSER_COOKIE: value}
        yield Sending(name, encoded(known.form()), ACCEPTED, cookies=here)


# --- at random ---------------------------------------------------------------------------------


def at_random(known: Known) -> Iterator[Sending]:
    """One to four faults at once, drawn from all of the above; the draw never changes."""
    draw = random.Random(20_270_323)
    texts = [
        *UNPRINTABLE.values(),
        *(text for text in NOT_A_NAME.values() if len(text) < 1_000),
        *(text for text, _shown in HOSTILE_NAMES.values()),
        *ODD_NUMBERS,
        *BAD_ADDRESSES[:20],
    ]
    names = [
        *known.form(),
        *NAME_FIELDS,
        *OTHER_TEXTS,
        *("booking-service", "booking-service_kind", "booking-service_municipality"),
        *("people-1-function", "people-1-sessions", "people-10-function", "people--1-function"),
        *("people-0-DELETE", "people-__prefix__-function", "status", "people-0-id"),
    ]
    for number in range(40):
        form = known.form()
        for _fault in range(draw.randint(1, 4)):
            name = draw.choice(names)
            fault = draw.randrange(4)
            if fault == 0:
                form.pop(name, None)
            elif fault == 1:
                form[name] = [*_listed(form.get(name, "")), draw.choice(texts)]
            elif fault == 2:
                form[draw.choice(texts)] = draw.choice(texts)
            else:
                form[name] = draw.choice(texts)
        if draw.random() < 0.1:
            form[draw.choice(["add", "remove"])] = draw.choice(texts)
        if draw.random() < 0.5:
            yield Sending(f"number {number}", encoded(form))
        else:
            kind = "multipart/form-data; boundary=frontier"
            yield Sending(f"number {number}, in parts", in_parts(form), content_type=kind)


GROUPS: dict[str, Callable[[Known], Iterator[Sending]]] = {
    "unprintable texts": unprintable_texts,
    "names that are none": names_that_are_none,
    "hostile texts": hostile_texts,
    "sessions": sessions,
    "services": services,
    "choices": choices,
    "counts": counts,
    "missing and doubled": missing_and_doubled,
    "stamps": stamps,
    "buttons": buttons,
    "other charsets": other_charsets,
    "broken parts": broken_parts,
    "wrong types": wrong_types,
    "bytes of no text": bytes_of_no_text,
    "too much": too_much,
    "cookies": cookies,
    "at random": at_random,
}
