// Sign in by face: the camera in place of the photo, one instruction at a time, the answer beside it.
//
// With the check "Liveness" the service says what to do (a challenge, for one answer); the pictures that are taken meanwhile go back with
// its id. The preview is mirrored, as people know themselves; the pictures are not.

import { Camera, explain, pause, post, send } from "./camera.js";

// The picture by which the person is looked up: eyes open, and the prompt was read.
const PROBE_FRAME = 3;
const FRAME_WIDTH = 640;
const READY_MS = 1200;
const WELCOME_MS = 1400;

const byId = (id) => document.getElementById(id);

export default function enhance(form) {
  const stage = form.querySelector(".stage");
  const camera = new Camera(byId("face-video"), lost);
  const [start, capture, stop] = [byId("face-start"), byId("face-capture"), byId("face-stop")];

  byId("face-camera").hidden = false;
  byId("face-upload").open = false;
  form.classList.add("has-camera");

  const instruct = (text, state, sign) => {
    byId("face-instruction").textContent = text;
    stage.dataset.state = state;
    byId("face-sign").toggleAttribute("hidden", !sign);
    byId("face-sign").dataset.to = sign ?? "";
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

  const fail = (error) => {
    turnOff();
    tell({ message: explain(error) }, false);
    byId("face-upload").open = true;
  };

  // The camera was pulled out, or taken away.
  function lost() {
    fail(Object.assign(new Error("the camera is gone"), { name: "CameraLostError" }));
  }

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
      fail(error);
    }
    start.disabled = false;
  });

  stop.addEventListener("click", () => {
    turnOff();
    start.focus();
  });

  // Leads to the other door at any time, also in the middle of a run.
  byId("face-without").addEventListener("click", (event) => {
    event.preventDefault();
    turnOff();
    byId("sign-in-id").focus();
  });

  capture.addEventListener("click", async () => {
    clear();
    capture.disabled = true;
    const body = new FormData(form);
    body.delete("picture");
    try {
      const refused = await (byId("face-liveness").checked ? run(body) : snapshot(body));
      if (refused) {
        conclude(refused.status, refused.answer);
      } else if (camera.isOn) {
        instruct("Checking…", "busy");
        const { status, answer } = await send(form, body);
        conclude(status, answer);
      }
    } catch (error) {
      // Whoever turned the camera off meanwhile knows why there is no picture.
      if (camera.isOn) fail(error);
    }
    capture.disabled = false;
  });

  async function snapshot(body) {
    instruct("Hold still", "busy");
    body.append("picture", await camera.snapshot(), "picture.jpg");
  }

  // Takes the pictures of a challenge; returns the answer of a service that gave none.
  async function run(body) {
    instruct("Get ready", "busy");
    const [{ status, answer }] = await Promise.all([post(`${form.action}/challenge`), pause(READY_MS)]);
    if (status !== 200) return { status, answer };
    const total = answer.steps.reduce((sum, step) => sum + step.frames, 0);
    const frames = [];
    let probe;
    for (const { say, sign, frames: count } of answer.steps) {
      instruct(say, "busy", sign);
      for (let number = 0; number < count; number += 1) {
        if (!camera.isOn) return null;
        if (frames.length === PROBE_FRAME) probe = camera.snapshot();
        frames.push(camera.snapshot(FRAME_WIDTH));
        progress(frames.length / total);
        await pause(answer.interval_ms);
      }
    }
    body.append("challenge", answer.id);
    body.append("picture", await probe, "picture.jpg");
    for (const [number, frame] of (await Promise.all(frames)).entries()) {
      body.append("frames", frame, `frame-${number}.jpg`);
    }
    return null;
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
      if (camera.isOn) instruct("Look at the camera", "live");
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
