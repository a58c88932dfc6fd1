// The camera.

const camera = byId("camera");
const torch = byId("torch");
const video = byId("video");
const canvas = document.createElement("canvas");
// As many pixels a side as a ticket's code needs at arm's length.
const PICTURE = 640;
// The same code in front of the camera for longer is the same scan.
const SAME_MS = 2500;
const TROUBLE = {
  NotAllowedError:
    "The camera is blocked for this site. Allow it in the browser's settings for this site, beside the address, and press Camera again. Typing and scanners work without it.",
  NotFoundError: "This device has no camera. Type the code or the reference, or use a scanner.",
  NotReadableError: "The camera can't be used: another app may have it. Close that and press Camera again.",
};
let stream;
let last = { text: "", at: 0 };

function trouble(words) {
  byId("trouble").hidden = !words;
  byId("trouble").textContent = words ?? "";
}

async function startCamera() {
  trouble();
  if (!navigator.mediaDevices) {
    trouble("Browsers give the camera only to addresses that begin with https. Type the code or the reference, or use a scanner.");
    return;
  }
  press(camera, true);
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    const [scanner, opened] = await Promise.all([loadScanner(), navigator.mediaDevices.getUserMedia({ video: wanted })]);
    stream = opened;
    video.srcObject = stream;
    byId("view").hidden = false;
    await video.play();
    torch.hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
    localStorage.setItem("checkin-camera", "on");
    stayAwake();
    look(scanner);
  } catch (error) {
    stopCamera();
    trouble(TROUBLE[error.name] ?? "The camera couldn't be started. Look whether there is a connection, and press Camera again.");
  }
}

function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  video.srcObject = null;
  byId("view").hidden = true;
  torch.hidden = true;
  press(torch, false);
  press(camera, false);
}

// The middle of the picture, ten times a second at most.
function look(scanner) {
  if (!stream) return;
  const side = Math.min(video.videoWidth, video.videoHeight);
  if (side > 0 && waiting === 0) {
    const size = Math.min(side, PICTURE);
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, size, size);
    try {
      const text = scanner.find_code(size, size, context.getImageData(0, 0, size, size).data);
      if (text) seen(text);
    } catch {
      // What broke once is broken for good: the camera is to be started anew.
      loading = undefined;
      stopCamera();
      trouble("The scanner stopped. Press Camera again.");
      return;
    }
  }
  setTimeout(() => look(scanner), 100);
}

function seen(text) {
  const now = performance.now();
  const isSame = text === last.text && now - last.at < SAME_MS;
  last = { text, at: now };
  if (!isSame) scan({ code: text });
}

camera?.addEventListener("click", () => {
  if (stream) {
    stopCamera();
    localStorage.setItem("checkin-camera", "off");
  } else {
    startCamera();
  }
});

torch?.addEventListener("click", async () => {
  const isOn = torch.getAttribute("aria-pressed") !== "true";
  try {
    await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: isOn }] });
    press(torch, isOn);
  } catch {
    torch.hidden = true;
  }
});

// A phone that dims at the door keeps people waiting.
let wakeLock;

async function stayAwake() {
  try {
    wakeLock = document.visibilityState === "visible" ? await navigator.wakeLock?.request("screen") : wakeLock;
  } catch {
    // A phone that saves power says no.
  }
}
