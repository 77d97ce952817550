// Where everything lies in memory: instructions, constants, then one arena in which numbers that are
// no longer needed make room for others. An address is a buffer, or a buffer and a distance in bytes.
const OPCODES = [
  "linear", "convolve", "single", "channelwise", "map", "binary", "affine",
  "copy", "take", "normalise", "softmax", "reduce", "choose", "fill",
];
const HEAD = 1024; // bytes that stay free
const REAL_BITS = new DataView(new ArrayBuffer(4));

export function openPlan() {
  const instructions = [];
  const constants = [];
  const arena = [];

  const used = (buffer, by = instructions.length) => {
    buffer.first = Math.min(buffer.first, by);
    buffer.last = Math.max(buffer.last, by);
  };
  return {
    // Numbers that stay: a Float32Array or an Int32Array.
    keep(content) {
      const buffer = { content, size: content.length, first: 0, last: 0 };
      constants.push(buffer);
      return buffer;
    },
    // Room for numbers that a decode makes.
    reserve(size) {
      const buffer = { size, first: Infinity, last: -1 };
      arena.push(buffer);
      return buffer;
    },
    used,
    // Words are whole numbers, addresses, or { real } for a number of 32 bits.
    emit(name, ...words) {
      for (const word of words) {
        const buffer = Array.isArray(word) ? word[0] : word;
        if (buffer?.size) used(buffer);
      }
      instructions.push([OPCODES.indexOf(name), 4 * (words.length + 2), ...words]);
    },
    // Give every buffer its address (`at`) and say how many bytes there are in all.
    place() {
      let end = HEAD;
      const room = ({ size }) => 4 * ((size + 7) & ~3); // a last vector may run over the end
      const begin = end;
      for (const words of instructions) end += words[1];
      const codeEnd = end;
      end = (end + 15) & ~15;
      for (const buffer of constants) [buffer.at, end] = [end, end + room(buffer)];
      const placed = [];
      for (const buffer of [...arena].sort((a, b) => b.size - a.size)) {
        buffer.at = end;
        const others = placed.filter((o) => o.first <= buffer.last && buffer.first <= o.last);
        for (const other of others.sort((a, b) => a.at - b.at)) {
          if (buffer.at + room(buffer) <= other.at) break;
          buffer.at = Math.max(buffer.at, other.at + room(other));
        }
        placed.push(buffer);
      }
      const bytes = placed.reduce((most, buffer) => Math.max(most, buffer.at + room(buffer)), end) + 64;
      return { begin, end: codeEnd, bytes };
    },
    // Write instructions and constants; place() comes first.
    write(memory) {
      const [whole, real] = [new Int32Array(memory), new Float32Array(memory)];
      let at = HEAD >> 2;
      for (const words of instructions) for (const word of words) whole[at++] = number(word);
      for (const { at: place, content } of constants) (content instanceof Int32Array ? whole : real).set(content, place >> 2);
    },
  };
}

function number(word) {
  if (Array.isArray(word)) return word[0].at + word[1];
  if (word.real === undefined) return word.at ?? word;
  REAL_BITS.setFloat32(0, word.real);
  return REAL_BITS.getInt32(0);
}
