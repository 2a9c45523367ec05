"""What the forecast and its engine agree upon: the names of the methods, and how much history is enough. Pure."""

OWN, TEMPLATE, FOUR_RATES, BAYES = METHODS = ("own", "template", "four_rates", "naive_bayes")
# Fewer closed deals, or fewer whole months of them, teach less than the template knows.
LEAST_CLOSED = 100
LEAST_MONTHS = 6
MOST_MONTHS = 24
LEAST_SEASONS = 24
# Learned on the spot below this number of deals; above it at night, as a job.
MOST_AT_ONCE = 20_000
# New deals are counted over the last three months: long enough to be steady, short enough to follow growth.
LATELY = 90
LEAST_LATELY = 30


def lately(days: float) -> float:
    """Returns over how many days new deals are counted, of those that the history has."""
    return min(max(days, LEAST_LATELY), LATELY)
