"""`python -m portal.bucket`: makes the bucket that STORAGE_URL names, for an own object store.

Waits a minute for the store to answer. A bucket that exists already is left as it is.
"""

from __future__ import annotations

import os
import sys
import time

import django


def main() -> int:
    """Exit code 1 when the store does not answer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from botocore.exceptions import BotoCoreError, ClientError
    from django.core.files.storage import storages
    from storages.backends.s3 import S3Storage

    storage = storages["blobs"]
    if not isinstance(storage, S3Storage):
        print("STORAGE_URL names no bucket.", file=sys.stderr)
        return 1
    deadline = time.monotonic() + 60
    while True:
        try:
            storage.bucket.create()
            return 0
        except (BotoCoreError, ClientError) as error:
            if "BucketAlready" in str(error):
                return 0
            if time.monotonic() > deadline:
                print(f"The object store refuses: {error}", file=sys.stderr)
                return 1
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
