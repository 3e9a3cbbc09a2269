// Serves a folder as a good static host would: brotli at its best level, hashed files cached for ever, the rest never.
// usage: node statics.mjs DIR [--addr 127.0.0.1] ; prints `listening PORT`.
import { createServer } from 'node:http';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.json': 'application/json', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json', '.png': 'image/png',
};

const [dir] = process.argv.slice(2);
const at = process.argv.indexOf('--addr');
const host = at < 0 ? '127.0.0.1' : process.argv[at + 1];
const files = new Map();

function load(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) { load(path); continue; }
    const body = readFileSync(path);
    const packed = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
    files.set('/' + relative(dir, path), { body, packed, type: TYPES[extname(name)] ?? 'application/octet-stream' });
  }
}
load(dir);

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
  const file = files.get(path.endsWith('/') ? `${path}index.html` : path);
  if (!file) { response.writeHead(404, { 'content-type': 'text/plain' }).end('not found'); return; }
  const brotli = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') && file.packed.length < file.body.length;
  const body = brotli ? file.packed : file.body;
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': body.length,
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(brotli ? { 'content-encoding': 'br' } : {}),
  }).end(body);
});
server.listen(0, host, () => console.log(`listening ${server.address().port}`));
