"""What joins deals, stages and tasks: the process, its picture, and deals that hang."""
