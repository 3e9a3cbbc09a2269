// The reference of the chat bench: a room's messages as lean as React and react-virtuoso allow, fed by the same server.
// Messages are put on screen once a frame, which is what a careful React developer would do.
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Virtuoso } from 'react-virtuoso';
import { io } from '../../../node_modules/socket.io/client-dist/socket.io.esm.min.js';

const query = new URLSearchParams(location.search);
const room = query.get('room') ?? 'general';
const socket = io(query.get('server'), { transports: ['websocket'], auth: { token: query.get('token') } });
const KEPT = 2000;

function Chat() {
  const [{ list, first }, setState] = useState({ list: [], first: 0 });
  useEffect(() => {
    let waiting = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      const more = waiting;
      waiting = [];
      setState(({ list, first }) => {
        const all = list.concat(more);
        const over = Math.max(0, all.length - KEPT);
        return { list: over ? all.slice(over) : all, first: first + over };
      });
    };
    const add = (messages) => {
      waiting.push(...messages);
      frame ||= requestAnimationFrame(flush);
    };
    socket.on('connect', () => socket.emit('join-room', room));
    socket.on('room-joined', ({ messages }) => add(messages));
    socket.on('room-history', ({ messages }) => add(messages));
    socket.on('new-message', (message) => add([message]));
    socket.on('batched-messages', ({ messages }) => add(messages.filter(({ event }) => event === 'new-message').map(({ data }) => data)));
    return () => socket.removeAllListeners();
  }, []);
  return (
    <Virtuoso
      style={{ height: '90vh' }}
      data={list}
      firstItemIndex={first}
      computeItemKey={(_, message) => message.id}
      initialTopMostItemIndex={Math.max(0, list.length - 1)}
      followOutput="auto"
      itemContent={(_, message) => (
        <div data-t="message" style={{ padding: '4px 12px' }}>
          <strong>{message.senderName ?? message.senderId}</strong>{' '}
          <time>{new Date(message.timestamp).toLocaleTimeString()}</time>
          <p style={{ margin: 0 }}>{message.content}</p>
        </div>
      )}
    />
  );
}

createRoot(document.getElementById('root')).render(<Chat />);
