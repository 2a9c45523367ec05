"""Messages to and from clients, through channels that plugins bring: all the same to the rest of the CRM."""
