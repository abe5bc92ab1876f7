"""From raw rows to clean ones, with every changed cell in a ledger and every row counted in a flow."""
