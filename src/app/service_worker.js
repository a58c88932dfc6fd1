// Where a page can't be loaded for want of a connection, shows /offline in its place; a ticket or a door that was seen before is
// shown as it was then. Everything else goes its own way, and nothing but those pages and the files they are made of is ever kept.

const KEPT = "offline-$VERSION";
const PAGE = "/offline";
// Outlives an update of the site: people stand at the door.
const TICKETS = "tickets";
// The page of a door keeps there what it needs besides.
const DOORS = "checkin";
const A_TICKET = /^\/(tickets\/[0-9a-f-]{36}|bookings\/[0-9a-f-]{36}\/tickets)$/;
const A_DOOR = /^\/checkin\/[0-9a-f-]{36}$/;
// Afterwards the browser may be somebody else's.
const A_CHANGE_OF_PERSON =
  /^\/api\/v1\/(auth\/(guest|guest_link|login|logout|register|reset_password)|users\/(delete|sign_out_everywhere))$/;

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const { mode, method, destination, url } = event.request;
  const { pathname } = new URL(url);
  if (method === "POST" && A_CHANGE_OF_PERSON.test(pathname)) {
    event.waitUntil(Promise.all([caches.delete(TICKETS), caches.delete(DOORS)]));
  } else if (mode === "navigate" && method === "GET") {
    const cache = keeper(pathname);
    event.respondWith(cache ? seen(event, cache) : load(event).catch(() => kept(PAGE)));
  } else if (destination === "style" || destination === "font" || pathname.startsWith("/scanner/")) {
    event.respondWith(fetch(event.request).catch(() => kept(event.request)));
  }
});

async function keep() {
  const cache = await caches.open(KEPT);
  // As somebody who isn't signed in, and not as it was an hour ago.
  const page = await fetch(PAGE, { cache: "no-store", credentials: "omit" });
  if (!page.ok) throw new Error(`${PAGE} answers ${page.status}`);
  const html = await page.clone().text();
  await cache.addAll([...sheets(html), "/fonts/bricolage-grotesque-latin.woff2"]);
  await cache.put(PAGE, page);
  await skipWaiting();
}

async function begin() {
  // The browser asks for a page while this script is being started.
  await registration.navigationPreload?.enable();
  const names = await caches.keys();
  const old = names.filter((name) => ![KEPT, TICKETS, DOORS].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  // A ticket or a door may be the first page of the site that somebody sees.
  const open = await clients.matchAll({ includeUncontrolled: true, type: "window" });
  const pages = open.map(({ url }) => new URL(url)).filter(({ pathname }) => keeper(pathname));
  await Promise.all(pages.map(async (url) => remember(url, await fetch(url), keeper(url.pathname))));
}

async function load(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

// The cache that keeps a page of this path, if one does.
function keeper(pathname) {
  return (A_TICKET.test(pathname) && TICKETS) || (A_DOOR.test(pathname) && DOORS);
}

async function seen(event, cacheName) {
  try {
    const page = await load(event);
    event.waitUntil(remember(new URL(event.request.url), page.clone(), cacheName));
    return page;
  } catch {
    const page = await caches.match(new URL(event.request.url).pathname, { cacheName });
    return page ?? kept(PAGE);
  }
}

// Keeps a page as it is now, with its style: the next version of the site has another one.
async function remember({ pathname, search }, page, cacheName) {
  if (page.status === 401) {
    await caches.delete(cacheName);
    return;
  }
  const cache = await caches.open(cacheName);
  if ([403, 404, 410].includes(page.status)) {
    await cache.delete(pathname);
  } else if (page.ok && !search) {
    const html = await page.clone().text();
    await cache.put(pathname, page);
    for (const sheet of sheets(html)) {
      if (!(await cache.match(sheet))) await cache.add(sheet);
    }
  }
}

function sheets(html) {
  return [...html.matchAll(/href="([^"]+\.css)"/g)].map(([, path]) => path);
}

async function kept(what) {
  return (await caches.match(what)) ?? Response.error();
}
