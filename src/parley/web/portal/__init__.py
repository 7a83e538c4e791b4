"""The borrower's page: is it real, how much, by when, what can I afford, what if I cannot pay, how do I stop this."""
