// An unmodified socket.io from the npm registry with handlers that exercise contract 0.
// usage: node socket-io.mjs [--sio 4|3] [--port N] [--addr HOST] [--transports polling,websocket] [--ping-interval MS]
//   [--ping-timeout MS] [--recovery] [--max BYTES] [--admit-all]
// prints `listening PORT` when it takes connections, `joined NAMESPACE SID TRANSPORT` for every client, `got TEXT` for
// every `record`.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const { Server } = require(option('sio', '4') === '3' ? 'socket.io-v3' : 'socket.io');

const server = createServer((_, response) => response.end('contract 0'));
const settings = { cors: { origin: '*', methods: ['GET', 'POST'] } };
if (option('transports')) settings.transports = option('transports').split(',');
if (option('ping-interval')) settings.pingInterval = Number(option('ping-interval'));
if (option('ping-timeout')) settings.pingTimeout = Number(option('ping-timeout'));
if (option('max')) settings.maxHttpBufferSize = Number(option('max'));
if (process.argv.includes('--recovery')) settings.connectionStateRecovery = {};
const io = new Server(server, settings);

const serve = (socket) => {
  console.log(`joined ${socket.nsp.name} ${socket.id} ${socket.conn.transport.name}`);
  socket.conn.on('upgrade', () => console.log(`upgraded ${socket.id} ${socket.conn.transport.name}`));
  socket.on('disconnect', (reason) => console.log(`left ${socket.nsp.name} ${socket.id} ${reason}`));
  socket.emit('hello', { id: socket.id, auth: socket.handshake.auth, recovered: socket.recovered === true });
  socket.on('echo', (...args) => {
    const last = args[args.length - 1];
    if (typeof last === 'function') last(...args.slice(0, -1));
    else socket.emit('echo', ...args);
  });
  // What arrives as bytes is told apart from what arrives as text or number.
  socket.on('describe', (...args) => {
    const ack = args.pop();
    ack(args.map((arg) => (Buffer.isBuffer(arg) ? `bytes ${arg.toString('hex')}` : JSON.stringify(arg))).join(' | '));
  });
  socket.on('record', (text, ack) => {
    console.log(`got ${text}`);
    if (typeof ack === 'function') ack(text);
  });
  socket.on('silence', () => {});
  socket.on('ask-me', () => socket.emit('question', 6, 7, (answer) => socket.emit('answered', answer)));
  socket.on('say', (event, ...args) => socket.nsp.emit(event, ...args));
  socket.on('leave', () => socket.disconnect());
  socket.on('drop', () => socket.conn.close());
};

io.on('connection', serve);
io.use((socket, next) => {
  if (socket.handshake.auth.token !== 'bad') return next();
  const error = new Error('Authentication failed');
  error.data = { code: 'bad-token' };
  next(error);
});
io.of('/second').on('connection', serve);
io.of('/private').use((_, next) => next(new Error('members only')));
if (process.argv.includes('--admit-all')) io.of(/.*/).on('connection', serve);

server.listen(Number(option('port', 0)), option('addr', '127.0.0.1'), () => console.log(`listening ${server.address().port}`));
