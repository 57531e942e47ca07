"""Our public promises: facts that happened, sent inside the transaction that made them true."""

from django.dispatch import Signal

signed_up = Signal()  # registration, by, at
