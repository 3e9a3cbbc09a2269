// What the server keeps from whom, and what it lets nobody do.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { api, code, device, person, room, settled, transport, url } from "./client.mjs";

export const guards = {
  // Somebody who is signed in and no member gets nothing of a room, by no way.
  async strangers() {
    const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("Eve")];
    const id = await room(ada, bob);
    const direct = (await api(ada, "POST", "/rooms/direct", { userId: bob.id })).data.id;
    const [a, e] = [await device(ada), await device(eve)];
    for (const [roomId, refusal, status] of [[id, "not-a-member", 403], [direct, "not-found", 404]]) {
      const { id: messageId } = await a.ask("send-message", { roomId, content: "confidential plans" });
      for (const [event, data] of [
        ["send-message", { roomId, content: "x" }],
        ["send-message", { roomId, content: "x", replyTo: messageId }],
        ["edit-message", { roomId, messageId, newContent: "x" }],
        ["delete-message", { roomId, messageId }],
        ["react-to-message", { roomId, messageId, reaction: "👍" }],
        ["read-receipt", { roomId, messageId }],
      ]) {
        assert.equal(code(await e.ask(event, data)), refusal, event);
      }
      assert.equal(code(await e.ask("typing", roomId)), "not-a-member");
      for (const path of [
        "/messages", "/messages?page=1", "/messages?direction=after", `/messages?around=${messageId}`,
        `/messages?cursor=${messageId}`, "/members",
      ]) {
        assert.equal((await api(eve, "GET", `/rooms/${roomId}${path}`)).status, status, path);
      }
      for (const filter of ["", `&room=${roomId}`, `&sender=${ada.id}`, `&cursor=m999999`]) {
        assert.deepEqual((await api(eve, "GET", `/messages/search?q=confidential${filter}`)).data, [], filter);
      }
    }
    assert.equal(code(await e.ask("join-room", direct)), "not-found", "nobody joins the talk of two");
    assert.equal((await api(eve, "POST", `/rooms/${direct}/join`)).status, 404);
    assert.equal((await api(eve, "GET", `/rooms/${direct}`)).status, 404);
    const seen = (await api(eve, "GET", `/rooms/${id}`)).data;
    assert.deepEqual([seen.joined, seen.role, seen.lastMessage, seen.unreadCount], [false, null, undefined, 0]);
    // A member cannot change what is another's, nor reach a message through a room of their own.
    const own = await room(eve);
    const { id: messageId } = await a.ask("send-message", { roomId: id, content: "again" });
    assert.equal(code(await e.ask("react-to-message", { roomId: own, messageId, reaction: "👍" })), "not-found");
    assert.equal(code(await e.ask("send-message", { roomId: own, content: "x", replyTo: messageId })), "not-found");
    const b = await device(bob);
    assert.equal(code(await b.ask("edit-message", { roomId: id, messageId, newContent: "x" })), "forbidden");
    assert.equal(code(await b.ask("delete-message", { roomId: id, messageId })), "forbidden");
    await settled(a, id, b);
    assert.deepEqual(e.log.filter(({ event }) => !["presence-update", "room-added"].includes(event)), []);
    // Guests are told what they lack.
    const guest = io(url, { transports: [transport], forceNew: true, reconnection: false });
    assert.equal(code(await guest.timeout(60_000).emitWithAck("join-room", id)), "unauthenticated");
    guest.disconnect();
    for (const path of ["/rooms", `/rooms/${id}/messages`, "/messages/search?q=again", "/users", "/me/privacy"]) {
      assert.equal((await api({ token: "x.y.z" }, "GET", path)).status, 401, path);
    }
  },

  async devices() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const b = await device(bob);
    const of = (status) => ({ userId, status: now }) => userId === ada.id && now === status;
    const first = await device(ada);
    await b.told("presence-update", of("online"));
    const second = await device(ada);
    assert.equal(code(await first.ask("update-presence", "dnd")), "ok");
    await b.told("presence-update", of("dnd"));
    await second.told("presence-update", of("dnd"));
    // What another device happens to be, and the end of the one that chose, change nothing.
    assert.equal(code(await second.ask("update-presence", "away")), "ok");
    first.socket.disconnect();
    const third = await device(ada);
    await third.told("presence-update", of("dnd"));
    const seen = async () => (await api(bob, "GET", `/users/${ada.id}`)).data.presence.status;
    await new Promise((resolve) => setTimeout(resolve, 6000));
    assert.equal(await seen(), "dnd", "after the grace of the device that chose it");
    assert.deepEqual(b.log.filter(({ event, data }) => event === "presence-update" && data.userId === ada.id), []);
    // Any device ends it.
    assert.equal(code(await third.ask("update-presence", "online")), "ok");
    await b.told("presence-update", of("online"));
    assert.equal(await seen(), "online");
    // More devices than anybody has are not kept.
    const many = [];
    for (let i = 0; i < 62; i++) many.push(await device(ada));
    const late = io(url, { transports: [transport], auth: { token: ada.token }, forceNew: true, reconnection: false });
    await new Promise((resolve) => late.once("disconnect", resolve));
  },

  async bounds() {
    const ada = await person("Ada");
    const a = await device(ada);
    for (const path of [`/users?search=${"a".repeat(5000)}`, `/rooms?search=${"%25".repeat(3000)}`]) {
      assert.equal((await api(ada, "GET", path)).errors?.[0].field, "search", path.slice(0, 20));
    }
    assert.equal((await api(ada, "GET", `/rooms?sort=${Array(3000).fill("name")}`)).status, 200);
    assert.equal((await api(ada, "GET", "/rooms?createdAt[gte]=2026-01-01T00:00%2B99999999999999999999:00")).status, 200);
    for (const query of ["%00", "\"", "*", "NEAR(", "a%22%20OR%20b", "content:x", "^a", "-", "%EF%BF%BF", "a%00b", "%E0%A5%8D"]) {
      assert.equal((await api(ada, "GET", `/messages/search?q=${query}`)).status, 200, query);
    }
    const id = await room(ada);
    for (let i = 0; i < 5; i++) assert.equal(code(await a.ask("send-message", { roomId: id, content: `${i}` })), "ok");
    const page = async (query) => (await api(ada, "GET", `/rooms/${id}/messages?${query}`)).data.map(({ content }) => content);
    assert.deepEqual(await page("page=2&limit=2"), ["2", "3"]);
    assert.deepEqual(await page("page=3&limit=2"), ["4"]);
    assert.deepEqual(await page("page=2&limit=2&sort=-timestamp"), ["2", "1"]);
    assert.deepEqual(await page("page=3&limit=2&sort=-timestamp"), ["0"]);
    assert.deepEqual(await page("page=4294967295&limit=100"), []);
    for (const bad of [{ message: "two\nlines" }, { emoji: "\u202e" }]) {
      assert.equal(code(await a.ask("update-presence", bad)), "invalid");
    }
    assert.equal((await api(ada, "POST", "/rooms", { name: "nice\u202eroom" })).errors[0].field, "name");
  },

  async removals() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const id = await room(ada, bob);
    const a = await device(ada);
    const upload = async (text) => (await api(ada, "POST", "/attachments", new TextEncoder().encode(text), {
      "content-type": "text/plain", "x-file-name": "a.txt",
    })).data;
    const status = async (file) => (await fetch(url + file.url)).status;
    const [once, twice] = [await upload("once"), await upload("twice")];
    const first = await a.ask("send-message", { roomId: id, content: "", attachments: [once.id, twice.id] });
    const second = await a.ask("send-message", { roomId: id, content: "", attachments: [twice.id] });
    assert.equal(code(await a.ask("delete-message", { roomId: id, messageId: first.id })), "ok");
    // Its row is gone when the deletion is acknowledged.
    assert.deepEqual([await status(once), await status(twice)], [404, 200], "another message has it");
    assert.equal(code(await a.ask("send-message", { roomId: id, content: "", attachments: [once.id] })), "invalid");
    assert.equal(code(await a.ask("delete-message", { roomId: id, messageId: second.id })), "ok");
    assert.equal(await status(twice), 404);
  },

  // With `--limit searches=2/600`.
  async searches() {
    const ada = await person("Ada");
    const one = async () => (await api(ada, "GET", "/messages/search?q=a")).status;
    assert.deepEqual([await one(), await one(), await one()], [200, 200, 429]);
    assert.equal((await api(ada, "GET", "/rooms")).status, 200, "all else goes on");
  },
};
