"""What carriers call our messages, and the receipts whose message is not known yet."""

from __future__ import annotations

from django.db import models


class CarrierReference(models.Model):
    """What a carrier calls a message of ours, or one part of it (`part` 0: the whole), where it knows no name of ours.

    A carrier may use a name again after weeks: the newest counts.
    """

    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=80)
    message = models.ForeignKey("store.Message", on_delete=models.PROTECT, related_name="carrier_references")
    part = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_id", "message"], name="carrier_reference_once")
        ]


class WaitingReceipt(models.Model):
    """A receipt that came before the carrier's answer was written down: nobody knows yet which message it is of.

    It becomes a `Receipt` once that is known, or when it has waited too long.
    """

    provider = models.CharField(max_length=20)
    provider_event = models.CharField(max_length=80)
    provider_id = models.CharField(max_length=80)
    event = models.CharField(max_length=24)
    at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_event"], name="waiting_receipt_once")]


class NumberFact(models.Model):
    """What a look-up found of a number last: its kind of line and its network, as of `at`; docs/number-trust.md.

    `line` empty, `is_ported` null: not known.
    """

    address_index = models.BinaryField(max_length=40, unique=True)
    line = models.CharField(max_length=8, default="", blank=True)
    network = models.CharField(max_length=8, default="", blank=True)
    is_ported = models.BooleanField(null=True)
    at = models.DateTimeField()


class RouteState(models.Model):
    """How a route has been: batches in a row of which it took nothing, why, and until when it is not asked."""

    provider = models.CharField(max_length=20, primary_key=True)
    failures = models.IntegerField(default=0)
    code = models.CharField(max_length=60, default="", blank=True)
    down_since = models.DateTimeField(null=True)
    down_until = models.DateTimeField(null=True)


class PrefixHour(models.Model):
    """How many messages went to numbers that begin so in one hour, over all routes; see `contact.routes.Budget`."""

    prefix = models.CharField(max_length=12)
    hour = models.DateTimeField()
    messages = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "hour"], name="prefix_hour_once")]
