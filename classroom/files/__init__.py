"""Hold the files that people upload, and lend them to the rest of the classroom.

A file is uploaded once, with ``POST /api/files``: it is then its uploader's own, of whatever type its bytes are. Another feature
(lesson, submission, feedback, picture) lets people *use* it for a thing of its own:

1. It has a table that links its things to files, with a foreign key to ``files.id`` (``ondelete="RESTRICT"``: the database itself
   then refuses to lose a file in use), and no copies of the file's name, type or size.
2. Where a request names files that are to be attached, its action calls ``services.files.claim(session, person, file_ids,
   class_id=…)``, in the transaction that adds the links and before it adds them. Claimed are only files that this person has
   uploaded; anything else is answered 422 ``file_unknown``. Claim only what is not attached yet: when a second teacher edits a
   lesson, the files that stay in it are not theirs.
3. It describes the use once, ``FILE_USE = FileUse("lesson", files=select(LessonFileRow.file_id, LessonFileRow.lesson_id),
   access=access_lesson)``, and ``classroom.file_uses`` lists it. From then on

   - whoever may see the thing may fetch the file, at ``/api/files/{id}``: ``access`` is called as ``access(session, person,
     thing_id)`` and raises ``NotFound`` for whom it is hidden. A file in use is seen through its uses *only*: its uploader, too;
   - the file stays for as long as the link is there. A file that nothing uses any more is removed some days later, so that
     whatever is taken away can be brought back: keep the link of what can be undone, drop it when it cannot.

Nothing needs to be told when a link, or the thing with all its links, is deleted. Answers describe files with
``described(row)`` of ``classroom.files.answers``, whose model is ``File``.
"""
