// The client that most tutorials for contract 1 build: it knows nothing of Antenna.
const query = new URLSearchParams(location.search);
const trickle = query.get('trickle') === '1';
const el = (name) => document.querySelector(`[data-t="${name}"]`);
const socket = io(query.get('signal'), query.get('transport') ? { transports: [query.get('transport')] } : {});
let stream;
let peer;
let incoming;
let waiting = [];
let me;
// What the tests look at besides the page itself.
window.partner = { sent: [], got: [], errors: [], endedHints: 0 };

function phase(name) { el('phase').textContent = name; }
function ready() { el('call').disabled = !(me && (stream || query.get('media') === '0')); }

if (query.get('media') !== '0') {
  navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then((own) => {
    stream = own;
    el('preview').srcObject = own;
    ready();
  });
}

socket.on('me', (id) => { me = id; el('my-id').textContent = id; ready(); });

function begin(initiator, send) {
  peer = new SimplePeer({ initiator, trickle, stream, config: { iceServers: JSON.parse(query.get('ice') ?? '[]') } });
  window.partner.peer = peer;
  peer.on('signal', (signal) => { window.partner.sent.push(signal.type ?? Object.keys(signal)[0]); send(signal); });
  peer.on('stream', (remote) => { el('remote-video').srcObject = remote; });
  peer.on('connect', () => phase('connected'));
  peer.on('data', (data) => {
    const line = document.createElement('p');
    line.dataset.t = 'call-text';
    line.dataset.own = 'false';
    line.textContent = String(data);
    el('call-chat').append(line);
    window.partner.got.push(String(data));
  });
  peer.on('error', (error) => window.partner.errors.push(String(error)));
  peer.on('close', () => { phase('ended'); el('hangup').hidden = true; el('remote-video').srcObject = null; peer = undefined; });
  el('hangup').hidden = false;
}

el('call').onclick = () => {
  const to = el('call-to').value.trim();
  phase('dialing');
  begin(true, (signalData) => socket.emit('callUser', { userToCall: to, signalData, from: me, name: query.get('name') ?? 'Classic' }));
};

socket.on('callUser', ({ signal, from, name }) => {
  // With trickle, candidates come as further callUser events; without, the first one is all there is.
  if (incoming || peer) {
    if (from === (incoming?.from ?? peer?.from) && signal.type !== 'offer') { if (peer) peer.signal(signal); else waiting.push(signal); }
    return;
  }
  incoming = { signal, from };
  waiting = [];
  el('call-name').textContent = name;
  el('incoming').hidden = false;
  phase('ringing');
});

el('answer-video').onclick = () => {
  const { signal, from } = incoming;
  begin(false, (answer) => socket.emit('answerCall', { signal: answer, to: from }));
  peer.from = from;
  peer.signal(signal);
  waiting.forEach((candidate) => peer.signal(candidate));
  incoming = undefined;
  el('incoming').hidden = true;
  phase('connecting');
};

socket.on('callAccepted', (signal) => { if (peer) peer.signal(signal); });
socket.on('callEnded', () => { window.partner.endedHints += 1; });

el('hangup').onclick = () => peer?.destroy();
el('call-chat-send').onclick = () => { peer.send(el('call-chat-input').value); el('call-chat-input').value = ''; };
