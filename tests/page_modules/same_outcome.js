// node same_outcome.js A.json B.json: fails unless the documents are the same, numbers up to 1e-9 of
// their size (another compiler and another instruction set round the last digits otherwise).
const fs = require('fs');
const [a, b] = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file)));

function differences(x, y, path) {
  if (typeof x === 'number' && typeof y === 'number') {
    return Math.abs(x - y) <= 1e-9 * Math.abs(x) ? [] : [`${path}: ${x} and ${y}`];
  }
  if (x === null || y === null || typeof x !== 'object' || typeof y !== 'object') {
    return x === y ? [] : [`${path}: ${x} and ${y}`];
  }
  const keys = [...new Set([...Object.keys(x), ...Object.keys(y)])];
  return keys.flatMap((key) => differences(x[key], y[key], `${path}/${key}`));
}

const found = differences(a, b, '');
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
console.log(`the page says what the program says: ${a.format}`);
