# SPDX-License-Identifier: BSD-2-Clause
"""nginx as an origin: its configuration and the files that it serves.

The bytes of an object follow from the scenario's seed and the object's path, so
that a receiver can say whether it got the right ones.
"""
from __future__ import annotations

import random
from pathlib import Path

from waylay.scenario import NodeSpec

CONFIGURATION = """\
daemon off;
master_process off;
user root;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
{listens}
        root {folder}/files;
{locations}
    }}
}}
"""


def content(seed: int, path: str, size: int) -> bytes:
    """The body of an object."""
    return random.Random(f"{seed} {path}").randbytes(size)


def prepare(
    spec: NodeSpec, program: str, address: str, ports: list[int], scratch: Path, seed: int
) -> list[str]:
    """Write configuration and files below `scratch`; returns the command line."""
    folder = scratch / f"{spec.name}-nginx"
    for path, rules in spec.objects.items():
        file = folder / "files" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content(seed, path, rules["size"]))
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            listens="\n".join(f"        listen {address}:{port};" for port in ports),
            locations="\n".join(_location(path, r) for path, r in spec.objects.items()),
        )
    )
    return [program, "-p", str(folder), "-c", str(configuration), "-e", "stderr"]


def _location(path: str, rules: dict[str, int]) -> str:
    if "max_age" not in rules:
        return f"        location = {path} {{ }}"
    value = f"max-age={rules['max_age']}"
    return f'        location = {path} {{ add_header Cache-Control "{value}"; }}'
