"""Groups of names in `core.api` that only some plugins need: each is imported as one name, such as `bulk`."""
