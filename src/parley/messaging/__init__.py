"""What a message may say and what became of it: alphabets, segments, templates, the catalogue, the send ledger."""
