"""What does credit cost a year? Annual rates of a stream of payments, each under a convention that has a name.

| file | question |
| --- | --- |
| `flow` | who pays how much when, in what unit of time |
| `annual` | what a rate, its convention and its absence are |
| `value` | what both sides are worth at a rate, with digits enough to say which is more |
| `solve` | at which rate do both sides have one value: to the last digit shown |
| `roots` | which rates are there, where there may be several |
| `intervals` | how many whole months lie between two days, counted back from the later one |
| `us_appendix_j`, `unit_period` | the US APR, and its unit-periods from dates |
| `eu_annex_i` | the APRC of the EU and the APR of the UK |
| `cn_annualised` | the Chinese annualised rate, simple and compound |
| `irr`, `npv` | rate of return of a period; net present value |
"""
