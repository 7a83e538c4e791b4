"""The people: borrower, how to reach them, what they allowed, what holds us back."""

from __future__ import annotations

from django.db import models


class Borrower(models.Model):
    """A person who owes. Erasing one deletes the data key, the index entries and every sealed column.

    The salt of the person's audit commitments is derived from the data key: it goes with it.
    """

    id = models.UUIDField(primary_key=True)
    # Null once erased, as every index below.
    reference_index = models.BinaryField(max_length=40, unique=True, null=True)
    data_key_wrapped = models.BinaryField(null=True)
    name_sealed = models.BinaryField(null=True)
    # What the lender holds to know the borrower by: postcode, contract tail. Never a full birth date, id or card.
    identity_sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=12)
    jurisdiction = models.CharField(max_length=12)
    zones = models.JSONField(default=list)
    # Made-up contact data (sample portfolio): delivered to the sandbox only, by the providers layer.
    is_synthetic = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True)


class ContactPoint(models.Model):
    """An address of a borrower on one channel."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="contact_points")
    channel = models.CharField(max_length=8)
    address_sealed = models.BinaryField(null=True)
    address_index = models.BinaryField(max_length=40, null=True, db_index=True)
    is_synthetic = models.BooleanField(default=False)
    # A wrong number is quarantined over all cases at once.
    quarantined_at = models.DateTimeField(null=True)
    # When the right party last proved identity from this address; debt facts may follow while it is fresh.
    identity_proven_at = models.DateTimeField(null=True)
    # When the number was last known to be this borrower's, and by what: a proof of identity, or a look-up.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=10, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["borrower", "channel", "address_index"], name="contact_point_once"),
        ]


class Consent(models.Model):
    """An event of consent or refusal, with its proof; the newest one of a scope and reach holds."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="consents")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, null=True)
    # all, promotion, or a flag of the rulebook such as consent_electronic_direct
    scope = models.CharField(max_length=40)
    # How far it reaches: one channel, or every one where this is empty; its contact point alone, or the whole person.
    channel = models.CharField(max_length=8, default="", blank=True)
    is_for_address = models.BooleanField(default=False)
    granted = models.BooleanField()
    source = models.CharField(max_length=40)
    proof = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["borrower", "at"], name="consent_by_borrower")]


class Hold(models.Model):
    """A reason to keep silent. It stands until released or until its end."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="holds")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=24)
    source = models.CharField(max_length=40)
    # The reply that laid it on: our answer to that reply may still say so.
    inbound = models.ForeignKey("store.Inbound", on_delete=models.PROTECT, null=True)
    from_at = models.DateTimeField()
    # The day on which what it says began, where known: a pause of so many days counts from it. NULL: it runs on.
    began_on = models.DateField(null=True)
    until_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["borrower", "released_at"], name="hold_by_borrower")]


class NamedTimes(models.Model):
    """Times a borrower named: the newest week holds, and the newest day to wait for; one of neither: any time."""

    id = models.UUIDField(primary_key=True)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="named_times")
    # Seven lists of [from, to] minutes, Monday first: what does not suit, and the only times that do.
    closed = models.JSONField(null=True)
    only = models.JSONField(null=True)
    from_day = models.DateField(null=True)
    source = models.CharField(max_length=40)
    inbound = models.ForeignKey("store.Inbound", on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["borrower", "at"], name="named_times_by_borrower")]


class PageLink(models.Model):
    """A link to the borrowers' page that a message named: the hash of its token, whose it is, and until when it holds.

    No foreign keys: a link outlives nothing it leads to, and leads nowhere then.
    """

    token_index = models.BinaryField(unique=True)
    contact_point_id = models.UUIDField(db_index=True)
    account_id = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
