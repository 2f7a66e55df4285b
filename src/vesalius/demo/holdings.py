"""The collections and the analysis result of the demonstration: what their pages say, and who may find and fetch."""

from dataclasses import dataclass, field
from typing import Final

CHEST: Final = "Vesalius-Chest-CT"
BRAIN: Final = "Vesalius-Brain-MR"
BREAST: Final = "Vesalius-Mammography"
PET: Final = "Vesalius-PET-CT"
LIMITED: Final = "Vesalius-Limited-CT"
EMBARGOED: Final = "Vesalius-Screening-CT"
LISTED: Final = "Vesalius-Emphysema-CT"
MASKS: Final = "Vesalius-Lung-and-Brain-Masks"

AUTHORS: Final = "The makers of Vesalius"
DRAWN: Final = (
    "Every image here was drawn by a program from a seed: the anatomy, the disease and the noise. The patients, the "
    "hospitals and the dates were invented, sent to the archive as identifiable files, and de-identified, reviewed and "
    "released by the same steps as real data. Use it to learn the archive and to test software; conclude nothing about "
    "medicine from it."
)
THANKS: Final = "Drawn by the makers of Vesalius. No patient's data was used."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHolding:
    """One holding, with the words of its page."""

    short_title: str
    title: str
    summary: str
    abstract: str
    cancer_types: tuple[str, ...]
    cancer_locations: tuple[str, ...]
    license: str = "CC-BY-4.0"
    access: str = "public"
    kind: str = "collection"
    complete: bool = True
    embargo_days: int = 0  # from the day on which the demonstration is made
    derived_from: tuple[str, ...] = ()
    tables: bool = False  # has clinical data
    links: tuple[tuple[str, str, str, str], ...] = ()  # outside: title, licence, address, terms
    thanks: tuple[str, ...] = field(default=(THANKS,))


HOLDINGS: Final = (
    DemoHolding(
        short_title=CHEST,
        title="Synthetic chest CT with lung tumours",
        summary="Chest CT of invented patients with lung tumours, their outlines, measurements and clinical data.",
        abstract="Chest CT of men and women of varied build, from several makers' scanners, with and without contrast. "
        "Some were examined twice, so that a tumour can be followed. Tumours are outlined as segmentations, measured "
        "in structured reports, and for some patients contoured for radiotherapy.",
        cancer_types=("Non-small cell lung cancer",),
        cancer_locations=("Lung",),
        complete=False,
        tables=True,
    ),
    DemoHolding(
        short_title=BRAIN,
        title="Synthetic brain MR with glioma",
        summary="Four contrasts of brain MR of invented patients with glioma, with segmentations and clinical data.",
        abstract="T1, T1 with gadolinium, T2 and FLAIR of four patients with glioma. Necrosis, enhancing rim and "
        "oedema are outlined as segmentations. Grey and white matter follow the ICBM 152 atlas, bent anew for each "
        "patient.",
        thanks=(
            (
                "Drawn by the makers of Vesalius over the ICBM 152 atlas of McGill University, the average brain of "
                "152 volunteers. No patient's data was used."
            ),
        ),
        cancer_types=("Glioblastoma",),
        cancer_locations=("Brain",),
        tables=True,
        links=(
            (
                "ICBM 152 atlas, from which the heads were drawn",
                "LicenseRef-ICBM-152",
                "https://nist.mni.mcgill.ca/icbm-152-nonlinear-atlases-2009/",
                "The atlas is distributed by McGill University under its own licence.",
            ),
        ),
    ),
    DemoHolding(
        short_title=BREAST,
        title="Synthetic mammography in two views",
        summary="Mammograms of invented patients in two views, with breasts of different density.",
        abstract="Digital mammograms for presentation, cranio-caudal and mediolateral oblique, of six patients. Some "
        "show a mass or a cluster of calcifications.",
        cancer_types=("Breast cancer",),
        cancer_locations=("Breast",),
    ),
    DemoHolding(
        short_title=PET,
        title="Synthetic PET/CT",
        summary="FDG PET with low-dose CT in one frame of reference, for fusion and for uptake values.",
        abstract="PET of a whole body and of a trunk, in becquerel per millilitre with what standardised uptake values "
        "need, and a low-dose CT of the same patients in the same frame of reference.",
        cancer_types=("Non-small cell lung cancer", "Lymphoma"),
        cancer_locations=("Lung", "Lymph node"),
    ),
    DemoHolding(
        short_title=LISTED,
        title="Synthetic chest CT with emphysema, for non-commercial use",
        summary="Found by everybody with its counts; fetched by those who hold a grant.",
        abstract="A collection whose owners want to know who uses it: everybody finds it, and its images are sent to "
        "those who were granted them, under a licence that excludes commercial use.",
        cancer_types=("Non-cancer",),
        cancer_locations=("Lung",),
        license="CC-BY-NC-4.0",
        access="listed",
    ),
    DemoHolding(
        short_title=LIMITED,
        title="Synthetic chest CT, limited access",
        summary="Chest CT that only named collaborators find.",
        abstract="A small collection with limited access: it is found and fetched by those alone who hold a grant, "
        "such as the demonstration account of the collaborator.",
        cancer_types=("Non-small cell lung cancer",),
        cancer_locations=("Lung",),
        access="limited",
    ),
    DemoHolding(
        short_title=EMBARGOED,
        title="Synthetic low-dose screening CT, under embargo",
        summary="Low-dose chest CT that becomes public when its embargo ends.",
        abstract="A collection that is released and waits for the paper that describes it.",
        cancer_types=("Non-small cell lung cancer",),
        cancer_locations=("Lung",),
        embargo_days=365,
    ),
    DemoHolding(
        short_title=MASKS,
        title="Lung and brain masks of the synthetic collections",
        summary="Segmentations that a third party made from the published chest CT and brain MR.",
        abstract="Left and right lung, and brain, found by thresholds and connected regions in the images as they were "
        "downloaded from this archive. They hang on the patients of the collections that they were made from.",
        cancer_types=("Non-small cell lung cancer", "Glioblastoma"),
        cancer_locations=("Lung", "Brain"),
        kind="analysis-result",
        derived_from=(CHEST, BRAIN),
        thanks=(
            "Computed by a short program of the makers of Vesalius; looked at by nobody with a licence.",
        ),
    ),
)
