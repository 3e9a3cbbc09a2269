// The REST part: accounts always, contract 5's pages where the server has them, and hooks for tests.
const MOST = 100;

/** Answers one request. */
export async function answer({ request, response, accounts, store, rest, cookie, hooks }) {
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-headers', 'content-type, authorization, api-version, x-file-name');
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
  response.setHeader('vary', 'origin');
  const send = (status, body) => {
    if (body === null) return response.writeHead(status).end();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.method === 'OPTIONS') return send(204, null);
  try {
    const url = new URL(request.url, 'http://host');
    const body = await json(request);
    if (url.pathname.startsWith('/__test/')) {
      const hook = hooks[url.pathname.slice('/__test/'.length)];
      return hook ? send(200, hook(body)) : send(404, { error: 'no such hook' });
    }
    const kept = cookie && request.headers.cookie?.match(/(?:^|; )refresh=([^;]+)/)?.[1];
    if (kept) body.refreshToken = kept;
    const [status, found] = route({ method: request.method, url, body, token: request.headers.authorization?.replace(/^Bearer /, ''), accounts, store, rest });
    if (cookie && found?.refreshToken) {
      response.setHeader('set-cookie', `refresh=${found.refreshToken}; Max-Age=604800; Path=/api; HttpOnly; SameSite=Lax`);
      delete found.refreshToken;
    }
    send(status, found);
  } catch (error) {
    send(400, { status: 'error', message: String(error.message) });
  }
}

function route({ method, url, body, token, accounts, store, rest }) {
  const path = url.pathname.replace(/^\/api(\/v1)?/, '');
  if (method === 'POST') {
    if (path === '/auth/register') return accounts.register(body);
    if (path === '/auth/login') return accounts.login(body);
    if (path === '/auth/refresh') return accounts.refresh(body);
    if (path === '/auth/logout') return accounts.logout(body);
  }
  const user = store.users.get(accounts.verify(token)?.userId);
  const query = url.searchParams;
  if (path === '/auth/me' && user) return method === 'PATCH' ? accounts.change(user, body) : accounts.me(user);
  if (rest || path === '/auth/me') {
    if (!user) return [401, { status: 'fail', message: 'Authentication required' }];
    if (method === 'GET' && path === '/rooms') {
      return page(url, [...store.rooms.values()].map(({ id, name, createdAt }) => ({ id, name, createdAt })));
    }
    if (method === 'GET' && path === '/users') {
      return page(url, [...store.users.values()].map(({ id, name }) => ({ id, username: name })));
    }
    const room = method === 'GET' && path.match(/^\/rooms\/([^/]+)\/messages$/);
    if (room) {
      const found = store.rooms.get(decodeURIComponent(room[1]));
      return found ? cursorPage(query, found.messages, store) : [404, { error: 'Room not found' }];
    }
  }
  return [404, { status: 'fail', message: `Can't find ${url.pathname} on this server` }];
}

/** `?page&limit&search`. */
function page(url, all) {
  const search = url.searchParams.get('search')?.toLowerCase();
  const found = search ? all.filter((one) => (one.name ?? one.username).toLowerCase().includes(search)) : all;
  const limit = Math.min(MOST, Math.max(1, Number(url.searchParams.get('limit') ?? 20)));
  const number = Math.max(1, Number(url.searchParams.get('page') ?? 1));
  const pages = Math.max(1, Math.ceil(found.length / limit));
  const data = found.slice((number - 1) * limit, number * limit);
  const link = (to) => `${url.pathname}?page=${to}&limit=${limit}`;
  return [200, {
    success: true, count: data.length, data,
    pagination: { page: number, limit, total: found.length, pages, hasNext: number < pages, hasPrev: number > 1 },
    links: { self: link(number), first: link(1), last: { href: link(pages) }, ...(number < pages ? { next: { href: link(number + 1) } } : {}) },
  }];
}

/** `?cursor&direction&limit`, oldest first; a cursor is a message's id. */
function cursorPage(query, all, store) {
  const limit = Math.min(MOST, Math.max(1, Number(query.get('limit') ?? 50)));
  const cursor = query.get('cursor');
  const at = cursor === null ? all.length : all.findIndex((message) => String(message.id) === cursor);
  if (at < 0) return [400, { errors: [{ field: 'cursor', message: 'Unknown cursor', value: cursor }] }];
  const after = ['after', 'forward', 'next'].includes(query.get('direction'));
  const [from, to] = after ? [at + 1, at + 1 + limit] : [Math.max(0, at - limit), at];
  const data = all.slice(from, to).map((message) => store.shown(message));
  return [200, {
    data,
    pageInfo: {
      hasNextPage: to < all.length, hasPreviousPage: from > 0,
      startCursor: data.length ? String(data[0].id) : null, endCursor: data.length ? String(data.at(-1).id) : null,
    },
  }];
}

async function json(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text ? JSON.parse(text) : {};
}
