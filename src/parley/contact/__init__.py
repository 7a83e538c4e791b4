"""May we speak to this borrower now? Prepares the facts, asks the rulebook, says yes, not yet or no."""
