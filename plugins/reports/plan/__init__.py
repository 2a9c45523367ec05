"""Plans: how much of what must be done each week, and by whom, to win as many contracts by a day."""
