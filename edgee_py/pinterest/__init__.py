"""Pinterest's Conversions API: the contract, the mapping to it, and what it asks of each value."""
