"""The images that a course's labs use, under which name one gets them at home, and a compose file to go on there."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

from django.conf import settings

from labs.models import Lab
from workshop.learning.course import Course

_OURS = "drydock/"
"""Images that exist for the labs alone; all others are called as on the public registry that they come from."""


@dataclass(frozen=True, slots=True)
class LabImage:
    """An image as pages name it; ``public`` is its name on a public registry, nothing where there is none."""

    name: str
    public: str = ""
    about: str = ""


def images_of(course: Course) -> list[LabImage]:
    """The images of the course's modules and of their labs, by name. One query."""
    known = described(settings.BASE_DIR / "images" / "labs")
    names = {_tagged(name) for part in course.parts for name in part.module.needs.get("images", ())}
    for images in Lab.objects.filter(module__in=course.modules, withdrawn=False).values_list("images", flat=True):
        names |= {_tagged(name) for name in images}
    return [known.get(name) or LabImage(name, "" if name.startswith(_OURS) else name) for name in sorted(names)]


def described(folder: Path) -> dict[str, LabImage]:
    """What the files ``image.toml`` beside the images' Dockerfiles say, by each of the names of an image."""
    found = {}
    for path in sorted(folder.glob("*/image.toml")):
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        for name in data.get("names", ()):
            found[name] = LabImage(name, data.get("public", ""), data.get("about", ""))
    return found


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def listing(images: Iterable[LabImage]) -> str:
    """The list as a text, a line an image."""
    lines = ["Images that the labs use, and what to pull at home", ""]
    for image in images:
        where = f"docker pull {image.public}" if image.public else "made for this workshop; not on a public registry"
        lines.append(f"{image.name:<34} {where}{f' ({image.about})' if image.about else ''}")
    return "\n".join(lines if len(lines) > 2 else [*lines, "None."]) + "\n"


_COMPOSE = """\
# Go on at home: a Docker host of your own in a container, as in the workshop. You need Docker with Compose.
#
#   docker compose up -d                  start it; the first time two images are downloaded
#   docker compose exec toolbox sh        a shell in it, in which docker works as in the workshop;
#                                         your files are in /root/my-work, and ports are on localhost
{fetch}#   docker compose down -v                throw it away, with all images and containers in it
#
name: drydock-at-home

services:
  docker:
    image: docker:26-dind
    # A Docker daemon in a container needs this. It is no wall: run nothing in here that you would not run outside.
    privileged: true
    environment:
      DOCKER_TLS_CERTDIR: /certs
    volumes:
      - certificates:/certs/client
      - data:/var/lib/docker
      # At the same path as in the toolbox, so that bind mounts of it work.
      - ./my-work:/root/my-work
    # To open a port of a lab in your browser, take away the marks and name it here:
    # ports:
    #   - "127.0.0.1:8080:8080"
    healthcheck:
      test: [CMD, docker, info]
      interval: 3s
      retries: 20

  toolbox: &toolbox
    image: docker:26-cli
    command: [sleep, infinity]
    network_mode: service:docker
    environment:
      DOCKER_HOST: tcp://localhost:2376
      DOCKER_TLS_VERIFY: "1"
      DOCKER_CERT_PATH: /certs/client
    volumes:
      - certificates:/certs/client:ro
      - ./my-work:/root/my-work
    working_dir: /root/my-work
    depends_on:
      docker:
        condition: service_healthy
{service}
volumes:
  certificates:
  data:
"""
_FETCH = "#   docker compose run --rm images        fetch the images of the workshop into it (images.txt lists them)\n"
_SERVICE = """
  images:
    <<: *toolbox
    profiles: [images]
    command:
      - sh
      - -c
      - |
        for pair in "$$@"; do
          docker pull "$${pair%=*}" && docker tag "$${pair%=*}" "$${pair#*=}"
        done
      - images
"""


def compose(images: Iterable[LabImage]) -> str:
    """A compose file with a Docker host, a toolbox, and what fetches the images that are public."""
    pairs = [json.dumps(f"{image.public}={image.name}") for image in images if image.public]
    lines = indent("\n".join(f"- {pair}" for pair in pairs), "      ")
    return _COMPOSE.format(fetch=_FETCH if pairs else "", service=f"{_SERVICE}{lines}\n" if pairs else "")
