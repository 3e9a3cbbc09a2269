// A server of contract 5 (chat) with contract 4's sign-in, on the unmodified socket.io from the npm registry: no client ids,
// no acks, none of docs/chat-additions.md.
// usage: node chat.mjs [--port N] [--addr HOST] [--sio 4|3] [--ping-interval MS] [--ping-timeout MS]
//   --no-echo             `new-message` goes to the others only
//   --flavour joined|history
//                         `room-joined`, `user-typing`, `presence-update`; or `room-history`, `typing-update`, `status-change`
//   --recovery            connection state recovery
//   --rest                room list, history pages and people below /api/v1 and /api
//   --batch MS            what goes to rooms is collected that long and sent as `batched-messages`
//   --reactions empty|map|array   --read-by empty|array   --numeric-ids   --iso   --no-names
//   --messages-per-minute N (60)  --joins-per-minute N (30)  --connections-per-hour N (10); 0: no limit
//   --minute SECONDS      how long a minute of these limits is (60)
//   --strict-rooms        a room that was not made by POST /__test/room cannot be joined
//   --access-seconds N    life of an access token (900)
//   --cookie              the refresh token is an httpOnly cookie and not in the body
//   --keep FILE           users and messages outlive the process
//   --first-id N          the first message's id, without --keep
// prints `listening PORT`, `connected USER SID recovered|new`, `left USER SID`.
// /__test: GET state; POST drop, room {id,name}, post {roomId,userId,content,…}, feed {roomId,userId,rate,seconds}, say {event,data}, sign-in {name}.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { Accounts } from './chat/accounts.mjs';
import { Store } from './chat/store.mjs';
import { answer } from './chat/rest.mjs';

const require = createRequire(import.meta.url);
const flag = (name) => process.argv.includes(`--${name}`);
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const { Server } = require(option('sio', '4') === '3' ? 'socket.io-v3' : 'socket.io');
const echo = !flag('no-echo');
const split = option('flavour', 'joined') === 'history';
const batch = Number(option('batch', 0));
const GRACE = 5_000;
// Batches go to single sockets, and what goes to those who are away for a moment is not kept for them.
if (batch && flag('recovery')) throw new Error('--batch and --recovery exclude each other');

const store = new Store({
  file: option('keep'), firstId: Number(option('first-id', 1)), numericIds: flag('numeric-ids'), iso: flag('iso'), names: !flag('no-names'),
  reactions: option('reactions', 'map'), readBy: option('read-by', 'array'),
});
const accounts = new Accounts(store, Number(option('access-seconds', 900)));
const server = createServer((request, response) => answer({ request, response, accounts, store, rest: flag('rest'), cookie: flag('cookie'), hooks }));
const settings = { cors: { origin: true, credentials: true, methods: ['GET', 'POST'] }, maxHttpBufferSize: 4e6 };
if (option('ping-interval')) settings.pingInterval = Number(option('ping-interval'));
if (option('ping-timeout')) settings.pingTimeout = Number(option('ping-timeout'));
if (flag('recovery')) settings.connectionStateRecovery = {};
const io = new Server(server, settings);

// Sliding windows, by person and kind.
const windows = new Map();
const MINUTE = Number(option('minute', 60)) * 1000;
const LIMITS = {
  messages: [Number(option('messages-per-minute', 60)), MINUTE],
  joins: [Number(option('joins-per-minute', 30)), MINUTE],
  connections: [Number(option('connections-per-hour', 10)), 60 * MINUTE],
};
const tooOften = (userId, kind) => {
  const [most, span] = LIMITS[kind];
  if (!most) return null;
  const now = Date.now();
  const key = `${kind} ${userId}`;
  const recent = (windows.get(key) ?? []).filter((at) => at > now - span);
  windows.set(key, recent);
  if (recent.length >= most) return `Rate limit exceeded. Try again in ${Math.ceil((recent[0] + span - now) / 1000)} seconds`;
  recent.push(now);
  return null;
};

const pending = new Map();
const flush = (target) => {
  const messages = pending.get(target);
  pending.delete(target);
  io.to(target).emit('batched-messages', { messages, count: messages.length, timestamp: Date.now() });
};
const tellRoom = (roomId, event, data, except) => {
  if (!batch) return (except ? except.to(`room:${roomId}`) : io.to(`room:${roomId}`)).emit(event, data);
  // A batch goes to single sockets, since it may leave one of them out.
  for (const id of io.of('/').adapter.rooms.get(`room:${roomId}`) ?? []) {
    if (id === except?.id) continue;
    if (!pending.has(id)) {
      pending.set(id, []);
      setTimeout(() => flush(id), batch);
    }
    pending.get(id).push({ event, data, timestamp: Date.now() });
  }
};

const devices = new Map();
const status = new Map();
const tellPresence = (userId, now) => {
  status.set(userId, now);
  io.emit(split ? 'status-change' : 'presence-update', { ...(split ? { type: 'presence-update' } : {}), userId, status: now, timestamp: Date.now() });
};

io.use((socket, next) => {
  const { token } = socket.handshake.auth;
  if (!token) return next(new Error('Authentication required'));
  const claims = accounts.verify(token);
  if (!claims) return next(new Error('Authentication failed'));
  const refusal = tooOften(claims.userId, 'connections');
  if (refusal) return next(new Error(refusal));
  socket.data.userId = claims.userId;
  next();
});

io.on('connection', (socket) => {
  const { userId } = socket.data;
  const user = store.users.get(userId);
  const who = { userId, username: user.name };
  const refuse = (message, request) => socket.emit('error', request?.requestId ? { message, requestId: request.requestId } : { message });
  const isIn = (roomId) => socket.rooms.has(`room:${roomId}`);
  // Handlers of such servers destructure what they get; one that throws would end the process, so each is guarded.
  const on = (event, handle) => socket.on(event, (data) => {
    try { handle(data ?? {}); } catch (error) { refuse(String(error.message), data); }
  });
  const typing = (roomId, isTyping) => {
    if (!isIn(roomId)) return;
    if (split) socket.to(`room:${roomId}`).emit('typing-update', { userId, roomId, isTyping, timestamp: Date.now() });
    else socket.to(`room:${roomId}`).emit(isTyping ? 'user-typing' : 'user-stopped-typing', { ...who, roomId, timestamp: Date.now() });
  };

  console.log(`connected ${user.name} ${socket.id} ${socket.recovered === true ? 'recovered' : 'new'}`);
  socket.join(`user:${userId}`);
  devices.set(userId, (devices.get(userId) ?? 0) + 1);
  if ((status.get(userId) ?? 'offline') === 'offline') tellPresence(userId, 'online');
  for (const [other, now] of status) if (now !== 'offline') socket.emit(split ? 'status-change' : 'presence-update', { userId: other, status: now, timestamp: Date.now() });
  const heartbeat = setInterval(() => socket.emit('ping', Date.now()), 15_000);

  on('join-room', (roomId) => {
    const refusal = tooOften(userId, 'joins');
    if (refusal) return refuse(refusal);
    const room = store.room(String(roomId), { make: !flag('strict-rooms') });
    if (!room) return refuse('Room not found');
    const already = isIn(room.id);
    socket.join(`room:${room.id}`);
    const messages = store.last(room.id, 50);
    const memberCount = io.of('/').adapter.rooms.get(`room:${room.id}`)?.size ?? 0;
    if (split) socket.emit('room-history', { roomId: room.id, messages });
    else socket.emit('room-joined', { room: { id: room.id, name: room.name, memberCount }, messages });
    if (!already) socket.to(`room:${room.id}`).emit('user-joined', { ...who, roomId: room.id, timestamp: Date.now() });
  });
  on('leave-room', (roomId) => {
    if (!isIn(roomId)) return;
    socket.leave(`room:${roomId}`);
    socket.to(`room:${roomId}`).emit('user-left', { ...who, roomId, timestamp: Date.now() });
  });
  on('send-message', (data) => {
    const { roomId, content, replyTo, attachments } = data;
    if (!isIn(roomId)) return refuse('You are not a member of this room', data);
    if (typeof content !== 'string' || (content.trim() === '' && !attachments?.length)) return refuse('Message content is required', data);
    const refusal = tooOften(userId, 'messages');
    if (refusal) return refuse(refusal, data);
    const message = store.post(roomId, userId, { content, replyTo, attachments });
    tellRoom(roomId, 'new-message', message, echo ? null : socket);
    for (const [, name] of content.matchAll(/@([\p{L}\p{N}_.-]+)/gu)) {
      const mentioned = [...store.users.values()].find((other) => other.name === name);
      if (mentioned) io.to(`user:${mentioned.id}`).emit('notification', { type: 'chat-mention', from: user.name, message: content, roomId, timestamp: Date.now() });
    }
  });
  on('typing', (roomId) => typing(roomId, true));
  on('stop-typing', (roomId) => typing(roomId, false));
  on('edit-message', (data) => {
    const message = store.find(data.roomId, data.messageId);
    if (!message) return refuse('Message not found', data);
    if (message.senderId !== userId) return refuse('You can only edit your own messages', data);
    const editedAt = store.edit(message, String(data.newContent));
    tellRoom(data.roomId, 'message-edited', { messageId: message.id, roomId: data.roomId, newContent: message.content, editedAt, timestamp: Date.now() });
  });
  on('delete-message', (data) => {
    const message = store.find(data.roomId, data.messageId);
    if (!message) return refuse('Message not found', data);
    if (message.senderId !== userId && user.role !== 'admin') return refuse('You can only delete your own messages', data);
    store.remove(message);
    tellRoom(data.roomId, 'message-deleted', { messageId: message.id, roomId: data.roomId, deletedBy: userId, timestamp: Date.now() });
  });
  on('react-to-message', (data) => {
    const message = store.find(data.roomId, data.messageId);
    if (!message) return refuse('Message not found', data);
    const { hasReacted, reactionCount } = store.react(message, String(data.reaction), userId);
    tellRoom(data.roomId, 'message-reaction-updated', { messageId: message.id, roomId: data.roomId, reaction: data.reaction, userId, hasReacted, reactionCount, timestamp: Date.now() });
  });
  on('read-receipt', (data) => {
    const message = store.find(data.roomId, data.messageId);
    if (!message) return;
    store.read(message, userId);
    io.to(`user:${message.senderId}`).emit('message-read', { messageId: message.id, roomId: data.roomId, readerId: userId, timestamp: Date.now() });
  });
  on('update-presence', (now) => {
    if (['online', 'away', 'offline'].includes(now)) tellPresence(userId, now);
    else refuse('Invalid status');
  });
  on('pong', () => {});
  socket.on('disconnect', () => {
    clearInterval(heartbeat);
    console.log(`left ${user.name} ${socket.id}`);
    devices.set(userId, devices.get(userId) - 1);
    setTimeout(() => { if (devices.get(userId) === 0 && status.get(userId) !== 'offline') tellPresence(userId, 'offline'); }, GRACE);
  });
  socket.on('disconnecting', () => {
    for (const room of socket.rooms) {
      if (room.startsWith('room:')) socket.to(room).emit('user-left', { ...who, roomId: room.slice(5), timestamp: Date.now() });
    }
  });
});

const feeds = new Map();
const hooks = {
  state: () => ({
    users: [...store.users.values()].map(({ id, name, email, role }) => ({ id, name, email, role })),
    rooms: Object.fromEntries([...store.rooms.values()].map((room) => [room.id, room.messages.map((message) => store.shown(message))])),
    connected: [...io.of('/').sockets.values()].map((socket) => ({ id: socket.id, userId: socket.data.userId, rooms: [...socket.rooms].filter((room) => room.startsWith('room:')).map((room) => room.slice(5)) })),
    status: Object.fromEntries(status),
  }),
  drop: () => { for (const socket of io.of('/').sockets.values()) socket.conn.close(); return {}; },
  room: ({ id, name }) => { const { messages, ...room } = store.room(id, { make: true, name }); return room; },
  post: ({ roomId, userId, ...rest }) => {
    store.room(roomId, { make: true });
    const message = store.post(roomId, userId, rest);
    tellRoom(roomId, 'new-message', message);
    return message;
  },
  // Messages at a steady rate, as a bench wants them; none is kept, or the server would be what is measured. Another feed
  // of the room ends the one before.
  feed: ({ roomId, userId, rate, seconds }) => {
    const start = Date.now();
    let told = 0;
    clearInterval(feeds.get(roomId));
    const timer = setInterval(() => {
      const due = Math.min(rate * seconds, Math.floor(((Date.now() - start) / 1000) * rate));
      for (; told < due; told += 1) {
        tellRoom(roomId, 'new-message', { id: `fed-${start}-${told}`, roomId, senderId: userId, senderName: 'Feed', content: `Message ${told} of a *busy* room, with some words and https://example.org/${told % 7}`, timestamp: Date.now(), edited: false, attachments: [], reactions: {}, readBy: [] });
      }
      if (told >= rate * seconds) clearInterval(timer);
    }, 10);
    feeds.set(roomId, timer);
    return {};
  },
  say: ({ event, data }) => { io.emit(event, data); return {}; },
  'sign-in': ({ name, role }) => accounts.session(accounts.named(name, role)),
};

server.listen(Number(option('port', 0)), option('addr', '127.0.0.1'), () => console.log(`listening ${server.address().port}`));
