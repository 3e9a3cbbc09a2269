// The server of contract 1 as its tutorials have it, on an unmodified socket.io from the npm registry.
// usage: node peer-call.mjs [--sio 4|3] [--port N] [--addr HOST] [--ping-interval MS] [--ping-timeout MS] [--recovery]
// prints `listening PORT` when it takes connections.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const { Server } = require(option('sio', '4') === '3' ? 'socket.io-v3' : 'socket.io');

const server = createServer((_, response) => response.end('contract 1'));
const settings = { cors: { origin: '*', methods: ['GET', 'POST'] } };
if (option('ping-interval')) settings.pingInterval = Number(option('ping-interval'));
if (option('ping-timeout')) settings.pingTimeout = Number(option('ping-timeout'));
if (process.argv.includes('--recovery')) settings.connectionStateRecovery = {};
const io = new Server(server, settings);

io.on('connection', (socket) => {
  socket.emit('me', socket.id);
  socket.on('disconnect', () => socket.broadcast.emit('callEnded'));
  socket.on('callUser', ({ userToCall, signalData, from, name }) => io.to(userToCall).emit('callUser', { signal: signalData, from, name }));
  socket.on('answerCall', ({ signal, to }) => io.to(to).emit('callAccepted', signal));
});
server.listen(Number(option('port', 0)), option('addr', '127.0.0.1'), () => console.log(`listening ${server.address().port}`));
