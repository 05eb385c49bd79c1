"""What the front door does with a request: checks it, hands it on, or answers it itself."""
