"""Administration: settings, plugins, jobs, history, sources, exchange rates. People have their pages in core.users."""
