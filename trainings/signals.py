"""Our public promises: facts that happened, sent inside the transaction that made them true.

Every signal of a session carries `session`, `by` (a user or None) and `at` (an aware datetime).
"""

from django.dispatch import Signal

session_scheduled = Signal()
session_rescheduled = Signal()  # also `before`: {field: old value} of what moved
session_capacity_changed = Signal()
session_postponed = Signal()
session_cancelled = Signal()
session_restored = Signal()

training_copied = Signal()  # only `original` and `copy`: two trainings, the second just made
