// The webcam: on, off, and pictures of what it sees.

/** Words for why there is no picture, from what the browser threw. */
export function explain(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The browser does not let this page use the camera. Allow it in the address bar, or use a photo.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found. Connect one and try again, or use a photo.";
    case "NotReadableError":
    case "AbortError":
      return "The camera is in use by another program. Close it and try again, or use a photo.";
    case "CameraLostError":
      return "The camera was disconnected. Connect it and turn it on again, or use a photo.";
    case "InsecureContextError":
      return "Browsers give the camera only to pages that came over HTTPS or from this machine. Use a photo, or ask the administrator to set up HTTPS.";
    default:
      return "The camera did not start. Try again, or use a photo.";
  }
}

/** A camera whose picture is shown in `video`. */
export class Camera {
  #video;
  #stream = null;
  #lost;

  /** `lost` is called when the camera ends by itself. */
  constructor(video, lost = () => {}) {
    this.#video = video;
    this.#lost = lost;
  }

  get isOn() {
    return this.#stream !== null;
  }

  /** Turns the camera on; resolves when the first picture is there. Throws what `explain` has words for. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw Object.assign(new Error("no camera here"), { name: "InsecureContextError" });
    }
    this.#stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
    for (const track of this.#stream.getTracks()) track.addEventListener("ended", this.#lost);
    this.#video.srcObject = this.#stream;
    try {
      await this.#video.play();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Turns the camera off, and its light. */
  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** A promise of what the camera sees at this moment as a JPEG, at most `width` pixels wide. */
  snapshot(width = 1280) {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, width / videoWidth);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    canvas.getContext("2d").drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => {
      const done = (blob) => (blob ? resolve(blob) : reject(new Error("no picture")));
      canvas.toBlob(done, "image/jpeg", 0.92);
    });
  }
}

/** Resolves after so many milliseconds. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends a form to its own address and returns status and JSON; a failed connection is status 0. */
export const send = (form, body) => post(form.action, body);

/** Sends `body`, if any, to `address` with what proves that this page sends it. */
export async function post(address, body) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { Accept: "application/json", "X-CSRF-Token": token };
  try {
    const response = await fetch(address, { method: "POST", body, headers, credentials: "same-origin" });
    return { status: response.status, answer: await response.json() };
  } catch {
    return { status: 0, answer: { message: "The service is not available. Try again in a moment." } };
  }
}
