// Put into every page before its own scripts: it watches, and changes nothing that a page can see.
(() => {
  if (window.__probe) return;
  const at = () => performance.timeOrigin + performance.now();
  const hook = (name) => document.querySelector(`[data-t="${name}"]`);
  const probe = { marks: {}, peers: [], tracks: [], shift: 0, shifts: [], violations: [] };
  Object.defineProperty(window, '__probe', { value: probe });

  // Connections and captured tracks, held weakly: what is live after a call is counted, what was dropped may go.
  const Peer = window.RTCPeerConnection;
  if (Peer) {
    window.RTCPeerConnection = new Proxy(Peer, {
      construct(target, args, newTarget) {
        const peer = Reflect.construct(target, args, newTarget);
        probe.peers.push(new WeakRef(peer));
        return peer;
      },
    });
  }
  const devices = navigator.mediaDevices;
  if (devices) {
    for (const name of ['getUserMedia', 'getDisplayMedia']) {
      const original = devices[name]?.bind(devices);
      if (!original) continue;
      devices[name] = async (...args) => {
        const stream = await original(...args);
        stream.getTracks().forEach((track) => probe.tracks.push(new WeakRef(track)));
        return stream;
      };
    }
  }
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    probe.tracks.push(new WeakRef(copy));
    return copy;
  };
  probe.livePeers = () => probe.peers.map((ref) => ref.deref()).filter((peer) => peer && peer.connectionState !== 'closed');
  // What a call left behind: one connection that was never connected to anybody may stand ready for the next call.
  probe.leftPeers = () => {
    const live = probe.livePeers();
    const ready = live.filter((peer) => !peer.remoteDescription);
    return [...live.filter((peer) => peer.remoteDescription), ...ready.slice(1)];
  };
  probe.liveTracks = () => probe.tracks.map((ref) => ref.deref()).filter((track) => track && track.readyState === 'live');
  probe.stats = async () => {
    const all = [];
    for (const peer of probe.livePeers()) (await peer.getStats()).forEach((report) => all.push({ ...report }));
    return all;
  };

  // The size of a wasm module's memory, which no heap figure contains.
  const memories = [];
  const remember = (instance) => {
    // Under whatever name: a release build shortens them.
    for (const memory of Object.values(instance.exports)) if (memory instanceof WebAssembly.Memory) memories.push(new WeakRef(memory));
    return instance;
  };
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct: (target, args, newTarget) => remember(Reflect.construct(target, args, newTarget)),
  });
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await original.apply(WebAssembly, args);
      remember(made.instance ?? made);
      return made;
    };
  }
  probe.wasmMemory = () => memories.reduce((sum, ref) => sum + (ref.deref()?.buffer.byteLength ?? 0), 0);

  document.addEventListener('securitypolicyviolation', (event) => {
    probe.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
  });

  // Layout shift until the preview plays; what moves because the person pressed something does not count.
  try {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput || probe.marks.preview) continue;
        probe.shift += entry.value;
        probe.shifts.push({ value: entry.value, at: entry.startTime, nodes: entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120)) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  } catch { /* Firefox has none. */ }

  // The moments that are compared. `mark` keeps the first of each name until `reset`.
  const mark = (name, when = at()) => { probe.marks[name] ??= when; };
  let watched = new WeakSet();
  function watchRemote(video) {
    if (!video || watched.has(video) || !video.requestVideoFrameCallback) return;
    watched.add(video);
    video.requestVideoFrameCallback(() => mark('remoteFrame'));
  }
  // Playing means a picture on the page: frames came and the element is not paused.
  const plays = (video) => Boolean(video) && video.readyState >= 2 && video.videoWidth > 0 && !video.paused;
  function look() {
    const preview = hook('preview');
    if (plays(preview)) mark('preview');
    const call = hook('call');
    const ready = call && !call.disabled && call.getAttribute('aria-disabled') !== 'true';
    if (hook('my-id')?.textContent.trim()) mark('id');
    if (ready && probe.marks.id && probe.marks.preview) mark('usable');
    if (hook('incoming') && !hook('incoming').hidden) mark('ringing');
    watchRemote(hook('remote-video'));
  }
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  const signs = ['playing', 'timeupdate', 'loadeddata', 'resize'];
  signs.forEach((type) => document.addEventListener(type, look, true));
  // Stops watching, where the watching itself would be measured.
  probe.rest = () => { observer.disconnect(); signs.forEach((type) => document.removeEventListener(type, look, true)); };
  document.addEventListener('click', (event) => {
    const name = event.target.closest?.('[data-t]')?.dataset.t;
    // The moment of the press itself, not of when the main thread came to it.
    if (name) mark(`press:${name}`, performance.timeOrigin + event.timeStamp);
  }, true);
  probe.reset = (...names) => { for (const name of names) delete probe.marks[name]; watched = new WeakSet(); look(); };
})();
