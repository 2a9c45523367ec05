"""What a sale consists of: stages, versioned deal types, reasons of loss."""
