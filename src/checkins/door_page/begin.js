// How it is going.

async function poll() {
  if (document.hidden) return;
  try {
    const { admitted_count: admitted, expected_count: expected, sections } = await ask(`${API}/summary?event_id=${eventId}`);
    byId("admitted").textContent = admitted.toLocaleString("en");
    byId("expected").textContent = expected.toLocaleString("en");
    const rows = document.querySelectorAll("#sections tbody tr");
    sections.forEach(({ admitted_count: came, expected_count: booked }, index) => {
      const [inside, all] = rows[index]?.querySelectorAll("td") ?? [];
      if (all) [inside.textContent, all.textContent] = [came.toLocaleString("en"), booked.toLocaleString("en")];
    });
    connected();
  } catch (error) {
    if (error instanceof Refusal) trouble(error.message);
    else disconnected();
  }
}

document.addEventListener("visibilitychange", () => {
  poll();
  stayAwake();
});
setInterval(poll, POLL_MS);
setInterval(() => document.hidden || refreshList(), LIST_MS);

// Of other events, only what still has to be sent or looked at.
for (const key of Object.keys(localStorage).filter((key) => /^checkin-[0-9a-f-]{36}$/.test(key) && key !== KEPT)) {
  const { queue, conflicts } = JSON.parse(localStorage.getItem(key));
  if (queue.length + conflicts.length === 0) localStorage.removeItem(key);
}

tellConflicts();
await prepare();
await poll();
if (camera && localStorage.getItem("checkin-camera") === "on") {
  const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => undefined);
  if (permission?.state === "granted") startCamera();
}
