"""What readers come to do, step by step. The browser tests do every step, so that none tells what is not so."""

from vesalius.pages.help.topics import Step, Task

SEARCH = (
    Task(
        title="Ask and narrow",
        start="/search/",
        steps=(
            Step(
                "Type what you look for into “Question”, such as: CT chest.", "type", "textbox Question", "CT chest"
            ),
            Step("Press “Ask”.", "press", "button Ask", then="series", place="modality=CT"),
            Step("Follow “Subjects” to see whom the series are of.", "press", "link Subjects", place="view=subjects"),
            Step(
                "Follow a part of the question above the answer to take it out.", "press", "link Remove Body part",
                place="modality=CT",
            ),
            Step("Follow “Clear all” to begin again.", "press", "link Clear all", place="/search/"),
        ),
    ),
    Task(
        title="Take an answer along",
        start="/search/?modality=CT",
        steps=(
            Step("Open “Manifests for programs” below the answer.", "open", "summary Manifests for programs",
                 then="vesalius get"),
            Step("Or press “Add all” to put the whole answer into the basket.", "press", "button Add all",
                 then="added to the basket"),
        ),
    ),
    Task(
        title="Save a search",
        start="/search/?modality=CT",
        account=True,
        steps=(
            Step("Type a name into “Save this search as”.", "type", "textbox Save this search as", "All CT"),
            Step("Press “Save”.", "press", "button Save", then="The search is kept as “All CT”", place="/searches/"),
        ),
    ),
)  # fmt: skip

SEARCHES = (
    Task(
        title="Rename, delete and put back a saved search",
        start="/search/?text=lung",
        account=True,
        steps=(
            Step("Save one below an answer: give it a name.", "type", "textbox Save this search as", "Of lungs"),
            Step("Press “Save”.", "press", "button Save", then="The search is kept as “Of lungs”"),
            Step("Open “Change” in its row.", "open", "summary Change Of lungs"),
            Step("Type another name.", "type", "textbox New name", "Lungs"),
            Step("Press “Rename”.", "press", "button Rename", then="The search is called “Lungs” now"),
            Step("Open “Change” again.", "open", "summary Change Lungs"),
            Step("Press “Delete this search”.", "press", "button Delete this search", then="“Lungs” is deleted."),
            Step("Press “Put it back” while the page offers it.", "press", "button Put it back",
                 then="The search is back"),
            Step("Follow its name to ask it again.", "press", "link Lungs", place="text=lung"),
        ),
    ),
    Task(
        title="Have no searches remembered",
        start="/searches/",
        account=True,
        steps=(
            Step("Press “Do not remember my searches”.", "press", "button Do not remember my searches",
                 then="Your searches are not remembered"),
            Step("Press “Remember my last searches” to turn it on again.", "press", "button Remember my last searches",
                 then="Your searches are remembered from now on"),
        ),
    ),
)  # fmt: skip

BASKET = (
    Task(
        title="Fill the basket, and take something out",
        start="/patients/{collection}/{patient}/",
        steps=(
            Step("Press “Add … series to basket”, on the page of a subject or below an answer.", "press",
                 "button to basket", then="added to the basket"),
            Step("Follow the basket above.", "press", "link Basket:", then="How to cite", place="/basket/"),
            Step("Press “Take out” beside a series.", "press", "button Take out {title}", then="1 series taken out."),
            Step("Press “Put it back” if that was wrong.", "press", "button Put it back", then="1 series put back"),
            Step("Open “Manifests for programs” for what a retriever takes.", "open", "summary Manifests for programs",
                 then="aria2c"),
            Step("Press “Empty the basket” to begin again.", "press", "button Empty the basket",
                 then="The basket is empty"),
        ),
    ),
)  # fmt: skip

LISTS = (
    Task(
        title="Make a list of your basket",
        start="/search/?modality=CT",
        account=True,
        steps=(
            Step("Put series into the basket.", "press", "button Add all", then="basket"),
            Step("Follow the basket above.", "press", "link Basket:", place="/basket/"),
            Step("Follow “Make a shared list of these”.", "press", "link Make a shared list of these",
                 then="what lies in your basket"),
            Step("Type a title, by which it is cited.", "type", "textbox Title", "Scans for the reading study"),
            Step("Type a name for its address.", "type", "textbox Name in the address", "reading-study"),
            Step("Press “Make the list”.", "press", "button Make the list", then="fixed as they stand now",
                 place="/lists/reading-study/"),
        ),
    ),
    Task(
        title="Change a list of yours, and say who may read it",
        start="/lists/new/",
        account=True,
        steps=(
            Step("Paste Series Instance UIDs, one on a line.", "type", "textbox Identifiers", "{series}"),
            Step("Type a title.", "type", "textbox Title", "One scan"),
            Step("Type a name for its address.", "type", "textbox Name in the address", "one-scan"),
            Step("Press “Make the list”.", "press", "button Make the list", place="/lists/one-scan/"),
            Step("Follow “Change this list”.", "press", "link Change this list", place="/change/"),
            Step("Paste identifiers to add.", "type", "textbox Identifiers to add", "{other}"),
            Step("Press “Add these”: that makes version 2.", "press", "button Add these", then="This is version 2"),
            Step("Follow “Version 1” below, which stays as it was.", "press", "link Version 1",
                 then="A newer version of this list exists", place="version=1"),
            Step("Follow “See the newest”.", "press", "link See the newest", then="2 series"),
            Step("Follow “Change this list”.", "press", "link Change this list", place="/change/"),
            Step("Press “Make it private”.", "press", "button Make it private", then="The list is private"),
            Step("Name an account that may read it.", "type", "textbox Name of an account", "{account}"),
            Step("Press “Let them read it”.", "press", "button Let them read it", then="may read the list"),
            Step("Press “Delete this list for good” when nobody needs it any more.", "press",
                 "button Delete this list for good", then="is deleted; its page says so", place="/lists/"),
        ),
    ),
)  # fmt: skip
