"""Pages of one operation walked in step: facts that they do not say alike, and no opinion of them."""
