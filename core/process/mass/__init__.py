"""Work on many records at once: handed over, moved, closed; each with a preview, done by a job, and undone as one."""
