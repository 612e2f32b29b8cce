// Sign in by face: the camera in place of the photo, one instruction at a time, the answer beside it.

import { Camera, explain, pause, send } from "./camera.js";

const FRAMES = 15;
const EYES_OPEN_FRAMES = 6;
const INTERVAL_MS = 200;
// The picture by which the person is looked up: eyes open, and the prompt was read.
const PROBE_FRAME = 3;
const FRAME_WIDTH = 640;
const READING_MS = 700;
const WELCOME_MS = 1400;

const byId = (id) => document.getElementById(id);

export default function enhance(form) {
  const stage = form.querySelector(".stage");
  const camera = new Camera(byId("face-video"));
  const [start, capture, stop] = [byId("face-start"), byId("face-capture"), byId("face-stop")];

  byId("face-camera").hidden = false;
  byId("face-upload").open = false;
  form.classList.add("has-camera");

  const instruct = (text, state) => {
    byId("face-instruction").textContent = text;
    stage.dataset.state = state;
  };

  const progress = (share) => {
    byId("face-progress").setAttribute("stroke-dasharray", `${share * 100} 100`);
  };

  const show = () => {
    start.hidden = camera.isOn;
    capture.hidden = stop.hidden = !camera.isOn;
  };

  const tell = ({ message, hint, next }, isGood) => {
    const result = byId("face-result");
    result.className = `result ${isGood ? "good" : "bad"}`;
    result.replaceChildren(line(message), ...(hint ? [line(hint, "hint")] : []), ...(next ? [link(next)] : []));
  };

  const clear = () => {
    byId("face-result").className = "result";
    byId("face-result").replaceChildren();
  };

  const turnOff = () => {
    camera.stop();
    progress(0);
    instruct("The camera is off", "off");
    show();
  };

  start.addEventListener("click", async () => {
    clear();
    start.disabled = true;
    instruct("Allow the camera", "off");
    try {
      await camera.start();
      instruct("Look at the camera", "live");
      show();
      capture.focus();
    } catch (error) {
      turnOff();
      tell({ message: explain(error) }, false);
      byId("face-upload").open = true;
    }
    start.disabled = false;
  });

  stop.addEventListener("click", () => {
    turnOff();
    start.focus();
  });

  capture.addEventListener("click", async () => {
    clear();
    capture.disabled = stop.disabled = true;
    const body = new FormData(form);
    body.delete("picture");
    try {
      await (byId("face-liveness").checked ? run(body) : snapshot(body));
      instruct("Checking…", "busy");
      const { status, answer } = await send(form, body);
      conclude(status, answer);
    } catch (error) {
      turnOff();
      tell({ message: explain(error) }, false);
    }
    capture.disabled = stop.disabled = false;
  });

  async function snapshot(body) {
    instruct("Hold still", "busy");
    body.append("picture", await camera.snapshot(), "picture.jpg");
  }

  async function run(body) {
    instruct("Eyes open", "busy");
    await pause(READING_MS);
    const frames = [];
    let probe;
    for (let number = 0; number < FRAMES; number += 1) {
      if (number === EYES_OPEN_FRAMES) instruct("Blink now", "busy");
      if (number === PROBE_FRAME) probe = camera.snapshot();
      frames.push(camera.snapshot(FRAME_WIDTH));
      progress((number + 1) / FRAMES);
      await pause(INTERVAL_MS);
    }
    body.append("picture", await probe, "picture.jpg");
    for (const [number, frame] of (await Promise.all(frames)).entries()) {
      body.append("frames", frame, `frame-${number}.jpg`);
    }
  }

  function conclude(status, answer) {
    progress(0);
    if (status === 200) {
      tell(answer, true);
      instruct("Welcome", "good");
      byId("face-actions").hidden = true;
      camera.stop();
      setTimeout(() => location.assign(answer.next), WELCOME_MS);
    } else {
      tell(answer, false);
      instruct("Look at the camera", "live");
    }
  }

  addEventListener("pagehide", () => camera.stop());
}

function line(text, className = "") {
  const paragraph = document.createElement("p");
  paragraph.className = className;
  paragraph.textContent = text;
  return paragraph;
}

function link(href) {
  const paragraph = line("");
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = "Continue";
  paragraph.append(anchor);
  return paragraph;
}
