"""Reports that live on the history of stages: what stood, moved and passed, and how long it took."""
