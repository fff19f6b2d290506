// Calls the doors, one request at a time. Stands behind Emscripten's own script.
let door;  // a promise of the module
const written = new Map();

onmessage = async ({data}) => {
  if (data.module) {
    door = isoflopModule({
      instantiateWasm: (imports, done) => {
        WebAssembly.instantiate(data.module, imports).then((instance) => done(instance));
        return {};
      },
    });
    return;
  }
  const module = await door;
  // What `call` gives when it is told where these texts stand.
  const withTexts = (texts, call) => {
    const places = texts.map((text) => {
      const size = module.lengthBytesUTF8(text) + 1;
      const place = module._malloc(size);
      module.stringToUTF8(text, place, size);
      return place;
    });
    const out = call(...places);
    places.forEach(module._free);
    return out;
  };
  for (const [name, text] of Object.entries(data.seen)) {
    if (written.get(name) !== text) withTexts([name, text], module._isoflop_page_file);
    written.set(name, text);
  }
  const answer = withTexts([data.request], (request) => module.UTF8ToString(module._isoflop_page(request, data.intervals)));
  postMessage({id: data.id, answer});
};
