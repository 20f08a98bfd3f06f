"""What a greeting must be like."""

import unittest

from app import greeting


class GreetingTest(unittest.TestCase):
    """With a name and without."""

    def test_a_name_is_greeted(self) -> None:
        """By name."""
        self.assertEqual(greeting("Ada", "1"), "Hello Ada, this is version 1\n")

    def test_nobody_in_particular(self) -> None:
        """As the world."""
        self.assertEqual(greeting("  ", "1"), "Hello world, this is version 1\n")


if __name__ == "__main__":
    unittest.main()
