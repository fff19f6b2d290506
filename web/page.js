// The form, and what happens when it changes.

const at = (id) => document.getElementById(id);
let lanes;
let lists;               // choices by name: laws, costs, gpus, hyperparameters
const records = new Map();  // law files by name, as the door reads them
let latest = [];         // the answers that are shown

// Runs `work` for the latest call of ask(), one at a time; what it is given tells it to give up.
class Latest {
  constructor(work) { this.work = work; this.wanted = 0; this.running = false; }
  ask() {
    ++this.wanted;
    if (!this.running) this.run();
  }
  async run() {
    this.running = true;
    for (let served = 0; served !== this.wanted;) {
      const ticket = served = this.wanted;
      await this.work(() => ticket !== this.wanted);
    }
    this.running = false;
  }
}

async function recordOf(law) {
  if (law !== OWN_FORMULA && records.has(law)) return records.get(law);
  const {outcome} = await lanes.quick.call({verb: 'laws', name: law});
  records.set(law, outcome);
  return outcome;
}

// Refits of a law say how sure an answer is; those that ship have none.
const haveDraws = (law) => withoutDraws.has(law);

const lawsAsked = () => [question.law, question.rival].filter((law) => law !== '');

async function plans(lane, intervals) {
  const answers = [];
  for (const law of lawsAsked()) {
    const answer = await lane.call(requestOf(law, false), intervals);
    answers.push({law, record: answer.error ? null : await recordOf(law), ...answer});
  }
  return answers;
}

function show(answers) {
  latest = answers;
  at('numbers').replaceChildren(answerTable(answers));
  at('reports').replaceChildren(...answers.map((a) => reportOf(a, answers.length > 1)));
  for (const f of FIELDS) {
    const fault = answers.find((a) => a.error?.field === f.name)?.error.text ?? '';
    const input = at('f-' + f.name);
    at('e-' + f.name).textContent = fault;
    if (fault) {
      input.setAttribute('aria-invalid', 'true');
      input.closest('details')?.setAttribute('open', '');
    } else {
      input.removeAttribute('aria-invalid');
    }
  }
  at('brief').textContent = spoken(answers);
  clearTimeout(show.soon);
  show.soon = setTimeout(() => { at('spoken').textContent = spoken(answers); }, 700);
}

let asked = 0;  // when
const quick = new Latest(async (stale) => {
  const start = asked;
  const answers = await plans(lanes.quick, false);
  if (stale()) return;
  show(answers);
  performance.clearMeasures('answer');  // a day of typing keeps one
  performance.measure('answer', {start, end: performance.now()});
  thorough.ask();
});

// The pictures of an answer, each by its name and the outcome that it is made of; null: there is none.
const PICTURES = [
  {kind: 'frontier', of: ({outcome}) => (outcome.cost.accounting === 'time' ? null : outcome)},
  {kind: 'granularity', of: (answer) => (answer.outcome.cost.accounting === 'time' ? atEveryGranularity(answer) : answer.outcome)},
  {kind: 'loss', of: ownRuns, once: true},
  {kind: 'residuals', of: ownRuns, once: true},
  {kind: 'coefficients', of: ({law}) => (haveDraws(law) ? JSON.parse(files.get(law)) : null), once: true},
];
const drawnOnce = new Map();  // pictures that no budget changes, by kind and law

function ownRuns({law}) {
  const text = files.has(law) ? JSON.parse(files.get(law)) : {};
  return text.runs ? text : null;
}

// A plan in time at every G: one model, for the same time.
async function atEveryGranularity({law, outcome}) {
  const {n_active: n, d_tokens: d} = outcome.plans[0];
  const fields = ['law', 'n_means', 'expansion', 'cost_table', 'backend', 'regime', 'activation',
                  'gpus_per_layer', 'all_to_all_latency_us', 'all_to_all_bandwidth'];
  const request = Object.fromEntries(Object.entries(requestOf(law, false)).filter(([name]) => fields.includes(name)));
  if (said('micro_batch')) request.micro_batch = [said('micro_batch')];
  const answer = await lanes.thorough.call({...request, verb: 'granularity', n_active: n, d});
  return answer.outcome ?? null;
}

// The SVG of a picture; null where there is none of this outcome.
async function pictureOf({kind, of, once}, answer, intervals) {
  const key = `${kind} ${answer.law}`;
  if (drawnOnce.has(key)) return drawnOnce.get(key);
  const input = await of(answer);
  if (!input) return null;
  const {more} = await lanes.thorough.call({verb: 'figure', kind, input}, intervals);
  if (once && more) drawnOnce.set(key, more.svg);
  return more?.svg ?? null;
}

// `svg` in the page, its ids told from those of other pictures.
function figureOf(kind, svg, number, caption) {
  const out = node('figure', {'data-kind': kind, tabindex: '0', 'aria-label': `${kind} ${caption || ''}`.trim()}, caption && node('figcaption', {}, caption));
  out.insertAdjacentHTML('beforeend', svg.replaceAll(`${kind}-`, `${kind}-${number}-`));
  return out;
}

async function draw(answers, intervals, stale) {
  const drawn = [];
  for (const picture of PICTURES) {
    for (const answer of answers.filter((a) => a.outcome && a.outcome.plans[0].loss !== null)) {
      const svg = await pictureOf(picture, answer, intervals);
      if (stale()) return;
      if (svg) drawn.push(figureOf(picture.kind, svg, drawn.length, answers.length > 1 && answer.law));
    }
  }
  at('pictures').replaceChildren(...drawn);
}

async function showShapes(stale) {
  const blocks = [];
  for (const law of lawsAsked()) {
    const {outcome, error} = await lanes.thorough.call(requestOf(law, true));
    if (stale()) return;
    const body = error ? node('p', {class: 'warning'}, error.text)
        : shapesTable(law, outcome.plans[0], (format, rank) => saveLaunch(law, format, rank));
    blocks.push(node('div', {}, node('h3', {}, law), body));
    if (error) continue;
    const {more} = await lanes.thorough.call({verb: 'figure', kind: 'memory', input: outcome});
    if (stale()) return;
    if (more) blocks.push(figureOf('memory', more.svg, blocks.length, law));
  }
  at('shapes').replaceChildren(...blocks);
}

const thorough = new Latest(async (stale) => {
  await draw(latest, false, stale);
  if (stale()) return;
  if (question.shapes) await showShapes(stale);
  if (stale() || !(said('cost_table') || lawsAsked().some(haveDraws))) return;
  const answers = await plans(lanes.thorough, true);
  if (stale()) return;
  show(answers);
  await draw(answers, true, stale);
});

async function saveLaunch(law, format, rank) {
  const request = {...requestOf(law, true), emit: format, rank};
  const {more, error} = await lanes.thorough.call(request);
  at('launch-refusal').textContent = error ? error.text : more.launch ? '' :
      'the plan is undetermined, so its run is not written; --accept-undetermined writes it';
  if (more?.launch) save(LAUNCHES[format], more.launch);
}

function save(name, text) {
  const link = node('a', {href: URL.createObjectURL(new Blob([text])), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function update() {
  asked = performance.now();
  history.replaceState(null, '', '#' + addressOf());
  for (const [what, paste] of Object.entries(PASTES)) at('paste-' + what).textContent = paste(question.law);
  at('not-shared').hidden = !fieldsAsked(true).concat({name: 'law'}, {name: 'rival'}).some(
      ({name}) => files.has(question[name] ?? said(name)));
  at('own-formula').hidden = !lawsAsked().includes(OWN_FORMULA);
  quick.ask();
}

function field(f) {
  const id = 'f-' + f.name;
  const about = {id, 'aria-describedby': `h-${f.name} e-${f.name}`};
  let input;
  if (f.choices) {
    input = node('select', about);
  } else if (f.flag) {
    input = node('input', {...about, type: 'checkbox'});
  } else {
    input = node('input', {...about, type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
                           placeholder: f.sample, list: f.list && 'list-' + f.list});
  }
  input.addEventListener('input', () => {
    question.values[f.name] = f.flag ? (input.checked ? 'true' : '') : input.value;
    update();
  });
  return node('div', {class: 'field' + (f.flag ? ' flag' : ''), 'data-kinds': f.in?.join(' ')},
      node('label', {for: id}, f.label, ' ', node('code', {}, flagOf(f.name))), input,
      node('p', {id: 'h-' + f.name, class: 'hint'}, f.hint), node('p', {id: 'e-' + f.name, class: 'refusal'}));
}

const options = (names, first) => [...(first === undefined ? [] : [node('option', {value: ''}, first)]),
                                   ...names.map((name) => node('option', {value: name}, name))];

// Writes the question into the form.
function fillForm() {
  const laws = [...lists.laws, ...[...files].filter(([, text]) => formatOf(text).startsWith('isoflop.law/')).map(([name]) => name), OWN_FORMULA];
  for (const law of lawsAsked()) if (!laws.includes(law)) laws.push(law);
  at('law').replaceChildren(...options(laws));
  at('rival').replaceChildren(...options(laws, 'no other'));
  at('law').value = question.law;
  at('rival').value = question.rival;
  at('formula').value = question.formula;
  at('coefficients').value = question.coefficients;
  at('shapes-wanted').open = question.shapes;
  at('kind-' + question.budget).checked = true;
  const dropped = (kind) => [...files].filter(([, text]) => formatOf(text) === kind).map(([name]) => name);
  for (const f of FIELDS) {
    const input = at('f-' + f.name);
    if (f.choices) {
      const names = Array.isArray(f.choices) ? f.choices
          : [...lists[f.choices], ...dropped(f.choices === 'costs' ? 'isoflop.cost/1' : 'isoflop.hyperparameters/1')];
      if (said(f.name) && !names.includes(said(f.name))) names.push(said(f.name));
      input.replaceChildren(...options(names, 'not said'));
    }
    if (f.flag) input.checked = said(f.name) !== '';
    else input.value = question.values[f.name] ?? '';
    if (said(f.name)) input.closest('details')?.setAttribute('open', '');
  }
  showKinds();
}

function showKinds() {
  for (const element of document.querySelectorAll('[data-kinds]')) {
    element.hidden = !element.dataset.kinds.split(' ').includes(question.budget);
  }
}

function formatOf(text) {
  try {
    return JSON.parse(text).format ?? '';
  } catch {
    return '';
  }
}

async function takeFile(file) {
  const text = await file.text();
  if (isTable(file.name)) {
    takeTable(file.name, text);
    return;
  }
  const format = formatOf(text);
  records.delete(file.name);
  files.set(file.name, text);
  if (format === 'isoflop.cost/1') {
    question.values.cost_table = file.name;
  } else if (format === 'isoflop.hyperparameters/1') {
    question.values.hyperparameters = file.name;
  } else {
    const {error} = await lanes.quick.call({verb: 'laws', name: file.name});
    at('drop-refusal').textContent = error ? error.text : '';
    if (error) files.delete(file.name);
    else takeLaw(file.name, text);
    return;
  }
  fillForm();
  update();
}

// Plans with a law file from now on.
function takeLaw(name, text) {
  records.delete(name);
  drawnOnce.clear();
  withoutDraws.delete(name);
  files.set(name, text);
  const {draws, ...rest} = JSON.parse(text);
  if (draws) withoutDraws.set(name, JSON.stringify(rest));
  question.law = name;
  fillForm();
  update();
}

function listen() {
  at('law').onchange = at('rival').onchange = ({target}) => { question[target.id] = target.value; update(); };
  at('formula').oninput = at('coefficients').oninput = ({target}) => { question[target.id] = target.value; update(); };
  at('shapes-wanted').ontoggle = ({target}) => { question.shapes = target.open; update(); };
  for (const {kind} of BUDGETS) {
    at('kind-' + kind).onchange = () => { question.budget = kind; showKinds(); update(); };
  }
  at('fit-again').onclick = () => fitting.ask();
  at('form').onsubmit = (event) => event.preventDefault();
  at('file').onchange = ({target}) => { for (const file of target.files) takeFile(file); };
  document.ondragover = (event) => { event.preventDefault(); document.body.classList.add('dragging'); };
  document.ondragleave = () => document.body.classList.remove('dragging');
  document.ondrop = (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    for (const file of event.dataTransfer.files) takeFile(file);
  };
  window.onhashchange = () => { readAddress(location.hash.slice(1)); fillForm(); update(); };
}

const copy = (element) => {
  getSelection().selectAllChildren(element);
  document.execCommand('copy');
};

function buildForm() {
  for (const f of FIELDS) at('group-' + f.group).append(field(f));
  at('kinds').append(...BUDGETS.map(({kind, label}) => node('label', {class: 'kind'},
      node('input', {type: 'radio', name: 'budget', id: 'kind-' + kind}), node('span', {}, label))));
  for (const [name, items] of Object.entries({gpus: SHIPPED.gpus, granularities: ['pow2', 'continuous', 1, 2, 4, 8, 16, 32]})) {
    document.body.append(node('datalist', {id: 'list-' + name}, items.map((item) => node('option', {value: item}))));
  }
  for (const what of Object.keys(PASTES)) {
    const text = node('pre', {id: 'paste-' + what, tabindex: '0', 'aria-label': 'The question as ' + what});
    const button = node('button', {type: 'button', class: 'small'}, 'Copy as ' + what);
    button.onclick = () => copy(text);
    at('pastes').append(node('div', {class: 'paste'}, button, text));
  }
  at('save-answer').onclick = () => save('plan.json', JSON.stringify(latest[0].outcome ?? latest[0].error, null, 2));
}

async function start() {
  buildForm();
  lanes = await startLanes();
  const {outcome} = await lanes.quick.call({verb: 'laws'});
  lists = {...SHIPPED, formulas: outcome.laws.map((law) => law.name), laws: outcome.published.map((law) => law.name),
           hyperparameters: outcome.hyperparameters.map((law) => law.name)};
  readAddress(location.hash.slice(1));
  fillForm();
  listen();
  document.body.classList.remove('loading');
  update();
}
start();
