"""The funnel: its ladders of stages, how closed and open deals are counted on them, and what is drawn from it."""
