"""Send mail to people: a table of what is to be sent, and one worker that sends it."""
