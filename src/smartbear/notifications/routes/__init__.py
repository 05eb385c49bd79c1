"""HTTP of ``notifications``: the inbox, and the stream that keeps an open page up to date."""
