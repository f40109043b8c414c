"""Decks: pages of uploaded PDFs, the boards over them, and who may draw there."""
