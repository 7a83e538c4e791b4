"""What a borrower's reply means: urgent wishes, intent, slots, personal numbers. Pure; no model on the number path."""
