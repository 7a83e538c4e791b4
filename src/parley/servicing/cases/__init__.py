"""Do the arithmetic's answers agree with published figures? Cases as data: inputs, expected fields, tolerances.

| kind | file | what is computed |
| --- | --- | --- |
| apr | `apr` | the annual rate of advances and payments under a named convention |
| irr | `irr` | rate of return of a row of amounts, or of a fee-per-period plan, and its Chinese annualised rates |
| payment | `payment` | one instalment, or the count an instalment needs |
| schedule | `schedule` | rows of a loan by dates or by a repayment rule; simple interest by day counts |
| plan | `plan`, `offer`, `re_age` | longer, cheaper, a holiday, a balloon, a write-off, a settlement, a re-age |
| plan | `allocation`, `debts` | which part of a payment goes where, within a debt and among several |
| plan | `concession` | what a concession costs in value today |

A case that is not understood is a failure in words, never skipped. Knows no file: what was read is handed in.
"""
