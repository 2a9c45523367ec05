"""Settings of reports under names: kept, used as one's default, as a tile of the home page, sent on a schedule."""
