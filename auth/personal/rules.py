"""What an archive says about itself. Pure."""

from auth.mail.rules import language_of

_ABOUT = {
    "en": """What {house} keeps about {name}.

account.json             your account
picture.webp             your picture
sign_ins.json            where you are signed in, or were
sign_on_accounts.json    accounts elsewhere that you sign on with
changes.json             what was changed about your account, and when
memberships.json         the classes you are in
courses.json             courses that you made
lessons.json             lessons that you wrote
lessons_read.json        lessons that you opened, and those you are done with
documents.json           documents that you made, and access that is only yours
documents/               your own pages, and the documents that you made in your classes
assignments.json         assignments that you set
submissions.json         what you handed in and are working on, and what was said of it
feedback/                files that you got back with it
more_time.json           deadlines that are only yours
grades.json, grade_changes.json    your grades, as far as they are shown to you, and how they changed
uploads.json, files/     what you uploaded
class_files.json         files that you added to classes
ballots.json, questions.json    your votes and questions in polls that are not anonymous
progress.json, remarks.json     how far you have come, and what teachers remarked on it
attendance.json          when you were in class
sessions.json, put_on_stage.json    sessions that you planned, and what you showed in them

What would be empty is left out. Not in here, because nothing ties it to you: votes and questions in anonymous polls. Not in here,
because it belongs to others as well: what you drew and wrote on documents that somebody else made, and grades and feedback that you
gave. You find it there.
""",
    "de": """Was {house} über {name} aufbewahrt.

account.json             dein Konto
picture.webp             dein Bild
sign_ins.json            wo du angemeldet bist oder warst
sign_on_accounts.json    Konten anderswo, mit denen du dich anmeldest
changes.json             was an deinem Konto geändert wurde, und wann
memberships.json         die Klassen, in denen du bist
courses.json             Kurse, die du angelegt hast
lessons.json             Lektionen, die du geschrieben hast
lessons_read.json        Lektionen, die du geöffnet hast, und mit welchen du fertig bist
documents.json           Dokumente, die du angelegt hast, und Zugriff, den nur du hast
documents/               deine eigenen Seiten und die Dokumente, die du in deinen Klassen angelegt hast
assignments.json         Aufgaben, die du gestellt hast
submissions.json         was du abgegeben hast und woran du arbeitest, und was dazu gesagt wurde
feedback/                Dateien, die du damit zurückbekommen hast
more_time.json           Fristen, die nur du hast
grades.json, grade_changes.json    deine Noten, soweit sie dir gezeigt werden, und wie sie sich geändert haben
uploads.json, files/     was du hochgeladen hast
class_files.json         Dateien, die du in Klassen gelegt hast
ballots.json, questions.json    deine Stimmen und Fragen in Umfragen, die nicht anonym sind
progress.json, remarks.json     wie weit du gekommen bist und was Lehrkräfte dazu bemerkt haben
attendance.json          wann du im Unterricht warst
sessions.json, put_on_stage.json    Stunden, die du geplant hast, und was du darin gezeigt hast

Was leer wäre, fehlt. Nicht enthalten, weil nichts es mit dir verbindet: Stimmen und Fragen in anonymen Umfragen. Nicht enthalten,
weil es auch anderen gehört: was du auf Dokumenten gezeichnet und geschrieben hast, die jemand anders angelegt hat, und Noten und
Rückmeldungen, die du gegeben hast. Du findest es dort.
""",
}


def about(*, locale: str | None, house: str, name: str) -> str:
    """Return the text that explains an archive, in a person's language."""
    return _ABOUT[language_of(locale)].format(house=house, name=name)


def file_name(name: str, *, place: int) -> str:
    """Return a name for a file in an archive: no folders, nothing that a file system stumbles over, and never twice."""
    kept = "".join(character if character.isalnum() or character in "-_. ()" else "_" for character in name)
    return f"{place:04} {kept.strip('. ')[:100] or '_'}"
