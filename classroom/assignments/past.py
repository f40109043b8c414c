"""What was handed in stays as it was, however short histories are."""

from uuid import UUID

from sqlalchemy import Select, select

from classroom.assignments.models import AttemptRow, SubmissionRow


def moments_of(document_id: UUID) -> Select[int | None]:
    """Select the rows of a page's log up to which it was handed in, each time."""
    return (
        select(AttemptRow.document_seq)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .where(SubmissionRow.document_id == document_id, AttemptRow.document_seq.is_not(None))
    )
