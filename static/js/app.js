// What JavaScript adds. Every page works without it.
import {
  Button,
  CharacterCount,
  Checkboxes,
  createAll,
  ErrorSummary,
  NotificationBanner,
  SkipLink,
} from "govuk-frontend";

// GOV.UK Frontend sets these in an inline script, which the Content-Security-Policy forbids. Nothing on the first
// screen is styled by them, so setting them a moment later moves nothing.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, SkipLink]) {
  createAll(component);
}

for (const button of document.querySelectorAll(".app-print-button")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Where there is room, the menu is always open: styles see to it, except in browsers that are a few years old.
const roomy = window.matchMedia("(min-width: 40.0625em)");
for (const menu of document.querySelectorAll(".app-menu")) {
  const fit = () => {
    menu.open = roomy.matches;
  };
  roomy.addEventListener("change", fit);
  fit();
}
