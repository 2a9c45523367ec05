"""Deals and their history: visits of stages, closings, periods, exchange rates."""
