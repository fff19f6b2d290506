// Two workers with the same WebAssembly: one answers every keystroke, the other draws pictures and
// asks all refits of a law. Each does one thing at a time, and only the latest that was asked for.

// The WebAssembly in the page, packed by LZMA and written in base64.
function webAssembly() {
  const {textContent, dataset} = document.getElementById('wasm');
  return unlzma(Uint8Array.from(atob(textContent), (c) => c.charCodeAt(0)), Number(dataset.size));
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
  const module = await WebAssembly.compile(webAssembly());
  const glue = document.getElementById('worker').textContent;
  const address = URL.createObjectURL(new Blob([glue], {type: 'text/javascript'}));
  return {quick: new Lane(address, module), thorough: new Lane(address, module)};
}
