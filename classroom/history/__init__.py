"""Look back into a document's log, and bring an earlier moment of it back."""
