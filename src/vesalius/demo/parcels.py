"""The deliveries of the demonstration, in their order: the first is small, so that there is soon something to see."""

from dataclasses import dataclass
from typing import Final

from vesalius.demo import holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One delivery: patients of one content module for one holding."""

    content: str  # a module of vesalius.demo.content
    patients: tuple[
        int, ...
    ]  # 0 is what belongs to no patient; () for a third party, who takes what is published
    holding: str
    notes: str = ""  # of the release that it becomes; "" leaves it in review
    origin: str = "identifiable"  # a value of Submission.Origin
    kind: str = "images"  # a value of Submission.Kind

    @property
    def sentence(self) -> str:
        """What a person reads while it is under way."""
        return f"{self.holding}: {self.notes or 'a submission that stays in review for you'}"


PARCELS: Final = (
    Parcel(content="chest_ct", patients=(1,), holding=holdings.CHEST, notes="First patient."),
    Parcel(content="brain_mr", patients=(1, 2, 3, 4), holding=holdings.BRAIN, notes="Four patients."),
    Parcel(
        content="mammography", patients=(1, 2, 3, 4, 5, 6), holding=holdings.BREAST, notes="Six patients."
    ),
    Parcel(content="pet_ct", patients=(1, 2), holding=holdings.PET, notes="Two patients."),
    Parcel(
        content="chest_ct",
        patients=(2, 3, 4, 5, 6, 7, 8),
        holding=holdings.CHEST,
        notes="Seven more patients, some of them with a second time point.",
    ),
    Parcel(content="planted", patients=(0, 1, 2), holding=holdings.CHEST),
    Parcel(content="listed_ct", patients=(1,), holding=holdings.LISTED, notes="First version."),
    Parcel(content="limited_ct", patients=(1,), holding=holdings.LIMITED, notes="First version."),
    Parcel(content="embargoed_ct", patients=(1,), holding=holdings.EMBARGOED, notes="First version."),
    Parcel(
        content="analysis", patients=(), holding=holdings.MASKS, origin="derived", notes="Lungs and brains."
    ),
    Parcel(
        content="clinical",
        patients=(1, 2, 3, 4),
        holding=holdings.BRAIN,
        kind="files",
        notes="Clinical data.",
    ),
    Parcel(
        content="clinical",
        patients=(1, 2, 3, 4, 5, 6, 7, 8),
        holding=holdings.CHEST,
        kind="files",
        notes="Clinical data.",
    ),
)
