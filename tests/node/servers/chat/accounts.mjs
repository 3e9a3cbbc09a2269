// Accounts of contract 4: JWTs (HS256), refresh tokens that are rotated, passwords as scrypt hashes.
import { createHmac, randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';

const encode = (value) => Buffer.from(value).toString('base64url');
const REFRESH_SECONDS = 7 * 86_400;

export class Accounts {
  constructor(store, accessSeconds) {
    this.store = store;
    this.accessSeconds = accessSeconds;
    if (!store.secret) store.keepSecret(randomBytes(32).toString('hex'));
  }

  /** The claims of a valid access token of somebody who exists. */
  verify(token) {
    const [head, body, mac] = String(token).split('.');
    if (!mac) return null;
    const expected = Buffer.from(this.#mac(`${head}.${body}`));
    if (expected.length !== mac.length || !timingSafeEqual(expected, Buffer.from(mac))) return null;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    return claims.exp > Date.now() / 1000 && this.store.users.has(claims.userId) ? claims : null;
  }

  /** Tokens for somebody. */
  session(user) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { userId: user.id, email: user.email, role: user.role, organizationId: 'org', iat: now, exp: now + this.accessSeconds, jti: randomUUID() };
    const text = `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(JSON.stringify(claims))}`;
    const refreshToken = randomBytes(32).toString('base64url');
    this.store.keepRefresh({ token: refreshToken, userId: user.id, until: now + REFRESH_SECONDS });
    return { accessToken: `${text}.${this.#mac(text)}`, refreshToken, expiresIn: this.accessSeconds, user: shown(user) };
  }

  /** The person of this name; made without a password if there is none. */
  named(name, role = 'viewer') {
    const found = [...this.store.users.values()].find((user) => user.name === name);
    return found ?? this.#make({ email: `${name}@example.org`, name, role });
  }

  register({ email, name, password }) {
    const errors = [];
    if (!/^\S+@\S+$/.test(email ?? '')) errors.push({ field: 'email', message: 'Invalid e-mail address', value: email ?? null });
    if (!name) errors.push({ field: 'name', message: 'Name is required', value: name ?? null });
    if ((password ?? '').length < 8) errors.push({ field: 'password', message: 'At least 8 characters', value: null });
    if (errors.length) return [400, { errors }];
    if (this.#byEmail(email)) return [409, { error: 'This e-mail address is taken' }];
    const salt = randomBytes(16).toString('hex');
    return [201, this.session(this.#make({ email, name, role: 'viewer', salt, hash: hash(password, salt) }))];
  }

  login({ email, password }) {
    const user = this.#byEmail(email ?? '');
    const fits = user?.hash && timingSafeEqual(Buffer.from(user.hash), Buffer.from(hash(password ?? '', user.salt)));
    return fits ? [200, this.session(user)] : [401, { status: 'fail', message: 'Invalid credentials' }];
  }

  refresh({ refreshToken }) {
    const found = this.store.refresh.get(refreshToken);
    this.store.endRefresh(refreshToken);
    const user = found && found.until > Date.now() / 1000 && this.store.users.get(found.userId);
    return user ? [200, this.session(user)] : [401, { status: 'fail', message: 'Invalid refresh token' }];
  }

  logout({ refreshToken }) {
    this.store.endRefresh(refreshToken);
    return [204, null];
  }

  me(user) { return [200, { user: shown(user) }]; }

  change(user, { name, avatar }) {
    const changed = { ...user, ...(name ? { name } : {}), ...(avatar === undefined ? {} : { avatar }) };
    this.store.keepUser(changed);
    return this.me(changed);
  }

  #make(user) {
    this.store.keepUser({ id: randomUUID(), ...user });
    return [...this.store.users.values()].at(-1);
  }

  #byEmail(email) { return [...this.store.users.values()].find((user) => user.email.toLowerCase() === email.toLowerCase()); }
  #mac(text) { return createHmac('sha256', this.store.secret).update(text).digest('base64url'); }
}

const hash = (password, salt) => scryptSync(password, salt, 32).toString('hex');
const shown = ({ id, email, name, role, avatar }) => ({ id, email, name, role, avatar: avatar ?? null, organizationId: 'org' });
