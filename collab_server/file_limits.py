"""How much may be uploaded, by the settings. Apart from the composition root, as `file_store.py`."""

from classroom.files.limits import FileLimits
from collab_server.settings import Settings


def file_limits_of(settings: Settings) -> FileLimits:
    """Return how many bytes a file, a person's, a class's and all files may have."""
    return FileLimits(
        file_max_bytes=settings.file_max_bytes,
        person_max_bytes=settings.person_files_max_bytes,
        class_max_bytes=settings.class_files_max_bytes,
        house_max_bytes=settings.house_files_max_bytes,
    )
