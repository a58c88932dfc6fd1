// The pointer on the map: a mouse, a pen, one finger or two.

const fingers = new Map();
let isSpaceDown = false;
let pinch;

const pointOf = ({ clientX, clientY }) => {
  const { left, top } = over.getBoundingClientRect();
  return [clientX - left, clientY - top];
};

function pinchNow() {
  const [a, b] = [...fingers.values()];
  return { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, apart: Math.hypot(a[0] - b[0], a[1] - b[1]) };
}

over.addEventListener("pointerdown", (event) => {
  if (event.button > 1) return;
  event.preventDefault();
  over.focus({ preventScroll: true });
  over.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, pointOf(event));
  if (fingers.size === 2) {
    designer.run('{"command":"cancel_press"}');
    pinch = pinchNow();
    return;
  }
  const isTouch = event.pointerType === "touch";
  const pans = event.button === 1 || isSpaceDown;
  after(designer.press(...pointOf(event), event.shiftKey || event.ctrlKey || event.metaKey, isTouch, pans));
});

over.addEventListener("pointermove", (event) => {
  const isTouch = event.pointerType === "touch";
  if (fingers.has(event.pointerId)) fingers.set(event.pointerId, pointOf(event));
  if (fingers.size === 2 && pinch) {
    const next = pinchNow();
    designer.zoom_at(next.apart / Math.max(pinch.apart, 1), next.x, next.y);
    designer.run(JSON.stringify({ command: "pan", x: next.x - pinch.x, y: next.y - pinch.y }));
    pinch = next;
  } else {
    designer.drag(...pointOf(event), isTouch, event.altKey);
    if (fingers.size === 0) over.title = tool === "select" ? designer.name_at(...pointOf(event)) : "";
  }
  if (fingers.size > 0 || tool !== "select") draw();
});

for (const name of ["pointerup", "pointercancel"]) {
  over.addEventListener(name, (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (pinch) {
      if (fingers.size === 0) pinch = undefined;
      return;
    }
    after(designer.release());
  });
}

over.addEventListener("dblclick", (event) => after(designer.widen(...pointOf(event))));

over.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const [x, y] = pointOf(event);
    // A trackpad's two fingers move the map, a wheel and a pinch enlarge it.
    const isTrackpad = event.deltaMode === 0 && !event.ctrlKey && (event.deltaX !== 0 || Math.abs(event.deltaY) < 40);
    if (isTrackpad) designer.run(JSON.stringify({ command: "pan", x: -event.deltaX, y: -event.deltaY }));
    else designer.zoom_at(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), x, y);
    draw();
  },
  { passive: false },
);
