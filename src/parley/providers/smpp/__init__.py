"""Carriers over SMPP 3.4: bytes (`pdu`), a connection as a table (`session`), socket (`link`), port (`provider`)."""
