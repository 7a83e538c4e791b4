"""The talk with a borrower: its state, what came in, what was offered."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Conversation(models.Model):
    """The thread with one borrower on one address. At most one is open for an address."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="conversations")
    contact_point = models.ForeignKey("store.ContactPoint", on_delete=models.PROTECT)
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    state = models.CharField(max_length=20)
    # The dialogue's memory (capacity said, option chosen, tries): sealed, it holds what the borrower told.
    memory_sealed = models.BinaryField(null=True)
    # What our last message was about, for the reader of the answer.
    last_context = models.CharField(max_length=20, default="", blank=True)
    opened_at = models.DateTimeField()
    last_inbound_at = models.DateTimeField(null=True)
    last_outbound_at = models.DateTimeField(null=True)
    needs_person_since = models.DateTimeField(null=True)
    person_reason = models.CharField(max_length=40, default="", blank=True)
    # Since when something waits for a person's answer; null while nothing does.
    waiting_since = models.DateTimeField(null=True)
    # By when a person answers, as the borrower was told; null where no time was told, or it has been kept.
    promised_at = models.DateTimeField(null=True)
    # The member of staff whose turn it is to take the thread; they hold it once they have taken it over.
    handed_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="handed")
    # The member of staff who holds the thread; at most one.
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    assigned_at = models.DateTimeField(null=True)
    # Counts what has happened on the thread; an act on an older one than now is refused.
    version = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["needs_person_since"], name="conversation_for_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["contact_point"], condition=models.Q(closed_at__isnull=True), name="conversation_open_once"
            ),
        ]


class Inbound(models.Model):
    """A message from outside, stored before it is acknowledged."""

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=20)
    provider_event = models.CharField(max_length=80)
    address_index = models.BinaryField(max_length=40, null=True)
    contact_point = models.ForeignKey("store.ContactPoint", on_delete=models.PROTECT, null=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, related_name="inbounds")
    body_sealed = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    # What the urgent reader saw at the door: "", stop, risk, resume, joined by "+".
    urgent = models.CharField(max_length=24, default="", blank=True)
    # Whether the reply held the answer to our identity question: match, mismatch or "". The answer is not kept.
    identity_answer = models.CharField(max_length=8, default="", blank=True)
    intent = models.CharField(max_length=24, default="", blank=True)
    also = models.JSONField(default=list)
    # The whole reading of the day it was answered, sealed: it holds amounts and days the borrower named.
    reading_sealed = models.BinaryField(null=True)
    # A card or identity number was taken out before the text was stored.
    was_redacted = models.BooleanField(default=False)
    # A picture or a file came with it, which nobody fetched.
    has_media = models.BooleanField(default=False)
    # new → done; a turn that failed by a defect ends as "person".
    status = models.CharField(max_length=8, default="new")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_event"], name="inbound_once")]
        indexes = [
            models.Index(fields=["status", "received_at"], name="inbound_waiting"),
        ]


class InboundPart(models.Model):
    """A part of a longer text from outside, kept until the others are there. Its words go when they are."""

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=20)
    provider_event = models.CharField(max_length=80)
    address_index = models.BinaryField(max_length=40, null=True)
    # The parts of one text have one group; the telephone's reference is used again and again.
    group = models.UUIDField()
    reference = models.CharField(max_length=40)
    number = models.SmallIntegerField()
    of = models.SmallIntegerField()
    has_media = models.BooleanField(default=False)
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    # waiting → joined, or given to a person without the others; late: came after that.
    state = models.CharField(max_length=8, default="waiting")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_event"], name="inbound_part_once")]
        indexes = [
            models.Index(fields=["address_index", "reference"], name="inbound_part_near"),
            models.Index(fields=["state", "received_at"], name="inbound_part_waiting"),
        ]


class OfferRecord(models.Model):
    """A menu as it was computed: every number a message may state, and the certificate of each plan."""

    id = models.UUIDField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="offers")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    capacity_minor = models.BigIntegerField()
    plans = models.JSONField()
    certificate = models.JSONField()
