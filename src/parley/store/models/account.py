"""The debts: product, account, what falls due, what was paid, what was agreed. Amounts are minor units."""

from __future__ import annotations

from django.db import models


class Product(models.Model):
    """Terms that accounts share."""

    code = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=12)
    minimum_percent_bps = models.IntegerField(default=0)
    minimum_floor_minor = models.BigIntegerField(default=0)


class Account(models.Model):
    """A loan or card account."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey("store.Borrower", on_delete=models.PROTECT, related_name="accounts")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    reference_index = models.BinaryField(max_length=40, unique=True, null=True)
    reference_sealed = models.BinaryField(null=True)
    currency = models.CharField(max_length=3)
    principal_minor = models.BigIntegerField(default=0)
    interest_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    penalty_interest_minor = models.BigIntegerField(default=0)
    cost_minor = models.BigIntegerField(default=0)
    annual_rate_bps = models.IntegerField()
    # True where the lender's file gave no rate and the map assumed one; reports say so.
    is_rate_assumed = models.BooleanField(default=False)
    credit_limit_minor = models.BigIntegerField(null=True)
    status = models.CharField(max_length=12, default="open")
    # When the contract was concluded; NULL where the lender's file did not say: rules that turn on it then bind.
    contract_on = models.DateField(null=True)
    # Experiment arm fixed at import: "messages" or "holdout".
    arm = models.CharField(max_length=12, default="messages")
    # Months late in the last months, newest first, as the lender's file said; [] where it did not.
    history = models.JSONField(default=list)
    # Keyed hash of the row it was last imported from: the same row again changes nothing, even after payments.
    import_digest = models.BinaryField(max_length=40, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_amounts_not_negative",
                condition=models.Q(principal_minor__gte=0, interest_minor__gte=0, fee_minor__gte=0)
                & models.Q(penalty_interest_minor__gte=0, cost_minor__gte=0),
            ),
        ]


class Instalment(models.Model):
    """One amount that falls due on one day: a card's minimum payment, a loan's instalment."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="instalments")
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "due_on"], name="instalment_once"),
            models.CheckConstraint(name="instalment_paid_at_least_zero", condition=models.Q(paid_minor__gte=0)),
        ]


class Payment(models.Model):
    """Money that came in, and how it was allocated."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    row_key = models.CharField(max_length=80, unique=True)
    paid_on = models.DateField()
    received_at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    allocation = models.JSONField(default=dict)


class LimitChange(models.Model):
    """A credit limit that the lender changed."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="limit_changes")
    row_key = models.CharField(max_length=80, unique=True)
    effective_on = models.DateField()
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()


class Transaction(models.Model):
    """Money that moved on an account, as the lender's file tells it; one that the lender flags gets a risk alert.

    `at` is the instant; of a transaction that only has a day it is the day's last instant where the borrower is.
    """

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="transactions")
    row_key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    # Where the money went, in the file's words; personal data.
    merchant_sealed = models.BinaryField(null=True)
    is_abnormal = models.BooleanField(default=False)
    # The lender's code of why.
    reason_code = models.CharField(max_length=40, default="", blank=True)


class Arrangement(models.Model):
    """A repayment arrangement agreed with the borrower; its terms never change once agreed."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="arrangements")
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT)
    offer = models.ForeignKey("store.OfferRecord", on_delete=models.PROTECT)
    option = models.IntegerField()
    currency = models.CharField(max_length=3)
    annual_rate_bps = models.IntegerField()
    balance_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    capacity_minor = models.BigIntegerField()
    standing = models.CharField(max_length=12, default="active")
    agreed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The arrangement that took its place: where the lender's core refuses that one, this one stands again. Of one that
    # had ended by itself, the one that ended what was to follow: refused, that follows again.
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supersedes")
    # From when the borrower is asked once whether it still fits; null where its last payment is sooner.
    recheck_on = models.DateField(null=True)
    # When the borrower was told how it ended, and when nothing more follows: after a miss a person has it, or another
    # plan was agreed.
    told_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField(null=True)
    # The one more offer after a missed payment.
    reoffer = models.ForeignKey("store.OfferRecord", on_delete=models.PROTECT, null=True, related_name="reoffers")
    # How the borrower says it was, from 1 to 5, asked once after the last payment.
    satisfaction = models.SmallIntegerField(null=True)
    # What was told beside the figures, in every language: the credit record, a missed payment, and what that rests on;
    # null for what was agreed before it was kept.
    terms = models.JSONField(null=True)
    # What of the debt was waived when it was complete.
    waived_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="arrangement_satisfaction_1_to_5",
                condition=models.Q(satisfaction__isnull=True) | models.Q(satisfaction__gte=1, satisfaction__lte=5),
            ),
        ]


class ArrangementInstalment(models.Model):
    """One payment of an arrangement."""

    arrangement = models.ForeignKey(Arrangement, on_delete=models.PROTECT, related_name="instalments")
    number = models.IntegerField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    # The day it was paid in full; after the grace it is a miss for good.
    cleared_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["arrangement", "number"], name="arrangement_instalment_once")]


class Promise(models.Model):
    """A promise to pay one amount by one day."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="promises")
    conversation = models.ForeignKey("store.Conversation", on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    due_on = models.DateField()
    paid_minor = models.BigIntegerField(default=0)
    standing = models.CharField(max_length=12, default="active")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The arrangement that took its place, as of an arrangement.
    superseded_by = models.ForeignKey(
        Arrangement, on_delete=models.PROTECT, null=True, related_name="superseded_promises"
    )
