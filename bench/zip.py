"""A series' ZIP of 200 files of 0.53 MB, computed by the public site, against nginx sending a ready one, byte for byte.

The site is the product's own process on an archive with that series: permission, count of fetches, LICENSE and all.
Both run with two worker processes, both are asked by curl, in turn, by one client and by four.
Run: python -m bench.zip
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.harness import alternate, free_port, last_line, print_table, ratio, running

CLIENTS = (1, 4)

NGINX = """
worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; default_type application/zip;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/www; }}
}}
"""


@dataclass(frozen=True)
class Server:
    """One side of the comparison."""

    command: list[str]
    port: int
    path: str
    env: dict[str, str]

    @property
    def url(self) -> str:
        """Where its ZIP is."""
        return f"http://127.0.0.1:{self.port}{self.path}"


def our_server(folder: Path) -> tuple[Server, list[str]]:
    """The public site as `vesalius serve` starts it, on a new archive; with the SHA-256 of each file of its series."""
    make = [sys.executable, "-m", "bench.zip_site", folder / "data"]
    made = json.loads(subprocess.run(make, check=True, capture_output=True).stdout)
    port = free_port()
    env = {
        "VESALIUS_DATA": str(folder / "data"),
        "VESALIUS_PUBLIC_PORT": str(port),
        "VESALIUS_WEB_WORKERS": "2",
    }
    command = [sys.executable, "-m", "vesalius.web.process", "public", "site"]
    return Server(command, port, f"/series/{made['uid']}/download/", env), made["names"]


def nginx_server(folder: Path) -> Server:
    """Debian's nginx with sendfile, everything of its own under `folder`."""
    port, config = free_port(), folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    return Server(["nginx", "-p", str(folder), "-c", str(config)], port, "/ready.zip", {})


def make_ready(ours: Server, names: list[str], folder: Path) -> None:
    """Keep our answer as nginx's ready-made file, once another program has read it and found every file in it."""
    ready = folder / "www" / "ready.zip"
    ready.parent.mkdir()
    subprocess.run(["curl", "-sSf", "-o", ready, ours.url], check=True)
    with zipfile.ZipFile(ready) as archive:
        licence, *files = archive.namelist()
        found = [hashlib.sha256(archive.read(name)).hexdigest() for name in files]
    if licence != "LICENSE" or found != names:
        sys.exit("our ZIP does not hold the files that were put in")


def digest_of(server: Server) -> str:
    """SHA-256 of the answer."""
    answer = subprocess.run(["curl", "-sSf", server.url], check=True, capture_output=True).stdout
    return hashlib.sha256(answer).hexdigest()


def rate(server: Server, clients: int, size: int) -> float:
    """MB/s of all clients together; ends the benchmark when one got another number of bytes."""
    command = ["curl", "-sS", "-o", os.devnull, "-w", "%{http_code} %{size_download}", server.url]
    begun = time.perf_counter()
    running_clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    said = [client.communicate()[0] for client in running_clients]
    took = time.perf_counter() - begun
    if said != [f"200 {size}"] * clients:
        sys.exit(f"a client got something else than 200 and {size} bytes: {said}")
    return clients * size / 1e6 / took


def measure(folder: Path, rounds: int) -> None:
    """Start both, compare their answers, measure, print."""
    (ours, names), nginx = our_server(folder), nginx_server(folder)
    with ExitStack() as servers:
        servers.enter_context(running(ours.command, ours.port, path=ours.path, env=ours.env))
        make_ready(ours, names, folder)
        servers.enter_context(running(nginx.command, nginx.port, path=nginx.path))
        size = (folder / "www" / "ready.zip").stat().st_size
        equal = digest_of(ours) == digest_of(nginx)
        cases = {
            f"{name}, {clients} client{'s' * (clients > 1)}": partial(rate, server, clients, size)
            for clients in CLIENTS
            for name, server in (("ours", ours), ("nginx", nginx))
        }
        load = os.getloadavg()[0]
        figures = alternate(cases, rounds)
        equal = equal and digest_of(ours) == digest_of(nginx)
    if not equal:
        print("the answers differ: no ratio is worth printing")
        last_line(equal_answers=False)
        sys.exit(1)
    print_table(
        f"ZIP of {size / 1e6:.0f} MB, {rounds} rounds, load {load:.1f} at their start", "MB/s", figures
    )
    last_line(
        zip_vs_nginx_1=ratio(figures, "ours, 1 client", "nginx, 1 client"),
        zip_vs_nginx_4=ratio(figures, "ours, 4 clients", "nginx, 4 clients"),
        equal_answers=equal,
    )


def main() -> None:
    """Parse, check that the peers are installed, measure in a folder that is removed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds; odd, at least 5")
    rounds = max(parser.parse_args().rounds, 5)
    absent = [name for name in ("nginx", "curl") if not shutil.which(name)]
    if absent:
        sys.exit(f"not installed: {', '.join(absent)} (Debian: apt install nginx-light curl)")
    with tempfile.TemporaryDirectory(prefix="bench-zip-") as folder:
        Path(folder).chmod(0o755)  # nginx's workers are another user when we are root
        measure(Path(folder), rounds)


if __name__ == "__main__":
    main()
