"""Tests that read the code instead of running it: each rule here is also shown to bite on a small sample."""
