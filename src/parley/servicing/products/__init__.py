"""What does a borrower of each product pay, when, and what does each payment consist of? Exact to the minor unit.

Instalment loans (`loan`), revolving cards (`card`), fee-per-period instalments (`fees`) and pay-in-n (`pay_in_n`).
"""
