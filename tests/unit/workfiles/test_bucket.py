"""The S3 backend, as far as no server is needed for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from apps.workfiles.bucket import Bucket


def test_threads_share_one_client() -> None:
    bucket = Bucket(bucket_name="b", region_name="eu-central-1", access_key="a", secret_key="b")
    with ThreadPoolExecutor(4) as pool:
        clients = list(pool.map(lambda _: bucket.connection.meta.client, range(8)))
    assert len({id(client) for client in clients}) == 1
    config = clients[0].meta.config
    assert (config.signature_version, config.max_pool_connections) == ("s3v4", 50)
