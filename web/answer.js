// What the page shows of outcomes. Numbers are written as the program writes them, sentences are
// its own.

function node(tag, attributes = {}, ...children) {
  const out = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) out.setAttribute(name, '');
    else if (value !== false && value !== undefined) out.setAttribute(name, value);
  }
  out.append(...children.flat().filter((child) => child || child === 0));
  return out;
}

// Four digits, as human_number() has them: 2.482B, 1e21.
function human(x) {
  if (x === null || x === undefined) return '-';
  if (x === 0) return '0';
  const [digits, exponent] = x.toExponential(3).split('e').map(Number);
  if (exponent >= 15 || exponent < -4) return `${digits}e${exponent}`;
  const thousands = exponent >= 3 ? Math.floor(exponent / 3) : 0;
  return Number(`${digits}e${exponent - 3 * thousands}`) + ' KMBT'[thousands].trim();
}
const fixed = (digits) => (x) => (x === null || x === undefined ? '-' : x.toFixed(digits));
const between = (range, write) => (range ? range.map(write).join(' - ') : '');

const LOSS_UNITS = {nats_per_token: 'nats per token', bits_per_character: 'bits per character'};
function lossUnit(record) {
  const unit = record?.loss_unit;
  if (!unit) return 'in the unit of the runs behind this law, which nobody named';
  return LOSS_UNITS[unit] ?? unit.replace(/^other:/, '');
}

// What N counts: as the law says, else as the question does.
function countedN(record) {
  const meaning = record?.variables?.N ?? 'unspecified';
  return meaning === 'unspecified' ? said('n_means') || meaning : meaning;
}
function activeN(plan, record) {
  const meaning = countedN(record);
  const itself = ['total', 'unspecified'].includes(meaning) && plan.n_active === plan.n_law;
  return itself ? `N itself, ${meaning}` : 'parameters per token, without embeddings and router';
}
function totalN(plan, record) {
  const meaning = countedN(record);
  const itself = ['total', 'unspecified'].includes(meaning) && plan.n_total === plan.n_law;
  return itself ? `N itself, ${meaning}` : 'all parameters, without embeddings and router';
}
const accounting = (plan, record, outcome) =>
    ({paper: 'FLOPs counted as paper', '6nd': 'FLOPs counted as 6nd', time: 'by the cost table'})[outcome.cost.accounting];

// A row of the answer: `of` takes a plan's number, `convention` what it counts, `interval` the name
// of its 95 % interval, `beyond` the word by which `extrapolates` speaks of it.
const ROWS = [
  {key: 'n_active', head: 'N active', write: human, convention: activeN, interval: 'n_active', beyond: 'N', main: true},
  {key: 'd_tokens', head: 'D', write: human, convention: () => 'training tokens', interval: 'd_tokens', beyond: 'D', main: true},
  {key: 'granularity', head: 'G', write: (g) => String(Number(g.toPrecision(4))), interval: 'granularity', beyond: 'G', main: true,
   convention: (plan, record) => `granularity${record?.variables?.G ? ', ' + record.variables.G : ''}`},
  {key: 'loss', head: 'Loss', write: fixed(4), convention: (plan, record) => lossUnit(record), main: true},
  {key: 'curve', head: 'Loss, curve', write: (range) => between(range, fixed(4)), convention: () => '95 % of the curve'},
  {key: 'new_run', head: 'Loss, new run', write: (range) => between(range, fixed(4)), convention: () => '95 % of new runs trained as planned'},
  {key: 'n_total', head: 'N total', write: human, convention: totalN, interval: 'n_total', beyond: 'N'},
  {key: 'tokens_per_active_parameter', head: 'D/N active', write: fixed(1), convention: () => 'tokens per active parameter', interval: 'tokens_per_active_parameter', beyond: 'D/N'},
  {key: 'budget_flops', head: 'FLOPs', write: human, convention: accounting},
  {key: 'gpu_hours', head: 'GPU-hours', write: human, beyond: 'time',
   convention: (plan, record, outcome) => (outcome.cost.accounting === 'time' ? 'hours of one GPU, by the cost table' : 'hours of one GPU, at its share of the peak')},
  {key: 'price', head: 'Price', write: fixed(2), convention: () => 'what the whole budget costs'},
  {key: 'd_model', head: 'd_model', write: fixed(0), convention: () => 'of the family of models, not rounded'},
  {key: 'n_blocks', head: 'Blocks', write: fixed(1), convention: () => 'of the family of models, not rounded'},
  {key: 'num_experts', of: (plan) => plan.experts?.num_experts, head: 'Experts', write: human, convention: () => "E' = E G, per block"},
  {key: 'expert_width', of: (plan) => plan.experts?.expert_width, head: 'Expert width', write: fixed(0), convention: () => 'n = d_ff / G'},
  {key: 'top_k', of: (plan) => plan.experts?.top_k, head: 'Experts per token', write: human, convention: () => 'K = k0 G'},
  {key: 'coarse_loss', of: (plan) => plan.coarse?.loss, head: 'Loss at G = 1', write: fixed(4), convention: () => 'of the best run at G = 1 for the same budget'},
  {key: 'coarse_extra', of: (plan) => plan.coarse?.extra_flops ?? plan.coarse?.extra_gpu_hours, head: 'G = 1 needs', write: (x) => (x < 0 ? '-' : '+') + human(Math.abs(x)),
   convention: (plan) => `${'extra_flops' in plan.coarse ? 'FLOPs' : 'GPU-hours'} beyond the budget to reach the plan's loss`},
  {key: 'epochs', head: 'Epochs', write: fixed(1), convention: () => 'how often each unique token is seen'},
  {key: 'regret', of: (plan) => plan.regret_flops ?? plan.regret_gpu_hours, head: 'Regret', write: human,
   convention: (plan) => `${plan.regret_flops === undefined || plan.regret_flops === null ? 'GPU-hours' : 'FLOPs'} lost if a refit is true, mean`},
];

const numberOf = (row, plan) => (row.of ? row.of(plan) : plan[row.key]);

// Of the program's report: its head, which states the conventions, and its sentences.
function readReport(text) {
  const lines = text.split('\n');
  const blank = lines.indexOf('');
  const notes = lines.slice(blank + 1).filter((line) => line !== '' && !/\S {2,}\S|^ /.test(line));
  return {head: lines.slice(0, blank), notes: notes.map((line) => line.replace(/^[\w.]+: (?=\S)/, ''))
             .filter((line) => !/^\S+ {2}|:$/.test(line))};
}
const isWarning = (note) => /beyond the runs|beyond those of|UNDETERMINED|not known|secondary source|doubtful|not_converged/.test(note);

function cell(row, answer) {
  const plan = answer.outcome?.plans[0];
  const value = plan ? numberOf(row, plan) : null;
  if (value === null || value === undefined) return node('td', {}, '-');
  const range = row.interval && plan.interval?.[row.interval];
  const frequency = row.key === 'granularity' && plan.granularity_frequency;
  const doubt = range ? '95 %: ' + between(range, row.write)
      : frequency ? Object.entries(frequency).map(([g, share]) => `${g}: ${(100 * share).toFixed(1)} %`).join(', ') : '';
  const beyond = row.beyond && plan.extrapolates?.includes(row.beyond);
  return node('td', {'data-key': row.key, 'data-value': String(value)},
      node('span', {class: 'value'}, row.write(value)),
      beyond && node('strong', {class: 'beyond'}, 'beyond the runs'),
      doubt && node('span', {class: 'doubt'}, doubt),
      node('span', {class: 'convention'}, row.convention(plan, answer.record, answer.outcome)));
}

// answers: {law, record, outcome, text} or {law, error}, one per law.
function answerTable(answers) {
  const shown = ROWS.filter((row) => answers.some(({outcome}) => {
    const value = outcome && numberOf(row, outcome.plans[0]);
    return value !== null && value !== undefined;
  }));
  if (shown.length === 0) return '';
  return node('table', {class: 'answer'},
      node('caption', {class: 'unseen'}, 'What to train'),
      node('thead', {class: answers.length > 1 ? '' : 'unseen'},
          node('tr', {}, node('th', {scope: 'col'}, 'quantity'), answers.map((a) => node('th', {scope: 'col'}, a.law)))),
      node('tbody', {}, shown.map((row) => node('tr', {class: row.main ? 'main' : ''},
          node('th', {scope: 'row'}, row.head), answers.map((a) => cell(row, a))))));
}

// Head and sentences of one law's report.
function reportOf(answer, named) {
  const title = named ? node('h3', {}, answer.law) : '';
  if (answer.error) return node('div', {class: 'report'}, title, node('p', {class: 'warning'}, answer.error.text));
  const {head, notes} = readReport(answer.text);
  const {source, note} = answer.record ?? {};
  return node('div', {class: 'report'}, title,
      notes.filter(isWarning).map((text) => node('p', {class: 'warning'}, text)),
      head.map((line) => node('p', {class: 'head'}, line)),
      notes.filter((text) => !isWarning(text)).map((text) => node('p', {}, text)),
      source && node('p', {class: 'source'}, source), note && node('p', {class: 'source'}, note),
      node('details', {}, node('summary', {}, 'As the command line prints it'), node('pre', {tabindex: '0'}, answer.text)));
}

// For whoever listens: the answer in a sentence.
function spoken(answers) {
  return answers.map(({law, error, outcome}) => {
    if (error) return `${law}: ${error.text}`;
    const plan = outcome.plans[0];
    const parts = ROWS.filter((row) => row.main && numberOf(row, plan) !== null && numberOf(row, plan) !== undefined)
        .map((row) => `${row.head} ${row.write(numberOf(row, plan))}`);
    const beyond = plan.extrapolates?.length ? `, beyond the runs in ${plan.extrapolates.join(', ')}` : '';
    return `${law}: ${parts.length ? parts.join(', ') + beyond : plan.note ?? plan.status}`;
  }).join('. ');
}

const SHAPE_COLUMNS = [
  ['d_model', (s) => s.shape.d_model], ['blocks', (s) => s.shape.num_blocks], ['heads', (s) => s.shape.num_heads], ['d_ff', (s) => s.shape.d_ff],
  ['G', (s) => s.granularity], ['experts', (s) => s.shape.num_experts], ['width', (s) => s.shape.expert_width], ['N active', (s) => human(s.n_active)], ['N of the law', (s) => human(s.n_law)],
  ['D tokens', (s) => human(s.d_tokens)], ['loss', (s) => fixed(4)(s.loss)],
  ['FLOPs lost', (s) => (100 * s.budget_lost).toFixed(2) + ' %'],
  ['sequences', (s) => s.run?.global_batch_size], ['steps', (s) => s.run?.steps],
];

// The models that can be built around a plan; launch(format, rank) writes one's run.
function shapesTable(law, plan, launch) {
  const title = `Models that can be built by ${law}`;
  return node('div', {class: 'wide', tabindex: '0', role: 'region', 'aria-label': title}, node('table', {class: 'shapes'},
      node('caption', {class: 'unseen'}, title),
      node('thead', {}, node('tr', {}, node('th', {scope: 'col'}, 'run for'), SHAPE_COLUMNS.map(([head]) => node('th', {scope: 'col'}, head)))),
      node('tbody', {}, plan.shapes.map((shape, i) => node('tr', {},
          node('td', {}, Object.keys(LAUNCHES).map((format) => {
            const button = node('button', {type: 'button', class: 'small', 'aria-label': `run of shape ${i + 1} by ${law} for ${format}`}, format);
            button.onclick = () => launch(format, i + 1);
            return button;
          })),
          SHAPE_COLUMNS.map(([, of]) => node('td', {}, String(of(shape) ?? '-'))))))));
}
