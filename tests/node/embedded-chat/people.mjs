// How people are there, what they say of themselves, and what they hide.
import assert from "node:assert/strict";
import { api, code, device, person, room, settled } from "./client.mjs";

export const people = {
  async receipts() {
    const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("Eve")];
    const id = await room(ada, bob, eve);
    const [a, b, b2, e] = [await device(ada), await device(bob), await device(bob), await device(eve)];
    const ids = [];
    for (const text of ["1", "2 @bob", "3"]) ids.push((await a.ask("send-message", { roomId: id, content: text })).id);
    const mine = (who) => api(who, "GET", `/rooms/${id}`).then(({ data }) => [data.unreadCount, data.mentionCount, data.lastReadId]);
    assert.deepEqual(await mine(bob), [3, 1, undefined]);
    assert.deepEqual(await mine(ada), [0, 0, ids[2]]);
    assert.equal((await b.told("notification")).type, "chat-mention");
    assert.equal(code(await b.ask("read-receipt", { messageId: ids[1], roomId: id })), "ok");
    assert.deepEqual([(await a.told("message-read")).messageId, (await b2.told("message-read")).readerId], [ids[1], bob.id]);
    assert.deepEqual(await mine(bob), [1, 0, ids[1]]);
    assert.equal(code(await b.ask("read-receipt", { messageId: ids[0], roomId: id })), "ok");
    assert.deepEqual(await mine(bob), [1, 0, ids[1]], "reading goes forward only");
    let history = (await api(ada, "GET", `/rooms/${id}/messages`)).data;
    assert.deepEqual(history.map(({ readBy }) => readBy), [[bob.id], [bob.id], []]);

    // Who keeps it to themselves tells nobody, before and after.
    await api(bob, "PUT", "/me/privacy", { readReceipts: false });
    assert.equal(code(await b.ask("read-receipt", { messageId: ids[2], roomId: id })), "ok");
    assert.deepEqual(await mine(bob), [0, 0, ids[2]]);
    await settled(a, id, a, e);
    assert.equal(a.find("message-read", () => true), undefined);
    assert.equal(e.find("message-read", () => true), undefined, "told to the sender only");
    history = (await api(ada, "GET", `/rooms/${id}/messages`)).data;
    assert.deepEqual(history.slice(0, 3).map(({ readBy }) => readBy), [[], [], []]);
    assert.equal(code(await b.ask("read-receipt", { messageId: "m99999", roomId: id })), "not-found");
  },

  async presence() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const b = await device(bob);
    const of = (status) => ({ userId, status: now }) => userId === ada.id && now === status;
    const changes = () => b.log.filter(({ event, data }) => event === "presence-update" && data.userId === ada.id)
      .map(({ data }) => data.status);
    const seen = () => api(bob, "GET", `/users/${ada.id}`).then(({ data }) => data.presence);
    const first = await device(ada);
    await b.told("presence-update", of("online"));
    const second = await device(ada);
    assert.equal(code(await first.ask("update-presence", "away")), "ok");
    assert.equal(code(await second.ask("update-presence", "away")), "ok");
    await b.told("presence-update", of("away"));
    assert.equal(code(await second.ask("update-presence", "in-call")), "ok");
    await b.told("presence-update", of("in-call"));
    assert.deepEqual(changes(), [], "nothing in between");
    assert.equal((await seen()).status, "in-call");

    // A device that comes back within the grace was never away.
    first.socket.disconnect();
    second.socket.disconnect();
    const third = await device(ada);
    assert.equal(code(await third.ask("update-presence", "in-call")), "ok");
    assert.deepEqual(changes(), []);

    // Connections that do not chat are no device.
    const call = await device(ada, { chat: false });
    assert.equal(code(await call.ask("update-presence", "online")), "forbidden");
    const left = Date.now();
    third.socket.disconnect();
    await b.told("presence-update", of("offline"));
    assert.ok(Date.now() - left >= 4900, "there is a grace");
    assert.deepEqual(changes(), [], "no flapping");
    const gone = await seen();
    assert.deepEqual([gone.status, Math.abs(gone.lastSeen.exact - left) < 5000], ["offline", true]);
    assert.deepEqual(call.log, []);
  },

  async calls() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const a = await device(ada);
    assert.equal(a.hello.calls, true);
    const where = () => api(ada, "GET", `/users/${bob.id}/call-id`).then(({ data }) => data.callId);
    const first = await device(bob, { chat: false });
    assert.equal(await where(), null, "nobody sees that he is there");
    const b = await device(bob);
    await a.told("presence-update", ({ userId, status }) => userId === bob.id && status === "online");
    assert.equal(await where(), first.socket.id);
    const second = await device(bob, { chat: false });
    assert.equal(await where(), second.socket.id, "the newest");
    second.socket.disconnect();
    for (let id = second.socket.id; id !== first.socket.id; id = await where()) assert.notEqual(id, null);
    for (const [hides, told] of [["dnd", "dnd"], ["online", "online"]]) {
      assert.equal(code(await b.ask("update-presence", hides)), "ok");
      await a.told("presence-update", ({ userId, status }) => userId === bob.id && status === told);
      assert.equal(await where(), hides === "dnd" ? null : first.socket.id);
    }
    await api(bob, "PUT", "/me/privacy", { online: false });
    assert.equal(await where(), null, "hidden");
    assert.equal((await api(ada, "GET", "/users/nobody/call-id")).status, 404);
  },

  async status() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [a, b] = [await device(ada), await device(bob)];
    const until = Date.now() + 3600_000;
    assert.equal(code(await a.ask("update-presence", { status: "dnd", message: "at sea", emoji: "⛵", until })), "ok");
    const [update, custom] = [await b.told("status-update"), await b.told("custom-status-change")];
    assert.deepEqual([update.userId, update.message, custom.customStatus, custom.emoji], [ada.id, "at sea", "at sea", "⛵"]);
    await b.told("presence-update", ({ status }) => status === "dnd");
    const seen = () => api(bob, "GET", `/users/${ada.id}`).then(({ data }) => data.presence);
    assert.deepEqual(await seen(), { status: "dnd", message: "at sea", emoji: "⛵", until });
    assert.equal(code(await a.ask("update-presence", { message: "soon over", until: Date.now() + 1500 })), "ok");
    await b.told("status-update", ({ message }) => message === "soon over");
    await b.told("status-update", ({ message }) => message === "");
    assert.equal(code(await a.ask("update-presence", { emoji: "" })), "ok");
    await b.told("custom-status-change", ({ emoji }) => emoji === "");
    assert.deepEqual(await seen(), { status: "dnd" });
    a.socket.emit("pong", 1);
    assert.equal(code(await a.ask("pong", Date.now())), "ok");
  },

  async privacy() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const id = await room(ada, bob);
    const [a, b] = [await device(ada), await device(bob)];
    const seen = async () => {
      const [user, list] = [await api(bob, "GET", `/users/${ada.id}`), await api(bob, "GET", "/users?search=Ada")];
      assert.deepEqual(user.data.presence, list.data[0].presence);
      return user.data.presence;
    };
    await a.ask("typing", id);
    await b.told("user-typing", ({ username }) => username === "Ada");
    const usual = { online: true, lastSeen: "exact", typing: true, readReceipts: true };
    assert.deepEqual((await api(ada, "GET", "/me/privacy")).data, usual);
    assert.deepEqual((await api(ada, "PUT", "/me/privacy", { typing: false })).data, { ...usual, typing: false });
    assert.equal(code(await a.ask("typing", id)), "ok");
    assert.equal(code(await a.ask("stop-typing", id)), "ok");
    assert.equal((await api(ada, "PUT", "/me/privacy", { online: false, lastSeen: "hidden" })).status, 200);
    await b.told("presence-update", ({ userId, status }) => userId === ada.id && status === "offline");
    assert.equal(code(await a.ask("update-presence", "dnd")), "ok");
    await a.told("presence-update", ({ status }) => status === "dnd");
    await settled(a, id, b);
    assert.deepEqual(b.log.filter(({ event, data }) => event !== "new-message" && data.userId === ada.id
      && !(event === "presence-update" && data.status === "online")), [], "nothing of what is hidden is sent");
    assert.deepEqual(await seen(), { status: "offline" });
    assert.equal((await api(ada, "GET", `/users/${ada.id}`)).data.presence.status, "dnd");
    await api(ada, "PUT", "/me/privacy", { lastSeen: "week" });
    assert.deepEqual((await seen()).lastSeen, { about: "week" });
    await api(ada, "PUT", "/me/privacy", { lastSeen: "today" });
    assert.deepEqual((await seen()).lastSeen, { about: "today" });
    await api(ada, "PUT", "/me/privacy", { online: true });
    await b.told("presence-update", ({ userId, status }) => userId === ada.id && status === "dnd");
    for (const bad of [{ online: 1 }, { lastSeen: "never" }, { typing: "no" }]) {
      assert.equal((await api(ada, "PUT", "/me/privacy", bad)).errors[0].field, Object.keys(bad)[0]);
    }
  },
};
