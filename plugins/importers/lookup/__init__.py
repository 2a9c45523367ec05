"""Values from another table: the price of a product by its name, taken from a second file."""
