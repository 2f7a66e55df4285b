"""What help says about each page of the public site."""

from vesalius.pages.help.topics import Topic, Topics
from vesalius.pages.public.content.series import KEYS
from vesalius.pages.public.help import tasks

RESEARCHERS = ("/help/guides/researcher/", "Guide for researchers")
EVERYBODY = ("/help/guides/public/", "Guide for patients, relatives and everybody else")
LIMITED = ("/help/#limited", "Limited access")
VERSIONS = ("/help/#versions", "Versions")
DOWNLOADS = ("/help/#download", "Download")
FIND = ("/help/#find", "Find")
HOW_TO_ASK = ("/help/reference/search/", "How to ask")

_VIEWER_KEYS = tuple((key, f"{does[0].lower()}{does[1:]}") for key, does in KEYS)

_BY_NAME = {
    "home": Topic(
        title="The first page",
        sentences=(
            "It says what this archive is, shows some of its pictures, and what was released last.",
            "Each number leads to what it counts. The search box takes words, names and UIDs.",
        ),
        links=(EVERYBODY, RESEARCHERS),
    ),
    "list": Topic(
        title="Lists of datasets",
        sentences=(
            (
                "Every dataset that you may find, one row each. Type words to keep those that hold them all: they "
                "are looked for in titles, descriptions, diseases, places in the body, species and modalities."
            ),
            (
                "The filters count how many datasets you would see; values of one filter widen it, and several "
                "filters narrow each other. The head of a column sorts by it, and once more turns the order round."
            ),
            "The address holds all that you chose: keep it or send it. The CSV and JSON hold the same rows.",
        ),
        links=(FIND, RESEARCHERS),
    ),
    "dataset": Topic(
        title="The page of a dataset",
        sentences=(
            "It says what the dataset is, who made it, and how much there is; each number leads to its data.",
            "“Data access” has a row for each part that can be had, with its licence and who may have it.",
            (
                "The data card is counted from the images themselves: scanners, ages, spacing, labels. Versions never "
                "change, any two can be compared, and “Cite” has the words for the one that you used."
            ),
        ),
        links=(DOWNLOADS, VERSIONS, LIMITED),
    ),
    "table": Topic(
        title="A table of a dataset",
        sentences=(
            (
                "What the owners know of the subjects besides the images, row by row; the dictionary says what each "
                "column means. CSV and JSON hold the same rows."
            ),
        ),
        links=(RESEARCHERS,),
    ),
    "version": Topic(
        title="One version of a dataset",
        sentences=(
            "A version is a fixed set of images, and stays as it is when a newer one appears.",
            "Its series can be seen and downloaded as they were then.",
        ),
        links=(VERSIONS,),
    ),
    "search": Topic(
        title="Search",
        sentences=(
            (
                "What you asked stands above the answer, part by part; follow a part to take it out. The line above "
                "says all of it, and can be changed: Modality = CT and slice thickness < 1.5 and not contrast present."
            ),
            (
                "The filters count what you would see, in series, studies or subjects as the answer is listed. Values "
                "of one filter widen it, and several filters narrow each other. Ranges, the least number of studies "
                "and a pasted list of identifiers stand below them. Where nothing is found, the page names the part "
                "to take out."
            ),
            (
                "The answer can be listed by series, studies, subjects (which open to their studies and series), as a "
                "table of the columns that you choose, or summed up in charts. All of it goes into the basket at "
                "once, or leaves as CSV, JSON or Parquet. Its address is the question: keep it or send it."
            ),
        ),
        tasks=tasks.SEARCH,
        links=(HOW_TO_ASK, FIND, RESEARCHERS),
    ),
    "advanced": Topic(
        title="Advanced search",
        sentences=(
            (
                "A question row by row: an attribute, how it is compared, and a value; the values that exist are "
                "offered as you type. Any attribute of the DICOM standard can be added by its keyword or tag."
            ),
            (
                "Rows stand in groups, of which all, any or none shall hold, and groups stand in groups. “Count again” "
                "tells how much would be found; what is wrong is said below its row."
            ),
            "The same question in one line stands at the end: it can be typed on the search page.",
        ),
        links=(HOW_TO_ASK, RESEARCHERS),
    ),
    "patient": Topic(
        title="A subject",
        sentences=(
            "All that this archive shows of one subject: studies (visits to the scanner) and their series (scans).",
            (
                "The name is invented, and dates are moved by the same number of days for one subject, so that the "
                "time between two studies is true."
            ),
        ),
        links=(EVERYBODY,),
    ),
    "study": Topic(
        title="A study",
        sentences=(
            "One visit to the scanner and its series. The date is moved, as all dates of this subject are.",
        ),
        links=(EVERYBODY,),
    ),
    "series": Topic(
        title="A series",
        sentences=(
            "One scan: its images, what it belongs to, and what belongs to it.",
            (
                "The viewer shows the values that the scanner wrote; point at a pixel to read its own. Its keys work "
                "while the picture has the focus, and its address holds what you see: keep it or send it."
            ),
            (
                "Choose Distance, Angle, Rectangle or Ellipse and set points: the table below the picture says what "
                "was measured, with its unit. “Picture of this view” draws what you see, with its citation below."
            ),
            "Download it as a ZIP, which goes on where it broke off, or put it into the basket with others.",
            "“Header” shows all that the files say about how they were made.",
        ),
        keys=_VIEWER_KEYS,
        links=(DOWNLOADS, RESEARCHERS),
    ),
    "header": Topic(
        title="The header of an image",
        sentences=(
            (
                "Every element of the file besides the pixels, as de-identification left it: name, tag, type of "
                "value and value. The names are those of the DICOM standard (PS3.6)."
            ),
            "“Compare with” holds it against another image or another series, and shows what differs.",
        ),
        links=(RESEARCHERS,),
    ),
    "compare": Topic(
        title="Series side by side",
        sentences=(
            (
                "Two to four series of one subject. Those of one frame of reference scroll by place in the body, "
                "others by their share of the series; “step by step” keeps the distance that you have set."
            ),
            (
                "Window, zoom and turn are the same in all until you untick them. Point at a place in one: it is "
                "marked in the others that share its frame of reference. The address holds all that you see."
            ),
        ),
        keys=_VIEWER_KEYS,
        links=(RESEARCHERS,),
    ),
    "pictures": Topic(
        title="Pictures of a series",
        sentences=(
            "All on one sheet, or one after the other with First, Previous, Next and Last, which need no JavaScript.",
            "They are reduced pictures to find your way. The viewer has every value, and measures.",
        ),
        links=(RESEARCHERS,),
    ),
    "basket": Topic(
        title="The basket",
        sentences=(
            (
                "The series that you chose, on all pages until you take them out. It belongs to this browser, or to "
                "your account once you sign in."
            ),
            (
                "Take it home as one ZIP, or as a manifest for a retriever such as “vesalius get”. Data that your "
                "account may not download are named, and left out."
            ),
        ),
        tasks=tasks.BASKET,
        links=(DOWNLOADS, LIMITED, ("/lists/", "Shared lists")),
    ),
    "searches": Topic(
        title="Your searches",
        sentences=(
            (
                "Searches that you saved under a name, how much of each is new since you looked, and what you asked "
                "last. What is new stands by release and subject; say that you have seen it, and the count begins anew."
            ),
            (
                "Every answer has a feed (Atom), which tells a feed reader what each release brings of each subject. "
                "It holds open data; for limited data a reader sends a token of your account in the header "
                "Authorization. No address ever holds a token."
            ),
        ),
        tasks=tasks.SEARCHES,
        links=(FIND, ("/help/privacy/", "What is stored about you")),
    ),
    "lists": Topic(
        title="Shared lists",
        sentences=(
            (
                "A list is a named set of series, fixed as they stood when it was made. Its page says what became of "
                "them since: what was replaced, left out or withdrawn, and where. A change makes the next version."
            ),
            (
                "It can be cited, with each dataset that it draws from in its version, and fetched: the ZIP and the "
                "addresses are of the very bytes; a .tcia names series, of which retrievers fetch the newest."
            ),
            "A private list is for you and accounts that you name. Nobody sees series in it that they may not find.",
        ),
        tasks=tasks.LISTS,
        links=(VERSIONS, DOWNLOADS, RESEARCHERS),
    ),
    "account": Topic(
        title="Accounts",
        sentences=(
            (
                "Open data need no account. An account is for limited data that you hold a grant for, and for "
                "tokens with which programs ask in your name."
            ),
            "A token is shown once. Whoever has it may do what you may: revoke it when it is no longer needed.",
        ),
        links=(LIMITED, ("/help/privacy/", "What is stored about you")),
    ),
    "help": Topic(
        title="Help",
        sentences=("The ? key opens help about the page that is open. The guides tell more.",),
        links=(EVERYBODY, RESEARCHERS),
    ),
}

_PLACES = {
    "": "home",
    "collections": "list",
    "collections/<": "dataset",
    "collections/<str:name>/versions/": "version",
    "collections/<str:name>/tables/": "table",
    "analysis-results": "list",
    "analysis-results/<": "dataset",
    "analysis-results/<str:name>/versions/": "version",
    "analysis-results/<str:name>/tables/": "table",
    "search": "search",
    "search/advanced/": "advanced",
    "patients/": "patient",
    "patients/<str:collection>/<path:patient_id>/compare/": "compare",
    "studies/": "study",
    "series/": "series",
    "series/<uid:uid>/header/": "header",
    "series/<uid:uid>/sheet/": "pictures",
    "series/<uid:uid>/cine/": "pictures",
    "basket/": "basket",
    "searches/": "searches",
    "lists/": "lists",
    "account/": "account",
    "help/": "help",
}

TOPICS = Topics(by_name=_BY_NAME, places=_PLACES)
