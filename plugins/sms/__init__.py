"""SMS to clients and from them, through gateways over HTTP and SMPP."""
