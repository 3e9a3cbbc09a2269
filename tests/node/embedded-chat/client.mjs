// People and their devices: unmodified socket.io-client and fetch.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

export const [url, transport, scenario, ...more] = process.argv.slice(2);

// Generous: only a hang ends here, nothing is asserted about time.
setTimeout(() => { console.error("hangs"); process.exit(1); }, 90_000).unref();

export const open = [];
let count = 0;

export async function person(name) {
  const email = `${process.pid}-${count++}@b.c`;
  const answer = await fetch(`${url}/api/auth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, name, password: "correct horse" }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { accessToken, user } = await answer.json();
  return { token: accessToken, id: user.id, name };
}

export async function api(who, method, path, body, headers = {}) {
  const raw = body instanceof Uint8Array;
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${who.token}`,
      ...(body && !raw ? { "content-type": "application/json" } : {}),
      ...headers,
    },
    body: raw ? body : body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { ...(text.startsWith("{") ? JSON.parse(text) : { text }), status: answer.status, headers: answer.headers };
}

// A device: everything it is told is kept in order in `log`.
export async function device(who, auth = {}) {
  const socket = io(url, {
    transports: [transport], auth: { token: who.token, ...auth }, forceNew: true, reconnection: false,
  });
  open.push(socket);
  const log = [], waiting = [];
  socket.onAny((event, data) => {
    if (["me", "callEnded", "ping"].includes(event)) return;
    log.push({ event, data });
    for (const wait of [...waiting]) wait();
  });
  const find = (event, matches) => log.find((entry) => entry.event === event && matches(entry.data));
  const told = (event, matches = () => true) => new Promise((resolve) => {
    const look = () => {
      const entry = find(event, matches);
      if (!entry) return;
      const at = waiting.indexOf(look);
      if (at >= 0) waiting.splice(at, 1);
      log.splice(log.indexOf(entry), 1);
      resolve(entry.data);
    };
    waiting.push(look);
    look();
  });
  const ask = (event, data) => socket.timeout(60_000).emitWithAck(event, data);
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  const hello = auth.chat === false ? undefined : await told("chat-hello");
  return { socket, log, told, ask, hello, find };
}

export async function room(owner, ...others) {
  const made = await api(owner, "POST", "/rooms", { name: `room ${count++}` });
  assert.equal(made.status, 201);
  for (const other of others) assert.equal((await api(other, "POST", `/rooms/${made.data.id}/join`)).status, 200);
  return made.data.id;
}

// All that was done before has been told when this answers: a device's events come in order.
export async function settled(who, where, ...devices) {
  const mark = `mark ${count++}`;
  const told = devices.map((device) => device.told("new-message", ({ content }) => content === mark));
  assert.equal((await who.ask("send-message", { roomId: where, content: mark })).ok, true);
  await Promise.all(told);
}

export const code = (answer) => answer.ok ? "ok" : answer.error.code;
