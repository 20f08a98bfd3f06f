"""A tiny lab of three steps, as an author would write it."""

from pathlib import Path

import pytest

from labs.models import Lab
from tests.workshop.test_loading import MODULE, write
from workshop.curriculum.loading import load

PAGE = """\
---
title: Files
minutes: 30
kind: lab
lab: one-files
---
## First

```sh run
touch /root/first
```

> [!HINT]
> A file.

> [!HINT]
> `touch`.

```sh check
test -e /root/first || { echo "There is no file called first."; exit 1; }
```

## Second

```sh run
cp /root/given /root/second
```

```sh check timeout=2
test -e /root/second
```

## Third

```sh check timeout=1
test -e /root/third && exit 0
[ -e /root/slow ] && sleep 5
[ -e /root/missing ] && exec /no/such/tool
exit 1
```
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder with the lab."""
    return write(tmp_path, {"one/module.yaml": MODULE, "one/01-files.md": PAGE, "one/files/one-files/given": "given\n"})


@pytest.fixture
def lab(content: Path, db: None) -> Lab:
    """The lab, loaded."""
    load([content])
    return Lab.objects.get()
