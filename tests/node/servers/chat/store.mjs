// What a chat server keeps: people, rooms, messages. In memory, and in a journal of JSON lines where a file is named.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export class Store {
  users = new Map();
  rooms = new Map();
  refresh = new Map();
  secret = null;
  #byId = new Map();
  #next;
  #latest = 0;
  #shape;

  constructor({ file, firstId, ...shape }) {
    this.#shape = shape;
    this.#next = firstId;
    if (file && existsSync(file)) {
      // A process that was killed may have left half a line.
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        let entry;
        try { entry = JSON.parse(line); } catch { continue; }
        this.#apply(entry);
      }
    }
    this.file = file;
  }

  keepUser(user) { this.#keep({ user }); }
  keepSecret(secret) { this.#keep({ secret }); }
  keepRefresh(refresh) { this.#keep({ refresh }); }
  endRefresh(token) { if (this.refresh.has(token)) this.#keep({ spent: token }); }

  /** A room; made if `make` says so. */
  room(id, { make = false, name } = {}) {
    if (!this.rooms.has(id) && make) this.#keep({ room: { id, name: name ?? id, createdAt: Date.now() } });
    return this.rooms.get(id);
  }

  /** Keeps a new message; gives it as it is sent. */
  post(roomId, senderId, { content, replyTo, attachments, senderName }) {
    this.room(roomId, { make: true });
    // Like a database's clock: never the same millisecond twice, so that the order is one.
    const timestamp = Math.max(Date.now(), this.#latest + 1);
    const message = {
      id: this.#shape.numericIds ? this.#next : `m${this.#next}`, roomId, senderId, senderName: senderName ?? this.users.get(senderId)?.name,
      content, replyTo: replyTo ?? null, attachments: attachments ?? [], timestamp, edited: false, editedAt: null, reactions: {}, readBy: [],
    };
    this.#keep({ message });
    return this.shown(message);
  }

  find(roomId, id) {
    const message = this.#byId.get(String(id));
    return message?.roomId === roomId ? message : undefined;
  }

  edit(message, content) {
    const editedAt = Date.now();
    this.#keep({ edit: { id: message.id, content, editedAt } });
    return this.#time(editedAt);
  }

  remove(message) { this.#keep({ remove: message.id }); }

  react(message, reaction, userId) {
    const hasReacted = !(message.reactions[reaction] ?? []).includes(userId);
    this.#keep({ react: { id: message.id, reaction, userId, hasReacted } });
    return { hasReacted, reactionCount: (message.reactions[reaction] ?? []).length };
  }

  read(message, userId) {
    if (!message.readBy.includes(userId)) this.#keep({ read: { id: message.id, userId } });
  }

  last(roomId, count) {
    return (this.rooms.get(roomId)?.messages ?? []).slice(-count).map((message) => this.shown(message));
  }

  /** A message in this server's shape. */
  shown(message) {
    const { reactions, readBy, names } = this.#shape;
    const { senderName, ...rest } = message;
    return {
      ...rest,
      ...(names && senderName ? { senderName } : {}),
      timestamp: this.#time(message.timestamp),
      editedAt: message.editedAt === null ? undefined : this.#time(message.editedAt),
      reactions: {
        empty: () => ({}),
        map: () => message.reactions,
        array: () => Object.entries(message.reactions).map(([reaction, users]) => ({ reaction, count: users.length, users })),
      }[reactions](),
      readBy: readBy === 'empty' ? {} : message.readBy,
    };
  }

  #time(millis) { return this.#shape.iso ? new Date(millis).toISOString() : millis; }

  #keep(entry) {
    // First to the file, as a database would: what others have been told survives.
    if (this.file) appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
    this.#apply(entry);
  }

  #apply(entry) {
    const message = this.#byId.get(String(entry.edit?.id ?? entry.react?.id ?? entry.read?.id ?? entry.remove));
    if (entry.user) this.users.set(entry.user.id, entry.user);
    else if (entry.secret) this.secret = entry.secret;
    else if (entry.refresh) this.refresh.set(entry.refresh.token, entry.refresh);
    else if (entry.spent) this.refresh.delete(entry.spent);
    else if (entry.room) this.rooms.set(entry.room.id, { ...entry.room, messages: [] });
    else if (entry.message) {
      this.rooms.get(entry.message.roomId).messages.push(entry.message);
      this.#byId.set(String(entry.message.id), entry.message);
      this.#next += 1;
      this.#latest = entry.message.timestamp;
    } else if (entry.edit) Object.assign(message, { content: entry.edit.content, edited: true, editedAt: entry.edit.editedAt });
    else if (entry.react) {
      const { reaction, userId, hasReacted } = entry.react;
      const others = (message.reactions[reaction] ?? []).filter((id) => id !== userId);
      message.reactions[reaction] = hasReacted ? [...others, userId] : others;
      if (message.reactions[reaction].length === 0) delete message.reactions[reaction];
    } else if (entry.read) message.readBy.push(entry.read.userId);
    else if (entry.remove !== undefined && message) {
      const { messages } = this.rooms.get(message.roomId);
      messages.splice(messages.indexOf(message), 1);
      this.#byId.delete(String(message.id));
    }
  }
}
