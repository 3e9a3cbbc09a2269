// Antenna's service worker: the app starts without a network, and a new version waits until it is asked in.
//
// From the page (postMessage to the worker):
//   {type: "apply"}        to a waiting worker: take over now; the page reloads on `controllerchange`
//   {type: "signed-out"}   forget every API answer that is kept
//   {type: "version"}      with a port: answers {version}
// To the page:
//   {type: "version?"}     with a port, to every tab: answered {version} by the inline script of index.html
//   {type: "notification", tag, action, url}   a notification was pressed, which leads to this address of the app
//
// A version is one cache, filled as a whole before the worker is installed, so a page and the chunks it asks for later
// always belong together. An old version's cache goes when no tab runs that version any more.

const VERSION = "unbuilt";
const PRECACHE = [];

const FILES = `antenna-files-${VERSION}`;
const CONFIG = "antenna-config";
const API = "antenna-api-";
const HASHED = /\.[0-9a-f]{16}\.(js|wasm|css)$/;
const CONFIG_PATIENCE_MS = 100;
const ANSWER_PATIENCE_MS = 3000;

/** Which way a request goes: "bypass", "hashed", "file", "shell", "config" or "api". It looks at nothing but its arguments. */
function route({ method, url, mode, destination, headers }, origin) {
  const { origin: theirs, pathname, searchParams } = new URL(url);
  if (method !== "GET" || theirs !== origin || headers.has("range")) return "bypass";
  if (pathname.startsWith("/socket.io/") || pathname.startsWith("/stream/")) return "bypass";
  if (destination === "video" || destination === "audio" || searchParams.has("token")) return "bypass";
  if (pathname.startsWith("/api/")) {
    const tokens = pathname.startsWith("/api/auth/") && pathname !== "/api/auth/me";
    return tokens || !userOf(headers.get("authorization")) ? "bypass" : "api";
  }
  if (pathname === "/healthz" || pathname === "/metrics" || pathname === "/sw.js") return "bypass";
  if (pathname === "/config.json") return "config";
  if (HASHED.test(pathname)) return "hashed";
  if (mode === "navigate") return /\.[a-z0-9]+$/.test(pathname) ? "bypass" : "shell";
  return PRECACHE.includes(pathname) ? "file" : "bypass";
}

/** The user that a bearer token names: answers of different users never share a cache. The server does the checking. */
function userOf(authorization) {
  try {
    const payload = authorization.match(/^Bearer [^.]+\.([^.]+)\./)[1];
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return String(claims.userId ?? claims.sub ?? "") || null;
  } catch {
    return null;
  }
}

const ways = {
  // A query only tells one attempt at a module from another: browsers remember a module that could not be had.
  hashed: async (request) => (await caches.match(request, { ignoreSearch: true })) ?? fetch(request),
  file: async (request) => (await inThisVersion(new URL(request.url).pathname)) ?? fetch(request),
  shell: async (request) => (await inThisVersion("/")) ?? fetch(request),
  config: freshConfig,
  api: freshAnswer,
};

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const way = ways[route(event.request, self.location.origin)];
  if (!way) return;
  event.respondWith(way(event.request, event));
  if (event.request.mode === "navigate") event.waitUntil(dropOldVersions());
});
self.addEventListener("message", (event) => {
  switch (event.data?.type) {
    case "apply":
      event.waitUntil(self.skipWaiting());
      break;
    case "signed-out":
      event.waitUntil(dropAnswers());
      break;
    case "version":
      event.ports[0]?.postMessage({ version: VERSION });
      break;
  }
});
self.addEventListener("push", (event) => {
  const { title, body, tag, url } = pushed(event.data);
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: "/icons/icon-192.png", badge: "/icons/badge.svg", data: { url } }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openApp(event.notification, event.action));
});

/** All files of this version or none. What the page has just loaded comes from the HTTP cache, the shell never does. */
async function install() {
  const cache = await caches.open(FILES);
  await cache.addAll(PRECACHE.map((path) => new Request(path, { cache: HASHED.test(path) ? "default" : "no-cache" })));
  await cache.add(new Request("/", { cache: "no-cache" }));
  const config = await fetch("/config.json", { cache: "no-cache" }).catch(() => null);
  if (config?.ok) await (await caches.open(CONFIG)).put("/config.json", config);
}

/** Serves the open tabs from now on: those of an older version find their chunks in that version's cache. */
async function activate() {
  await self.clients.claim();
  await dropOldVersions();
}

async function inThisVersion(path) {
  return (await caches.open(FILES)).match(path);
}

/** The configuration: the network's if it is quick, for it may have changed, else the last one; it starts no later for it. */
async function freshConfig(request, event) {
  const cache = await caches.open(CONFIG);
  const kept = await cache.match("/config.json");
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put("/config.json", answer.clone());
    return answer;
  });
  event.waitUntil(fresh.catch(() => {}));
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, CONFIG_PATIENCE_MS, kept));
  const good = fresh.then((answer) => (answer.ok ? answer : kept));
  return Promise.race([good, late]).catch(() => kept);
}

/** An API answer: the network's, else the one kept for this user, marked with the date it is of. */
async function freshAnswer(request) {
  const name = API + userOf(request.headers.get("authorization"));
  try {
    const answer = await fetch(request);
    const keep = answer.ok && !/no-store/.test(answer.headers.get("cache-control") ?? "");
    if (keep) await (await caches.open(name)).put(request.url, answer.clone());
    return answer;
  } catch (failure) {
    const kept = await (await caches.open(name)).match(request.url);
    if (!kept) throw failure;
    const headers = new Headers(kept.headers);
    headers.set("x-antenna-cached", kept.headers.get("date") ?? "unknown");
    return new Response(kept.body, { status: kept.status, statusText: kept.statusText, headers });
  }
}

async function dropAnswers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(API)).map((name) => caches.delete(name)));
}

/** Deletes other versions' files once every open tab says that it runs this one; a tab that stays silent keeps them. */
async function dropOldVersions() {
  const old = (await caches.keys()).filter((name) => name.startsWith("antenna-files-") && name !== FILES);
  // A version that is being installed or waits has a cache too.
  if (old.length === 0 || self.registration.installing || self.registration.waiting) return;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const versions = await Promise.all(tabs.map(versionOf));
  if (versions.every((version) => version === VERSION)) await Promise.all(old.map((name) => caches.delete(name)));
}

function versionOf(tab) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data.version);
    tab.postMessage({ type: "version?" }, [port2]);
    setTimeout(resolve, ANSWER_PATIENCE_MS, null);
  });
}

function pushed(data) {
  try {
    return { title: "Antenna", ...data.json() };
  } catch {
    return { title: "Antenna", body: data?.text() ?? "" };
  }
}

/** Brings a tab forward, or opens one, and tells it what was pressed. */
async function openApp({ tag, data }, action) {
  const tabs = await self.clients.matchAll({ type: "window" });
  const url = data?.url || null;
  const tab = tabs[0] ? await tabs[0].focus() : await self.clients.openWindow(url ?? "/");
  tab?.postMessage({ type: "notification", tag, action, url });
}
