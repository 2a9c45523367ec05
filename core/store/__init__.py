"""How things are kept: database, unit of work, migrations, audit, files, references of other systems."""
