"""What is printed: tagged PDF made by typst, or pages to print where it is not installed."""
