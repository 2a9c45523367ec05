"""An instance as a whole: made in an empty place, looked over, saved, moved to another release, taken back."""
