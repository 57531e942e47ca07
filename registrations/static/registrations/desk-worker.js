/* Shows the list of the welcome desk again where there is no network. It looks after that one page
   and what the page is made of; what is tapped is kept and sent by the page itself. */
"use strict";

const PAGE = new URL(self.registration.scope).pathname;
const KEPT = `registrations-desk:${PAGE}`;
const PIECES = ["style", "script", "image", "font"];
const PATIENCE = 8000; // milliseconds

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(page(request));
  } else if (PIECES.includes(request.destination)) {
    event.respondWith(piece(request));
  }
});

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const response = await inTime(fetch(request));
    if (response.ok) await cache.put(PAGE, response.clone());
    // The link opens no more: neither do the names.
    else if (response.status === 404) await caches.delete(KEPT);
    return response;
  } catch {
    return (await cache.match(PAGE)) || Response.error();
  }
}

async function piece(request) {
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok && (await cache.match(PAGE))) await cache.put(request, response.clone());
    return response;
  } catch {
    return (await cache.match(request)) || Response.error();
  }
}

function inTime(promise) {
  return new Promise((resolve, reject) => {
    setTimeout(reject, PATIENCE);
    promise.then(resolve, reject);
  });
}
