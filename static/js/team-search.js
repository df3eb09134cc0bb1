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
  const unknown = document.createElement("p");
  unknown.className = "govuk-hint app-team-search__unknown";
  unknown.setAttribute("role", "status");

  function choose(option) {
    select.value = option?.value ?? "";
    unknown.textContent = "";
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
    inputClasses: select.classList.contains("govuk-select--error") ? "govuk-input--error" : null,
    onConfirm: (option) => option && choose(option),
    tAssistiveHint: () =>
      `${description} When there are results, use the up and down arrows to look through them and enter to choose. On a touch screen, explore by touch or swipe.`.trim(),
    tNoResults: () => "No team like that",
    tStatusNoResults: () => "No team like that",
  });

  const input = document.getElementById(select.id.replace(/-select$/, ""));
  select.parentNode.append(unknown);
  // Words that are no team are not sent: say so, rather than lose them quietly.
  input.addEventListener("input", () => {
    const typed = simple(input.value.trim());
    choose(options.find((option) => simple(option.text) === typed));
  });
  input.addEventListener("blur", () => {
    const typed = input.value.trim();
    // A press on a suggestion takes the focus first, and chooses a moment later.
    setTimeout(() => {
      const chosen = select.value || !typed || input.value.trim() !== typed;
      unknown.textContent = chosen
        ? ""
        : `We have no team called “${typed}”. Choose one from the list, or leave this empty.`;
    }, 200);
  });
}

document.querySelectorAll('select[data-module="team-search"]').forEach(enhance);
