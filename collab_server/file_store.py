"""Where files are kept, by the settings. Apart from the composition root, so that a command need not bring the whole house along."""

from collab_server.settings import Settings
from persistence.disk_files import DiskFiles
from persistence.file_store import FileStore


def file_store_of(settings: Settings) -> FileStore:
    """Return what keeps files: the S3-compatible store that is set, else a folder."""
    folder = settings.data_dir / "files"
    if not settings.files_s3_bucket:
        return DiskFiles(folder)
    from persistence.s3_files import S3Files, S3Place  # noqa: PLC0415 -- its library takes memory that a folder does not need

    place = S3Place(
        bucket=settings.files_s3_bucket,
        endpoint=settings.files_s3_endpoint,
        region=settings.files_s3_region,
        prefix=settings.files_s3_prefix,
        access_key_id=settings.files_s3_access_key_id,
        secret_access_key=settings.files_s3_secret_access_key,
    )
    return S3Files(place, directory=folder)
