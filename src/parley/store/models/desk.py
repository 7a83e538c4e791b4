"""What people do at their desks: notes, corrections of readings, calls, reveals of personal data.

Also who looks at a thread right now.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Note(models.Model):
    """Words of a member of staff about a thread, for colleagues; never sent, never changed."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="notes")
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT, related_name="notes")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notes")
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"], name="note_by_thread")]


class Correction(models.Model):
    """What a member of staff says a reply says, where it was read wrongly. Never changed: a later one supersedes it."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="corrections")
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT, related_name="corrections")
    inbound = models.ForeignKey("store.Inbound", on_delete=models.PROTECT, related_name="corrections")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="corrections")
    # The one before it; null for the first of a reply.
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    # The whole label: it says what the borrower said.
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="correction_by_time")]
        constraints = [models.UniqueConstraint(fields=["supersedes"], name="correction_superseded_once")]


class Call(models.Model):
    """A telephone call as it was logged. It counts in the caps, whoever placed it and whatever came of it."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="calls")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    contact_point = models.ForeignKey("store.ContactPoint", on_delete=models.PROTECT)
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT, related_name="calls")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calls")
    # out: we called; in: the borrower did.
    direction = models.CharField(max_length=3)
    # A value of `parley.engine.acts.CallOutcome`.
    outcome = models.CharField(max_length=16)
    purpose = models.CharField(max_length=24)
    # The gate's words at the time of the call; a call that was made is logged whether or not it should have been.
    verdict = models.CharField(max_length=5)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["borrower", "at"], name="call_by_borrower")]


class Reveal(models.Model):
    """Somebody opened a personal field of a borrower: which one and why; never the value."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="reveals")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reveals")
    field = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    # What the member of staff wrote beside the reason; it may speak of the borrower.
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    # How many somebody may open in an hour is counted by the machine's clock: a movable clock allows no more.
    wall_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["operator", "wall_at"], name="reveal_by_operator")]


class Presence(models.Model):
    """Somebody has a thread open. Wall time: it fades within seconds, whatever the business's clock says."""

    conversation = models.ForeignKey("store.Conversation", on_delete=models.CASCADE, related_name="presences")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presences")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "operator"], name="presence_once")]
