"""Tests of Hinka; the folders mirror core/ and plugins/."""
