"""The send ledger: messages, their parts, receipts, and every verdict of the gate."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Message(models.Model):
    """An outbound message. `id` is derived from what it is for, so that writing it twice is impossible."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="messages")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    contact_point = models.ForeignKey("store.ContactPoint", on_delete=models.PROTECT)
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT, null=True, related_name="messages")
    in_reply_to = models.ForeignKey("store.Inbound", on_delete=models.PROTECT, null=True)
    offer = models.ForeignKey("store.OfferRecord", on_delete=models.PROTECT, null=True)
    # Which plan of the offer it states, where it states one.
    option = models.SmallIntegerField(null=True)
    # The member of staff who wrote it; null where the machine did.
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    campaign = models.ForeignKey("store.Campaign", on_delete=models.PROTECT, null=True)
    resend_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    purpose = models.CharField(max_length=24)
    channel = models.CharField(max_length=8, default="sms")
    template_key = models.CharField(max_length=40)
    template_version = models.IntegerField()
    language = models.CharField(max_length=12)
    discloses = models.CharField(max_length=12)
    # What a reader of the answer is told this message was about; "none" leaves the subject as it was.
    context = models.CharField(max_length=20, default="none")
    body_sealed = models.BinaryField(null=True)
    encoding = models.CharField(max_length=8)
    segments = models.IntegerField()
    # Price of all segments, in millionths of the route's currency unit.
    cost_micro = models.BigIntegerField(default=0)
    # A state of `parley.messaging.ledger.State`.
    state = models.CharField(max_length=12, default="queued")
    reason = models.CharField(max_length=60, default="", blank=True)
    # The due date it speaks of, where it speaks of one.
    about_on = models.DateField(null=True)
    # Interactive (answers) before bulk: 0 answers, 9 bulk.
    priority = models.SmallIntegerField(default=9)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    intended_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # When the provider was last asked about it by our reference.
    asked_at = models.DateTimeField(null=True)
    # When it was decided what becomes of a message that did not arrive, for all we know: by the lender's policy for
    # its kind.
    doubt_settled_at = models.DateTimeField(null=True)
    # When a person was done with a message that did not arrive: sent again, or left.
    set_aside_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=20, default="", blank=True)
    provider_id = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        indexes = [
            # Not partial: SQLite uses a partial index only for a literal, and the state comes in as a parameter.
            models.Index(fields=["state", "not_before"], name="message_waiting"),
            models.Index(fields=["state", "intended_at"], name="message_in_doubt"),
            models.Index(fields=["borrower", "intended_at"], name="message_by_borrower"),
        ]


class RouteBucket(models.Model):
    """How many messages a route still takes now, in millionths of a message, as of `at`: shared by all senders."""

    provider = models.CharField(max_length=20, primary_key=True)
    left_micro = models.BigIntegerField()
    at = models.DateTimeField()


class MessagePart(models.Model):
    """One part of a joined message, where the provider reports parts."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="parts")
    number = models.IntegerField()
    state = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="message_part_once")]


class Receipt(models.Model):
    """A delivery receipt as it came, whether or not it changed anything."""

    provider = models.CharField(max_length=20)
    provider_event = models.CharField(max_length=80)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="receipts")
    part = models.IntegerField(default=0)
    event = models.CharField(max_length=24)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_event"], name="receipt_once")]


class GateDecision(models.Model):
    """A verdict of the gate: allow, defer or block, with every failing rule, and the rulebook it was made with."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="decisions")
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT)
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    # Which asking it was: the nightly run's, which is advice, or the one at dispatch, which binds.
    stage = models.CharField(max_length=8)
    verdict = models.CharField(max_length=5)
    reason_code = models.CharField(max_length=32, default="", blank=True)
    rule_id = models.CharField(max_length=60, default="", blank=True)
    trace = models.JSONField(default=dict)
    # All that was judged but the rulebook, to decide it again; null where it was decided before this was kept.
    facts = models.JSONField(null=True)
    retry_at = models.DateTimeField(null=True)
    rulebook_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["borrower", "at"], name="decision_by_borrower")]
