/* Keeps the app's own files, and nothing that the platform says about a person. VERSION and FILES come from the
   build; a new build has another version and replaces the old cache as a whole. */
const CACHE = `app-${VERSION}`;
const SCOPE = "/app/";
const ADDRESSES = FILES.map((file) => SCOPE + file);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(ADDRESSES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (!address.pathname.startsWith(SCOPE)) return;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(SCOPE)));
  } else if (ADDRESSES.includes(address.pathname)) {
    event.respondWith(caches.match(address.pathname).then((kept) => kept ?? fetch(event.request)));
  }
});
