// The reference of the bench: the same call screen as lean as React, simple-peer and socket.io-client allow.
import { useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import Peer from 'simple-peer/simplepeer.min.js';
import { io } from '../../../node_modules/socket.io/client-dist/socket.io.esm.min.js';
import './style.css';

const query = new URLSearchParams(location.search);
const socket = io(query.get('signal') ?? location.origin, { transports: ['websocket'] });
if (query.has('worker')) navigator.serviceWorker.register('/sw.js');

function Video({ hook, stream, muted }) {
  const ref = useRef(null);
  useEffect(() => { if (ref.current.srcObject !== stream) ref.current.srcObject = stream ?? null; }, [stream]);
  return <video data-t={hook} ref={ref} autoPlay playsInline muted={muted} />;
}

function App() {
  const [me, setMe] = useState('');
  const [to, setTo] = useState('');
  const [stream, setStream] = useState();
  const [remote, setRemote] = useState();
  const [incoming, setIncoming] = useState();
  const peer = useRef(null);
  const other = useRef('');
  const early = useRef([]);

  useEffect(() => {
    navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then(setStream);
    socket.on('me', setMe);
    socket.on('callUser', ({ signal, from, name }) => {
      if (signal.type === 'offer') { other.current = from; early.current = []; setIncoming({ signal, from, name }); }
      else if (peer.current) peer.current.signal(signal);
      else early.current.push(signal);
    });
    socket.on('callAccepted', (signal) => peer.current?.signal(signal));
  }, []);

  function begin(initiator, send) {
    const made = new Peer({ initiator, trickle: true, stream, config: { iceServers: [] } });
    made.on('signal', send);
    made.on('stream', setRemote);
    made.on('error', () => {});
    made.on('close', () => { peer.current = null; setRemote(undefined); });
    peer.current = made;
  }
  function call() {
    begin(true, (signalData) => socket.emit('callUser', { userToCall: to, signalData, from: me, name: 'React' }));
  }
  function answer() {
    begin(false, (signal) => socket.emit('answerCall', { signal, to: incoming.from }));
    peer.current.signal(incoming.signal);
    early.current.splice(0).forEach((signal) => peer.current.signal(signal));
    setIncoming(undefined);
  }

  return (
    <main>
      <h1>Call</h1>
      <Video hook="preview" stream={stream} muted />
      <p>Your id: <code data-t="my-id">{me}</code> <button onClick={() => navigator.clipboard.writeText(me)}>Copy</button></p>
      <form onSubmit={(event) => { event.preventDefault(); call(); }}>
        <label>Call <input data-t="call-to" value={to} onChange={(event) => setTo(event.target.value)} /></label>
        <button data-t="call" disabled={!me || !stream}>Call</button>
      </form>
      {incoming && (
        <div role="dialog" data-t="incoming">
          <p>{incoming.name} calls</p>
          <button data-t="answer-video" onClick={answer}>Answer</button>
          <button onClick={() => setIncoming(undefined)}>Decline</button>
        </div>
      )}
      <section hidden={!remote}>
        <Video hook="remote-video" stream={remote} />
        <button data-t="hangup" onClick={() => peer.current?.destroy()}>Hang up</button>
      </section>
    </main>
  );
}

createRoot(document.getElementById('root')).render(<App />);
