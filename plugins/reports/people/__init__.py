"""Reports about people: what each manager does, what comes of it, and how standards of service are kept."""
