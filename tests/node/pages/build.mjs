// Builds a React reference page with Vite and gives it a precaching worker. usage: node build.mjs OUT_DIR [PAGE]
import { build } from 'vite';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), process.argv[3] ?? 'react');
const outDir = resolve(process.argv[2]);
await build({
  root, logLevel: 'warn', configFile: false,
  // The page has one component file: the JSX transform built into Vite is enough, no plugin is needed.
  oxc: { jsx: { runtime: 'automatic' } },
  build: { outDir, emptyOutDir: true, target: 'esnext', modulePreload: { polyfill: false } },
});
const assets = readdirSync(join(outDir, 'assets')).map((name) => `/assets/${name}`);
const hash = createHash('sha256');
for (const path of ['/index.html', ...assets]) hash.update(readFileSync(join(outDir, path)));
writeFileSync(join(outDir, 'sw.js'), `const CACHE = 'reference-${hash.digest('hex').slice(0, 12)}';
const FILES = ${JSON.stringify(['/', ...assets])};
addEventListener('install', (event) => event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || new URL(event.request.url).origin !== location.origin) return;
  const key = event.request.mode === 'navigate' ? '/' : event.request;
  event.respondWith(caches.match(key).then((hit) => hit ?? fetch(event.request)));
});
`);
