"""Questions as people type them: `Modality = CT and SliceThickness < 1.5 and not Manufacturer ~ GE*`."""

from vesalius.search.language.operators import OPERATORS, operators_of
from vesalius.search.language.parser import read_question
from vesalius.search.language.printer import text_of
from vesalius.search.language.problem import QuestionError

__all__ = ["OPERATORS", "QuestionError", "operators_of", "read_question", "text_of"]
