// Contract 1 spoken to the embedded backend by unmodified socket.io-client. Arguments: URL, transport, scenario, token.
// Exits with 0 when everything came as it should; prints what did not.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const [url, transport, scenario, token] = process.argv.slice(2);

// Generous: only a hang ends here, nothing is asserted about time.
setTimeout(() => { console.error("hangs"); process.exit(1); }, 60_000).unref();

const open = [];
function connect(auth = {}) {
  const socket = io(url, { transports: [transport], auth, forceNew: true, reconnection: false });
  open.push(socket);
  return socket;
}
const next = (socket, event) => new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
async function join(auth) {
  const socket = connect(auth);
  const [me] = await next(socket, "me");
  assert.equal(typeof me, "string");
  assert.equal(me, socket.id);
  return socket;
}

const scenarios = {
  async call() {
    const [ada, bob] = [await join(), await join()];
    const offer = { type: "offer", sdp: "v=0\r\n", extra: [1, { deep: "ä" }] };
    const rings = next(bob, "callUser");
    ada.emit("callUser", { userToCall: bob.id, signalData: offer, from: "somebody else", name: "Ada\u0000" });
    assert.deepEqual(await rings, [{ signal: offer, from: ada.id, name: "Ada" }]);

    const answer = { type: "answer", sdp: "v=0" };
    const accepted = next(ada, "callAccepted");
    bob.emit("answerCall", { signal: answer, to: ada.id });
    assert.deepEqual(await accepted, [answer]);

    const declined = next(ada, "callDeclined");
    bob.emit("callDeclined", { to: ada.id });
    assert.deepEqual(await declined, [{ from: bob.id }]);

    const stranger = await join();
    const ended = Promise.all([next(ada, "callEnded"), next(bob, "callEnded")]);
    stranger.disconnect();
    assert.deepEqual(await ended, [[], []]);
  },

  // Trickled candidates must not overtake one another.
  async order() {
    const [ada, bob] = [await join(), await join()];
    const got = [];
    const all = new Promise((resolve) => bob.on("callUser", ({ signal }) => got.push(signal) === 100 && resolve()));
    for (let i = 0; i < 100; i++) ada.emit("callUser", { userToCall: bob.id, signalData: i, from: ada.id, name: "A" });
    await all;
    assert.deepEqual(got, Array.from({ length: 100 }, (_, i) => i));
  },

  async acknowledgements() {
    const [ada, bob] = [await join(), await join()];
    const call = { userToCall: bob.id, signalData: {}, from: ada.id, name: "A" };
    assert.deepEqual(await ada.emitWithAck("callUser", call), { delivered: true });
    assert.deepEqual(await ada.emitWithAck("callUser", { ...call, userToCall: "nobody" }), { delivered: false });
    assert.deepEqual(await ada.emitWithAck("answerCall", { to: 7 }), { delivered: false });
    assert.deepEqual(await ada.emitWithAck("callUser", null), { delivered: false });
    assert.deepEqual(await ada.emitWithAck("callUser"), { delivered: false });
  },

  async account() {
    const [ada, bob] = [await join({ token }), await join({ token: "" })];
    const rings = next(bob, "callUser");
    ada.emit("callUser", { userToCall: bob.id, signalData: {}, from: ada.id, name: "Mallory" });
    assert.equal((await rings)[0].name, "Ada");

    const renamed = await fetch(`${url}/api/auth/me`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "Countess" }),
    });
    assert.equal(renamed.status, 200);
    const again = next(bob, "callUser");
    ada.emit("callUser", { userToCall: bob.id, signalData: {}, from: ada.id, name: "Mallory" });
    assert.equal((await again)[0].name, "Countess");

    for (const bad of ["x.y.z", token + "x", 7, {}]) {
      const [error] = await next(connect({ token: bad }), "connect_error");
      assert.equal(error.message, "Authentication failed");
    }
  },

  // Started with --limit signaling=5/600.
  async limit() {
    const [ada, bob] = [await join(), await join()];
    const refused = next(ada, "error");
    for (let i = 0; i < 6; i++) ada.emit("callUser", { userToCall: bob.id, signalData: i, from: ada.id, name: "A" });
    assert.match((await refused)[0].message, /^Rate limit exceeded\. Try again in \d+ seconds$/);
    assert.deepEqual(await bob.emitWithAck("answerCall", { to: ada.id, signal: 1 }), { delivered: true });
  },

  async large() {
    const [ada, bob] = [await join(), await join()];
    const gone = next(ada, "disconnect");
    ada.emit("callUser", { userToCall: bob.id, signalData: "x".repeat(1_000_000), from: ada.id, name: "A" });
    await gone;
    assert.deepEqual(await bob.emitWithAck("callUser", {}), { delivered: false });
  },

  async stop() {
    const ada = await join();
    console.log("joined");
    await next(ada, "disconnect");
  },
};

await scenarios[scenario]();
open.forEach((socket) => socket.disconnect());
