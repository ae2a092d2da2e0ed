"""Labels in CSV files: from their columns to the class of each file."""
