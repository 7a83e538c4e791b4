"""What can the borrower pay, from income and expenditure? Pure: answers and tables in, a budget with its working out.

`financial_statement` (what was said) × `reference` (what is usual) → `work_out` → capacity, every input with its flag.
`bands` and `questions` are how it is asked by text; `recheck` is when it is asked again. Source: `rne13.md` section 5.
"""
