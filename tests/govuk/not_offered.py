"""Options of GOV.UK Frontend's components that our templates do not have, and why.

A fixture that uses one of these cannot match, and is left out. The list is checked: an option of which every fixture
would match has no place here.
"""

HEADING = "every page has an h1 of its own"
CONDITIONAL = "no answer reveals another question"
DESCRIBED_BY = "only its own hint and error describe a field"
PARTS = "only the control itself takes attributes and classes"
NO_ATTRIBUTES = "no page needs attributes on it"
NO_CLASSES = "no page needs a variant of it"
ITEM_NAMES = "Django names and numbers the options of a field"
NO_FIELDSET = "several options always need the question they answer"
PREFIX = "no page asks for a number with a unit"
SENTENCES = "the words are the same on every page, and English"
DISABLED = "a disabled button tells nobody why"
INVERSE = "no page has a dark background"
MENU = "two or three items need no menu button"
NO_NAME = "the name of the service stands in the header above"
SLOTS = "nothing but items stands in the navigation"

NOT_OFFERED: dict[str, dict[str, str]] = {
    "back-link": {"no href": "a link that leads nowhere", "attributes": NO_ATTRIBUTES, "classes": NO_CLASSES},
    "button": {
        "disabled": DISABLED,
        "isStartButton": "no journey needs a page before it begins",
        "value": "what was pressed is told by the name alone",
    },
    "character-count": {
        "attributes.maxlength": "the browser never cuts off what somebody types",
        "countMessage": PARTS,
        "countType": "Django counts characters",
        "label.isPageHeading": HEADING,
        "maxwords": "Django counts characters",
        "no limit": "a character count without a limit counts nothing",
        "textareaDescriptionText": SENTENCES,
        "threshold": "the count shows from the start",
        "charactersUnderLimitText": SENTENCES,
    },
    "checkboxes": {
        "attributes": PARTS,
        "describedBy": DESCRIBED_BY,
        "fieldset.attributes": PARTS,
        "fieldset.describedBy": DESCRIBED_BY,
        "fieldset.legend.isPageHeading": HEADING,
        "items.conditional": CONDITIONAL,
        "items.id": ITEM_NAMES,
        "items.label": PARTS,
        "no fieldset": NO_FIELDSET,
    },
    "details": {"attributes": NO_ATTRIBUTES, "classes": NO_CLASSES, "id": "nothing links to it"},
    "error-message": {"attributes": NO_ATTRIBUTES, "classes": NO_CLASSES, "visuallyHiddenText": SENTENCES},
    "error-summary": {
        "attributes": NO_ATTRIBUTES,
        "classes": NO_CLASSES,
        "descriptionHtml": "the errors say it all",
        "descriptionText": "the errors say it all",
        "disableAutoFocus": "it always takes the focus",
        "errorList.attributes": NO_ATTRIBUTES,
        "another title": SENTENCES,
    },
    "fieldset": {
        "attributes": PARTS,
        "describedBy": DESCRIBED_BY,
        "legend.isPageHeading": HEADING,
        "role": NO_ATTRIBUTES,
    },
    "hint": {"attributes": NO_ATTRIBUTES, "classes": NO_CLASSES},
    "input": {
        "describedBy": DESCRIBED_BY,
        "inputWrapper": PREFIX,
        "label.isPageHeading": HEADING,
        "pattern": "the server says what is wrong, in words",
        "prefix": PREFIX,
        "suffix": PREFIX,
    },
    "label": {
        "attributes": NO_ATTRIBUTES,
        "isPageHeading": HEADING,
        "no text": "a field without a label",
        "no for": PARTS,
    },
    "notification-banner": {
        "attributes": NO_ATTRIBUTES,
        "classes": NO_CLASSES,
        "disableAutoFocus": "an act that worked takes the focus",
        "role": "the kind of banner decides it",
        "titleHeadingLevel": "it stands at the top of a page, below no heading",
    },
    "pagination": {
        "attributes": NO_ATTRIBUTES,
        "classes": NO_CLASSES,
        "items.visuallyHiddenText": SENTENCES,
        "landmarkLabel": SENTENCES,
        "no items": "pages are always listed",
        "no current item": "one of the pages is the one that is shown",
        "previous.text": SENTENCES,
        "next.text": SENTENCES,
    },
    "panel": {
        "attributes": NO_ATTRIBUTES,
        "classes": NO_CLASSES,
        "headingLevel": "it is the h1 of its page",
    },
    "radios": {
        "attributes": PARTS,
        "fieldset.attributes": PARTS,
        "fieldset.describedBy": DESCRIBED_BY,
        "fieldset.legend.isPageHeading": HEADING,
        "items.conditional": CONDITIONAL,
        "items.label": PARTS,
        "no fieldset": NO_FIELDSET,
    },
    "select": {
        "describedBy": DESCRIBED_BY,
        "empty value": "Django marks the option that stands for no answer, too",
        "label.isPageHeading": HEADING,
        "no value": "Django gives every option a value",
    },
    "service-navigation": {
        "attributes": NO_ATTRIBUTES,
        "classes": INVERSE,
        "menuButtonText": MENU,
        "navigationClasses": NO_CLASSES,
        "navigationLabel": SENTENCES,
        "navigation.active": "an item is either this page or not",
        "no href": "an item that leads nowhere",
        "no navigation": "there is always something to go to",
        "serviceName": NO_NAME,
        "slots": SLOTS,
    },
    "skip-link": {"another link": SENTENCES, "attributes": NO_ATTRIBUTES, "classes": NO_CLASSES},
    "textarea": {"describedBy": DESCRIBED_BY, "label.isPageHeading": HEADING},
    "warning-text": {
        "attributes": NO_ATTRIBUTES,
        "classes": NO_CLASSES,
        "iconFallbackText": SENTENCES,
    },
}
