"""What can be changed about a running debt, and what does each change cost whom? Exact to the minor unit.

| file | question |
| --- | --- |
| `debt` | how a debt stands, and how it will be paid as things are |
| `forgiveness`, `rate_relief`, `pauses`, `pay_day`, `repayment`, `re_age` (`re_age_limits`) | what each change does |
| `keep` | whether a debt that gets cheaper keeps its term or its instalment |
| `settlement` | for how much less a debt is settled, and what of it is waived |
| `modify` | what changes come to: schedule, cost to the borrower, concession of the lender |
| `worth`, `notices` | what a course of payments is worth today; what must be said |
| `affordable` | what can be done with an instalment |
"""
