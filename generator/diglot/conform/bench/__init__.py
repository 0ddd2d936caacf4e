"""The bench on which laws are tried: what is asked, seen, written and put back."""
