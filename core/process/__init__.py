"""What joins deals, stages and tasks: the engine of the process, its picture, and deals that hang."""
