// The room, live: it asks by itself what other hosts did, and a press that did not arrive says so. Without JavaScript
// every press loads the page anew. htmx puts answers into the page, and leaves alone what has not changed: open details,
// the focus, what somebody types.
import "htmx.org";

const [UNDO_SHOWN_FOR, WORDS_SHOWN_FOR] = [10_000, 5_000];
const [LOST, BACK] = ["That did not reach us. Press again.", "The network is back: press again."];
const [room, said, news, stale] = ["room", "room-said", "room-news", "room-stale"].map((id) =>
  document.getElementById(id),
);

let presses = 0; // so far
let underway = 0; // of them, those that are not answered yet
let isHeld = false; // a finger is on the screen
let misses = 0; // polls in a row that nobody answered
let heardAt = new Date();
let timer;
const unsent = new Set(); // ids of forms

const on = (name, act) => document.addEventListener(`htmx:${name}`, (event) => act(event.detail.ctx, event));

// ── Asking and pressing ───────────────────────────────────────────────────────────────────────────────────────
on("before:request", (ctx, event) => {
  ctx.isPress = ctx.sourceElement !== room;
  if (ctx.isPress) {
    presses += 1;
    underway += 1;
    unsent.delete(ctx.sourceElement.id);
    placeOf(ctx.sourceElement).querySelector(".app-room__unsent")?.remove();
  } else if (underway || document.hidden) {
    event.preventDefault();
  }
  ctx.presses = presses;
});

on("before:response", (ctx, event) => {
  const { redirected, status } = ctx.response.raw;
  if (redirected || status === 403) {
    event.preventDefault();
    sayThatSignedOut();
    if (ctx.isPress) sayUnsent(ctx.sourceElement);
  } else if (status === 410 || (status === 404 && !ctx.isPress)) {
    location.reload(); // they do not host here any more: the page says since when
  } else if (status >= 400) {
    miss(ctx);
  } else {
    misses = 0;
    heardAt = new Date();
    stale.hidden = true;
    room.parentElement.querySelectorAll(".app-room__unsent").forEach((note) => (note.textContent = BACK));
  }
});

on("error", miss);

on("finally:request", (ctx) => {
  if (ctx.isPress) underway -= 1;
});

// ── What changes on the page ──────────────────────────────────────────────────────────────────────────────────
on("before:swap", (ctx, event) => {
  // An answer from before the last press is old; and what somebody is about to press must not move away.
  if (!ctx.isPress && (isHeld || ctx.presses !== presses)) return event.preventDefault();
  ctx.waiting = waiting();
  ctx.near = peopleNear(document.activeElement);
  ctx.isByKeyboard = document.activeElement.matches(":focus-visible");
  ctx.seen = scrollY > 0 ? peopleInSight() : [];
});

on("after:swap", (ctx) => {
  for (const { id, list, top } of ctx.seen ?? []) {
    const person = document.getElementById(id);
    if (person?.parentElement.id !== list) continue;
    scrollBy(0, person.getBoundingClientRect().top - top);
    break;
  }
  const message = ctx.isPress ? said.firstElementChild : null;
  if (ctx.isPress) hushLater();
  if (document.activeElement === document.body) {
    const wrong = ctx.isPress && document.querySelector("#walk-in .govuk-input--error");
    const people = [message?.dataset.who, ...(ctx.near ?? [])].map((id) => id && document.getElementById(id));
    const next = wrong || people.find(Boolean);
    // The finger stays where it is. Whoever has no pointer looks where the focus is.
    next?.focus({ preventScroll: !(wrong || ctx.isByKeyboard) });
  }
  if (!ctx.isPress) announce(ctx.waiting ?? new Map());
  unsent.forEach((id) => sayUnsent(document.getElementById(id) ?? unsent.delete(id), BACK));
});

function peopleInSight() {
  const boxes = [...room.querySelectorAll("li[id]")].map((person) => [person, person.getBoundingClientRect()]);
  return boxes
    .filter(([, box]) => box.bottom > 0 && box.top < innerHeight)
    .map(([person, box]) => ({ id: person.id, list: person.parentElement.id, top: box.top }));
}

// The person whom the element is about, and then the others, as far as they are from there.
function peopleNear(element) {
  const people = [...room.querySelectorAll("li[id]")];
  const at = people.indexOf(element.closest("#room li[id]"));
  return at < 0 ? [] : [...people.slice(at), ...people.slice(0, at).reverse()].map(({ id }) => id);
}

function waiting() {
  const people = room.querySelectorAll("#room-next > li");
  return new Map([...people].map((person) => [person.id, person.querySelector("h3").textContent]));
}

// Of all that others do, who has come to wait is worth interrupting somebody for.
function announce(before) {
  const names = [...waiting()].filter(([id]) => !before.has(id)).map(([, name]) => name);
  if (names.length) news.textContent = `Waiting now: ${names.join(", ")}`;
}

// The press that takes the last one back stays for a moment; afterwards it is with the person. Words alone go once there
// was time to read them.
function hushLater() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (isHeld || said.contains(document.activeElement) || said.querySelector(".app-room__unsent")) hushLater();
    else said.replaceChildren();
  }, said.querySelector("form") ? UNDO_SHOWN_FOR : WORDS_SHOWN_FOR);
}

// ── When the network goes ─────────────────────────────────────────────────────────────────────────────────────
function miss(ctx) {
  misses += 1;
  if (ctx.isPress) sayUnsent(ctx.sourceElement);
  if (!ctx.isPress && misses < 2) return; // one that is lost says nothing
  sayStale(`No connection since ${clock(heardAt)}: this may be old.`);
}

// As every other time on the page is written: 11:29pm, 10am, midday.
function clock(at) {
  const [hours, minutes] = [at.getHours(), at.getMinutes()];
  if (!minutes && hours % 12 === 0) return hours ? "midday" : "midnight";
  return `${hours % 12 || 12}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}${hours < 12 ? "am" : "pm"}`;
}

function sayThatSignedOut() {
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = location.pathname;
  link.textContent = "Sign in again";
  sayStale("You are signed out. ", link);
}

function sayStale(...words) {
  stale.hidden = false;
  if (stale.textContent !== words.map((word) => word.textContent ?? word).join("")) stale.replaceChildren(...words);
}

// The form names whom it is about and what was seen of them: sent again, it does nothing twice.
function sayUnsent(form, words = LOST) {
  if (!(form instanceof HTMLFormElement)) return;
  unsent.add(form.id);
  if (placeOf(form).querySelector(".app-room__unsent")) return;
  const note = document.createElement("p");
  note.className = "app-room__unsent";
  note.setAttribute("role", "alert");
  note.textContent = words;
  placeOf(form).append(note);
}

function placeOf(form) {
  return form.closest("li") ?? form;
}

// ── To begin with ─────────────────────────────────────────────────────────────────────────────────────────────
document.addEventListener("pointerdown", () => (isHeld = true));
for (const name of ["pointerup", "pointercancel"])
  document.addEventListener(name, () => setTimeout(() => (isHeld = false), 300)); // the click comes after it
history.replaceState(null, "", location.pathname); // what was said is not said again after a reload
hushLater();
