// Where a page can't be loaded for want of a connection, shows /offline in its place. Everything else goes its own way, and
// nothing but that page and the files it is made of is ever kept.

const KEPT = "offline-$VERSION";
const PAGE = "/offline";

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const { mode, method, destination } = event.request;
  if (mode === "navigate" && method === "GET") {
    event.respondWith(load(event).catch(() => kept(PAGE)));
  } else if (destination === "style" || destination === "font") {
    event.respondWith(fetch(event.request).catch(() => kept(event.request)));
  }
});

async function keep() {
  const cache = await caches.open(KEPT);
  // As somebody who isn't signed in, and not as it was an hour ago.
  const page = await fetch(PAGE, { cache: "no-store", credentials: "omit" });
  if (!page.ok) throw new Error(`${PAGE} answers ${page.status}`);
  const html = await page.clone().text();
  const sheets = [...html.matchAll(/href="([^"]+\.css)"/g)].map(([, path]) => path);
  await cache.addAll([...sheets, "/fonts/bricolage-grotesque-latin.woff2"]);
  await cache.put(PAGE, page);
  await skipWaiting();
}

async function begin() {
  // The browser asks for a page while this script is being started.
  await registration.navigationPreload?.enable();
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}

async function load(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

async function kept(what) {
  return (await caches.match(what)) ?? Response.error();
}
