"""The society's own books in: read its workbook, list what is wrong in it, post opening balances and running loans."""
