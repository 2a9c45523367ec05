"""The web application: sign-in, pages from templates, forms from schemas, lists, administration, REST plumbing."""
