"""Why a typed question cannot be read: where, what was expected there, and what was perhaps meant."""

from vesalius.errors import BadRequest


class QuestionError(BadRequest):
    """A question that cannot be read; `place` counts characters from 0."""

    def __init__(self, sentence: str, place: int, nearest: tuple[str, ...] = ()) -> None:
        self.place = place
        self.nearest = nearest  # names that there are, the most alike first
        self.sentence = sentence
        super().__init__(f"At character {place + 1}: {sentence}{_meant(nearest)}")


def _meant(nearest: tuple[str, ...]) -> str:
    return f" Did you mean {' or '.join(nearest)}?" if nearest else ""
