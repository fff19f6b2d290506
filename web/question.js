// What is asked: one object, its way into a request, into the address and into things to paste.

const question = {law: 'krajewski2024-e64', rival: '', budget: 'flops', shapes: false,
                  formula: '', coefficients: '', values: {flops: '1e21'}};
const files = new Map();      // dropped in, by name: text
const withoutDraws = new Map();  // those of them that are laws with refits
const OWN_FORMULA = 'my-law.json';  // the file that a formula typed here becomes

const said = (name) => (question.values[name] ?? '').trim();

// Fields that this question uses, in the order of the list.
function fieldsAsked(withShapes) {
  return FIELDS.filter((f) => said(f.name) !== '' && (!f.in || f.in.includes(question.budget)) &&
                              (f.group !== 'shapes' || withShapes));
}

function requestOf(law, withShapes = question.shapes) {
  const request = {verb: 'plan', law};
  for (const f of fieldsAsked(withShapes)) {
    request[f.name] = f.flag ? true : f.words ? said(f.name).split(/\s+/) : said(f.name);
  }
  if (withShapes) request.shapes = true;
  return request;
}

// A law file of the formula that was typed: every name with a value is a coefficient.
function ownLaw() {
  const coefficients = {};
  for (const [, name, value] of question.coefficients.matchAll(/([A-Za-z_]\w*)\s*=\s*([^\s,;]+)/g)) {
    coefficients[name] = Number(value);
  }
  const expression = question.formula.replace(/^[^=]*=/, '').replaceAll('**', '^').trim();
  const names = new Set(expression.match(/[A-Za-z_]\w*/g) ?? []);
  const variables = Object.fromEntries(['N', 'D', 'G', 'E', 'U', 'S'].filter(
      (v) => names.has(v) && !(v in coefficients)).map((v) => [v, v.toLowerCase()]));
  const definition = {format: 'isoflop.formula/1', name: 'my-law', expression, variables,
                      coefficients: Object.fromEntries(Object.entries(coefficients).map(([c, value]) =>
                          [c, {bounds: value > 0 ? [value / 1000, 1000 * value] : [1000 * value - 1, 1 - 1000 * value]}]))};
  return JSON.stringify({format: 'isoflop.law/2', law: 'formula', definition, coefficients}, null, 2);
}

// The files that a request may read: those dropped in, for a first answer without the refits of a
// law, which take long to read; and that of a typed formula.
function filesSeen(intervals) {
  const out = Object.fromEntries(intervals ? files : [...files, ...withoutDraws]);
  if ([question.law, question.rival].includes(OWN_FORMULA)) out[OWN_FORMULA] = ownLaw();
  return out;
}

// The part of the address behind #: all of the question but what is in dropped files.
function addressOf() {
  const out = new URLSearchParams({law: question.law, budget: question.budget});
  for (const key of ['rival', 'formula', 'coefficients']) {
    if (question[key]) out.set(key, question[key]);
  }
  if (question.shapes) out.set('shapes', '1');
  for (const f of fieldsAsked(true)) out.set(f.name, said(f.name));
  return out.toString();
}

function readAddress(address) {
  const given = new URLSearchParams(address);
  if (!given.has('law')) return;
  question.law = given.get('law');
  question.budget = BUDGETS.some((b) => b.kind === given.get('budget')) ? given.get('budget') : 'flops';
  for (const key of ['rival', 'formula', 'coefficients']) question[key] = given.get(key) ?? '';
  question.shapes = given.get('shapes') === '1';
  question.values = {};
  for (const f of FIELDS) if (given.has(f.name)) question.values[f.name] = given.get(f.name);
}

const quoted = (word) => (/^[\w.,:+=@%/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

// A shell's here-document of the law that was typed, for there is no file of it yet.
const ownLawCommand = (law) =>
    law === OWN_FORMULA ? `cat > ${OWN_FORMULA} <<'END'\n${ownLaw()}\nEND\n` : '';

const PASTES = {
  'command line': (law) => {
    const words = ['isoflop', 'plan', law];
    for (const [name, value] of Object.entries(requestOf(law))) {
      if (name === 'verb' || name === 'law') continue;
      words.push(flagOf(name));
      if (value !== true) words.push(...[value].flat());
    }
    return ownLawCommand(law) + words.map(quoted).join(' ') + '\n';
  },
  Python: (law) => {
    const {verb, law: name, ...rest} = requestOf(law);
    const python = (v) => (v === true ? 'True' : JSON.stringify(v));
    const words = Object.entries(rest).map(([key, value]) => `, ${key}=${python(value)}`);
    const file = law !== OWN_FORMULA ? '' :
        `from pathlib import Path\n\nPath("${OWN_FORMULA}").write_text('''${ownLaw()}\n''')\n`;
    return `${file}import isoflop\n\nprint(isoflop.${verb}(${python(name)}${words.join('')}))\n`;
  },
  JSON: (law) => JSON.stringify(requestOf(law), null, 2) + '\n',
};
