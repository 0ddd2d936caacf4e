"""One request and its answer: how it is sent, what every answer must obey, and what is wrong with it."""
