"""What the lender's own systems are told of what Parley agreed, and what they answered."""

from __future__ import annotations

from django.db import models


class LenderNotice(models.Model):
    """One thing that happened, told to the lender's core; written in the transaction of what it tells of.

    `key` names it to the outside: the same happening is never a second notice.
    """

    key = models.UUIDField(unique=True)
    # What happened: a kind of `parley.store.lender_notices.KINDS`.
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="lender_notices")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT, null=True)
    # The arrangement or promise it tells of, where it tells of one.
    subject = models.UUIDField(null=True)
    # What is told, as JSON; null once the person is erased.
    body_sealed = models.BinaryField(null=True)
    # pending → delivered | failed | cancelled; a person puts a failed one back.
    state = models.CharField(max_length=10, default="pending")
    tries = models.IntegerField(default=0)
    not_before = models.DateTimeField()
    # Wall time: until then the process that took it is believed to be alive.
    leased_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    # Why the last try failed: a code, never what was told.
    fault = models.CharField(max_length=40, default="", blank=True)
    # The file it stands in, and how far that file is: "" → named → ready → written.
    file_name = models.CharField(max_length=60, default="", blank=True)
    file_state = models.CharField(max_length=8, default="", blank=True)
    # What the lender answered, in words of `parley.engine.lender_answers.Answer`; the lender's code of why.
    answer = models.CharField(max_length=10, default="", blank=True)
    answer_reason = models.CharField(max_length=40, default="", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "not_before"], name="lender_notice_waiting"),
            models.Index(fields=["file_state", "id"], name="lender_notice_filed"),
            models.Index(fields=["account", "kind"], name="lender_notice_of_account"),
        ]
