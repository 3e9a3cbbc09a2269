// Contract 5 with its additions, spoken to the embedded backend by unmodified socket.io-client and fetch.
// Arguments: URL, transport, scenario, and what the scenario needs. Exits with 0 when everything came as it should.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { api, code, device, more, open, person, room, scenario, settled, transport, url } from "./embedded-chat/client.mjs";
import { guards } from "./embedded-chat/guards.mjs";
import { people } from "./embedded-chat/people.mjs";

const scenarios = {
  ...people,
  ...guards,

  async messages() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const id = await room(ada, bob);
    const [a, a2, b] = [await device(ada), await device(ada), await device(bob)];
    assert.equal(a.hello.userId, ada.id);
    assert.equal(a.hello.limits.messageBytes, 16384);
    const sent = await a.ask("send-message", { roomId: id, content: "<b>hello</b>", clientId: "c1" });
    assert.deepEqual({ ...sent, id: 0, timestamp: 0 }, { ok: true, id: 0, clientId: "c1", timestamp: 0, seq: 1 });
    const [own, other, foreign] = [await a.told("new-message"), await a2.told("new-message"), await b.told("new-message")];
    assert.equal(own.clientId, "c1");
    assert.equal(other.clientId, "c1");
    assert.equal(foreign.clientId, undefined);
    assert.equal(foreign.content, "<b>hello</b>");
    assert.equal(foreign.senderName, "Ada");
    assert.deepEqual([foreign.seq, foreign.edited, foreign.reactions, foreign.readBy, foreign.attachments, foreign.mentions],
      [1, false, {}, [], [], []]);

    // The same client id, also from the other device: the same message, and nobody hears of it again.
    for (const device of [a, a2]) {
      const again = await device.ask("send-message", { roomId: id, content: "changed", clientId: "c1" });
      assert.deepEqual(again, sent);
    }
    const theirs = await b.ask("send-message", { roomId: id, content: "mine", clientId: "c1", replyTo: sent.id });
    assert.equal(theirs.seq, 2);
    assert.equal((await a.told("new-message")).replyTo, sent.id);
    await settled(b, id, a, a2, b);
    for (const device of [a, b]) assert.equal(device.find("new-message", ({ content }) => content === "changed"), undefined);

    // An old client: no acknowledgement, no client id; joining gives the room and its last messages.
    b.socket.emit("join-room", id);
    const joined = await b.told("room-joined");
    assert.deepEqual([joined.room.id, joined.room.memberCount], [id, 2]);
    assert.deepEqual(joined.messages.map(({ seq }) => seq), [1, 2, 3]);
    b.socket.emit("send-message", { roomId: id, content: "plain" });
    assert.equal((await a.told("new-message", ({ content }) => content === "plain")).seq, 4);
  },

  async order() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const id = await room(ada, bob);
    const [a, b] = [await device(ada), await device(bob)];
    const acks = [];
    for (let i = 0; i < 300; i++) {
      acks.push(a.ask("send-message", { roomId: id, content: `a${i}` }), b.ask("send-message", { roomId: id, content: `b${i}` }));
    }
    assert.ok((await Promise.all(acks)).every(({ ok }) => ok));
    await settled(a, id, a, b);
    const seen = ({ log }) => log.filter(({ event }) => event === "new-message").map(({ data }) => data);
    assert.deepEqual(seen(a).map(({ seq }) => seq), Array.from({ length: 600 }, (_, i) => i + 1));
    assert.deepEqual(seen(a).map(({ id }) => id), seen(b).map(({ id }) => id));
    for (const letter of ["a", "b"]) {
      const own = seen(b).filter(({ content }) => content.startsWith(letter)).map(({ content }) => content);
      assert.deepEqual(own, Array.from({ length: 300 }, (_, i) => `${letter}${i}`));
    }
  },

  async changes() {
    const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("Eve")];
    const id = await room(ada, bob);
    const [a, b] = [await device(ada), await device(bob)];
    const { id: first } = await b.ask("send-message", { roomId: id, content: "one" });
    const at = (messageId, rest = {}) => ({ messageId, roomId: id, ...rest });

    assert.equal(code(await a.ask("edit-message", at(first, { newContent: "x" }))), "forbidden");
    assert.equal(code(await b.ask("edit-message", at(first, { newContent: "two" }))), "ok");
    const edited = await a.told("message-edited");
    assert.deepEqual([edited.messageId, edited.newContent], [first, "two"]);
    assert.equal(code(await b.ask("edit-message", at(first, { newContent: "two" }))), "ok");

    const like = (on) => at(first, { reaction: "👍", ...(on === undefined ? {} : { on }) });
    assert.deepEqual(await a.ask("react-to-message", like()), { ok: true, hasReacted: true, reactionCount: 1 });
    assert.deepEqual(await b.ask("react-to-message", like(true)), { ok: true, hasReacted: true, reactionCount: 2 });
    assert.deepEqual(await b.ask("react-to-message", like(true)), { ok: true, hasReacted: true, reactionCount: 2 });
    assert.deepEqual(await a.ask("react-to-message", like()), { ok: true, hasReacted: false, reactionCount: 1 });
    await settled(a, id, b);
    const reactions = b.log.filter(({ event }) => event === "message-reaction-updated")
      .map(({ data }) => [data.userId === ada.id ? "a" : "b", data.hasReacted, data.reactionCount]);
    assert.deepEqual(reactions, [["a", true, 1], ["b", true, 2], ["a", false, 1]]);
    assert.equal(b.log.filter(({ event }) => event === "message-edited").length, 1);
    let [message] = (await api(ada, "GET", `/rooms/${id}/messages`)).data;
    assert.deepEqual([message.reactions, message.edited, message.content], [{ "👍": [bob.id] }, true, "two"]);

    // The owner may delete what others wrote; others may not.
    const { id: second } = await a.ask("send-message", { roomId: id, content: "mine" });
    assert.equal(code(await b.ask("delete-message", at(second))), "forbidden");
    assert.equal(code(await a.ask("delete-message", at(first))), "ok");
    assert.equal(code(await b.ask("delete-message", at(first))), "ok");
    assert.equal((await b.told("message-deleted")).deletedBy, ada.id);
    assert.equal(code(await b.ask("edit-message", at(first, { newContent: "back" }))), "not-found");
    assert.equal(code(await b.ask("react-to-message", like(true))), "not-found");
    [message] = (await api(ada, "GET", `/rooms/${id}/messages`)).data;
    assert.deepEqual([message.deleted, message.content, message.reactions, message.seq], [true, "", {}, 1]);
    assert.deepEqual((await api(ada, "GET", `/messages/search?q=two`)).data, []);

    // Strangers can do nothing here.
    const e = await device(eve);
    for (const [event, data] of [
      ["send-message", { roomId: id, content: "x" }], ["edit-message", at(second, { newContent: "x" })],
      ["delete-message", at(second)], ["react-to-message", at(second, { reaction: "x" })], ["read-receipt", at(second)],
      ["typing", id],
    ]) assert.equal(code(await e.ask(event, data)), "not-a-member", event);
    assert.equal((await api(eve, "GET", `/rooms/${id}/messages`)).status, 403);
    assert.equal((await api(eve, "GET", `/rooms/${id}/members`)).status, 403);
    assert.equal((await api(eve, "GET", `/rooms/${id}`)).data.lastMessage, undefined);
    assert.deepEqual((await api(eve, "GET", `/messages/search?q=mine`)).data, []);
    const elsewhere = await room(eve);
    assert.equal(code(await e.ask("delete-message", { messageId: second, roomId: elsewhere })), "not-found");
  },

  async rooms() {
    const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("<img src=x onerror=alert(1)>")];
    const [a, a2, b] = [await device(ada), await device(ada), await device(bob)];
    const made = await api(ada, "POST", "/rooms", { name: " <i>Lobby</i> ", topic: "all" });
    const id = made.data.id;
    assert.deepEqual([made.data.name, made.data.topic, made.data.kind, made.data.role, made.data.joined, made.data.memberCount],
      ["<i>Lobby</i>", "all", "room", "owner", true, 1]);
    assert.equal((await a2.told("room-added")).room.id, id);
    assert.equal(code(await b.ask("join-room", id)), "ok");
    assert.deepEqual([(await b.told("room-joined")).messages, (await b.told("room-added")).room.role], [[], "member"]);
    assert.deepEqual([(await a.told("user-joined")).username, (await a.told("room-updated")).room.memberCount], ["Bob", 2]);
    assert.equal(code(await b.ask("join-room", { roomId: id })), "ok");
    await settled(a, id, a);
    assert.equal(a.find("user-joined", () => true), undefined, "joining twice is no news");
    assert.equal(code(await b.ask("leave-room", id)), "ok");
    assert.equal((await a.told("user-left")).userId, bob.id);
    assert.equal((await b.told("room-removed")).roomId, id);
    assert.equal((await api(bob, "POST", `/rooms/${id}/leave`)).data.joined, false);
    assert.equal((await api(eve, "POST", `/rooms/${id}/join`)).data.memberCount, 2);
    assert.equal((await a.told("user-joined")).username, eve.name);
    assert.equal(code(await b.ask("join-room", "nowhere")), "not-found");

    // One direct room for two, told to the other one, hidden from everybody else.
    const direct = await api(ada, "POST", "/rooms/direct", { userId: bob.id });
    assert.deepEqual([direct.data.kind, direct.data.name, direct.data.with.id, direct.data.with.presence.status],
      ["direct", "Bob", bob.id, "online"]);
    assert.equal((await b.told("room-added", ({ room }) => room.kind === "direct")).room.with.id, ada.id);
    assert.equal((await api(bob, "POST", "/rooms/direct", { userId: ada.id })).data.id, direct.data.id);
    for (const path of [`/rooms/${direct.data.id}`, `/rooms/${direct.data.id}/messages`]) {
      assert.equal((await api(eve, "GET", path)).status, 404);
    }
    assert.equal((await api(eve, "POST", `/rooms/${direct.data.id}/join`)).status, 404);
    assert.deepEqual((await api(ada, "POST", "/rooms/direct", { userId: ada.id })).errors.map(({ field }) => field), ["userId"]);
    assert.equal((await api(ada, "POST", "/rooms/direct", { userId: "nobody" })).status, 404);
    assert.equal(code(await b.ask("send-message", { roomId: direct.data.id, content: "psst" })), "ok");
    assert.equal((await a.told("new-message", ({ content }) => content === "psst")).senderId, bob.id);
    assert.deepEqual((await api(ada, "POST", "/rooms", { name: "  " })).errors.map(({ field }) => field), ["name"]);
    assert.equal((await api({ token: "x" }, "GET", "/rooms")).status, 401);
  },

  async pages() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const id = await room(ada, bob);
    const a = await device(ada);
    const ids = [];
    for (let i = 1; i <= 130; i++) ids.push((await a.ask("send-message", { roomId: id, content: `number ${i}`, clientId: `n${i}` })).id);
    const read = async (query, who = ada) => {
      const page = await api(who, "GET", `/rooms/${id}/messages?${query}`);
      assert.equal(page.status, 200, JSON.stringify(page));
      return { seqs: page.data.map(({ seq }) => seq), ...page };
    };
    const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const flags = ({ pageInfo }) => [pageInfo.hasPreviousPage, pageInfo.hasNextPage];
    const tail = await read("limit=50");
    assert.deepEqual([tail.seqs, flags(tail)], [range(81, 130), [true, false]]);
    assert.equal(tail.data[0].clientId, "n81");
    assert.equal((await read("limit=1", bob)).data[0].clientId, undefined);
    const older = await read(`limit=50&cursor=${tail.pageInfo.startCursor}&direction=before`);
    assert.deepEqual([older.seqs, flags(older)], [range(31, 80), [true, true]]);
    const oldest = await read(`limit=50&cursor=${older.pageInfo.startCursor}`);
    assert.deepEqual([oldest.seqs, flags(oldest)], [range(1, 30), [false, true]]);
    const newer = await read(`limit=50&cursor=${ids[29]}&direction=after`);
    assert.deepEqual([newer.seqs, flags(newer)], [range(31, 80), [true, true]]);
    const around = await read(`limit=10&around=${ids[59]}`);
    assert.deepEqual([around.seqs, flags(around)], [range(55, 64), [true, true]]);
    assert.deepEqual((await read("limit=500")).seqs.length, 100);
    assert.deepEqual((await read("direction=after&limit=3")).seqs, [1, 2, 3]);
    assert.deepEqual((await read("page=2&limit=40&sort=-timestamp")).seqs, range(51, 90).reverse());
    const last = await read("page=4&limit=40&sort=timestamp");
    assert.deepEqual([last.seqs, last.pagination],
      [range(121, 130), { page: 4, limit: 40, total: 130, pages: 4, hasNext: false, hasPrev: true }]);
    for (const bad of ["cursor=m999999", "around=x", `cursor=${ids[0].replace("m", "m0")}`]) {
      assert.equal((await api(ada, "GET", `/rooms/${id}/messages?${bad}`)).status, 404, bad);
    }
    for (const bad of ["limit=0", "limit=x", "page=-1", "direction=up&cursor=m1", "sort=content"]) {
      assert.equal((await api(ada, "GET", `/rooms/${id}/messages?${bad}`)).status, 400, bad);
    }

    // Rooms: counts, search, sorting, filters, links.
    for (const name of ["Alpha 100%", "beta_1", "Gamma"]) await api(ada, "POST", "/rooms", { name });
    const listed = async (query) => {
      const page = await api(ada, "GET", `/rooms?${query}`);
      assert.equal(page.status, 200, JSON.stringify(page));
      return page;
    };
    const names = ({ data }) => data.map(({ name }) => name);
    assert.deepEqual(names(await listed("sort=name&search=a&startDate=2020-01-01")), ["Alpha 100%", "beta_1", "Gamma"]);
    assert.deepEqual(names(await listed("search=100%25")), ["Alpha 100%"]);
    assert.deepEqual(names(await listed("search=_")), ["beta_1"]);
    assert.deepEqual(names(await listed("memberCount[gte]=2&fields=name")), [`room 2`]);
    assert.deepEqual(Object.keys((await listed("fields=name&limit=1")).data[0]).sort(), ["id", "name"]);
    const second = await listed("sort=-name&limit=2&page=2");
    assert.deepEqual([second.pagination.total, second.links.prev !== undefined, second.links.next], [4, true, undefined]);
    assert.equal((await fetch(url + second.links.prev, { headers: { authorization: `Bearer ${ada.token}` } })).status, 200);
    assert.equal((await api(ada, "GET", "/rooms?sort=password")).status, 400);
    assert.equal((await api(ada, "GET", "/rooms?secret[gte]=1")).status, 400);
    const mine = await api(bob, "GET", "/rooms?member=true");
    assert.deepEqual([mine.data.length, mine.data[0].unreadCount, mine.data[0].lastMessage.seq], [1, 130, 130]);
    assert.equal((await api(bob, "GET", "/rooms")).data.length, 4);
    const people = await api(ada, "GET", "/users?search=bo");
    assert.deepEqual(people.data.map(({ name, presence }) => [name, presence.status]), [["Bob", "offline"]]);
    assert.equal(people.data[0].email, undefined);
    const members = await api(ada, "GET", `/rooms/${id}/members?sort=-name`);
    assert.deepEqual(members.data.map(({ name, role }) => [name, role]), [["Bob", "member"], ["Ada", "owner"]]);
    assert.equal((await api(ada, "GET", `/users/${bob.id}`)).data.name, "Bob");
    assert.equal((await api(ada, "GET", "/users/nobody")).status, 404);
    const old = await fetch(`${url}/api/rooms`, { headers: { authorization: `Bearer ${ada.token}` } });
    assert.equal(old.status, 200, "/api is /api/v1");
  },

  async search() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [one, two] = [await room(ada, bob), await room(ada, bob)];
    const [a, b] = [await device(ada), await device(bob)];
    const say = async (who, roomId, content) => (await who.ask("send-message", { roomId, content })).timestamp;
    await say(a, one, "The quick brown fox");
    await say(b, one, "quick wins, said the café owner's \"AND\" friend");
    const later = await say(a, two, "quicker than QUICK brown bread");
    const found = async (query, who = ada) => {
      const page = await api(who, "GET", `/messages/search?${query}`);
      assert.equal(page.status, 200, JSON.stringify(page));
      return page.data.map(({ content }) => content.split(" ")[0]).join(" ");
    };
    assert.equal(await found("q=quick"), "quicker quick The");
    assert.equal(await found("q=bro"), "quicker The");
    assert.equal(await found("q=quick%20fo"), "The");
    assert.equal(await found("q=bro%20quick"), "", "only the last word is a prefix");
    assert.equal(await found("q=CAFE"), "quick");
    assert.equal(await found(`q=${encodeURIComponent('"AND" OR')}`), "");
    assert.equal(await found(`q=${encodeURIComponent("owner's \"and")}`), "quick");
    for (const odd of ['"', "*", "(", "NEAR(", "a:b", "-", "''", "^x", "content:quick", "\u0000"]) {
      const page = await api(ada, "GET", `/messages/search?q=${encodeURIComponent(odd)}`);
      assert.equal(page.status, 200, odd);
    }
    assert.equal(await found(`q=quick&room=${one}`), "quick The");
    assert.equal(await found(`q=quick&sender=${bob.id}`), "quick");
    assert.equal(await found(`q=quick&to=${later - 1}&from=2020-01-01`), later ? await found(`q=quick&to=${later - 1}`) : "");
    const first = await api(ada, "GET", "/messages/search?q=quick&limit=2");
    assert.deepEqual([first.data.length, first.pageInfo.hasNextPage], [2, true]);
    assert.equal(await found(`q=quick&limit=2&cursor=${first.pageInfo.endCursor}`), "The");
    await api(bob, "POST", `/rooms/${two}/leave`);
    assert.equal(await found("q=quick", bob), "quick The", "what one has left is not found");
  },

  async limits() {
    const ada = await person("Ada");
    const id = await room(ada);
    const a = await device(ada);
    for (let i = 0; i < 3; i++) assert.equal(code(await a.ask("send-message", { roomId: id, content: "x" })), "ok");
    const refused = await a.ask("send-message", { roomId: id, content: "x" });
    assert.equal(code(refused), "rate-limited");
    assert.ok(refused.error.retryAfterMs > 0 && refused.error.retryAfterMs <= 200_000, JSON.stringify(refused));
    a.socket.emit("send-message", { roomId: id, content: "x", requestId: "r7" });
    const error = await a.told("error");
    assert.match(error.message, /^Rate limit exceeded. Try again in \d+ seconds$/);
    assert.equal(error.requestId, "r7");
    // Making the room was one.
    assert.equal(code(await a.ask("join-room", id)), "ok");
    assert.equal(code(await a.ask("join-room", id)), "rate-limited");
    assert.equal((await api(ada, "POST", `/rooms/${id}/join`)).status, 429);
    await device(ada);
    await assert.rejects(device(ada), /^Error: Rate limit exceeded. Try again in \d+ seconds$/);
    await device(ada, { chat: false });
    assert.equal((await api(ada, "GET", `/rooms/${id}/messages`)).data.length, 3);
  },

  async badInput() {
    const ada = await person("Ada");
    const id = await room(ada);
    const a = await device(ada);
    const events = ["join-room", "leave-room", "send-message", "typing", "stop-typing", "edit-message", "delete-message",
      "react-to-message", "read-receipt", "update-presence"];
    const odd = [undefined, null, 7, "", "nowhere", true, [], [[]], {}, { roomId: {} }, { roomId: id }, { messageId: 1 },
      { roomId: id, messageId: [] }, { roomId: id, content: {} }, { roomId: "x".repeat(300) }, { status: 7 }, { until: "x" }];
    for (const event of events) {
      for (const data of odd) {
        const answer = data === undefined ? await a.socket.timeout(60_000).emitWithAck(event) : await a.ask(event, data);
        if (answer.ok) continue;
        assert.ok(["invalid", "not-found", "not-a-member"].includes(answer.error.code), `${event} ${JSON.stringify([data, answer])}`);
        assert.ok(answer.error.message.length > 0);
      }
    }
    await api(ada, "POST", `/rooms/${id}/join`);
    const say = (content, rest = {}) => a.ask("send-message", { roomId: id, content, ...rest });
    const long = await say("x".repeat(16385));
    assert.deepEqual([long.error.code, long.error.message], ["too-large", "content: at most 16384 bytes"]);
    assert.equal(code(await say("x".repeat(16384))), "ok");
    assert.equal(code(await say("x", { replyTo: "m999" })), "not-found");
    assert.equal(code(await say("x", { attachments: ["nothing"] })), "invalid");
    assert.equal(code(await say("x", { attachments: [{ url: "javascript:alert(1)" }] })), "invalid");
    assert.equal(code(await say("\u202etxt.exe\u0000 <script>")), "ok");
    const last = (await api(ada, "GET", `/rooms/${id}/messages?limit=1`)).data[0];
    assert.equal(last.content, "\u202etxt.exe\u0000 <script>");
    a.socket.emit("send-message", { roomId: id });
    assert.deepEqual(await a.told("error"), { message: "content: is missing", event: "send-message", code: "invalid" });

    // Nobody without a token chats; calls go on.
    const guest = io(url, { transports: [transport], forceNew: true });
    open.push(guest);
    assert.equal((await guest.emitWithAck("send-message", { roomId: id, content: "x" })).error.code, "unauthenticated");
    const error = new Promise((resolve) => guest.once("error", resolve));
    guest.emit("join-room", id);
    assert.equal((await error).message, "Authentication required");
    assert.deepEqual(await guest.emitWithAck("callUser", { userToCall: "nobody" }), { delivered: false });
    for (const body of ["[]", "{", "7"]) {
      const answer = await fetch(`${url}/api/v1/rooms`, { method: "POST", headers: { authorization: `Bearer ${ada.token}` }, body });
      assert.equal(answer.status, 400, body);
    }

    // A megabyte is more than the transport takes: that connection ends, the message is not there.
    const gone = new Promise((resolve) => a.socket.once("disconnect", resolve));
    a.socket.emit("send-message", { roomId: id, content: "x".repeat(1_000_000) });
    await gone;
    assert.equal((await api(ada, "GET", `/rooms/${id}/messages?limit=1`)).data[0].id, last.id);
  },

  async attachments() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const id = await room(ada, bob);
    const [a, b] = [await device(ada), await device(bob)];
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
    const upload = (bytes, type, name) => api(ada, "POST", "/attachments", bytes, { "content-type": type, "x-file-name": encodeURIComponent(name) });
    const image = await upload(png, "image/png", "../ä b.png");
    assert.equal(image.status, 201, JSON.stringify(image));
    const { url: path, ...rest } = image.data;
    assert.deepEqual({ ...rest, id: 0 }, { id: 0, name: "ä b.png", size: png.length, type: "image/png", width: 1, height: 1 });
    const sent = await a.ask("send-message", { roomId: id, content: "", attachments: [image.data.id] });
    assert.equal(code(sent), "ok");
    assert.deepEqual((await b.told("new-message")).attachments, [image.data]);
    assert.equal(code(await b.ask("send-message", { roomId: id, content: "", attachments: [image.data] })), "invalid", "not one's own");
    const got = await fetch(url + path);
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), png);
    assert.deepEqual(["content-type", "x-content-type-options"].map((name) => got.headers.get(name)), ["image/png", "nosniff"]);
    assert.match(got.headers.get("content-disposition"), /^inline; filename\*=UTF-8''%C3%A4%20b.png$/);
    for (const [bytes, type] of [
      ["<script>alert(1)</script>", "text/html"], ["<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"],
      ["<script>", "image/png"], ["<html>", "application/xhtml+xml"],
    ]) {
      const made = await upload(Buffer.from(bytes), type, "a.html");
      const served = await fetch(url + made.data.url);
      assert.deepEqual([served.headers.get("content-type"), served.headers.get("content-disposition").split(";")[0]],
        ["application/octet-stream", "attachment"], type);
      assert.match(served.headers.get("content-security-policy"), /sandbox/);
    }
    assert.equal((await upload(new Uint8Array(10 * 1024 * 1024 + 1), "image/png", "x")).status, 413);
    assert.equal((await upload(new Uint8Array(0), "image/png", "x")).status, 400);
    for (const bad of ["/attachments/AAAAAAAAAAAAAAAAAAAAAA/x", "/attachments/..%2f..%2fsecret.key/x", "/attachments/x/y"]) {
      assert.equal((await fetch(`${url}/api/v1${bad}`)).status, 404, bad);
    }
    const avatar = `data:image/png;base64,${png.toString("base64")}`;
    const patched = await fetch(`${url}/api/auth/me`, {
      method: "PATCH", headers: { authorization: `Bearer ${ada.token}`, "content-type": "application/json" }, body: JSON.stringify({ avatar }),
    });
    assert.equal(patched.status, 200);
    const picture = (await api(bob, "GET", `/users/${ada.id}`)).data.avatar;
    const served = await fetch(url + picture);
    assert.deepEqual([served.headers.get("content-type"), Buffer.from(await served.arrayBuffer())], ["image/png", png]);
  },

  // Writes until the server dies under it; prints what was acknowledged.
  async write() {
    const [token, roomId, who] = more;
    const socket = io(url, { transports: [transport], auth: { token }, forceNew: true, reconnection: false });
    socket.on("disconnect", () => process.exit(0));
    await new Promise((resolve) => socket.once("connect", resolve));
    // Several are under way at once, so that some die between commit and acknowledgement.
    let next = 0;
    const send = () => {
      const clientId = `${who}-${next++}`;
      socket.emit("send-message", { roomId, content: clientId, clientId }, (answer) => {
        assert.equal(code(answer), "ok");
        process.stdout.write(`${answer.id} ${clientId}\n`);
        setTimeout(send, 5);
      });
    };
    for (let i = 0; i < 8; i++) send();
    await new Promise(() => {});
  },

  // Sends all that `write` sent, as a client does that does not know what arrived; prints every acknowledgement.
  async resend() {
    const [token, roomId, who, total] = more;
    const { ask } = await device({ token });
    for (let i = 0; i < Number(total); i++) {
      const clientId = `${who}-${i}`;
      const answer = await ask("send-message", { roomId, content: clientId, clientId });
      assert.equal(code(answer), "ok");
      console.log(`${answer.id} ${clientId}`);
    }
  },
};

await scenarios[scenario]();
open.forEach((socket) => socket.disconnect());
