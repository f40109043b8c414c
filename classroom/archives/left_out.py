"""What of a class never travels. Apart from what needs more to be imported: `lectern export --help` tells it."""

LEFT_OUT = (
    "who is in the class, and who was: members, invitations, attendance",
    "what people handed in, and what they were given for it: submissions, their pages, grades, remarks, extensions",
    "votes, and questions that were put in a poll: every poll is asked anew, as one that was prepared",
    "who has read a lesson, and how far somebody has come",
    "sessions, and what was on stage in them",
    "the history of documents, access for single people, and everything that was deleted",
)
"""What belongs to people, or to what has happened, and stays where it is."""
