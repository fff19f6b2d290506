// A table of runs that was dropped: fitted, and its law planned with like one from `isoflop fit`.
// Only on the page whose WebAssembly fits.

const table = {name: '', values: {}};  // of runs; values of the fields below

const FIT_FIELDS = [
  {name: 'law', label: 'Formula', choices: () => lists.formulas, hint: 'what the runs are fitted by'},
  {name: 'column', label: 'Columns', words: true, sample: 'loss=val_loss n=params', hint: 'which column is what, where its name does not say'},
  {name: 'where', label: 'Rows', words: true, sample: 'N>=1e8', hint: 'conditions that rows meet'},
  {name: 'n_means', label: 'What N counts', choices: () => ['total_non_embedding', 'active_non_embedding', 'total'], hint: 'for plans by this law'},
  {name: 'expansion', label: 'Expansion rate E', sample: '64', hint: 'of the runs; 1 is dense'},
  {name: 'loss_unit', label: 'Unit of the loss', sample: 'nats', hint: 'nats, bits-per-token, bits-per-byte, bits-per-character, perplexity or other:NAME'},
  {name: 'bytes_per_token', label: 'Bytes per token', sample: '4.2', hint: 'of the tokenizer, for bits per byte'},
  {name: 'bootstrap', label: 'Resamples', sample: '200', hint: 'refits behind the intervals; 0 skips them'},
];

const isTable = (name) => /\.(csv|tsv|jsonl|ndjson|md)$/i.test(name);

function fitRequest() {
  const request = {verb: 'fit', file: table.name};
  for (const {name, words} of FIT_FIELDS) {
    const value = (table.values[name] ?? '').trim();
    if (value) request[name] = words ? value.split(/\s+/) : value;
  }
  return request;
}

function fitField({name, label, choices, sample, hint}) {
  const about = {id: 'fit-' + name, 'aria-describedby': `fit-h-${name} fit-e-${name}`};
  const input = choices ? node('select', about, options(choices(), name === 'law' ? undefined : 'not said'))
      : node('input', {...about, type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', placeholder: sample});
  input.value = table.values[name] ?? '';
  input.onchange = () => { table.values[name] = input.value; };
  return node('div', {class: 'field'}, node('label', {for: about.id}, label, ' ', node('code', {}, flagOf(name))), input,
      node('p', {id: 'fit-h-' + name, class: 'hint'}, hint), node('p', {id: 'fit-e-' + name, class: 'refusal'}));
}

// Takes the table and fits it by the formula that its columns suggest.
function takeTable(name, text) {
  if (!SHIPPED.fits) {
    at('drop-refusal').textContent = `${name} is a table of runs; this page does not fit: fit.html beside it does, or isoflop fit`;
    return;
  }
  files.set(name, text);
  table.name = name;
  const hasG = /(^|[,;\t|"{])\s*(g|granularity)\s*($|[,;\t|":])/i.test(text.slice(0, text.indexOf('\n')));
  table.values = {law: hasG ? 'fine-grained-moe' : 'chinchilla', bootstrap: '200'};
  at('runs-name').textContent = name;
  at('fit-fields').replaceChildren(...FIT_FIELDS.map(fitField));
  at('runs').hidden = false;
  fitting.ask();
}

const fitting = new Latest(async (stale) => {
  const request = fitRequest(), start = performance.now();
  at('fit-status').textContent = 'fitting …';
  const answer = await lanes.thorough.call(request);
  if (stale()) return;
  const {error, outcome, text} = answer;
  for (const {name} of FIT_FIELDS) at('fit-e-' + name).textContent = error?.field === name ? error.text : '';
  at('fit-refusal').textContent = error ? error.text : '';
  at('fit-status').textContent = error ? '' : `fitted in ${((performance.now() - start) / 1000).toFixed(1)} s`;
  at('fitted').replaceChildren();
  if (error) return;
  at('fitted').append(
      node('h2', {}, `Fit of ${request.file}`), node('p', {class: outcome.fit.verdict === 'certified' ? '' : 'warning'}, /verdict +(.*)/.exec(text)?.[1] ?? text),
      node('pre', {tabindex: '0'}, text));
  if (!outcome.coefficients) return;
  const name = request.file.replace(/\.\w+$/, '') + '.law.json';
  const law = JSON.stringify(outcome, null, 2);
  const button = (label, press) => {
    const out = node('button', {type: 'button', class: 'small'}, label);
    out.onclick = press;
    return out;
  };
  at('fitted').append(node('p', {},
      button('Save the law file', () => save(name, law)), ' ',
      button('Save the report', async () => {
        const {more} = await lanes.thorough.call({verb: 'report', outcome, text});
        save(request.file.replace(/\.\w+$/, '') + '.report.html', more.html);
      })));
  takeLaw(name, law);
});
