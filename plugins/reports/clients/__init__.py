"""Reports about clients: what brings them, whether they got what they wanted, and whether they come back."""
