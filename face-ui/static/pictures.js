// Pictures of a person: previews, the camera, and a refusal that costs nothing of what was entered.
// The file input stays the one list of pictures: the script adds to it and takes from it.

import { Camera, explain, send } from "./camera.js";

const MOST = 20;
const LARGEST_BYTES = 10 * 1024 * 1024;

export default function enhance(form) {
  const input = form.querySelector("#pictures");
  const list = form.querySelector("#pictures-list");
  const reasons = new Map();
  let chosen = [];

  // Choosing files replaces what an input holds; here it adds.
  input.addEventListener("change", () => {
    const known = new Set(chosen.map(identity));
    chosen.push(...[...input.files].filter((file) => !known.has(identity(file))));
    update();
  });

  setUpCamera(form, (file) => {
    chosen.push(file);
    update();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[id$='-submit']");
    const words = button.textContent;
    button.disabled = true;
    button.textContent = "Checking the pictures…";
    const { status, answer } = await send(form, new FormData(form));
    if (status === 200) {
      location.assign(answer.location);
      return;
    }
    button.disabled = false;
    button.textContent = words;
    reasons.clear();
    for (const { index, text } of answer.pictures ?? []) reasons.set(chosen[index], text);
    update();
    summarise(form, answer.errors ?? [{ field: "pictures", text: answer.message }]);
  });

  function update() {
    const tooMany = chosen.length > MOST;
    const transfer = new DataTransfer();
    for (const file of chosen) transfer.items.add(file);
    input.files = transfer.files;
    fieldError(form, "pictures", tooMany ? `Only ${MOST} pictures can be sent at a time. Remove some.` : "");
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(...chosen.map((file, place) => thumbnail(file, place + 1, reason(file), () => remove(file))));
  }

  function reason(file) {
    const isTooLarge = file.size > LARGEST_BYTES;
    return reasons.get(file) ?? (isTooLarge ? "Larger than 10 MiB. Choose a smaller picture." : "");
  }

  function remove(file) {
    const place = chosen.indexOf(file);
    chosen = chosen.filter((other) => other !== file);
    update();
    const buttons = list.querySelectorAll("button");
    (buttons[Math.min(place, buttons.length - 1)] ?? input).focus();
  }
}

const identity = (file) => `${file.name}/${file.size}/${file.lastModified}`;

function thumbnail(file, number, reason, remove) {
  const item = document.createElement("li");
  item.className = reason ? "thumb wrong" : "thumb";
  const image = document.createElement("img");
  image.src = URL.createObjectURL(file);
  image.alt = `Picture ${number}: ${file.name}`;
  const words = document.createElement("p");
  words.textContent = reason || file.name;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = "Remove";
  button.setAttribute("aria-label", `Remove picture ${number}`);
  button.addEventListener("click", remove);
  item.append(image, words, button);
  return item;
}

function setUpCamera(form, add) {
  const part = (name) => form.querySelector(`#camera${name}`);
  const camera = new Camera(part("-video"));
  const [start, capture, stop, panel, error] = [part("-start"), part("-capture"), part("-stop"), part(""), part("-error")];
  let shots = 0;

  start.hidden = false;
  const show = () => {
    panel.hidden = !camera.isOn;
    start.hidden = camera.isOn;
  };

  start.addEventListener("click", async () => {
    error.hidden = true;
    panel.hidden = false;
    // Before the first frame there is nothing to take.
    capture.disabled = true;
    try {
      await camera.start();
      capture.disabled = false;
      show();
      capture.focus();
    } catch (thrown) {
      camera.stop();
      show();
      error.textContent = explain(thrown);
      error.hidden = false;
    }
  });

  capture.addEventListener("click", async () => {
    shots += 1;
    const shot = await camera.snapshot();
    add(new File([shot], `camera-${shots}.jpg`, { type: "image/jpeg", lastModified: Date.now() }));
    part("-instruction").textContent =
      shots === 1 ? "Picture 1 taken. Turn your head a little" : `Picture ${shots} taken`;
  });

  stop.addEventListener("click", () => {
    camera.stop();
    show();
    start.focus();
  });

  addEventListener("pagehide", () => camera.stop());
}

/** Draws what is wrong as the server would: a summary that takes focus, and a line at each input. */
function summarise(form, errors) {
  document.getElementById("error-summary")?.remove();
  for (const old of form.querySelectorAll(".field.wrong")) setWrong(old, "");
  for (const { field, text } of errors) fieldError(form, field, text);
  const box = document.createElement("div");
  box.className = "error-summary";
  box.id = "error-summary";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const title = document.createElement("h2");
  title.textContent = "There is a problem";
  const items = document.createElement("ul");
  items.append(...errors.map(summaryItem));
  box.append(title, items);
  (form.closest("section") ?? form).before(box);
  box.focus();
}

function summaryItem({ field, text }) {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = `#${field}`;
  anchor.textContent = text;
  item.append(anchor);
  return item;
}

function fieldError(form, id, text) {
  const field = form.querySelector(`#${id}`)?.closest(".field");
  if (field) setWrong(field, text);
}

function setWrong(field, text) {
  const input = field.querySelector("input");
  field.classList.toggle("wrong", text !== "");
  let line = field.querySelector(`#${input.id}-error`);
  if (!line) {
    line = document.createElement("p");
    line.className = "error";
    line.id = `${input.id}-error`;
    input.before(line);
    input.setAttribute("aria-describedby", `${line.id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
  }
  line.textContent = text;
  line.hidden = text === "";
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
