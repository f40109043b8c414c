"""What can go wrong in the classroom.

    ClassroomError
    ├── UnknownJoinCode        no class has this join code
    ├── LastTeacher            a class would be without a teacher
    ├── UnsupportedMediaType   the bytes are nothing that may be uploaded
    │   └── UnsupportedImage   they are no image that all browsers show, or not what they claim to be
    ├── FileEmpty              a file has no bytes
    ├── PersonFilesFull        somebody's files have as many bytes as they may have
    ├── ClassFilesFull         so have a class's
    ├── HouseFilesFull         so have all together
    ├── UploadStalled          an upload sends nothing any more
    ├── ImageTooLarge          an image has more pixels than a browser can show
    ├── MalformedUpload        the body is no multipart form with one file
    └── PdfRefused             a PDF cannot become slides
        ├── NotAPdf            it is none
        ├── BrokenPdf          it cannot be read
        ├── EncryptedPdf       it needs a password
        ├── TooManyPages       it has more pages than a deck takes at once
        └── PdfTooHeavy        drawing it takes more memory or time than there is

Not visible and not allowed are ``auth.errors.NotFound`` and ``auth.errors.Forbidden``, as everywhere.
"""


class ClassroomError(Exception):
    """Be the base of this package's errors."""


class UnknownJoinCode(ClassroomError):
    """No class has this join code."""


class LastTeacher(ClassroomError):
    """The class would be left without a teacher."""


class UnsupportedMediaType(ClassroomError):
    """The bytes are nothing that may be uploaded."""


class UnsupportedImage(UnsupportedMediaType):
    """The bytes are no image that all browsers show, or not what they claim to be."""


class FileEmpty(ClassroomError):
    """A file has no bytes."""


class PersonFilesFull(ClassroomError):
    """Somebody's files have as many bytes together as they may have."""


class ClassFilesFull(ClassroomError):
    """A class's files have as many bytes together as they may have."""


class HouseFilesFull(ClassroomError):
    """All files together have as many bytes as they may have."""


class UploadStalled(ClassroomError):
    """An upload sends nothing any more."""


class ImageTooLarge(ClassroomError):
    """An image has more pixels than a browser can show."""


class MalformedUpload(ClassroomError):
    """The body is no multipart form with one file."""


class PdfRefused(ClassroomError):
    """A PDF cannot become slides."""


class NotAPdf(PdfRefused):
    """The file is no PDF."""


class BrokenPdf(PdfRefused):
    """The PDF cannot be read."""


class EncryptedPdf(PdfRefused):
    """The PDF needs a password."""


class TooManyPages(PdfRefused):
    """The PDF has more pages than a deck takes at once."""


class PdfTooHeavy(PdfRefused):
    """Drawing the PDF takes more memory or time than there is."""
