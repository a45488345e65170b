"""Word processors, spreadsheets and slides; what they share is in `extraction/office`."""
