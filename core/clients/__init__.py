"""The client base: clients, contacts, properties, categories, consent, segments, merging."""
