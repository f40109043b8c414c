"""Which documents can go back to an earlier moment."""

from documents.kinds import Kind, Writers


def can_be_restored(kind: Kind) -> bool:
    """Tell whether people may bring an earlier moment of such a document back.

    What the server writes beside rows of the database (a poll, a progress board) would contradict those rows.
    """
    return kind.writers is Writers.MEMBERS or kind is Kind.SLIDES
