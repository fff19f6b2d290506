// Unpacks LZMA (Igor Pavlov, https://7-zip.org/sdk.html), which packs WebAssembly a quarter smaller than
// the gzip that browsers unpack by themselves. A range coder tells bits by their probabilities; bits
// say literals, and matches: how many bytes stand again how far back.

// `source` is LZMA's raw stream by lc = 4, lp = 0, pb = 0; `size` is that of what it holds.
function unlzma(source, size) {
  const out = new Uint8Array(size);
  const LENGTHS = 2 + 8 + 8 + 256;  // of a coder of lengths: choices, low, middle, high
  // Places of the probabilities of each kind.
  let next = 0;
  const take = (count) => (next += count) - count;
  const isMatch = take(12), isRepeat = take(12), isOlder = take(12), isOlder1 = take(12), isOlder2 = take(12);
  const isLong = take(12), slots = take(4 * 64), special = take(128), aligned = take(16);
  const matchLengths = take(LENGTHS), repeatLengths = take(LENGTHS), literals = take(0x300 << 4);
  const chances = new Uint16Array(next).fill(1024);

  let at = 1, range = 0xffffffff, code = 0;  // the first byte is zero
  while (at < 5) code = (code << 8 | source[at++]) >>> 0;
  const refill = () => {
    if (range >= 0x1000000) return;
    range = (range << 8) >>> 0;
    code = (code << 8 | source[at++]) >>> 0;
  };
  const bit = (place) => {
    const chance = chances[place], bound = (range >>> 11) * chance;
    const one = code >= bound;
    if (one) {
      range -= bound;
      code -= bound;
      chances[place] -= chance >> 5;
    } else {
      range = bound;
      chances[place] += (2048 - chance) >> 5;
    }
    refill();
    return one ? 1 : 0;
  };
  const number = (place, bits) => {  // from its highest bit on
    let seen = 1;
    for (let i = 0; i < bits; ++i) seen = seen << 1 | bit(place + seen);
    return seen - (1 << bits);
  };
  const reversed = (place, bits) => {
    let seen = 1, value = 0;
    for (let i = 0; i < bits; ++i) {
      const b = bit(place + seen);
      seen = seen << 1 | b;
      value |= b << i;
    }
    return value;
  };
  const even = (bits) => {  // of bits that are as often 0 as 1
    let value = 0;
    for (let i = 0; i < bits; ++i) {
      range >>>= 1;
      const one = code >= range;
      if (one) code -= range;
      value = value << 1 | (one ? 1 : 0);
      refill();
    }
    return value;
  };
  const length = (place) => {
    if (!bit(place)) return 2 + number(place + 2, 3);
    if (!bit(place + 1)) return 10 + number(place + 10, 3);
    return 18 + number(place + 18, 8);
  };
  const distance = (length) => {
    const slot = number(slots + 64 * Math.min(length - 2, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1, high = (2 | slot & 1) << bits;
    if (slot < 14) return high + reversed(special + high - slot, bits);
    return high + (even(bits - 4) << 4) + reversed(aligned, 4);
  };

  let state = 0;           // what the latest steps were
  let far = [0, 0, 0, 0];  // the latest distances, less one
  for (let end = 0; end < size;) {
    if (!bit(isMatch + state)) {
      const place = literals + 0x300 * (end > 0 ? out[end - 1] >> 4 : 0);
      let seen = 1;
      if (state >= 7) {  // after a match the byte that would have gone on with it is a hint
        let hint = out[end - far[0] - 1];
        while (seen < 0x100) {
          const expected = hint >> 7 & 1;
          hint <<= 1;
          const b = bit(place + (1 + expected << 8) + seen);
          seen = seen << 1 | b;
          if (b !== expected) break;
        }
      }
      while (seen < 0x100) seen = seen << 1 | bit(place + seen);
      out[end++] = seen;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count = 1;
    if (!bit(isRepeat + state)) {
      count = length(matchLengths);
      far = [distance(count), far[0], far[1], far[2]];
      state = state < 7 ? 7 : 10;
    } else {
      const older = !bit(isOlder + state) ? 0 : !bit(isOlder1 + state) ? 1 : 2 + bit(isOlder2 + state);
      far.unshift(...far.splice(older, 1));
      const short = older === 0 && !bit(isLong + state);
      if (!short) count = length(repeatLengths);
      state = state < 7 ? (short ? 9 : 8) : 11;
    }
    for (; count > 0; --count, ++end) out[end] = out[end - far[0] - 1];
  }
  return out;
}
