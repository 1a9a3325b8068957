"""Whatever dies on the way: what was acknowledged arrives at Pinterest, and is counted once."""
