"""From a lender's file to rows of the store: `source` reads, `mapping` names, `convert` types, `write_*` stores."""
