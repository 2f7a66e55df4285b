"""Questions answered from the columns: which rows, how many of each value, which page of them."""
