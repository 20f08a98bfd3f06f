"""What tests of the site share."""

from pathlib import Path

import pytest

from tests.workshop.course import load_course


@pytest.fixture
def course(db: None, tmp_path: Path) -> Path:
    """The small curriculum, loaded; the folder that it lies in."""
    load_course(tmp_path / "course")
    return tmp_path / "course"
