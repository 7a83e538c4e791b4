"""The phone: play the borrower against engine, carrier and clock. Writes nothing but the reader's session."""
