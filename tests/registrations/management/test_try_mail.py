import pytest
from django.core.management import CommandError, call_command

ADDRESS = "moi@slsp.example"


def test_it_sends_an_invitation_and_says_how(smtp, settings, capsys):
    settings.EMAIL_HOST_PASSWORD = "hidden"
    call_command("try_mail", ADDRESS)

    [mail] = smtp.messages
    assert mail["To"] == mail["X-Envelope-To"] == ADDRESS
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    assert capsys.readouterr().out.splitlines() == [
        "From: trainings@host.example",
        f"To: {ADDRESS}",
        "Backend: django.core.mail.backends.smtp.EmailBackend",
        f"Server: {smtp.host}:{smtp.port}, no encryption, without a login",
        "The server took it. Now look whether it arrives, and not among the spam.",
    ]


def test_on_a_copy_of_the_site_it_goes_where_all_goes(smtp, settings):
    settings.REGISTRATIONS_SEND_ALL_TO = "essais@slsp.example"
    call_command("try_mail", ADDRESS)

    assert [mail["X-Envelope-To"] for mail in smtp.messages] == ["essais@slsp.example"]


def test_it_tells_what_the_server_refuses_it_for(smtp):
    smtp.refused[ADDRESS] = "550 5.1.1 No such user"
    with pytest.raises(CommandError, match=r"550 5\.1\.1 No such user"):
        call_command("try_mail", ADDRESS)


def test_it_tells_that_nobody_answers(smtp, settings):
    settings.EMAIL_PORT = 1
    with pytest.raises(CommandError, match="Connection refused"):
        call_command("try_mail", ADDRESS)


def test_it_wants_an_address(smtp):
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("try_mail", "nobody")
    assert smtp.messages == []
