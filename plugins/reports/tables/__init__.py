"""Reports that are a table with a ranking: what became of closed deals, by source, manager or reason."""
