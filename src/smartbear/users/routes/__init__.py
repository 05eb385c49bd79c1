"""HTTP of ``users``: what the pages call, and under ``/internal`` what the other components call."""
