"""What a report is asked: parameters from an address, a command or a variant, read, named, mended and offered."""
