// A forgiving search in place of a long select: <select data-module="team-search">. The select stays, hidden, and is
// what the form sends. An option's data-also holds other names that people use for it.
import UFuzzy from "@leeoniya/ufuzzy";
import accessibleAutocomplete from "accessible-autocomplete";

const MOST_SHOWN = 12;
// One slip in a word (a letter missing, doubled, wrong or swapped) is forgiven, and words come in any order.
const fuzzy = new UFuzzy({ intraMode: 1 });

const simple = (text) => UFuzzy.latinize(text).toLowerCase().replaceAll("&", " and ");
const initials = (text) => (text.match(/\p{L}+/gu) ?? []).map((word) => word[0]).join("");

/** The text as HTML: the component puts suggestions on the page as they are. */
function escaped(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element.innerHTML;
}

/** Which options are meant, the best first; all of them when nothing was typed. */
function matching(options, query) {
  if (!query.trim()) return options;
  const haystack = options.map((option) =>
    simple([option.text, option.dataset.also ?? "", initials(option.text)].join(" / ")),
  );
  const [found, info, order] = fuzzy.search(haystack, simple(query), 1);
  const best = order ? order.map((place) => info.idx[place]) : (found ?? []);
  return best.slice(0, MOST_SHOWN).map((place) => options[place]);
}

/** What the hint and the error above the field say, for those who hear it. */
function descriptionOf(select) {
  const ids = (select.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  return ids.map((id) => document.getElementById(id)?.textContent.trim() ?? "").join(" ");
}

function enhance(select) {
  const options = [...select.options].filter((option) => option.value);
  const description = descriptionOf(select);
  const hadError = select.classList.contains("govuk-select--error");
  const unknown = document.createElement("p");
  unknown.className = "govuk-error-message app-team-search__unknown";
  unknown.setAttribute("role", "alert");
  select.before(unknown);

  function choose(option) {
    select.value = option?.value ?? "";
    say("");
  }

  /** Say it beside the field, as an error is said; nothing takes it away again. */
  function say(words) {
    unknown.textContent = words;
    select.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", Boolean(words) || hadError);
  }

  accessibleAutocomplete.enhanceSelectElement({
    selectElement: select,
    source: (query, show) => show(matching(options, query)),
    defaultValue: select.value ? select.selectedOptions[0].text : "",
    templates: {
      inputValue: (option) => option?.text ?? "",
      suggestion: (option) => escaped(typeof option === "string" ? option : option.text),
    },
    autoselect: false,
    confirmOnBlur: false,
    showAllValues: true,
    // Over what is below: a button that moved away when the list closes would miss the press that closed it.
    displayMenu: "overlay",
    inputClasses: hadError ? "govuk-input--error" : null,
    onConfirm: (option) => option && choose(option),
    tAssistiveHint: () =>
      `${description} When there are results, use the up and down arrows to look through them and enter to choose. On a touch screen, explore by touch or swipe.`.trim(),
    tNoResults: () => "No team like that",
    tStatusNoResults: () => "No team like that",
  });

  const input = document.getElementById(select.id.replace(/-select$/, ""));
  // Words that are no team are not sent. They stay, and we say so, rather than lose them quietly.
  function isUnknown() {
    const typed = input.value.trim();
    const chosen = select.value || !typed;
    say(chosen ? "" : `We have no team called “${typed}”. Choose one from the list, or leave this empty.`);
    return !chosen;
  }
  input.addEventListener("input", () => {
    const typed = simple(input.value.trim());
    choose(options.find((option) => simple(option.text) === typed));
  });
  // A press on a suggestion takes the focus first, and chooses a moment later.
  input.addEventListener("blur", () => setTimeout(isUnknown, 200));
  select.form?.addEventListener("submit", (event) => {
    if (!isUnknown()) return;
    event.preventDefault();
    input.focus();
  });
}

document.querySelectorAll('select[data-module="team-search"]').forEach(enhance);
