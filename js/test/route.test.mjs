// What sw.js does with a request, for every kind there is; and what its handlers do, with caches and network in memory.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import vm from "node:vm";

const ORIGIN = "https://antenna.test";
const HASH = "0123456789abcdef";
const source = readFileSync(new URL("../../sw.js", import.meta.url), "utf8")
  .replace('const VERSION = "unbuilt";', 'const VERSION = "v2";')
  .replace("const PRECACHE = [];", `const PRECACHE = ["/app.${HASH}.js", "/manifest.json", "/icons/icon-192.png"];`);

/** A worker with a network and tabs of the test's making. */
function worker({ network = {}, tabs = [], registration = {} } = {}) {
  const handlers = {};
  const stores = new Map();
  const path = (request) => new URL(request.url ?? request, ORIGIN).pathname;
  const log = [];
  const fetch = async (request) => {
    log.push(path(request));
    const answer = network[path(request)];
    if (!answer) throw new TypeError("offline");
    return answer();
  };
  const open = async (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const store = stores.get(name);
    return {
      match: async (request) => store.get(path(request))?.clone(),
      put: async (request, answer) => void store.set(path(request), answer),
      add: async (request) => void store.set(path(request), await fetch(request)),
      addAll: async (requests) => {
        for (const request of requests) store.set(path(request), await fetch(request));
      },
    };
  };
  const caches = {
    open,
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (request) => {
      for (const name of stores.keys()) {
        const found = await (await open(name)).match(request);
        if (found) return found;
      }
    },
  };
  const self = {
    location: new URL(`${ORIGIN}/sw.js`),
    addEventListener: (name, handler) => (handlers[name] = handler),
    skipWaiting: async () => log.push("skipWaiting"),
    clients: { claim: async () => log.push("claim"), matchAll: async () => tabs },
    registration,
  };
  class AbsoluteRequest extends Request {
    constructor(path, options) {
      super(new URL(path, ORIGIN), options);
    }
  }
  // node's own ports would keep it running for as long as one tab does not answer.
  class Channel {
    port1 = {};
    port2 = { postMessage: (data) => queueMicrotask(() => this.port1.onmessage({ data })) };
  }
  // Its patience is used up at once: what is late here never comes.
  const setTimeout = (done, _, value) => void setImmediate(() => setImmediate(done, value));
  const context = vm.createContext({ self, caches, fetch, URL, Request: AbsoluteRequest, Response, Headers, MessageChannel: Channel, setTimeout, atob });
  vm.runInContext(source, context);
  const send = async (name, event = {}) => {
    const waits = [];
    let answer;
    handlers[name]({ ...event, waitUntil: (work) => waits.push(work), respondWith: (work) => (answer = work) });
    const response = await answer;
    await Promise.all(waits);
    return response;
  };
  return { route: context.route, userOf: context.userOf, send, stores, log };
}

const request = (path, { method = "GET", mode = "cors", destination = "", headers = {} } = {}) => ({
  method,
  mode,
  destination,
  headers: new Headers(headers),
  url: new URL(path, ORIGIN).href,
});
const token = (claims) => `Bearer x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;
const ann = { headers: { authorization: token({ userId: "ann" }) } };

describe("route", () => {
  const { route } = worker();
  for (const [what, way, asked] of [
    ["a page", "shell", request("/", { mode: "navigate" })],
    ["a page deep in the app", "shell", request("/call/abc", { mode: "navigate" })],
    ["a file opened as a page", "bypass", request("/icons/icon-192.png", { mode: "navigate" })],
    ["a hashed style sheet", "hashed", request(`/later.${HASH}.css`)],
    ["a hashed module", "hashed", request(`/antenna.${HASH}.wasm`)],
    ["a hashed chunk of another version", "hashed", request("/split_x.ffffffffffffffff.wasm")],
    ["a name with half a hash", "bypass", request("/antenna.0123.js")],
    ["a precached file", "file", request("/manifest.json")],
    ["a file nobody knows", "bypass", request("/robots.txt")],
    ["the configuration", "config", request("/config.json")],
    ["an API answer of somebody", "api", request("/api/things", ann)],
    ["an API answer of nobody", "bypass", request("/api/things")],
    ["who is signed in", "api", request("/api/auth/me", ann)],
    ["any other GET about tokens", "bypass", request("/api/auth/sessions", ann)],
    ["a POST", "bypass", request("/api/things", { ...ann, method: "POST" })],
    ["a POST to a page", "bypass", request("/", { method: "POST", mode: "navigate" })],
    ["Socket.IO polling", "bypass", request("/socket.io/?EIO=4&transport=polling")],
    ["another origin", "bypass", request(`https://elsewhere.test/antenna.${HASH}.wasm`)],
    ["a range", "bypass", request(`/antenna.${HASH}.wasm`, { headers: { range: "bytes=0-" } })],
    ["a video", "bypass", request("/clip.0123456789abcdef.js", { destination: "video" })],
    ["a token in the query", "bypass", request("/api/stream?token=x", ann)],
    ["the worker itself", "bypass", request("/sw.js")],
    ["health", "bypass", request("/healthz", { mode: "navigate" })],
  ]) {
    it(`${what}: ${way}`, () => assert.equal(route(asked, ORIGIN), way));
  }
});

describe("userOf", () => {
  const { userOf } = worker();
  it("reads userId, else sub", () => {
    assert.equal(userOf(token({ userId: 7, sub: "x" })), "7");
    assert.equal(userOf(token({ sub: "x" })), "x");
  });
  it("takes anything else for nobody", () => {
    for (const header of [null, "", "Bearer", "Bearer a.b.c", "Basic xyz", token({}), token({ userId: "" })]) assert.equal(userOf(header), null, header);
  });
});

describe("a version", () => {
  const whole = {
    [`/app.${HASH}.js`]: () => new Response("app"),
    "/manifest.json": () => new Response("{}"),
    "/icons/icon-192.png": () => new Response("png"),
    "/": () => new Response("shell"),
    "/config.json": () => new Response("new config"),
  };
  const silent = { postMessage: () => {} };
  const tab = (version) => ({ postMessage: (_, [port]) => port.postMessage({ version }) });

  it("is kept as a whole, and not activated by itself", async () => {
    const { send, stores, log } = worker({ network: whole });
    await send("install");
    assert.deepEqual([...stores.get("antenna-files-v2").keys()].sort(), ["/", `/app.${HASH}.js`, "/icons/icon-192.png", "/manifest.json"]);
    assert.ok(!log.includes("skipWaiting"));
  });

  it("is not installed when one file is missing", async () => {
    const { send } = worker({ network: { ...whole, "/manifest.json": undefined } });
    await assert.rejects(send("install"));
  });

  it("takes over when it is told to", async () => {
    const { send, log } = worker();
    await send("message", { data: { type: "apply" }, ports: [] });
    assert.ok(log.includes("skipWaiting"));
  });

  it("serves its own shell on any route without a network", async () => {
    const network = { ...whole };
    const { send } = worker({ network });
    await send("install");
    for (const path of Object.keys(network)) delete network[path];
    assert.equal(await (await send("fetch", { request: request("/call/abc", { mode: "navigate" }) })).text(), "shell");
  });

  it("leaves an older version's files while a tab runs it, or does not say", async () => {
    for (const [tabs, left] of [[[tab("v2"), tab("v1")], true], [[tab("v2"), silent], true], [[tab("v2")], false], [[], false]]) {
      const { send, stores } = worker({ network: whole, tabs });
      stores.set("antenna-files-v1", new Map([["/old.ffffffffffffffff.wasm", new Response("old chunk")]]));
      await send("install");
      await send("activate");
      assert.equal(stores.has("antenna-files-v1"), left);
      assert.ok(stores.has("antenna-files-v2"));
    }
  });

  it("gives a tab of the older version its chunks", async () => {
    const { send, stores } = worker({ network: whole });
    await send("install");
    stores.set("antenna-files-v1", new Map([["/old.ffffffffffffffff.wasm", new Response("old chunk")]]));
    const answer = await send("fetch", { request: request("/old.ffffffffffffffff.wasm") });
    assert.equal(await answer.text(), "old chunk");
  });

  it("does not delete the files of a version that waits", async () => {
    const { send, stores } = worker({ network: whole, registration: { waiting: {} } });
    stores.set("antenna-files-v3", new Map());
    await send("activate");
    assert.ok(stores.has("antenna-files-v3"));
  });
});

describe("the configuration", () => {
  it("is the network's when that is quick, and the last one without a network", async () => {
    const network = { "/config.json": () => new Response("first") };
    const { send } = worker({ network });
    const ask = async () => (await send("fetch", { request: request("/config.json") })).text();
    assert.equal(await ask(), "first");
    network["/config.json"] = () => new Response("second");
    assert.equal(await ask(), "second");
    network["/config.json"] = () => new Response("broken", { status: 503 });
    assert.equal(await ask(), "second");
    delete network["/config.json"];
    assert.equal(await ask(), "second");
  });
});

describe("an API answer", () => {
  const things = (body, headers) => ({ "/api/things": () => new Response(body, { headers: { date: "Sat, 21 Nov 2026 00:00:00 GMT", ...headers } }) });
  const ask = ({ send }, user) => send("fetch", { request: request("/api/things", { headers: { authorization: token({ userId: user }) } }) });

  it("comes from the cache when offline, marked with its date, and never to another user", async () => {
    const network = things("ann's");
    const it = worker({ network });
    assert.equal((await ask(it, "ann")).headers.get("x-antenna-cached"), null);
    delete network["/api/things"];
    const kept = await ask(it, "ann");
    assert.equal(await kept.text(), "ann's");
    assert.equal(kept.headers.get("x-antenna-cached"), "Sat, 21 Nov 2026 00:00:00 GMT");
    await assert.rejects(ask(it, "bob"));
  });

  it("is gone after sign-out", async () => {
    const network = things("ann's");
    const it = worker({ network });
    await ask(it, "ann");
    await it.send("message", { data: { type: "signed-out" }, ports: [] });
    delete network["/api/things"];
    await assert.rejects(ask(it, "ann"));
  });

  it("is not kept when the server says so", async () => {
    const network = things("secret", { "cache-control": "private, no-store" });
    const it = worker({ network });
    await ask(it, "ann");
    delete network["/api/things"];
    await assert.rejects(ask(it, "ann"));
  });
});
