"""The forecast of a period, its report card, and the seasons; `engine` counts, in a process of its own."""
