"""SeaweedFS as the local S3: loopback only, no telemetry, no unauthenticated side doors."""

import sys
from pathlib import Path

import httpx2

from infra.dev.doors import LOOPBACK
from infra.dev.place import Place
from infra.dev.processes import Command
from infra.dev.service import Service
from infra.objects import ObjectStore
from infra.outgoing import sending_one_by_one

SAFE = (
    "-master.telemetry=false",
    "-admin.ui=false",
    "-webdav=false",
    "-disableHttp",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
    # Else these are shared files in /tmp: what one user left there would stop the next. Relative, as paths of
    # sockets must be short.
    "-s3.localSocket=objects/s3.sock",
    "-filer.localSocket=objects/filer.sock",
    # A stop waits this many seconds for idle connections; the default is 30.
    "-idleTimeout=1",
)


def objects(place: Place) -> Service:
    """The object store of this place."""
    return Service(
        name="objects",
        doors=("s3", "s3_master", "s3_volume", "s3_filer"),
        prepare=lambda: (place.directory / "objects").mkdir(exist_ok=True),
        command=lambda: _server(place),
        ready=lambda _: _is_healthy(place),
        furnish=lambda: ObjectStore.connect(place.settings()).ensure_buckets([place.public_url]),
    )


def _server(place: Place) -> Command:
    ports = place.ports
    weed = Path(sys.executable).parent / "weed"
    argv = (
        str(weed),
        "mini",
        f"-dir={place.directory / 'objects'}",
        f"-ip={LOOPBACK}",
        f"-ip.bind={LOOPBACK}",
        f"-s3.port={ports.s3}",
        f"-master.port={ports.s3_master}",
        f"-volume.port={ports.s3_volume}",
        f"-filer.port={ports.s3_filer}",
        f"-admin.port={ports.s3_admin}",
        *SAFE,
    )
    keys = {
        "AWS_ACCESS_KEY_ID": place.secrets.s3_access_key,
        "AWS_SECRET_ACCESS_KEY": place.secrets.s3_secret_key,
    }
    return Command(argv, keys, directory=place.directory)


def _is_healthy(place: Place) -> bool:
    try:
        with sending_one_by_one(2) as asking:
            return asking.get(f"http://{LOOPBACK}:{place.ports.s3}/healthz").is_success
    except httpx2.TransportError:
        return False
