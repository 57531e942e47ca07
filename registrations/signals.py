"""Our public promises: facts that happened, sent inside the transaction that made them true."""

from django.dispatch import Signal

signed_up = Signal()  # registration, by, at
withdrawn = Signal()  # participation, by, at
replaced = Signal()  # participation, replacement, by, at
