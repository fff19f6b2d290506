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
  for (const [name, text] of Object.entries(data.seen)) {
    if (written.get(name) !== text) module.FS.writeFile(name, text);
    written.set(name, text);
  }
  const size = module.lengthBytesUTF8(data.request) + 1;
  const place = module._malloc(size);
  module.stringToUTF8(data.request, place, size);
  const answer = module.UTF8ToString(module._isoflop_page(place, data.intervals));
  module._free(place);
  postMessage({id: data.id, answer});
};
