"""Reports: the funnel of closed and of open deals, on screen, on paper, as a table and as data."""
