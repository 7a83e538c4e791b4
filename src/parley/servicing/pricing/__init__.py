"""What do many plans cost, priced at once and exactly to the minor unit? No figure rests on a float unproven.

Seven levers make a plan (`plans`): number of payments, rate, write-down, waiver of charges, deferral, first period (a
moved due date) and balloon. `prices` prices all plans in columns of int64; `instalments` finds the instalments in
float64 and says which of them are proven; `singly` prices the few others, one by one, in whole numbers of any size;
`worth` tells what each is worth to the lender.

Each figure is the one that `products.loan_schedule` gives for the same terms.
"""
