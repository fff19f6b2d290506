// Two workers with the same WebAssembly: one answers every keystroke, the other draws pictures and
// asks all refits of a law. Each does one thing at a time, and only the latest that was asked for.

// What is packed into the page: gzip in base64.
async function unpacked(id) {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

class Lane {
  constructor(workerAddress, module) {
    this.worker = new Worker(workerAddress);
    this.waiting = new Map();
    this.count = 0;
    this.worker.onmessage = ({data}) => {
      this.waiting.get(data.id)(data.answer);
      this.waiting.delete(data.id);
    };
    this.worker.postMessage({module});
  }

  // The outcome of a request, or {error}; with intervals where a law or times have draws.
  call(request, intervals = true) {
    const id = ++this.count;
    this.worker.postMessage({id, request: JSON.stringify(request), intervals, seen: filesSeen(intervals)});
    return new Promise((done) => this.waiting.set(id, (answer) => done(JSON.parse(answer))));
  }
}

async function startLanes() {
  const [module, glue] = await Promise.all([unpacked('wasm').then((bytes) => WebAssembly.compile(bytes)),
                                            unpacked('worker')]);
  const address = URL.createObjectURL(new Blob([glue], {type: 'text/javascript'}));
  return {quick: new Lane(address, module), thorough: new Lane(address, module)};
}
