"""The week: what a director reads on Monday, put together from the other reports."""
