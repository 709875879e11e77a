"""Every page in every state that a person with a link can meet, one function each.

A scene leaves the page in its state and waits until it is there. The pictures of
`python -m tests.browser.screenshots --every FOLDER` and axe-core look at the same ones.
"""

from tests.browser.scenes import editing, filling, reading
from tests.browser.scenes.stage import SCENES, Stage

__all__ = ["SCENES", "Stage", "editing", "filling", "reading"]
